"""The charts of the report, as data that `template.typ` draws.

Drawn by the typesetter itself they share its fonts, need no second engine and cost a few
milliseconds; each has a text alternative and its numbers stand in a table beside it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.publications.report.blocks import Block, Cell

WIDE = 132  # points
_TALL = 92  # points


def interval(
    at: float | None,
    *,
    low: float | None,
    high: float | None,
    scale: tuple[float, float],
    logarithmic: bool = False,
    strong: bool = False,
    beside: float | None = None,
    width: int = WIDE,
) -> Cell:
    """Draw a dot with its interval inside a table cell; missing draws nothing.

    Args:
        at: Where the dot stands, in the unit of the scale.
        low: Lower end of the interval.
        high: Upper end of the interval.
        scale: Both ends of the axis; the first may be the larger one.
        logarithmic: Whether the axis is logarithmic.
        strong: Whether to draw it in the accent colour.
        beside: Where a small ring stands that the dot is compared with; None draws none.
        width: Length of the axis in points.
    """
    if at is None or low is None or high is None:
        return ""
    places = [_place(value, scale, logarithmic=logarithmic) for value in (at, low, high)]
    drawn: dict[str, Any] = {
        "graphic": "interval",
        "at": places[0],
        "ends": places[1:],
        "strong": strong,
        "width": width,
    }
    if beside is not None:
        drawn["ring"] = _place(beside, scale, logarithmic=logarithmic)
    return drawn


def axis(
    ticks: Sequence[tuple[float, str]],
    *,
    scale: tuple[float, float],
    label: str,
    logarithmic: bool = False,
    width: int = WIDE,
) -> Cell:
    """Draw the axis of `interval` cells in the head of their column."""
    places = [
        {"at": _place(value, scale, logarithmic=logarithmic), "text": text} for value, text in ticks
    ]
    return {"graphic": "axis", "ticks": places, "text": label, "width": width}


def spark(values: Sequence[float | None]) -> Cell:
    """Draw a small line from year to year inside a table cell; a missing year is a gap."""
    known = [value for value in values if value is not None]
    top = max(known, default=0.0)
    if top <= 0:
        return ""
    return {"graphic": "spark", "values": [None if v is None else v / top for v in values]}


def stack(
    caption: str,
    *,
    alternative: str,
    periods: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None]]],
    absent: str,
) -> Block:
    """Draw shares of a whole as stacked columns, one for each period.

    Args:
        caption: Title of the figure.
        alternative: What the figure shows, for those who do not see it.
        periods: Years, shape (periods,).
        series: Name and percentages 0..100 of each part, shape (periods,); None is missing.
        absent: What is written where a period has no shares at all.
    """
    return {
        "kind": "stack",
        "caption": caption,
        "alternative": alternative,
        "periods": list(periods),
        "series": [{"name": name, "values": list(values)} for name, values in series],
        "absent": absent,
    }


def bars(
    caption: str,
    *,
    alternative: str,
    labels: Sequence[str],
    values: Sequence[int],
    height: int = _TALL,
) -> Block:
    """Draw counts as columns, one for each label; `height` is in points."""
    return {
        "kind": "bars",
        "caption": caption,
        "alternative": alternative,
        "labels": list(labels),
        "values": list(values),
        "top": max(values, default=0),
        "height": height,
    }


def calibration(
    caption: str,
    *,
    alternative: str,
    bins: Sequence[tuple[float, float, int]],
    axes: tuple[str, str],
) -> Block:
    """Draw what was said against what came, with the line on which both are equal.

    Args:
        caption: Title of the figure.
        alternative: What the figure shows.
        bins: Mean probability given and share that came, 0..1, and units, shape (bins,).
        axes: What the horizontal and the vertical axis are.
    """
    most = max((max(said, came) for said, came, _ in bins), default=0.0)
    top = next((one for one in (0.1, 0.2, 0.4, 0.6, 0.8) if most <= one), 1.0)
    return {
        "kind": "calibration",
        "caption": caption,
        "alternative": alternative,
        "bins": [{"said": said / top, "came": came / top} for said, came, _ in bins],
        "ticks": [{"at": n / 4, "text": f"{100 * top * n / 4:g}"} for n in range(5)],
        "axes": list(axes),
    }


def ranks(
    caption: str,
    *,
    alternative: str,
    points: Sequence[dict[str, Any]],
    last: int,
    legend: Sequence[tuple[str, str]],
    notes: Sequence[str],
) -> Block:
    """Draw the interval of the rank of every unit, rank 1 at the top.

    Args:
        caption: Title of the figure.
        alternative: What the figure shows.
        points: `text`, `rank`, `median`, `low`, `high`, `best`, `worst` (ranks; best and worst
            None where they are not known) and `strong`, in the order they are drawn.
        last: Rank at the foot of the figure.
        legend: Tone (interval, certified, median, rank, outside) and what it means.
        notes: Lines below the figure, such as its source.
    """
    scale = (1.0, float(max(last, 2)))
    kinds = ("rank", "median", "low", "high", "best", "worst")
    step = next((one for one in (1, 2, 5, 10, 20, 50, 100, 200, 500) if last / one <= 13), 1000)
    ticks = [1, *range(step, last + 1, step)] if step > 1 else list(range(1, last + 1))
    return {
        "kind": "ranks",
        "caption": caption,
        "alternative": alternative,
        "points": [
            {
                key: None if p[key] is None else _place(p[key], scale, logarithmic=False)
                for key in kinds
            }
            | {"text": p["text"], "strong": p["strong"]}
            for p in points
        ],
        "ticks": [
            {"at": _place(float(one), scale, logarithmic=False), "text": str(one)} for one in ticks
        ],
        "legend": [{"tone": tone, "text": text} for tone, text in legend],
        "notes": list(notes),
    }


def topic_map(
    caption: str,
    *,
    alternative: str,
    points: Sequence[dict[str, Any]],
    legend: Sequence[tuple[str, str]],
) -> Block:
    """Draw clusters as discs: place is relatedness, area is the number of works.

    Args:
        caption: Title of the figure.
        alternative: What the figure shows.
        points: `x`, `y` (map units), `n_works`, `tone` (plain, hot or growing), `text`.
        legend: Tone and what it means.
    """
    xs, ys = [p["x"] for p in points], [p["y"] for p in points]
    span = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    most = max(p["n_works"] for p in points) or 1
    height = (max(ys) - min(ys)) / span
    drawn = [
        {
            "x": (p["x"] - min(xs)) / span,
            "y": height - (p["y"] - min(ys)) / span,
            "radius": math.sqrt(p["n_works"] / most),
            "tone": p["tone"],
            "text": p["text"],
        }
        for p in sorted(points, key=lambda p: -p["n_works"])
    ]
    return {
        "kind": "map",
        "caption": caption,
        "alternative": alternative,
        "points": drawn,
        "width": (max(xs) - min(xs)) / span,
        "height": height,
        "legend": [{"tone": tone, "text": text} for tone, text in legend],
    }


def _place(value: float, scale: tuple[float, float], *, logarithmic: bool) -> float:
    first, last = scale
    if logarithmic:
        value, first, last = (math.log(max(v, 1e-9)) for v in (value, first, last))
    return min(1.0, max(0.0, (value - first) / (last - first) if last != first else 0.5))
