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
COLOURS = {"grows": "#c2611f", "shrinks": "#2f78b7", "unsure": "#8b97a3"}
SIGNS = {"grows": "▲", "shrinks": "▼", "unsure": ""}
_WIDTH, _HEIGHT, _EDGE = 960, 620, 64
_COVERED = 0.16  # share of the map all circles cover
_MOST_LABELS = 34
_FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', "
    "'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
)


def growth_class(low: float, high: float) -> str:
    """Tell what the interval of a growth ratio lets one say.

    Examples:
        >>> growth_class(1.1, 1.9), growth_class(0.8, 1.2), growth_class(0.4, 0.9)
        ('grows', 'unsure', 'shrinks')
    """
    return "grows" if low > 1 else "shrinks" if high < 1 else "unsure"


def topic_map(clusters: Sequence[dict[str, Any]], *, link: Callable[[str], str] | None) -> Markup:
    """Draw clusters as circles, area by works, colour by growth, the largest named.

    The drawing is hidden from assistive technology; the table beside it has the same links.

    Args:
        clusters: Rows of `cluster`, the largest first.
        link: Gives the address of the page of a cluster; None draws a file without links.
    """
    placed = _placed(clusters)
    circles, names = [], []
    for row, (x, y, r) in placed:
        kind = growth_class(row["growth_low"], row["growth_high"])
        shape = (
            f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{COLOURS[kind]}" '
            f'fill-opacity="0.62" stroke="{COLOURS[kind]}">'
            f"<title>{escape(row['label'])}</title></circle>"
        )
        circles.append(
            f'<a href="{escape(link(row["cluster"]))}" tabindex="-1">{shape}</a>' if link else shape
        )
    for (x, y), text in _labels(placed):
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
) -> list[tuple[tuple[float, float], str]]:
    """Name the largest clusters and those in the lists, where a name has room."""
    wanted = sorted(placed, key=lambda one: (one[0]["growing_rank"] or 999, -one[0]["n_works"]))[
        : 3 * _MOST_LABELS
    ]
    taken: list[tuple[float, float, float, float]] = []
    found = []
    for row, (x, y, r) in wanted:
        kind = growth_class(row["growth_low"], row["growth_high"])
        name = (row["terms"] or [row["label"]])[0]
        text = f"{SIGNS[kind]} {name}".strip()
        width = sum(14 if unicodedata.east_asian_width(c) in "WF" else 7.4 for c in text)
        middle = min(max(x, width / 2 + 2), _WIDTH - width / 2 - 2)
        for line in (y + 5, y + r + 16, y - r - 6):
            box = (middle - width / 2, line - 13, middle + width / 2, line + 4)
            inside = line > 14 and line < _HEIGHT - 4
            if inside and not any(_touch(box, other) for other in taken):
                taken.append(box)
                found.append(((middle, line), text))
                break
        if len(found) == _MOST_LABELS:
            break
    return found


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
            f'<line class="rule" x1="{left:g}" x2="{width - right:g}" y1="{at:.1f}" y2="{at:.1f}"/>'
            f'<text x="{left - 8:g}" y="{at + 4:.1f}" text-anchor="end">{said}</text>'
        )

    parts = [line(tick) for tick in ticks]
    every = max(1, math.ceil(40 / wide))
    for n, (year, share) in enumerate(points):
        x = left + n * wide
        if share is not None:
            parts.append(
                f'<rect x="{x + wide * 0.12:.1f}" y="{y(share):.1f}" width="{wide * 0.76:.1f}" '
                f'height="{y(0) - y(share):.1f}"/>'
            )
        if (len(points) - 1 - n) % every == 0:
            parts.append(
                f'<text x="{x + wide / 2:.1f}" y="{height - 7:g}" text-anchor="middle">'
                f"{year}</text>"
            )
    return Markup(  # noqa: S704 - numbers, and texts escaped above
        f'<svg class="course" viewBox="0 0 {width:g} {height:g}" aria-hidden="true" '
        f'focusable="false">{"".join(parts)}</svg>'
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
    value: float, *, low: float, high: float, end: float, width: int = 130
) -> Markup:
    """Draw a ratio and its interval on a logarithmic axis, 1 in the middle.

    Args:
        value: The ratio.
        low: Lower end of its interval.
        high: Upper end of its interval.
        end: The ratio at the right end; the left end is 1/`end`.
        width: Width in pixels.
    """
    reach = math.log(max(end, 1.01))

    def at(ratio: float) -> float:
        place = 0.5 + math.log(max(ratio, 1e-9)) / (2 * reach)
        return round(6 + min(max(place, 0.0), 1.0) * (width - 12), 1)

    kind = growth_class(low, high)
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="mark ratio {kind}" viewBox="0 0 {width} 16" width="{width}" height="16" '
        f'aria-hidden="true" focusable="false"><line class="axis" x1="{width / 2:g}" '
        f'x2="{width / 2:g}" y1="0" y2="16"/><line class="range" x1="{at(low):g}" '
        f'x2="{at(high):g}" y1="8" y2="8"/><circle cx="{at(value):g}" cy="8" r="4"/></svg>'
    )
