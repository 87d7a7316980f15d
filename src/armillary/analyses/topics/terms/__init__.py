"""Rising terms: words and phrases whose use grows, established and young."""

from armillary.analyses.topics.terms.rising import TermRecipe, backtest_terms, rising_terms
from armillary.analyses.topics.terms.use import TermUse, term_use

__all__ = ["TermRecipe", "TermUse", "backtest_terms", "rising_terms", "term_use"]
