"""Drawings of the topic pages: the map, the course of one topic, a ratio with its interval.

Drawn here, not by the chart engine: there are hundreds, and the map holds links.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Orange and blue differ for every kind of colour vision; grey is neither.
# Growth in doubt is a ring of the colour of growth.
COLOURS = {"grows": "#c2611f", "doubt": "#c2611f", "shrinks": "#2f78b7", "unsure": "#8b97a3"}
SIGNS = {"grows": "▲", "doubt": "△", "shrinks": "▼", "unsure": ""}
_WIDTH, _HEIGHT, _EDGE = 1080, 640, 64
_COVERED = 0.16  # share of the map all circles cover
_MOST_LABELS = 34
_FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', "
    "'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
)


def topic_map(
    clusters: Sequence[dict[str, Any]],
    *,
    link: Callable[[str], str] | None,
    label: Callable[[dict[str, Any]], str],
) -> Markup:
    """Draw clusters as circles, area by works, colour by growth, the largest named.

    The drawing is hidden from assistive technology; the table beside it has the same links.

    Args:
        clusters: Rows of `cluster`, the largest first.
        link: Gives the address of the page of a cluster; None draws a file without links.
        label: Gives the label of a cluster in the language of the page; the map shows its
            first term.
    """
    placed = _placed(clusters)
    circles, names = [], []
    for row, (x, y, r) in placed:
        kind = row["verdict"]
        shape = (
            f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{COLOURS[kind]}" '
            f'fill-opacity="{0.12 if kind == "doubt" else 0.62}" stroke="{COLOURS[kind]}">'
            f"<title>{escape(label(row))}</title></circle>"
        )
        circles.append(
            f'<a href="{escape(link(row["cluster"]))}" tabindex="-1">{shape}</a>' if link else shape
        )
    for (x, y), text in _labels(placed, label):
        names.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>')
    hidden = ' aria-hidden="true" focusable="false"' if link else ""
    return Markup(  # noqa: S704 - every text escaped above
        '<svg xmlns="http://www.w3.org/2000/svg" class="topic-map" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f"{hidden}>{''.join(circles)}"
        f'<g class="names" font-family="{escape(_FONT)}" font-size="14" fill="currentColor">'
        f"{''.join(names)}</g></svg>"
    )


def _placed(
    clusters: Sequence[dict[str, Any]],
) -> list[tuple[dict[str, Any], tuple[float, float, float]]]:
    xs = [row["x"] for row in clusters]
    ys = [row["y"] for row in clusters]
    total = sum(row["n_works"] for row in clusters)
    area = _COVERED * _WIDTH * _HEIGHT / max(total, 1)

    def at(value: float, values: list[float], length: int) -> float:
        low, high = min(values), max(values)
        inner = length - 2 * _EDGE
        return _EDGE + inner * ((value - low) / (high - low) if high > low else 0.5)

    return [
        (
            row,
            (
                at(row["x"], xs, _WIDTH),
                at(row["y"], ys, _HEIGHT),
                max(math.sqrt(row["n_works"] * area / math.pi), 2.5),
            ),
        )
        for row in clusters
    ]


def _labels(
    placed: Sequence[tuple[dict[str, Any], tuple[float, float, float]]],
    label: Callable[[dict[str, Any]], str],
) -> list[tuple[tuple[float, float], str]]:
    """Name the largest clusters and those in the lists, where a name has room."""
    wanted = sorted(placed, key=lambda one: (one[0]["growing_rank"] or 999, -one[0]["n_works"]))[
        : 3 * _MOST_LABELS
    ]
    taken: list[tuple[float, float, float, float]] = []
    found = []
    for row, (x, y, r) in wanted:
        name = label(row).split(", ")[0]
        text = f"{SIGNS[row['verdict']]} {name}".strip()
        width = _width(text)
        middle = min(max(x, width / 2 + 4), _WIDTH - width / 2 - 4)
        for line in (y + 5, y + r + 16, y - r - 6):
            box = (middle - width / 2 - 4, line - 14, middle + width / 2 + 4, line + 5)
            inside = line > 14 and line < _HEIGHT - 4
            if inside and not any(_touch(box, other) for other in taken):
                taken.append(box)
                found.append(((middle, line), text))
                break
        if len(found) == _MOST_LABELS:
            break
    return found


def _width(text: str) -> float:
    """Return how wide a text is at most in the fonts of the drawing, at their size."""
    return sum(
        14.5 if unicodedata.east_asian_width(c) in "WFA" else 12.5 if c in "mwMW" else
        10.5 if c.isupper() else 4.6 if c in "iljtf .,'" else 8.4
        for c in text
    )  # fmt: skip


def _touch(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def course(
    points: Sequence[tuple[int, float | None]], *, percent: Callable[[float], str]
) -> Markup:
    """Draw the share of one topic in all works of each year as bars on named axes.

    Args:
        points: (year, share) in order; years follow each other, None is a year without works.
        percent: Writes a share.
    """
    known = [share for _, share in points if share is not None]
    top = max(known, default=0.0) or 1.0
    step = _nice(top / 3)
    ticks = [n * step for n in range(int(top / step + 1e-9) + 2)]
    high = ticks[-1]
    left, right, head, foot, width, height = 58.0, 8.0, 10.0, 26.0, 640.0, 220.0
    wide = (width - left - right) / max(len(points), 1)

    def y(share: float) -> float:
        return head + (height - head - foot) * (1 - share / high)

    def line(tick: float) -> str:
        at, said = y(tick), escape(percent(tick))
        return (
            f'<line class="rule" stroke="#8b97a3" stroke-opacity="0.3" x1="{left:g}" '
            f'x2="{width - right:g}" y1="{at:.1f}" y2="{at:.1f}"/>'
            f'<text x="{left - 8:g}" y="{at + 4:.1f}" text-anchor="end">{said}</text>'
        )

    parts = [line(tick) for tick in ticks]
    every = max(1, math.ceil(40 / wide))
    for n, (year, share) in enumerate(points):
        x = left + n * wide
        if share is not None:
            parts.append(
                f'<rect fill="#5b7083" x="{x + wide * 0.12:.1f}" y="{y(share):.1f}" '
                f'width="{wide * 0.76:.1f}" '
                f'height="{y(0) - y(share):.1f}"/>'
            )
        if (len(points) - 1 - n) % every == 0:
            parts.append(
                f'<text x="{x + wide / 2:.1f}" y="{height - 7:g}" text-anchor="middle">'
                f"{year}</text>"
            )
    return Markup(  # noqa: S704 - numbers, and texts escaped above
        f'<svg xmlns="http://www.w3.org/2000/svg" class="course" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="{escape(_FONT)}" font-size="12">'
        f"{''.join(parts)}</svg>"
    )


def _nice(step: float) -> float:
    """Return 1, 2 or 5 times a power of ten, not below `step`.

    Examples:
        >>> _nice(0.0031), _nice(0.7)
        (0.005, 1.0)
    """
    power = 10.0 ** math.floor(math.log10(step))
    return float(next(m * power for m in (1, 2, 5, 10) if m * power >= step * 0.999))


def ratio_interval(
    value: float, *, low: float, high: float, end: float, kind: str, width: int = 110
) -> Markup:
    """Draw a ratio and its interval on a logarithmic axis, 1 in the middle.

    Args:
        value: The ratio.
        low: Lower end of its interval.
        high: Upper end of its interval.
        end: The ratio at the right end; the left end is 1/`end`.
        kind: Verdict, which gives the colour.
        width: Width in pixels.
    """
    reach = math.log(max(end, 1.01))

    def at(ratio: float) -> float:
        place = 0.5 + math.log(max(ratio, 1e-9)) / (2 * reach)
        return round(6 + min(max(place, 0.0), 1.0) * (width - 12), 1)

    return Markup(  # noqa: S704 - numbers only
        f'<svg class="mark ratio {kind}" viewBox="0 0 {width} 16" width="{width}" height="16" '
        f'aria-hidden="true" focusable="false"><line class="axis" x1="{width / 2:g}" '
        f'x2="{width / 2:g}" y1="0" y2="16"/><line class="range" x1="{at(low):g}" '
        f'x2="{at(high):g}" y1="8" y2="8"/><circle cx="{at(value):g}" cy="8" r="4"/></svg>'
    )
