"""Backtests: how well a list of rising units would have foretold what grew."""

from armillary.analyses.topics.backtest.cases import Case
from armillary.analyses.topics.backtest.forecast import Forecast, Sample, logistic, one_feature
from armillary.analyses.topics.backtest.history import HISTORY, history_scores
from armillary.analyses.topics.backtest.run import Plan, backtest
from armillary.analyses.topics.backtest.units import (
    Frame,
    Units,
    complete_years,
    halves,
    origins,
    units_at,
)

__all__ = [
    "HISTORY",
    "Case",
    "Forecast",
    "Frame",
    "Plan",
    "Sample",
    "Units",
    "backtest",
    "complete_years",
    "halves",
    "history_scores",
    "logistic",
    "one_feature",
    "origins",
    "units_at",
]
