"""How far the ranks of an index may be trusted: the sections of the audit on robustness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.publications.site import drawing
from armillary.publications.site.choices import variation_said
from armillary.publications.site.index_facts import doubt_note
from armillary.publications.site.index_sections import Case, Section, bars, widest
from armillary.publications.site.pages.index_profile import certified_set

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, Any]
_MATRIX = 40  # units up to which every pair is shown


def robust(case: Case) -> list[Section]:
    """Return the sections on ranks.

    Args:
        case: The index.
    """
    return [
        _intervals(case),
        _acceptability(case),
        _comparison(case),
        _variants(case),
        _sensitivity(case),
        _certified(case),
        _missing(case),
        _frontier(case),
        _removal(case),
        _added_value(case),
    ]


def _named(case: Case, rows: Sequence[Row]) -> list[Row]:
    return [row | {"name": case.name(row["unit"])} for row in case.by_rank(rows)]


def _last(case: Case) -> int:
    return len(case.held.ranked)


def _ranges(case: Case, rows: Sequence[Row], low: str, high: str) -> str:
    """Draw ranks on their ranges, rank 1 at the left."""
    last = max([_last(case), *(row[high] for row in rows)])
    step = next(k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, last) if last / k <= 8)
    return drawing.lines(
        [
            drawing.Line(
                name=f"{row['name']}",
                value=row["rank"],
                low=row[low],
                high=row[high],
                text=case.words.interval(row[low], row[high]),
                link=not row[low] <= row["rank"] <= row[high],
            )
            for row in rows
        ],
        low=1,
        high=last,
        axis=case.words("index.rank"),
        ticks=[1, *range(step, last + 1, step)] if step > 1 else list(range(1, last + 1)),
    )


def _rank_columns(case: Case, low: str, high: str) -> list[Any]:
    return [
        case.column("rank", "index.rank", 0),
        case.column("name", "index.unit"),
        case.column("unit", "index.code"),
        case.column(low, "audit.best_end", 0),
        case.column(high, "audit.worst_end", 0),
    ]


def _intervals(case: Case) -> Section:
    words = case.words
    rows = _named(case, list(case.held.interval.values()))
    if not rows:
        return case.nothing("intervals")
    wide = max(rows, key=lambda row: row["rank_high"] - row["rank_low"])
    firm = sum(1 for row in rows if row["rank_low"] == row["rank_high"])
    found = [
        doubt_note(case.site, case.held, words=words),
        words("audit.intervals_firm", n=firm, all=len(rows)),
        words(
            "audit.intervals_widest",
            name=wide["name"],
            interval=words.interval(wide["rank_low"], wide["rank_high"]),
        ),
    ]
    outside = sum(1 for row in rows if not row["rank_low"] <= row["rank"] <= row["rank_high"])
    if outside:
        found.append(words("audit.intervals_outside", n=outside))
    shifts = [row["mean_shift"] for row in case.rows("audit_replicate")]
    if shifts:
        found.append(
            words(
                "audit.shift_found",
                mean=words.number(sum(shifts) / len(shifts), 2),
                most=words.number(max(shifts), 2),
            )
        )
    chart = case.chart(
        "intervals",
        columns=[
            *_rank_columns(case, "rank_low", "rank_high"),
            case.column("rank_median", "audit.median", 1),
            case.column("score_low", "index.score_low", 1),
            case.column("score_high", "index.score_high", 1),
        ],
        rows=rows,
        svg=_ranges(case, rows, "rank_low", "rank_high"),
        about=" ".join(found[1:3]),
    )
    return Section(id="intervals", found=found, charts=[chart])


def _acceptability(case: Case) -> Section:
    words, held = case.words, case.held
    rows = _named(case, case.rows("audit_acceptability"))
    if not rows:
        return case.nothing("acceptability")
    rows = [row | {"percent": 100 * row["share"]} for row in rows]
    spot = {unit: i for i, unit in enumerate(held.ranked)}
    own = {row["unit"]: row["share"] for row in rows if row["rank"] == _rank(case, row["unit"])}
    sure = sum(1 for share in own.values() if share >= 0.5)
    found = [words("audit.acceptability_found", n=sure, all=len(held.ranked))]
    last = max(row["rank"] for row in rows)
    narrow = last <= _MATRIX
    cells = {
        (spot[row["unit"]], row["rank"] - 1): drawing.Cell(
            value=row["share"] ** 0.5,  # so that rare ranks can be seen at all
            text=f"{100 * row['share']:.0f}" if narrow and row["share"] >= 0.005 else "",
            title=f"{row['name']}, {row['rank']}: {words.percent(row['share'])}",
        )
        for row in rows
        if row["unit"] in spot
    }
    chart = case.chart(
        "acceptability",
        columns=[
            case.column("name", "index.unit"),
            case.column("unit", "index.code"),
            case.column("rank", "index.rank", 0),
            case.column("percent", "audit.share_percent", 1),
        ],
        rows=rows,
        svg=drawing.matrix(
            [f"{_rank(case, unit)}  {case.name(unit)}" for unit in held.ranked],
            [str(place) for place in range(1, last + 1)],
            cells=cells,
            side=22.0 if narrow else max(5.0, 560 / last),
        ),
        about=found[0],
    )
    return Section(id="acceptability", found=found, charts=[chart])


def _rank(case: Case, unit: str) -> int | None:
    rank: int | None = case.held.score.get((unit, case.held.root), {}).get("rank")
    return rank


def _comparison(case: Case) -> Section:
    words, held = case.words, case.held
    rows = case.rows("audit_comparison")
    if not rows:
        return case.nothing("comparison")
    wins = {(row["unit"], row["other"]): row["probability"] for row in rows}
    wins |= {(row["other"], row["unit"]): 1 - row["probability"] for row in rows}
    ahead = [
        {
            "name": f"{case.name(a)} › {case.name(b)}",
            "unit": a,
            "other": b,
            "probability": 100 * wins[a, b],
        }
        for a, b in zip(held.ranked, held.ranked[1:], strict=False)
        if (a, b) in wins
    ]
    unsure = sum(1 for row in ahead if row["probability"] < 95)
    found = [words("audit.comparison_found", n=unsure, all=len(ahead))]
    columns = [
        case.column("name", "audit.pair"),
        case.column("unit", "index.code"),
        case.column("other", "audit.other"),
        case.column("probability", "audit.probability", 1),
    ]
    if len(held.ranked) <= _MATRIX:
        every = [
            {
                "name": f"{case.name(a)} › {case.name(b)}",
                "unit": a,
                "other": b,
                "probability": 100 * wins[a, b],
            }
            for i, a in enumerate(held.ranked)
            for b in held.ranked[i + 1 :]
            if (a, b) in wins
        ]
        cells = {
            (i, j): drawing.Cell(
                value=2 * wins[a, b] - 1,
                text=f"{100 * wins[a, b]:.0f}",
                title=f"{case.name(a)} › {case.name(b)}: {words.percent(wins[a, b])}",
            )
            for i, a in enumerate(held.ranked)
            for j, b in enumerate(held.ranked)
            if (a, b) in wins
        }
        names = [case.name(unit) for unit in held.ranked]
        svg = drawing.matrix(names, names, cells=cells, side=23.0)
        chart = case.chart("comparison", columns=columns, rows=every, svg=svg, about=found[0])
    else:
        svg = drawing.lines(
            [
                drawing.Line(
                    name=row["name"],
                    value=row["probability"],
                    text=words.number(row["probability"], 0),
                    link=row["probability"] < 50,
                )
                for row in ahead
            ],
            low=0,
            high=100,
            axis=words("audit.probability"),
            bars=True,
        )
        chart = case.chart("comparison_near", columns=columns, rows=ahead, svg=svg, about=found[0])
    return Section(id="comparison", found=found, charts=[chart])


def _variants(case: Case) -> Section:
    words = case.words
    rows = [
        row
        | {
            "name": f"{case.path(row['path'])}{'：' if words.language == 'zh' else ': '}"
            + variation_said(row["path"], row["choice"], words=words),
            "percent": 100 * row["share_five"],
        }
        for row in case.rows("audit_variant")
    ]
    if not rows:
        return case.nothing("variants", why=words("audit.variants_none"))
    most = max(rows, key=lambda row: row["mean_shift"])
    found = [
        words(
            "audit.variants_found",
            choice=most["name"],
            shift=words.number(most["mean_shift"]),
            largest=most["largest_shift"],
            share=words.percent(most["share_five"], 0),
        )
    ]
    chart = case.chart(
        "variants",
        columns=[
            case.column("name", "audit.choice"),
            case.column("mean_shift", "audit.mean_shift", 2),
            case.column("largest_shift", "audit.largest_shift", 0),
            case.column("percent", "audit.share_five", 1),
            case.column("spearman", "audit.spearman", 3),
        ],
        rows=rows,
        svg=bars(case, rows, value="mean_shift", axis="audit.mean_shift", text="mean_shift"),
        about=found[0],
    )
    return Section(id="variants", found=found, charts=[chart])


def _sensitivity(case: Case) -> Section:
    words = case.words
    every = [row | {"choice": case.path(row["path"])} for row in case.rows("audit_sensitivity")]
    whole = [row for row in every if row["unit"] == "_T"]
    if not whole:
        few = len(case.held.varied) == 1
        return case.nothing("sensitivity", why=words("audit.sensitivity_none") if few else "")
    whole.sort(key=lambda row: -(row["total_order"] or 0))
    most = whole[0]
    found = [
        words(
            "audit.sensitivity_found",
            choice=most["choice"],
            first=words.percent(most["first_order"], 0),
            first_error=words.percent(most["first_order_error"], 0),
            total=words.percent(most["total_order"], 0),
        )
    ]
    columns = [
        case.column("choice", "audit.choice"),
        case.column("first_order", "audit.first_order", 3),
        case.column("first_order_error", "audit.standard_error", 3),
        case.column("total_order", "audit.total_order", 3),
        case.column("total_order_error", "audit.standard_error", 3),
        case.column("shapley", "audit.shapley", 3),
    ]
    lines = []
    for row in whole:
        for kind, label in (
            ("first_order", "audit.first_order"),
            ("total_order", "audit.total_order"),
        ):
            value, error = row[kind], row[f"{kind}_error"]
            sure = value is not None and error is not None
            lines.append(
                drawing.Line(
                    name=words.join_plain([row["choice"], words(label).lower()]),
                    value=value,
                    low=value - error if sure else None,
                    high=value + error if sure else None,
                    text=words.number(value, 2),
                    link=kind == "total_order",
                )
            )
    ends = [end for line in lines for end in (line.value, line.low, line.high)]
    chart = case.chart(
        "sensitivity",
        columns=columns,
        rows=whole,
        svg=drawing.lines(
            lines,
            low=min([0.0, *(end for end in ends if end is not None)]),
            high=widest(ends, at_least=1.0),
            axis=words("audit.sensitivity_axis"),
            bars=True,
        ),
        about=found[0],
    )
    units = _named(case, [row for row in every if row["unit"] != "_T"])
    charts = [chart]
    if units:
        charts.append(_sensitivity_of_units(case, units, [r["path"] for r in whole], columns))
        found.append(_leading(case, units))
    return Section(id="sensitivity", found=found, charts=charts)


def _leading(case: Case, units: Sequence[Row]) -> str:
    """Say for how many units which choice matters most."""
    best: dict[str, Row] = {}
    for row in units:
        held = best.get(row["unit"])
        if held is None or (row["total_order"] or 0) > (held["total_order"] or 0):
            best[row["unit"]] = row
    counts: dict[str, int] = {}
    for row in best.values():
        counts[row["choice"]] = counts.get(row["choice"], 0) + 1
    choice = max(counts, key=lambda one: counts[one])
    return case.words(
        "audit.sensitivity_units_found", choice=choice, n=counts[choice], all=len(best)
    )


def _sensitivity_of_units(
    case: Case, units: list[Row], paths: Sequence[str], columns: Sequence[Any]
) -> Any:
    order = {unit: i for i, unit in enumerate(dict.fromkeys(row["unit"] for row in units))}
    cells = {
        (order[row["unit"]], paths.index(row["path"])): drawing.Cell(
            value=row["total_order"],
            text=case.words.number(row["total_order"], 2),
            title=f"{row['name']}, {row['choice']}",
        )
        for row in units
        if row["path"] in paths and row["total_order"] is not None
    }
    return case.chart(
        "sensitivity_units",
        columns=[case.column("name", "index.unit"), case.column("unit", "index.code"), *columns],
        rows=units,
        svg=drawing.matrix(
            [case.name(unit) for unit in order],
            [case.path(p) for p in paths],
            cells=cells,
            side=64.0,
        ),
    )


def _certified(case: Case) -> Section:
    words = case.words
    rows = _named(case, [r for r in case.rows("audit_rank") if r["rank_best"] is not None])
    if not rows:
        return case.nothing("certified", note=case.note("Certified ranks"))
    firm = sum(1 for row in rows if row["rank_best"] == row["rank_worst"])
    wide = max(rows, key=lambda row: row["rank_worst"] - row["rank_best"])
    found = [
        words(
            "audit.certified_set",
            set=certified_set(
                case.site, case.held, text=rows[0]["certified_set"] or "", words=words
            ),
        ),
        words("audit.certified_firm", n=firm, all=len(rows)),
        words(
            "audit.certified_widest",
            name=wide["name"],
            interval=words.interval(wide["rank_best"], wide["rank_worst"]),
        ),
    ]
    chart = case.chart(
        "certified",
        columns=_rank_columns(case, "rank_best", "rank_worst"),
        rows=rows,
        svg=_ranges(case, rows, "rank_best", "rank_worst"),
        about=" ".join(found[1:]),
    )
    return Section(id="certified", found=found, charts=[chart])


def _missing(case: Case) -> Section:
    words = case.words
    every = _named(case, case.rows("audit_rank"))
    rows = [row for row in every if row["missing"]]
    if every and not rows:
        return case.nothing("missing", why=words("audit.missing_none"))
    shown = [row for row in rows if row["missing_low"] is not None]
    if not shown:
        return case.nothing("missing", note=case.note("Ranks under missing data"))
    most = max(rows, key=lambda row: row["missing"])
    wide = max(shown, key=lambda row: row["missing_high"] - row["missing_low"])
    shown = [
        row | {"percent": None if row["missing_share"] is None else 100 * row["missing_share"]}
        for row in shown
    ]
    outside = sum(1 for r in shown if not r["missing_low"] <= r["rank"] <= r["missing_high"])
    found = [
        words("audit.missing_found", n=len(rows), all=len(every)),
        words("audit.missing_most", name=most["name"], n=most["missing"]),
        words(
            "audit.missing_widest",
            name=wide["name"],
            interval=words.interval(wide["missing_low"], wide["missing_high"]),
        ),
    ]
    if outside:
        found.append(words("audit.missing_outside", n=outside))
    chart = case.chart(
        "missing",
        columns=[
            *_rank_columns(case, "missing_low", "missing_high"),
            case.column("missing", "audit.n_missing", 0),
            case.column("percent", "audit.missing_share", 1),
        ],
        rows=shown,
        svg=_ranges(case, shown, "missing_low", "missing_high"),
        about=found[0],
    )
    return Section(id="missing", found=found, charts=[chart])


def _frontier(case: Case) -> Section:
    words = case.words
    rows = _named(case, [r for r in case.rows("audit_rank") if r["frontier_rank"] is not None])
    if not rows:
        return case.nothing("frontier", note=case.note("Benefit of the doubt"))
    gain = max(rows, key=lambda row: row["rank"] - row["frontier_rank"])
    found = []
    if gain["rank"] > gain["frontier_rank"]:
        found.append(
            words(
                "audit.frontier_found",
                name=gain["name"],
                rank=gain["rank"],
                frontier=gain["frontier_rank"],
            )
        )
    same = sum(1 for row in rows if row["rank"] == row["frontier_rank"])
    found.append(words("audit.frontier_same", n=same, all=len(rows)))
    last = max(_last(case), *(row["frontier_rank"] for row in rows))
    chart = case.chart(
        "frontier",
        columns=[
            case.column("rank", "index.rank", 0),
            case.column("name", "index.unit"),
            case.column("unit", "index.code"),
            case.column("frontier_rank", "audit.frontier_rank", 0),
            case.column("frontier_score", "audit.frontier_score", 1),
        ],
        rows=rows,
        svg=drawing.lines(
            [drawing.Line(name=r["name"], value=r["rank"], mark=r["frontier_rank"]) for r in rows],
            low=1,
            high=last,
            axis=words("index.rank"),
        ),
        about=" ".join(found),
    )
    return Section(id="frontier", found=found, charts=[chart])


def _removal(case: Case) -> Section:
    words = case.words
    rows = [
        row | {"name": case.indented(row["code"])}
        for row in case.by_node(case.rows("audit_removal"))
    ]
    if not rows:
        return case.nothing("removal")
    most = max(rows, key=lambda row: row["mean_shift"])
    found = [
        words(
            "audit.removal_found",
            name=most["name"].strip(),
            shift=words.number(most["mean_shift"]),
            largest=most["largest_shift"] or 0,
        )
    ]
    chart = case.chart(
        "removal",
        columns=[
            case.column("name", "index.node"),
            case.column("mean_shift", "audit.mean_shift", 2),
            case.column("largest_shift", "audit.largest_shift", 0),
        ],
        rows=rows,
        svg=bars(case, rows, value="mean_shift", axis="audit.mean_shift", text="mean_shift"),
        about=found[0],
    )
    return Section(id="removal", found=found, charts=[chart])


def _added_value(case: Case) -> Section:
    words = case.words
    rows = [
        row
        | {
            "name": case.name(row["code"]),
            "percent": None if row["share"] is None else 100 * row["share"],
        }
        for row in case.by_node(case.rows("audit_added_value"))
    ]
    if not rows:
        return case.nothing("added_value")
    least = min(rows, key=lambda row: row["share"] or 0.0)
    found = [
        words(
            "audit.added_value_found",
            n=least["differing"],
            name=least["name"],
            all=least["units"],
        )
    ]
    chart = case.chart(
        "added_value",
        columns=[
            case.column("name", "index.node"),
            case.column("units", "audit.units", 0),
            case.column("differing", "audit.differing", 0),
            case.column("percent", "audit.differing_share", 1),
        ],
        rows=rows,
        svg=bars(
            case, rows, value="percent", axis="audit.differing_share", text="percent", top=100.0
        ),
        about=found[0],
    )
    return Section(id="added_value", found=found, charts=[chart])
