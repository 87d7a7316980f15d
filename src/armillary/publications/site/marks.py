"""Small drawings inside rows of a table: inline SVG without style attributes.

Each is hidden from assistive technology, because the numbers it shows stand beside it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEAD = '<svg class="mark {kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'


def _svg(kind: str, width: float, height: float, inside: str) -> Markup:
    head = _HEAD.format(kind=kind, width=f"{width:g}", height=f"{height:g}")
    return Markup(f'{head} aria-hidden="true" focusable="false">{inside}</svg>')  # noqa: S704 - numbers only


def rank_interval(
    rank: float | None,
    *,
    low: float | None,
    high: float | None,
    last: int,
    width: int = 150,
) -> Markup:
    """Draw a rank as a dot on its interval, rank 1 at the left.

    Args:
        rank: Rank; None draws nothing.
        low: Better end of the interval.
        high: Worse end of the interval.
        last: The worst rank of all, the right end of the axis.
        width: Width in pixels.
    """
    if rank is None or low is None or high is None:
        return Markup("")
    span = max(last - 1, 1)

    def at(value: float) -> float:
        return round(6 + (value - 1) / span * (width - 12), 1)

    return _svg(
        "interval",
        width,
        16,
        f'<line class="axis" x1="6" x2="{width - 6}" y1="8" y2="8"/>'
        f'<line class="range" x1="{at(low) - 2:g}" x2="{at(high) + 2:g}" y1="8" y2="8"/>'
        f'<circle cx="{at(rank):g}" cy="8" r="4"/>',
    )


def bar(
    value: float | None, *, top: float, bottom: float = 0.0, width: int = 100, kind: str = ""
) -> Markup:
    """Draw a value as a bar from zero (or from `bottom`, where that is above zero).

    Args:
        value: The value; None draws nothing.
        top: The value at the right end.
        bottom: The value at the left end.
        width: Width in pixels.
        kind: Another class, to colour it.
    """
    if value is None or top <= bottom:
        return Markup("")

    def at(number: float) -> float:
        return min(max((number - bottom) / (top - bottom), 0.0), 1.0) * width

    zero = at(0.0)
    left, right = sorted((zero, at(value)))
    return _svg(
        f"bar {kind}".strip(),
        width,
        12,
        f'<rect class="track" x="0" y="3" width="{width}" height="6" rx="3"/>'
        f'<rect class="fill" x="{left:.1f}" y="3" width="{right - left:.1f}" height="6" rx="3"/>',
    )


def spark(values: Sequence[float | None], *, width: int = 100, height: int = 24) -> Markup:
    """Draw a small line; a missing value is a gap, and the last known one a dot.

    Args:
        values: In the order of time, shape (periods,); None is missing.
        width: Width in pixels.
        height: Height in pixels.
    """
    known = [value for value in values if value is not None]
    if not known:
        return Markup("")
    low, high = min(0.0, *known), max(0.0, *known)
    span = (high - low) or 1.0
    step = (width - 8) / max(len(values) - 1, 1)
    parts: list[str] = []
    last, gap = (0.0, 0.0), True
    for i, value in enumerate(values):
        if value is None:
            gap = True
            continue
        last = (round(4 + i * step, 1), round(height - 4 - (value - low) / span * (height - 8), 1))
        parts.append(f"{'M' if gap else 'L'}{last[0]:g} {last[1]:g}")
        gap = False
    return _svg(
        "spark",
        width,
        height,
        f'<path d="{"".join(parts)}"/><circle cx="{last[0]:g}" cy="{last[1]:g}" r="2.5"/>',
    )


def columns(values: Sequence[float], *, width: int = 220, height: int = 36) -> Markup:
    """Draw counts as columns side by side, from zero.

    Args:
        values: In order, shape (periods,).
        width: Width in pixels.
        height: Height in pixels.
    """
    top = max(values, default=0)
    if top <= 0:
        return Markup("")
    step = width / len(values)
    drawn = (
        f'<rect class="fill" x="{i * step:.1f}" y="{height * (1 - value / top):.1f}" '
        f'width="{max(step - 1, 0.5):.1f}" height="{height * value / top:.1f}"/>'
        for i, value in enumerate(values)
        if value
    )
    return _svg("columns", width, height, "".join(drawn))


def named(svg: str, *, title: str, about: str) -> Markup:
    """Put a drawing of `drawing` into a page as one image with a name and a description.

    Args:
        svg: The drawing.
        title: Its name.
        about: What is to be seen.
    """
    head, _, rest = svg.partition(">")
    label = escape(f"{title}. {about}")
    return Markup(f'{head} role="img" aria-label="{label}">{rest}')  # noqa: S704 - texts escaped


def address(svg: str) -> str:
    """Give a drawing as an address that holds it, to download without a file beside the page.

    Args:
        svg: The drawing.
    """
    return f"data:image/svg+xml,{quote(svg)}"


def embedded_json(held: object) -> Markup:
    """Write data to stand in a page for its script, safe inside a script element.

    Args:
        held: What JSON can hold.
    """
    text = json.dumps(held, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - no character that HTML reads is left
