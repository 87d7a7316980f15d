"""Rows of a topic map that holds one of everything; every figure is invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.model.observatory import Observatory, SourceDefinition, Text, TopicsDefinition

if TYPE_CHECKING:
    from pathlib import Path

Rows = dict[str, list[dict[str, Any]]]
HOSTILE = '#panic("x") $ ] @cite <label> \\ *bold* _it_ `raw` // {braces} "quoted" 100 %'
_MAP = {"corpus": "map"}
_LABELS = (
    ("soft robots, grippers", "软体机器人、夹持器"),
    ("robot swarms, cooperation", "机器人集群、协作"),
    (HOSTILE, None),
    ("=cmd|' /C calc'!A0", "公式主题"),
)


def topic_observatory(root: Path) -> Observatory:
    """Return the definition that goes with the rows: a map of real works alone."""
    robots = Text(en="Robots", zh="机器人文献")
    return Observatory(
        root=root,
        title=Text(en="Innovation of three lands", zh="三国创新"),
        institute=Text(en="Institute of Samples", zh="样本研究所"),
        licence="CC BY 4.0",
        sources={"robots": SourceDefinition(id="robots", kind="works", title=robots)},
        topics={
            "map": TopicsDefinition(
                id="map", title=Text(en="Robot topics", zh="机器人主题"), works=("robots",)
            )
        },
    )


def topic_rows() -> Rows:
    """Return the rows of a topic map, by table; they go with the sample store."""
    return {
        "cluster": [_cluster(n, en, zh) for n, (en, zh) in enumerate(_LABELS, 1)],
        "cluster_group": [
            _group("A1", "area", None, "robotics", "机器人学"),
            _group("C01", "cluster", "A1", "soft machines", "软体机器"),
            _group("C02", "cluster", "A1", "many machines", None),
        ],
        "cluster_year": [
            _MAP | {"cluster": f"T000{c}", "year": y, "n_works": c * k + 1, "n_all": 57}
            for c in (1, 2, 3, 4)
            for k, y in enumerate(range(2015, 2025))
        ],
        "cluster_work": [
            _MAP | {"cluster": "T0001", "work": "robots:W1", "centrality": 0.9, "x": 0.1, "y": 0.2},
            _MAP | {"cluster": "T0001", "work": "robots:W2", "centrality": 0.7, "x": 0.1, "y": 0.2},
            _MAP
            | {"cluster": "T0002", "work": "planted:W1", "centrality": 0.8, "x": 0.1, "y": 0.2},
        ],
        "cluster_card": [
            _MAP
            | {
                "cluster": "T0002",
                "attribute": attribute,
                "word": word,
                "percentile": percentile,
                "n_known": 2,
                "n_indicators": 3,
            }
            for attribute, word, percentile in (
                ("radical_novelty", "strong", 0.87),
                ("fast_growth", "some", 0.61),
                ("coherence", "none", 0.23),
                ("prominent_impact", "cannot be told", None),
                ("uncertainty", "some", 0.55),
            )
        ],
        "cluster_indicator": [
            _MAP
            | {
                "cluster": "T0002",
                "indicator": "mncs",
                "value": 1.0 / 3,
                "low": 0.25,
                "high": 0.75,
                "unit": "ratio",
                "n_works": 38,
            }
        ],
        "cluster_evidence": [
            _MAP
            | {
                "cluster": "T0002",
                "indicator": "mncs",
                "kind": "text",
                "position": 1,
                "text": "=evidence",
            }
        ],
        "cluster_actor": [
            _MAP
            | {
                "cluster": "T0002",
                "kind": kind,
                "position": position,
                "item": item,
                "n_works": 9 - position,
                "n_fractional": 7.5 - position,
                "share": 0.31 / position,
                "n_known": 33,
            }
            for kind, position, item in (
                ("country", 1, "AAA"),
                ("country", 2, "BBB"),
                ("organisation", 1, "Institute of # Hostile_Names"),
                ("organisation", 2, "样本大学"),
            )
        ],
        "main_path": [
            _MAP
            | {
                "cluster": "T0002",
                "route": "global",
                "citing": "robots:W2",
                "cited": "robots:W1",
                "weight": 1.0,
                "step": 1,
                "weighting": "SPC",
            }
        ],
        "topic_list": [
            _entry("rising topics", 1, "R0001", "swarm cooperation", cluster="T0002"),
            _entry("rising topics", 2, "R0002", HOSTILE, verdict="unsure", growth_low=0.91),
            _entry("rising terms", 1, "swarm learning", "swarm learning"),
            _entry("young terms", 1, "fleet tokens", "fleet tokens", probability=None),
            _entry("prominence", 1, "T0002", "robot swarms", probability=None),
            _entry("bursts (terms)", 1, "=burst", "=burst", probability=None),
        ],
        "topic_list_rule": [
            _rule(-2, "rising topics", "Topics by outlook.", "按综合前景排序。"),
            _rule(1, "prominence", "Prominence by weights.", "按权重计算显著度。"),
            _rule(
                2,
                "hot fronts",
                "Fronts by co-citation.",
                "按共被引。",
                why_not_en="No references.",
                why_not_zh="没有参考文献。",
            ),
        ],
        "term": [
            _MAP
            | {
                "term": "swarm learning",
                "tier": "established",
                "origin": 2024,
                "first_year": 2016,
                "n_window": 60,
                "n_recent": 41,
                "n_before": 17,
                "growth": 2.13,
                "growth_low": 1.42,
                "growth_high": 3.17,
                "trend_z": 4.2,
                "context_momentum": 0.4,
                "probability": 0.37,
                "family": ["swarm-learning"],
            }
        ],
        "term_year": [
            _MAP | {"term": "swarm learning", "year": y, "n_works": 3 * k, "n_all": 57}
            for k, y in enumerate(range(2016, 2025))
        ],
        "emerging_technology": [
            _decision(1, "choose", "Learning swarms", "学习型集群", clusters=["T0002"]),
            _decision(2, "choose", "Fleet tokens", "编队令牌", terms=["swarm learning"]),
            _decision(3, "reject", "Old arms", "旧式机械臂", clusters=["T0001"]),
        ],
        **_backtest("rising topics", "outlook", "certified"),
        "completeness": [_completeness(2023, 20), _completeness(None, 3)],
    }


def _cluster(n: int, en: str, zh: str | None) -> dict[str, Any]:
    return _MAP | {
        "cluster": f"T{n:04}",
        "label": en,
        "label_zh": zh,
        "terms": en.split(", "),
        "relatedness": "extended direct citation and text",
        "n_works": 41 - n,
        "n_recent": 20,
        "n_before": 10,
        "recent_from": 2022,
        "recent_to": 2024,
        "before_from": 2019,
        "before_to": 2021,
        "share_recent": 0.1234,
        "share_before": 0.0617,
        "growth": 1.87,
        "growth_low": 1.31,
        "growth_high": 2.66,
        "trend_z": 3.0,
        "verdict": ("grows", "doubt", "unsure", "shrinks")[n - 1],
        "hot_rank": 1 if n == 1 else None,
        "growing_rank": 1 if n == 2 else None,
        "hidden": False,
        "x": float(n),
        "y": float(n % 2),
        "radius": 0.5,
        "group": "C01" if n < 3 else "C02",
        "area": "A1",
        "stability": None if n == 4 else 0.91 - 0.1 * n,
        "stability_low": None if n == 4 else 0.7,
        "unstable": None if n == 4 else n > 1,
    }


def _group(key: str, level: str, parent: str | None, en: str, zh: str | None) -> dict[str, Any]:
    return _MAP | {
        "group": key,
        "level": level,
        "parent": parent,
        "label": en,
        "label_zh": zh,
        "terms": [en],
        "n_works": 78,
        "n_topics": 2,
        "x": 1.0,
        "y": 1.0,
    }


def _entry(name: str, rank: int, item: str, label: str, **more: Any) -> dict[str, Any]:
    cluster = name in {"rising topics", "prominence"}
    return (
        _MAP
        | {
            "list": name,
            "rank": rank,
            "kind": "cluster" if cluster else "term",
            "item": item,
            "label": label,
            "score": 3.0 / rank,
            "n_works": 29,
            "growth": 1.73,
            "growth_low": 1.19,
            "growth_high": 2.51,
            "probability": 0.43,
            "base_rate": 0.07,
            "verdict": "grows",
            "family": [],
        }
        | more
    )


def _rule(position: int, name: str, en: str, zh: str, **more: Any) -> dict[str, Any]:
    return (
        _MAP
        | {
            "list": name,
            "position": position,
            "rule_en": en,
            "rule_zh": zh,
            "parameters": "{}",
            "n_entries": 0 if more else 1,
        }
        | more
    )


def _decision(position: int, what: str, en: str, zh: str, **more: Any) -> dict[str, Any]:
    return (
        _MAP
        | {
            "position": position,
            "decision": what,
            "name_en": en,
            "name_zh": zh,
            "clusters": [],
            "terms": [],
            "by": "Panel of Łódź",
            "date": "2024-11-05",
            "why": "=because it rises",
        }
        | more
    )


def _backtest(name: str, score: str, outcome: str) -> Rows:
    own = _MAP | {"list": name, "design": "split"}
    values = (
        ("precision_10", "none", score, 0.34, 0.21, 0.47),
        ("precision_10", "none", "size", 0.12, 0.05, 0.19),
        ("precision_10", "size", score, 0.22, 0.09, 0.35),
        ("base", "none", score, 0.083, None, None),
        ("auc_within_size", "none", score, 0.71, 0.66, 0.77),
        ("calibration_error", "none", score, 0.024, None, None),
        ("brier_skill", "none", score, 0.062, 0.01, 0.11),
    )
    return {
        "backtest": [
            own
            | {
                "outcome": outcome,
                "score": of,
                "metric": metric,
                "against": against,
                "value": value,
                "low": low,
                "high": high,
                "n_origins": 6,
                "seed": 1,
            }
            for metric, against, of, value, low, high in values
        ],
        "backtest_origin": [
            own
            | {
                "outcome": outcome,
                "score": score,
                "metric": "precision_10",
                "origin": year,
                "value": 0.3,
                "n_units": 57,
            }
            for year in (2013, 2018)
        ],
        "backtest_case": [
            own
            | {
                "origin": 2013,
                "item": item,
                "score": score,
                "outcome": outcome,
                "rank": rank,
                "n_units": 57,
                "growth_after": 2.9,
                "grew": True,
                "verdict": verdict,
            }
            for item, rank, verdict in (("exoskeleton", 3, "listed"), ("drone", 52, "low"))
        ],
        "backtest_control": [
            own
            | {
                "control": control,
                "outcome": outcome,
                "score": score,
                "metric": "auc",
                "value": 0.503,
                "allowed_low": 0.45,
                "allowed_high": 0.55,
                "passes": True,
            }
            for control in ("no growth",)
        ],
        "backtest_bin": [
            own
            | {
                "outcome": outcome,
                "score": score,
                "bin": n,
                "n_units": 40,
                "said": n / 21,
                "came": n / 23,
            }
            for n in range(1, 11)
        ],
    }


def _completeness(year: int | None, n: int) -> dict[str, Any]:
    fields = ("title", "abstract", "references", "countries", "authors", "keywords", "doi")
    return {
        "source": "robots",
        "year": year,
        "n_works": n,
        **dict.fromkeys((*fields, "cited_by"), 0.5),
        **{f"n_{field}": n // 2 for field in (*fields, "cited_by")},
        "resolved": None,
        "n_cited_references": 7,
    }
