"""A small observatory with a row of everything; every figure in it is invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from armillary.evidence.duckdb import DuckDBStore
from armillary.evidence.store import write_part
from armillary.model.columns import table_of
from armillary.model.observatory import (
    IndexDefinition,
    Observatory,
    PoliciesDefinition,
    Simulation,
    SourceDefinition,
    StatisticsDefinition,
    Text,
    TopicsDefinition,
)

Rows = dict[str, list[dict[str, Any]]]
HOSTILE = '#panic("x") $ ] @cite <label> \\ *bold* _it_ `raw` // {braces} "quoted" 100 %'
_AT = {"x": 0.0, "y": 0.0}
_AREAS = [("AAA", "Aland", "甲国"), ("BBB", "Borland", "乙国"), ("CCC", "Corland", "丙国")]


def _origin(source: str, digit: str, **more: Any) -> dict[str, Any]:
    return {
        "origin": digit * 16,
        "source": source,
        "file": f"data/{source}.csv",
        "title": f"File of {source}",
        "sha256": digit * 64,
        "bytes": 1234,
        "simulated": False,
        **more,
    }


def _reading(source: str, digit: str, kept: int, rejected: int = 0) -> dict[str, Any]:
    return {
        "source": source,
        "origin": digit * 16,
        "format": "CSV",
        "unit_read": "rows",
        "n_read": kept + rejected + 1,
        "n_kept": kept,
        "n_empty": 1,
        "n_rejected": rejected,
    }


def _score(unit: str, code: str, score: float | None, rank: int | None, **more: Any) -> Any:
    return {
        "index": "ring",
        "TIME_PERIOD": "2024",
        "unit": unit,
        "code": code,
        "score": score,
        "rank": rank,
        "OBS_STATUS": "A",
        "n_ranked": 2,
        "coverage": 1.0,
        **more,
    }


def _node(code: str, parent: str | None, level: int, position: int, zh: str) -> dict[str, Any]:
    return {
        "index": "ring",
        "code": code,
        "parent": parent,
        "level": level,
        "position": position,
        "kind": "indicator" if level == 2 else "aggregate",
        "name_en": f"Node {code}",
        "name_zh": zh,
        "weight": 0.5 if level else 1.0,
        "effective_weight": 0.5**level,
        "direction": -1 if code == "P1.b" else 1,
        "unit_measure": "PERCENT" if level == 2 else None,
    }


def _derived(operation: str, period: str, code: str, value: float | None, **more: Any) -> Any:
    return {
        "analysis": "sectors",
        "operation": operation,
        "INDICATOR": "GERD",
        "REF_AREA": "AAA",
        "TIME_PERIOD": period,
        "dimension": "SECT_PERF",
        "code": code,
        "OBS_VALUE": value,
        "OBS_STATUS": "A",
        "UNIT_MEASURE": "CNY" if operation == "level" else "PERCENT",
        "UNIT_MULT": 8 if operation == "level" else 0,
        "PRICE_BASE": "V" if operation == "level" else "_Z",
        "VINTAGE": "2024",
        "origin": "1" * 16,
        "locator": "Sheet1!B3",
        **more,
    }


def _cluster(n: int, label: str, **more: Any) -> dict[str, Any]:
    return {
        "corpus": "map",
        "cluster": f"T{n:04}",
        "label": label,
        "terms": [label, "=HYPERLINK"],
        "relatedness": "direct citation",
        "n_works": 40 - n,
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
        "verdict": "grows",
        "x": float(n),
        "y": float(n % 2),
        "radius": 0.1,
        "hidden": False,
        **more,
    }


def _work(n: int, source: str, digit: str) -> dict[str, Any]:
    return {
        "work": f"{source}:W{n}",
        "source": source,
        "origin": digit * 16,
        "locator": f"line {n}",
        "native_id": f"W{n}",
        "type": "article",
        "title": f"Title {n} of {source}",
        "abstract": "Secret abstract",
        "year": 2020 + n,
        "authors": ["Ada A", "Bo B"],
    }


def sample_rows() -> Rows:
    """Return the rows of the sample store, by table."""
    return {
        "origin": [
            _origin("rd", "1", licence="CC BY 4.0", date_published="2024-11-05"),
            _origin("robots", "2", title="Exports <b>of</b> robots"),
            _origin("planted", "3", simulated=True),
            _origin("register", "4", citation="乙国政策库（2024）"),
        ],
        "reading": [
            _reading("rd", "1", 11, rejected=1),
            _reading("robots", "2", 2),
            _reading("planted", "3", 2),
            _reading("register", "4", 3),
        ],
        "rejection": [
            {
                "source": "rd",
                "origin": "1" * 16,
                "locator": "line 9",
                "text": "=1+1",
                "reason": "the value is no number",
            }
        ],
        "code": [
            {"codelist": "CL_AREA", "code": code, "name_en": en, "name_zh": zh}
            for code, en, zh in _AREAS
        ]
        + [
            {"codelist": "CL_SECTOR", "code": "BES", "name_en": "Business", "name_zh": "企业"},
            {"codelist": "CL_SECTOR", "code": "HES", "name_en": "Education", "name_zh": "高校"},
        ],
        "framework": [
            _node("TOT", None, 0, 0, "总指数"),
            _node("P1", "TOT", 1, 1, "投入"),
            _node("P1.a", "P1", 2, 2, "经费"),
            _node("P1.b", "P1", 2, 3, "人员"),
            _node("P2", "TOT", 1, 4, "产出"),
        ],
        "score": [
            _score("AAA", "TOT", 61.25, 1),
            _score("BBB", "TOT", 48.5, 2, OBS_STATUS="A E P", coverage=0.75),
            _score("CCC", "TOT", None, None, coverage=0.2),
            _score("AAA", "P1", 70.0, 1),
            _score("BBB", "P1", 30.0, 2),
            _score("AAA", "P1.a", 100.0, 1, value=2.64, value_period="2023"),
        ],
        "rank_interval": [
            {
                "index": "ring",
                "TIME_PERIOD": "2024",
                "unit": unit,
                "rank": rank,
                "rank_median": float(rank),
                "rank_low": 1,
                "rank_high": 2,
                "score_low": 40.0,
                "score_high": 65.0,
                "replicates": 1000,
                "varied": "weight: ±25 %",
                "seed": 1,
            }
            for unit, rank in (("AAA", 1), ("BBB", 2))
        ],
        "derived_observation": [
            _derived("level", "2022", "_T", 30782.9),
            _derived("level", "2023", "_T", 33357.1, OBS_STATUS="A P"),
            _derived("level", "2022", "BES", 23878.6),
            _derived("level", "2023", "BES", 25922.2),
            _derived("level", "2022", "HES", None, reason="not published"),
            _derived("level", "2023", "HES", 2753.3, OBS_STATUS="E"),
            _derived("share", "2022", "BES", 77.5715),
            _derived("share", "2023", "BES", 77.7112),
            _derived("share", "2023", "HES", 8.254, OBS_STATUS="E"),
            _derived("growth", "2022", "_T", None, reason="the series breaks in 2022 (flag B)"),
            _derived("growth", "2023", "_T", 8.3625, OBS_STATUS="A P"),
            _derived("level", "2023", "_T", 512.35, REF_AREA="BBB"),
        ],
        "finding": [
            {
                "analysis": "sectors",
                "rule": "sum",
                "INDICATOR": "GERD",
                "REF_AREA": "AAA",
                "TIME_PERIOD": "2023",
                "expected": 100.0,
                "found": 103.5,
                "tolerance": 0.5,
                "message": "The sectors do not sum to the total.",
            }
        ],
        "work": [
            *(_work(n, "robots", "2") for n in (1, 2)),
            *(_work(n, "planted", "3") for n in (1, 2)),
        ],
        "cluster": [
            _cluster(1, "soft robots", hot_rank=1),
            _cluster(2, "robot swarms", growing_rank=1),
            _cluster(3, "arms"),
        ],
        "cluster_work": [
            {"corpus": "map", "cluster": "T0001", "work": "robots:W1", "centrality": 0.9, **_AT},
            {"corpus": "map", "cluster": "T0002", "work": "planted:W1", "centrality": 0.8, **_AT},
        ],
        "cluster_year": [
            {"corpus": "map", "cluster": f"T000{c}", "year": y, "n_works": c * k, "n_all": 50}
            for c in (1, 2, 3)
            for k, y in enumerate((2021, 2022, 2023, 2024))
        ],
        "planted_topic": [
            {
                "source": "planted",
                "topic": "S1",
                "label_en": "Planted swarms",
                "label_zh": "设定集群",
                "course": "rise",
                "birth": 2018,
                "emerging": True,
            }
        ],
        "recovery": [
            {
                "corpus": "map",
                "topic": "S1",
                "cluster": "T0002",
                "n_planted": 50,
                "n_found": 46,
                "precision": 0.958,
                "recall": 0.92,
                "f1": 0.9,
                "adjusted_rand": 0.8,
                "emerging": True,
                "growing_rank": 1,
            }
        ],
        "initiative": [
            {
                "initiative": "register:1",
                "source": "register",
                "origin": "4" * 16,
                "locator": "line 2",
                "native_id": "1",
                "title_en": HOSTILE,
                "issuer_en": "Ministry of Łódź",
                "REF_AREA": "AAA",
                "date": "2024-05-17",
                "highlights_en": "Doubles the share. Ends in 2030.",
                "n_rows": 1,
            },
            {
                "initiative": "register:2",
                "source": "register",
                "origin": "4" * 16,
                "locator": "line 3",
                "native_id": "2",
                "title_zh": "关于加快创新的意见",
                "REF_AREA": "BBB",
                "date": "2023",
                "highlights_zh": "到2030年，研发投入强度达到3%。",
                "n_rows": 1,
            },
            {
                "initiative": "register:3",
                "source": "register",
                "origin": "4" * 16,
                "locator": "line 4",
                "native_id": "3",
                "title_original": "=cmd|' /C calc'!A0",
                "n_rows": 2,
            },
        ],
        "initiative_facet": [
            {
                "initiative": f"register:{n}",
                "source": "register",
                "facet": "theme",
                "code": "T1",
                "name_en": "Business R&D",
                "name_zh": "企业研发",
            }
            for n in (1, 2)
        ],
        "lineage": [
            {
                "table": "score",
                "part": "index:ring",
                "inputs": ["source:rd"],
                "parameters": '{"normalise": {"method": "minmax", "range": [0, 100]}}',
                "rows": 6,
                "sha256": "a" * 64,
                "program": "0.1.0",
            }
        ],
    }


def store_of(rows: Rows, folder: Path) -> DuckDBStore:
    """Write rows as parts and open a store on them."""
    parts = {
        name: [write_part(folder, table=name, part="sample", rows=table_of(name, held))]
        for name, held in rows.items()
    }
    return DuckDBStore(parts)


@pytest.fixture
def sample() -> Rows:
    """The rows of the sample store, to change before opening."""
    return sample_rows()


@pytest.fixture
def open_store(tmp_path):
    """Open a store on rows; it is closed when the test ends."""
    opened = []

    def build(rows: Rows) -> DuckDBStore:
        store = store_of(rows, tmp_path / f"store{len(opened)}")
        opened.append(store)
        return store

    yield build
    for store in opened:
        store.close()


@pytest.fixture
def observatory(tmp_path) -> Observatory:
    """The definition that goes with the sample rows."""
    return sample_observatory(tmp_path)


def sample_observatory(tmp_path: Path) -> Observatory:
    """Return the definition that goes with the sample rows."""
    source = {
        "rd": ("statistics", Text(en="R&D survey", zh="研发调查")),
        "robots": ("works", Text(en="Robots", zh="机器人文献")),
        "planted": ("simulated", Text(en="Simulated works", zh="模拟文献")),
        "register": ("policies", Text(en="Policy table", zh="政策表")),
    }
    return Observatory(
        root=tmp_path,
        title=Text(en="Innovation of three lands", zh="三国创新"),
        about=Text(en="A sample with invented figures.", zh="虚构数据样本。"),
        institute=Text(en="Institute of Samples", zh="样本研究所"),
        licence="CC BY 4.0",
        sources={
            key: SourceDefinition(
                id=key,
                kind=kind,
                title=title,
                simulation=Simulation() if kind == "simulated" else None,
            )
            for key, (kind, title) in source.items()
        },
        indexes={
            "ring": IndexDefinition(
                id="ring",
                title=Text(en="Ring index", zh="环形指数"),
                framework=tmp_path / "f.csv",
                recipe=tmp_path / "r.toml",
                sources=("rd",),
            )
        },
        statistics={
            "sectors": StatisticsDefinition(
                id="sectors",
                title=Text(en="R&D by sector", zh="分部门研发"),
                sources=("rd",),
                indicator="GERD",
                area="AAA",
            )
        },
        topics={
            "map": TopicsDefinition(
                id="map",
                title=Text(en="Robot topics", zh="机器人主题"),
                works=("robots", "planted"),
            )
        },
        policies={
            "register": PoliciesDefinition(
                id="register", title=Text(en="Register", zh="政策库"), sources=("register",)
            )
        },
    )


# -- an audit: every figure is invented, and so are the flaws it finds ------------------------

_EDITION = {"index": "ring", "TIME_PERIOD": "2024"}
_UNITS = ("U01", "U02", "U03", "U04", "U05", "U06")
# rank, its interval, median, certified, missing values and their interval, benefit of the doubt
_RANKS = [
    (1, (1, 1), 1.0, (1, 1), 0, (1, 1), 1),
    (2, (2, 13), 3.0, (2, 5), 1, (2, 14), 2),
    (3, (4, 5), 4.0, (2, 6), 0, (3, 3), 4),
    (4, (3, 24), 4.5, (2, 6), 0, (4, 4), 3),
    (5, (5, 6), 5.0, (4, 6), 2, (5, 6), 5),
    (6, (5, 6), 6.0, (4, 6), 0, (6, 6), 6),
]
_AUDITED_NODES = [
    ("TOT", None, 0, "aggregate", 1.0),
    ("P1", "TOT", 1, "aggregate", 0.5),
    ("P1.a", "P1", 2, "indicator", 0.5),
    ("P1.b", "P1", 2, "indicator", 0.5),
    ("P2", "TOT", 1, "aggregate", 0.5),
    ("P2.a", "P2", 2, "indicator", 1.0),
]


def _audit_statistic(code: str, available: int, flags: str = "") -> dict[str, Any]:
    return _EDITION | {
        "code": code,
        "units": 6,
        "available": available,
        "skewness": 2.5,
        "kurtosis": 4.5,
        "flags": flags,
    }


def _treatment(code: str, method: str, high: int, *, passed: bool) -> dict[str, Any]:
    return _EDITION | {
        "code": code,
        "method": method,
        "n_high": high,
        "n_low": 0,
        "skewness_before": 2.5,
        "kurtosis_before": 4.5,
        "skewness_after": 1.25,
        "kurtosis_after": 0.75,
        "passed": passed,
    }


def _pair(code: str, other: str, relation: str, r: float, flag: str | None) -> dict[str, Any]:
    return _EDITION | {
        "code": code,
        "other": other,
        "relation": relation,
        "correlation": r,
        "p_value": 0.0001,
        "units": 6,
        "flag": flag,
    }


def _importance(code: str, parent: str, weight: float, share: float) -> dict[str, Any]:
    return _EDITION | {
        "code": code,
        "parent": parent,
        "weight": weight,
        "correlation_squared": 0.5,
        "correlation_ratio": share,
        "correlation_ratio_error": 0.05,
        "importance": share,
    }


def _sensitivity(unit: str, path: str, total: float) -> dict[str, Any]:
    return _EDITION | {
        "unit": unit,
        "path": path,
        "first_order": total - 0.1,
        "first_order_error": 0.012,
        "total_order": total,
        "total_order_error": 0.034,
        "shapley": total - 0.05,
    }


@pytest.fixture
def audit_rows() -> Rows:
    """Return the rows of the audit, by table, together with the framework they rest on."""
    recipe = {
        "period": "latest",
        "max_age_years": "1",
        "fill": "latest",
        "pool_years": "false",
        "minimum_coverage": "0.65",
        "exclude": '["AAA"]',
        "screen.minimum": "0.0",
        "impute.method": "none",
        "treat.method": "winsorise",
        "treat.maximum": "5",
        "normalise.method": "minmax",
        "normalise.range": "[1.0, 100.0]",
        "weight.default.method": "given",
        "aggregate.default.method": "arithmetic",
        "aggregate.level.0.method": "geometric",
        "aggregate.node": "{}",
        "audit.replicates": "1000",
        "audit.rows": "1024",
        "audit.seed": "1",
        "audit.vary.normalise": "minmax (range 1, 100) / rank",
        "audit.vary.weight": "±25 %",
    }
    return {
        "framework": [
            {
                "index": "ring",
                "code": code,
                "parent": parent,
                "level": level,
                "position": n,
                "kind": kind,
                "name_en": f"Node {code}",
                "name_zh": f"节点{code}",
                "weight": weight,
                "effective_weight": weight,
                "direction": 1,
            }
            for n, (code, parent, level, kind, weight) in enumerate(_AUDITED_NODES)
        ],
        "recipe": [
            {"index": "ring", "path": path, "value": value} for path, value in recipe.items()
        ],
        "treatment": [
            _treatment("P1.a", "winsorise", 2, passed=True),
            _treatment("P1.b", "log_coin_tool", 0, passed=False),
            _treatment("P2.a", "none", 0, passed=True),
        ],
        "audit_statistic": [
            _audit_statistic("P1.a", 6, "outliers"),
            _audit_statistic("P1.b", 3, "few_available outliers"),
            _audit_statistic("P2.a", 6),
        ],
        "audit_correlation": [
            _pair("P1.a", "P1.b", "sibling", -0.61, "conflict"),
            _pair("P1", "P2", "sibling", 0.4, None),
            _pair("P1.b", "P1", "ancestor", 0.12, "weak"),
        ],
        "audit_group": [
            _EDITION
            | {
                "code": code,
                "items": 2,
                "alpha": alpha,
                "average_correlation": 0.3,
                "units": 6,
                "first_share": 0.72,
                "above_one": above,
            }
            for code, alpha, above in (("TOT", 0.81, 1), ("P1", 0.35, 2))
        ],
        "audit_importance": [
            _importance("P1", "TOT", 0.5, 0.3),
            _importance("P2", "TOT", 0.5, 0.56),
            _importance("P2.a", "P2", 1.0, 1.0),
        ],
        "audit_removal": [
            _EDITION | {"code": "P1", "mean_shift": 1.25, "largest_shift": 3},
            _EDITION | {"code": "P2", "mean_shift": 2.5, "largest_shift": 4},
            _EDITION | {"code": "P1.a", "mean_shift": 0.5, "largest_shift": 1},
            _EDITION | {"code": "P1.b", "mean_shift": 1.5, "largest_shift": 2},
        ],
        "audit_added_value": [
            _EDITION | {"code": "P1", "units": 6, "differing": 2, "share": 2 / 6},
            _EDITION | {"code": "P2", "units": 6, "differing": 0, "share": 0.0},
        ],
        "rank_interval": [
            _EDITION
            | {
                "unit": unit,
                "rank": rank,
                "rank_median": median,
                "rank_low": low,
                "rank_high": high,
                "score_low": 10.0,
                "score_high": 20.0,
                "replicates": 1000,
                "varied": "weight: ±25 %",
                "seed": 1,
            }
            for unit, (rank, (low, high), median, *_) in zip(_UNITS, _RANKS, strict=True)
        ],
        "audit_rank": [
            _EDITION
            | {
                "unit": unit,
                "rank": rank,
                "rank_best": best,
                "rank_worst": worst,
                "certified_set": "P1, P2: ±25 %",
                "missing": missing,
                "missing_low": low,
                "missing_high": high,
                "frontier_score": 50.0,
                "frontier_rank": frontier,
            }
            for unit, (rank, _, _, (best, worst), missing, (low, high), frontier) in zip(
                _UNITS, _RANKS, strict=True
            )
        ],
        "audit_comparison": [
            _EDITION | {"unit": _UNITS[i], "other": _UNITS[j], "probability": p}
            for i, j, p in ((0, 1, 1.0), (1, 2, 0.9), (2, 3, 0.62), (3, 4, 0.1))
        ],
        "audit_variant": [
            _EDITION
            | {
                "path": "normalise",
                "choice": "rank",
                "spearman": 0.943,
                "mean_shift": 0.75,
                "largest_shift": 2,
                "share_five": 0.0,
            }
        ],
        "audit_sensitivity": [
            _sensitivity("_T", "normalise", 0.7),
            _sensitivity("_T", "weight", 0.4),
            *(_sensitivity(unit, "normalise", 0.6) for unit in _UNITS),
            *(_sensitivity(unit, "weight", 0.8 if unit == "U01" else 0.2) for unit in _UNITS),
        ],
    }
