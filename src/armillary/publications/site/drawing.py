"""Drawings of the index pages as SVG: bars, intervals, matrices, rings.

Drawn here, not by the chart engine: there are hundreds. Texts are escaped, colours hold 3:1
against a light and a dark ground, and what a colour says is said by a text or a place as well.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

import msgspec
from markupsafe import escape

from armillary.publications.charts import ACCENT, PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

ORANGE, GREY = PALETTE[1], "#8b97a3"
_FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', "
    "'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
)
_WIDTH = 760.0
_NAMES = 300.0  # room for names at the left
_LINE = 22.0


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a chart of values.

    Args:
        name: At the left.
        value: A dot, or the end of a bar; None draws none.
        low: Where a range begins.
        high: Where it ends.
        mark: A second value, a hollow diamond.
        text: At the right end.
        link: Ring of another colour, for what stands out.
    """

    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    mark: float | None = None
    text: str = ""
    link: bool = False


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of a matrix: how strong its colour is (-1..1), and what is written in it."""

    value: float
    text: str = ""
    title: str = ""


def svg(width: float, height: float, *, inside: str, kind: str = "plain-chart") -> str:
    """Wrap what is drawn.

    Args:
        width: Width of the drawing.
        height: Height of the drawing.
        inside: Elements.
        kind: Class of the drawing.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{kind}" viewBox="0 0 {width:g} '
        f'{height:g}" width="{width:g}" height="{height:g}"><g font-family="{escape(_FONT)}" '
        f'font-size="13" fill="currentColor">{inside}</g></svg>'
    )


def cut(text: str, *, room: float, size: float = 13.0) -> str:
    """Shorten a text to the room there is, by the width of its characters.

    Args:
        text: The text.
        room: Pixels.
        size: Size of the font in pixels.

    Examples:
        >>> cut("Institutions", room=200), cut("Institutions and more", room=60)
        ('Institutions', 'Instit…')
    """
    used = 0.0
    for at, c in enumerate(text):
        used += size * (1.0 if unicodedata.east_asian_width(c) in "WF" else 0.6)
        if used > room:
            return text[: max(at - 1, 1)].rstrip() + "…"
    return text


def lines(
    rows: Sequence[Line],
    *,
    low: float,
    high: float,
    axis: str,
    bars: bool = False,
    ticks: Sequence[float] | None = None,
    reverse: bool = False,
) -> str:
    """Draw values as bars from the left end, or as dots on their ranges.

    Args:
        rows: From the top.
        low: Left end of the axis.
        high: Right end of the axis.
        axis: What the axis shows.
        bars: Bars instead of dots.
        ticks: Where the axis is labelled; None finds round numbers.
        reverse: Whether `low` is at the right: rank 1 is best and stands at the right.
    """
    texts = any(row.text for row in rows)
    names = min(_NAMES, max([60.0, *(_length(row.name) + 12 for row in rows)]))
    left, right = names, _WIDTH - (70 if texts else 16)
    span = (high - low) or 1.0
    bottom = 6 + _LINE * len(rows)

    def at(value: float) -> float:
        share = min(max((value - low) / span, 0.0), 1.0)
        return left + (1 - share if reverse else share) * (right - left)

    parts = [
        f'<path d="M{at(tick):.1f} 4V{bottom:g}" stroke="currentColor" stroke-opacity=".14"/>'
        f'<text x="{at(tick):.1f}" y="{bottom + 17:g}" text-anchor="middle" font-size="12">'
        f"{_plain(tick)}</text>"
        for tick in (ticks if ticks is not None else _round_ticks(low, high))
    ]
    for i, row in enumerate(rows):
        y = 6 + _LINE * (i + 0.5)
        hue = ORANGE if row.link else ACCENT
        parts.append(
            f'<text x="{left - 10:g}" y="{y + 4.5:g}" text-anchor="end">'
            f"{escape(cut(row.name, room=names - 12))}</text>"
        )
        if bars and row.value is not None:
            a, b = sorted((at(max(low, min(0.0, high))), at(row.value)))
            parts.append(
                f'<rect x="{a:.1f}" y="{y - 6:g}" width="{max(b - a, 1):.1f}" height="12" rx="2" '
                f'fill="{hue}" fill-opacity=".75"/>'
            )
        if row.low is not None and row.high is not None:
            a, b = sorted((at(row.low), at(row.high)))
            thick, shade = (1.5, ' stroke="currentColor"') if bars else (7, f' stroke="{hue}"')
            faint = "" if bars else ' stroke-opacity=".42"'
            parts.append(
                f'<path d="M{a:.1f} {y:g}H{max(b, a + 0.5):.1f}" stroke-width="{thick}" '
                f'stroke-linecap="round"{shade}{faint}/>'
            )
        if not bars and row.value is not None:
            parts.append(f'<circle cx="{at(row.value):.1f}" cy="{y:g}" r="4.5" fill="{hue}"/>')
        if row.mark is not None:
            x = at(row.mark)
            parts.append(
                f'<path d="M{x:.1f} {y - 6:g}l5 6l-5 6l-5 -6z" fill="none" stroke="{ORANGE}" '
                'stroke-width="2"/>'
            )
        if row.text:
            parts.append(f'<text x="{right + 10:g}" y="{y + 4.5:g}">{escape(row.text)}</text>')
    parts.append(
        f'<text x="{(left + right) / 2:g}" y="{bottom + 36:g}" text-anchor="middle">'
        f"{escape(axis)}</text>"
    )
    return svg(_WIDTH, bottom + 44, inside="".join(parts))


def matrix(
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    cells: dict[tuple[int, int], Cell],
    side: float | None = None,
) -> str:
    """Draw a matrix of shaded cells; blue above zero, orange below, and the text says so.

    Args:
        rows: Names of the rows.
        columns: Names of the columns, written upwards.
        cells: By row and column; what is absent is left empty.
        side: Width of a cell; None finds one.
    """
    names = min(_NAMES, max([40.0, *(_length(name) + 12 for name in rows)]))
    if side is None:
        side = min(max((_WIDTH - names) / max(len(columns), 1), 6.0), 64.0)
    tall = min(side, 26.0) if side > 12 else side
    top = min(max([20.0, *(_length(name) for name in columns)]), 150.0) + 18
    parts = []
    small = min(13.0, max(side - 1, 5.0))
    step = 1 if side >= 11 else math.ceil(13 / side)
    for j, name in enumerate(columns):
        if j % step:
            continue
        x = names + (j + 0.5) * side
        parts.append(
            f'<text transform="translate({x + small / 3:.1f} {top - 8:g}) rotate(-90)" '
            f'font-size="{max(small, 11):g}">{escape(cut(name, room=top - 10))}</text>'
        )
    for i, name in enumerate(rows):
        if i % max(1, math.ceil(12 / tall)):
            continue
        parts.append(
            f'<text x="{names - 8:g}" y="{top + (i + 0.5) * tall + 4:.1f}" text-anchor="end" '
            f'font-size="{min(13, max(tall, 11)):g}">{escape(cut(name, room=names - 12))}</text>'
        )
    for (i, j), cell in cells.items():
        x, y = names + j * side, top + i * tall
        hue = ACCENT if cell.value >= 0 else ORANGE
        said = f"<title>{escape(cell.title)}</title>" if cell.title else ""
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{side - 0.6:.1f}" height="{tall - 0.6:.1f}" '
            f'fill="{hue}" fill-opacity="{0.06 + 0.54 * min(abs(cell.value), 1):.2f}">{said}</rect>'
        )
        if cell.text:
            parts.append(
                f'<text x="{x + side / 2:.1f}" y="{y + tall / 2 + 4:.1f}" text-anchor="middle" '
                f'font-size="11">{escape(cell.text)}</text>'
            )
    width = max(names + side * len(columns) + 6, _WIDTH)
    return svg(width, top + tall * len(rows) + 6, inside="".join(parts), kind="plain-chart matrix")


class Arc(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a ring: depth from 1, start and end as shares of the round, and its words."""

    depth: int
    start: float
    end: float
    name: str
    title: str
    hue: str


def rings(arcs: Sequence[Arc], *, middle: str) -> str:
    """Draw a tree as rings, each part as wide as its weight.

    Args:
        arcs: The parts.
        middle: Name of the whole.
    """
    depth = max((arc.depth for arc in arcs), default=1)
    hole, thick = 62.0, 268.0 / max(depth, 1)
    centre = 340.0
    parts, texts = [], []
    for arc in arcs:
        r0, r1 = hole + (arc.depth - 1) * thick, hole + arc.depth * thick - 1.5
        parts.append(
            f'<path d="{_sector(centre, r0, r1, arc.start, arc.end)}" fill="{arc.hue}" '
            f'fill-opacity="{max(0.62 - 0.13 * (arc.depth - 1), 0.2):.2f}" stroke="currentColor" '
            f'stroke-opacity=".35" stroke-width=".75"><title>{escape(arc.title)}</title></path>'
        )
        half = (r0 + r1) / 2
        turn = (arc.start + arc.end) / 2
        if (arc.end - arc.start) * 2 * math.pi * half < 12:
            continue
        angle = turn * 360 - 90
        flip = 90 < angle % 360 < 270
        x = centre + half * math.cos(math.radians(angle))
        y = centre + half * math.sin(math.radians(angle))
        texts.append(
            f'<text transform="translate({x:.1f} {y:.1f}) rotate({angle + 180 * flip:.1f})" '
            f'text-anchor="middle" dy="4" font-size="11.5">'
            f"{escape(cut(arc.name, room=thick - 8, size=11.5))}</text>"
        )
    texts.append(
        f'<text x="{centre:g}" y="{centre + 5:g}" text-anchor="middle" font-weight="600">'
        f"{escape(cut(middle, room=2 * hole - 14))}</text>"
    )
    return svg(2 * centre, 2 * centre, inside="".join([*parts, *texts]), kind="plain-chart rings")


def _sector(centre: float, r0: float, r1: float, start: float, end: float) -> str:
    if end - start > 0.9999:
        end = start + 0.9999  # an arc cannot end where it begins
    a, b = ((turn - 0.25) * 2 * math.pi for turn in (start, end))
    large = int(end - start > 0.5)

    def at(r: float, angle: float) -> str:
        return f"{centre + r * math.cos(angle):.2f} {centre + r * math.sin(angle):.2f}"

    return (
        f"M{at(r0, a)}L{at(r1, a)}A{r1:.2f} {r1:.2f} 0 {large} 1 {at(r1, b)}"
        f"L{at(r0, b)}A{r0:.2f} {r0:.2f} 0 {large} 0 {at(r0, a)}Z"
    )


def columns(shares: dict[int, float], *, rank: int, last: int) -> str:
    """Draw in how many replicates a unit took each rank; the published one in another colour.

    Args:
        shares: Share of the replicates by rank.
        rank: The published rank.
        last: The worst rank there is.
    """
    low = max(1, min([*shares, rank]) - 2)
    high = min(last, max([*shares, rank]) + 2)
    n = high - low + 1
    step = min(max(560 / n, 3), 34)
    top = max(shares.values(), default=1.0)
    every = max(1, math.ceil(26 / step))
    parts = [f'<path d="M0 100H{n * step + 24:g}" stroke="currentColor" stroke-opacity=".4"/>']
    for i in range(n):
        place = low + i
        x, tall = 12 + i * step, 88 * shares.get(place, 0.0) / top
        if tall:
            hue = ORANGE if place == rank else ACCENT
            parts.append(
                f'<rect x="{x + 0.5:.1f}" y="{100 - tall:.1f}" width="{step - 1:.1f}" '
                f'height="{tall:.1f}" fill="{hue}"/>'
            )
        if place == rank or ((place - low) % every == 0 and abs(place - rank) * step > 24):
            weight = ' font-weight="600"' if place == rank else ""
            parts.append(
                f'<text x="{x + step / 2:.1f}" y="116" text-anchor="middle" font-size="12"'
                f"{weight}>{place}</text>"
            )
    return svg(n * step + 24, 122, inside="".join(parts), kind="plain-chart small-chart")


def _length(text: str) -> float:
    return sum(13.0 if unicodedata.east_asian_width(c) in "WF" else 7.8 for c in text)


def _round_ticks(low: float, high: float) -> list[float]:
    span = (high - low) or 1.0
    step = 10 ** math.floor(math.log10(span / 4))
    step *= next(k for k in (1, 2, 5, 10) if span / (k * step) <= 6)
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]


def _plain(number: float) -> str:
    return f"{number:.10g}".replace("-", "−")
