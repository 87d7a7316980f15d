"""The audit of an index, in the order a reviewer reads it: coherence first, then robustness."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.model import methods
from armillary.publications.site import drawing
from armillary.publications.site.core import Page, Site
from armillary.publications.site.index_facts import board, home, place
from armillary.publications.site.index_sections import Case, Section, bars, widest
from armillary.publications.site.pages import index_robustness
from armillary.publications.site.pages.index_structure import correlation_found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armillary.model.observatory import IndexDefinition
    from armillary.publications.site.words import Words

Row = dict[str, Any]
_SMALL = 0.5  # importance below half the weight, or above twice: far from what was stated


def pages(site: Site, index: IndexDefinition) -> Iterable[Page]:
    """Give the two pages of the audit.

    Args:
        site: The site.
        index: The index.
    """
    for key, sections in (
        ("audit/index", coherence),
        ("audit/robustness", index_robustness.robust),
    ):
        yield Page(
            path=place(index.id, key),
            title="tour.audit" if sections is coherence else "tour.robustness",
            template="index_audit.html",
            context=partial(_context, site, index, sections),
            section="indexes",
            above=home(index.id),
            sources=index.sources,
        )


def _context(site: Site, index: IndexDefinition, sections: Any, words: Words) -> Row:
    case = Case(site, index, words)
    first = sections is coherence
    return {
        "index": index,
        "board": board(site, index.id),
        "sections": sections(case),
        "notes": case.notes if first else [],
        "lead": words("audit.lead" if first else "audit.lead_robust"),
        "other": place(index.id, "audit/robustness" if first else "audit/index"),
        "other_title": words("tour.robustness" if first else "tour.audit"),
    }


def coherence(case: Case) -> list[Section]:
    """Return the sections on data, structure and weights.

    Args:
        case: The index.
    """
    return [
        _statistics(case),
        _correlations(case),
        _reliability(case),
        _components(case),
        _importance(case),
        _treatment(case),
    ]


def _statistics(case: Case) -> Section:
    words = case.words
    rows = [
        row
        | {
            "name": case.name(row["code"]),
            "share": 100 * row["available"] / row["units"] if row["units"] else None,
            "said": words.join_plain(words(f"second_look.{f}") for f in row["flags"].split())
            or "–",
        }
        for row in case.by_node(case.rows("audit_statistic"))
    ]
    if not rows:
        return case.nothing("statistics")
    short = [row for row in rows if row["available"] < row["units"]]
    flagged = [row for row in rows if row["flags"]]
    found = [words("audit.statistics_found", n=len(rows), all=rows[0]["units"])]
    if short:
        least = min(short, key=lambda row: row["available"])
        found.append(
            words(
                "audit.statistics_missing",
                n=len(short),
                name=least["name"],
                available=least["available"],
                units=least["units"],
            )
        )
    else:
        found.append(words("audit.statistics_complete"))
    found.append(
        words("audit.statistics_flagged", n=len(flagged))
        if flagged
        else words("audit.statistics_unflagged")
    )
    numbers = ("minimum", "median", "mean", "maximum", "standard_deviation", "skewness", "kurtosis")
    chart = case.chart(
        "statistics",
        columns=[
            case.column("name", "profile.indicator"),
            case.column("available", "audit.available", 0),
            case.column("share", "audit.available_share", 1),
            *(case.column(key, f"statistic.{key}", 2) for key in numbers),
            case.column("said", "audit.second_look"),
        ],
        rows=rows,
        svg=drawing.lines(
            [
                drawing.Line(
                    name=r["name"], value=r["share"], text=_marks(r["flags"]), link=bool(r["flags"])
                )
                for r in rows
            ],
            low=0,
            high=100,
            axis=words("audit.available_share"),
            bars=True,
        ),
    )
    return Section(id="statistics", found=found, charts=[chart])


def _marks(flags: str) -> str:
    """Return one sign for each flag; the key stands in the note of the chart."""
    signs = {"few_available": "n", "many_zeros": "0", "few_unique": "u", "outliers": "!"}
    return " ".join(signs.get(flag, "?") for flag in flags.split())


def _correlations(case: Case) -> Section:
    words = case.words
    rows = [
        row
        | {
            "name": case.indented(row["code"]),
            "said": words(f"flag.{row['flag']}") if row["flag"] else "–",
        }
        for row in case.by_node(case.rows("audit_correlation"))
        if row["relation"] == "ancestor"
        and case.held.node.get(row["code"], {}).get("parent") == row["other"]
    ]
    if not rows:
        return case.nothing("correlation")
    for row in rows:
        row["parent"] = case.name(row["other"])
    known = [row for row in rows if row["correlation"] is not None]
    low = min(known, key=lambda row: row["correlation"], default=None)
    found = [correlation_found(case.rows("audit_correlation"), words)]
    if low:
        found.append(
            words(
                "audit.correlation_found",
                name=low["name"].strip(),
                parent=low["parent"],
                r=words.number(low["correlation"], 2),
            )
        )
    chart = case.chart(
        "correlation",
        columns=[
            case.column("name", "index.node"),
            case.column("parent", "structure.part_of"),
            case.column("correlation", "correlation.r", 2),
            case.column("units", "audit.units", 0),
            case.column("said", "correlation.flag"),
        ],
        rows=rows,
        svg=drawing.lines(
            [
                drawing.Line(
                    name=r["name"],
                    value=r["correlation"],
                    text=words.number(r["correlation"], 2),
                    link=bool(r["flag"]),
                )
                for r in rows
            ],
            low=min([0.0, *(r["correlation"] for r in known)]),
            high=1.0,
            axis=words("correlation.r"),
            bars=True,
        ),
        about=found[-1],
    )
    return Section(
        id="correlation",
        found=found,
        charts=[chart],
        more=(place(case.index.id, "correlation/index"), "tour.correlation"),
    )


def _reliability(case: Case) -> Section:
    words = case.words
    rows = [
        row | {"name": case.indented(row["code"])} for row in case.by_node(case.rows("audit_group"))
    ]
    if not rows:
        return case.nothing("reliability")
    known = [row for row in rows if row["alpha"] is not None]
    found = []
    if known:
        low, high = (f(known, key=lambda row: row["alpha"]) for f in (min, max))
        found.append(
            words(
                "audit.reliability_found",
                high=high["name"].strip(),
                high_alpha=words.number(high["alpha"], 2),
                low=low["name"].strip(),
                low_alpha=words.number(low["alpha"], 2),
            )
        )
        negative = sum(1 for row in known if row["alpha"] < 0)
        if negative:
            found.append(words("audit.reliability_negative", n=negative))
    chart = case.chart(
        "reliability",
        columns=[
            case.column("name", "audit.group"),
            case.column("items", "audit.items", 0),
            case.column("alpha", "audit.alpha", 2),
            case.column("average_correlation", "audit.average_correlation", 2),
            case.column("units", "audit.units", 0),
        ],
        rows=rows,
        svg=bars(case, rows, value="alpha", axis="audit.alpha", text="alpha", decimals=2, top=1.0),
        about=" ".join(found),
    )
    return Section(id="reliability", found=found, charts=[chart])


def _components(case: Case) -> Section:
    words = case.words
    groups = [
        row
        | {
            "name": case.indented(row["code"]),
            "percent": None if row["first_share"] is None else 100 * row["first_share"],
        }
        for row in case.by_node(case.rows("audit_group"))
        if row["first_share"] is not None
    ]
    if not groups:
        return case.nothing("components")
    several = [row for row in groups if (row["above_one"] or 0) > 1]
    low = min(groups, key=lambda row: row["first_share"])
    found = [
        words(
            "audit.components_found",
            name=low["name"].strip(),
            share=words.percent(low["first_share"]),
        ),
        words("audit.components_several", n=len(several))
        if several
        else words("audit.components_one"),
    ]
    shares = case.chart(
        "components",
        columns=[
            case.column("name", "audit.group"),
            case.column("percent", "audit.first_share", 1),
            case.column("above_one", "audit.above_one", 0),
            case.column("units", "audit.units", 0),
        ],
        rows=groups,
        svg=bars(
            case, groups, value="percent", axis="audit.first_share", text="percent", top=100.0
        ),
        about=found[0],
    )
    loadings = [
        row | {"group": case.name(row["code"]), "name": case.name(row["part"])}
        for row in case.by_node(case.rows("audit_loading"))
    ]
    first = [row for row in loadings if row["component"] == 1]
    against = sum(1 for row in first if row["loading"] < 0)
    chart = case.chart(
        "loadings",
        columns=[
            case.column("group", "audit.group"),
            case.column("component", "audit.component", 0),
            case.column("name", "index.node"),
            case.column("eigenvalue", "audit.eigenvalue", 2),
            case.column("loading", "audit.loading", 2),
        ],
        rows=loadings,
        svg=bars(
            case,
            first,
            value="loading",
            axis="audit.loading_first",
            text="loading",
            decimals=2,
            top=1.0,
        ),
        about=words("audit.loadings_about", n=against),
    )
    return Section(id="components", found=found, charts=[shares, chart] if first else [shares])


def _importance(case: Case) -> Section:
    words = case.words
    rows = [
        row
        | {
            "name": case.indented(row["code"]),
            "parent_name": case.name(row["parent"]),
            "weight_percent": 100 * row["weight"],
            "importance_percent": None if row["importance"] is None else 100 * row["importance"],
        }
        for row in case.by_node(case.rows("audit_importance"))
    ]
    if not rows:
        return case.nothing("importance")
    known = [row for row in rows if row["importance"] is not None and row["weight"] > 0]
    far = [row for row in known if not _SMALL <= row["importance"] / row["weight"] <= 1 / _SMALL]
    found = []
    if known:
        most = max(known, key=lambda row: abs(row["importance"] - row["weight"]))
        found.append(
            words(
                "audit.importance_found",
                name=most["name"].strip(),
                weight=words.percent(most["weight"]),
                importance=words.percent(most["importance"]),
            )
        )
        found.append(
            words("audit.importance_far", n=len(far), all=len(known))
            if far
            else words("audit.importance_near")
        )
    chart = case.chart(
        "importance",
        columns=[
            case.column("name", "index.node"),
            case.column("parent_name", "structure.part_of"),
            case.column("weight_percent", "audit.weight_percent", 1),
            case.column("importance_percent", "audit.importance_percent", 1),
            case.column("correlation_ratio", "audit.correlation_ratio", 2),
            case.column("correlation_ratio_error", "audit.standard_error", 2),
            case.column("correlation_squared", "audit.correlation_squared", 2),
        ],
        rows=rows,
        svg=drawing.lines(
            [
                drawing.Line(
                    name=r["name"], value=r["importance_percent"], mark=r["weight_percent"]
                )
                for r in rows
            ],
            low=0,
            high=widest(
                [r[k] for r in rows for k in ("importance_percent", "weight_percent")], at_least=10
            ),
            axis=words("audit.importance_axis"),
            bars=True,
        ),
        about=found[0] if found else "",
    )
    return Section(id="importance", found=found, charts=[chart])


def _treatment(case: Case) -> Section:
    words, held = case.words, case.held
    every = case.site.rows("treatment", index=case.index.id)
    rows = [
        row
        | {
            "name": case.name(row["code"]),
            "said": _how(row["method"], words),
            "pass": words("yes" if row["passed"] else "no"),
        }
        for row in case.by_node(every)
        if row["TIME_PERIOD"] == held.latest or "/" in row["TIME_PERIOD"]
    ]
    if not rows:
        untreated = held.recipe is not None and isinstance(held.recipe.treat, methods.NoTreatment)
        return case.nothing("treatment", why=words("audit.treatment_none") if untreated else "")
    done = [row for row in rows if row["method"] != "none"]
    values = sum(row["n_high"] + row["n_low"] for row in rows)
    failed = sum(1 for row in rows if not row["passed"])
    found = [
        words("audit.treatment_found", n=len(done), all=len(rows), values=values),
        words("audit.treatment_failed", n=failed) if failed else words("audit.treatment_passed"),
    ]
    both = [r[k] for r in rows for k in ("skewness_before", "skewness_after") if r[k] is not None]
    chart = case.chart(
        "treatment",
        columns=[
            case.column("name", "profile.indicator"),
            case.column("said", "audit.treated_by"),
            case.column("n_high", "audit.n_high", 0),
            case.column("n_low", "audit.n_low", 0),
            case.column("skewness_before", "audit.skewness_before", 2),
            case.column("kurtosis_before", "audit.kurtosis_before", 2),
            case.column("skewness_after", "audit.skewness_after", 2),
            case.column("kurtosis_after", "audit.kurtosis_after", 2),
            case.column("pass", "audit.passed"),
        ],
        rows=rows,
        svg=drawing.lines(
            [
                drawing.Line(name=r["name"], value=r["skewness_after"], mark=r["skewness_before"])
                for r in rows
            ],
            low=min([0.0, *both]),
            high=widest(both, at_least=1.0),
            axis=words("audit.skewness_axis"),
        ),
        about=found[0],
    )
    return Section(id="treatment", found=found, charts=[chart])


def _how(method: str, words: Words) -> str:
    said = []
    for one in method.split("+"):
        key = next((k for k in (f"short.treat.{one}", f"option.{one}") if words.has(k)), "")
        said.append(words(key) if key else one)
    return " + ".join(said)
