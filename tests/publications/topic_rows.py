"""Rows of every table a topic page shows; every figure is invented."""

from __future__ import annotations

from typing import Any

MAP = {"corpus": "map"}
RISING = MAP | {"list": "rising topics", "design": "split", "outcome": "certified"}


def _entry(name: str, rank: int, kind: str, item: str, **more: Any) -> dict[str, Any]:
    return MAP | {
        "list": name,
        "rank": rank,
        "kind": kind,
        "item": item,
        "label": f"label of {item}",
        "score": 10.0 - rank,
        "n_works": 12,
        "growth": 1.5,
        "growth_low": 0.9,
        "growth_high": 2.2,
        "verdict": "unsure",
        **more,
    }


def _measure(metric: str, value: float, *, score: str = "outlook", against: str = "none") -> Any:
    return RISING | {
        "score": score,
        "metric": metric,
        "against": against,
        "value": value,
        "low": value - 0.1,
        "high": value + 0.1,
        "n_origins": 2,
        "seed": 1,
    }


def _at_origin(year: int, score: str, metric: str, value: float) -> dict[str, Any]:
    return RISING | {
        "score": score, "metric": metric, "origin": year, "value": value, "n_units": 40,
    }  # fmt: skip


def _control(control: str, metric: str, value: float, high: float, score: str) -> dict[str, Any]:
    low = 0.45 if metric == "auc" else 0.0
    return RISING | {
        "control": control,
        "score": score,
        "metric": metric,
        "value": value,
        "allowed_low": low,
        "allowed_high": high,
        "passes": low <= value <= high,
    }


def _indicator(name: str, value: float | None, unit: str, **more: Any) -> dict[str, Any]:
    row = {"cluster": "T0001", "indicator": name, "value": value, "unit": unit, "n_works": 39}
    return MAP | row | more


def topic_rows() -> dict[str, list[dict[str, Any]]]:
    """Return rows that go with those of `sample_rows`, by table."""
    group = {"label": "robots", "terms": ["robots"], "n_works": 77, "x": 0.0, "y": 0.0}
    return {
        "cluster_group": [
            MAP | group | {"group": "C01", "level": "cluster", "parent": "A1", "n_topics": 2},
            MAP | group | {"group": "A1", "level": "area", "n_topics": 2},
        ],
        "cluster_link": [
            MAP | {"cluster": a, "neighbour": b, "weight": 0.25}
            for a, b in (("T0001", "T0002"), ("T0002", "T0001"))
        ],
        "topic_list": [
            _entry("rising topics", 1, "cluster", "R0007", cluster="T0001", probability=0.3,
                   base_rate=0.05, reliability=0.6, note="80% found again on maps by other seeds"),
            _entry("rising topics", 2, "cluster", "R0002", probability=0.1, base_rate=0.05),
            _entry("rising terms", 1, "term", "soft gripper", family=["soft grippers"]),
            _entry("size", 1, "cluster", "T0001", verdict="grows"),
            _entry("bursts (terms)", 1, "term", "swarm", note="2021-2024"),
        ],
        "topic_list_rule": [
            MAP | {
                "list": name, "position": n, "rule_en": f"Rule of {name}.",
                "rule_zh": f"{name}的规则。", "parameters": "{}", "n_entries": 1, **more,
            }
            for n, (name, more) in enumerate(
                (
                    ("rising topics", {}),
                    ("size", {}),
                    ("bursts (terms)", {}),
                    ("hot fronts", {"why_not_en": "No references.", "why_not_zh": "无参考文献。"}),
                ),
                1,
            )
        ],
        "term": [
            MAP | {
                "term": "soft gripper", "tier": "established", "origin": 2024, "first_year": 2019,
                "n_window": 30, "n_recent": 20, "n_before": 10, "growth": 1.5, "growth_low": 0.9,
                "growth_high": 2.2, "trend_z": 2.0, "context_momentum": 0.5,
                "family": ["soft grippers"],
            }
        ],
        "term_year": [
            MAP | {"term": "soft gripper", "year": year, "n_works": n, "n_all": 50}
            for year, n in ((2022, 2), (2023, 4), (2024, 9))
        ],
        "backtest": [
            _measure("precision_10", 0.3),
            _measure("precision_10", 0.1, score="size"),
            _measure("precision_10", 0.2, against="size"),
            _measure("base", 0.05),
            _measure("lift_10", 6.0),
            _measure("auc", 0.7),
        ],
        "backtest_origin": [
            _at_origin(year, score, metric, value)
            for year in (2019, 2020)
            for score, metric, value in (
                ("outlook", "precision_10", 0.3),
                ("size", "precision_10", 0.1),
                ("outlook", "base", 0.05),
            )
        ],
        "backtest_bin": [
            RISING | {"score": "outlook", "bin": n, "n_units": 20, "said": p, "came": p / 2}
            for n, p in ((1, 0.02), (2, 0.2))
        ],
        "backtest_control": [
            _control("no growth", "auc", 0.5, 0.55, "outlook"),
            _control("shuffled years", "base", 0.02, 0.12, "outlook"),
            _control("held-out works", "false growth", 0.2, 0.12, "none"),
        ],
        "backtest_case": [
            RISING | {
                "origin": 2019, "item": "swarms", "score": "outlook", "rank": 3, "n_units": 40,
                "growth_after": 2.0, "grew": True, "probability": 0.2, "verdict": "listed",
                "note": "12 works up to the origin",
            }
        ],
        "cluster_card": [
            MAP | {
                "cluster": "T0001", "attribute": "fast_growth", "word": "strong",
                "percentile": 0.9, "n_known": 1, "n_indicators": 2,
            },
            MAP | {
                "cluster": "T0001", "attribute": "prominent_impact", "word": "cannot be told",
                "n_known": 0, "n_indicators": 1, "reason": "no_indicator_known",
            },
        ],
        "cluster_card_indicator": [
            MAP | {
                "cluster": "T0001", "attribute": "fast_growth", "indicator": "growth",
                "position": 1, "value": 1.87, "percentile": 0.9, "more_is": "more",
            }
        ],
        "cluster_indicator": [
            _indicator("growth", 1.87, "ratio", low=1.31, high=2.66),
            _indicator("new_term_share", 0.25, "share", n_counted=5),
            _indicator("mncs", None, "", note="no_citation_counts"),
        ],
        "cluster_evidence": [
            MAP | {"cluster": "T0001", "indicator": "new_term_share", "kind": kind, "position": 1,
                   "work": work, "text": text}
            for kind, work, text in (("work", "robots:W1", None), ("text", None, "swarm"))
        ],
        "cluster_actor": [
            MAP | {
                "cluster": "T0001", "kind": kind, "position": 1, "item": item, "n_works": 9,
                "n_fractional": 4.5, "share": 0.2, "n_known": 30,
            }
            for kind, item in (("country", "CHN"), ("organisation", "Robot University"))
        ],
        "cluster_patent": [
            MAP | {
                "cluster": "T0001", "kind": kind, "item": item, "rank": 1, "n_patents": 3.0,
                "share": 0.5,
            }
            for kind, item in (("applicant", "ROBOT CORP"), ("office", "CN"), ("field", "F01"))
        ],
        "science_link": [
            {"patent": "robots:W2", "work": "robots:W1", "rule": "doi", "score": 1.0, "text": "x"}
        ],
        "lens_goal": [{"lens": "sdg", "goal": "SDG 7", "title": "Clean energy", "n_queries": 3}],
        "cluster_goal": [
            MAP | {
                "cluster": "T0001", "lens": "sdg", "goal": "SDG 7", "n_works": 39, "n_goal": 4,
                "share": 0.1, "low": 0.04, "high": 0.2,
            }
        ],
        "burst": [
            MAP | {
                "kind": "cluster", "item": "T0001", "label": "soft robots", "year_from": 2022,
                "year_to": 2024, "weight": 3.0, "now": True, "n_works": 30,
            }
        ],
        "main_path": [
            MAP | {
                "cluster": "T0001", "route": "global", "citing": "robots:W2",
                "cited": "robots:W1", "weight": 1.0, "step": 0, "weighting": "SPC",
            }
        ],
        "topic_line": [
            MAP | {"line": line, "year": year, "n_works": 20, "n_new": 5, "alike": 0.8,
                   "cluster": cluster if year == 2024 else None, "overlap": 0.7}
            for line, cluster in (("L1", "T0001"), ("L2", "T0002"))
            for year in (2023, 2024)
        ],
        "topic_event": [
            MAP | {
                "year": 2024, "event": "split", "line": "L1", "other": "L2", "n_works": 20,
                "share": 0.6, "confidence": 0.9,
            }
        ],
        "topic_decision": [
            MAP | {
                "position": 1, "action": "rename", "cluster": "T0001", "done": True,
                "label_en": "Soft robots", "by": "A. Expert", "date": "2026-03-01",
                "why": "Clearer.",
            }
        ],
        "emerging_technology": [
            MAP | {
                "position": 2, "decision": "choose", "name_en": "Soft grippers",
                "name_zh": "软体夹爪", "clusters": ["T0001"], "terms": ["soft gripper"],
                "by": "A. Expert", "date": "2026-03-01", "why": "It works.",
            }
        ],
    }  # fmt: skip
