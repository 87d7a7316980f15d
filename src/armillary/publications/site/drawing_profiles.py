"""Profiles of several units on one axis: each unit has a shape and a colour of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from armillary.publications.charts import PALETTE
from armillary.publications.site.drawing import cut, svg

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _NAMES, _LINE = 760.0, 280.0, 30.0
# Circle, square, triangle, diamond, cross: `compare.js` draws the same.
SHAPES = (
    "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z",
    "M-5 -5H5V5H-5z",
    "M0 -6.5L6.5 5H-6.5z",
    "M0 -7L6 0L0 7L-6 0z",
    "M-6 -2H-2V-6H2V-2H6V2H2V6H-2V2H-6z",
)


def profiles(
    nodes: Sequence[str],
    scores: Sequence[Sequence[float | None]],
    *,
    names: Sequence[str],
    top: float,
    axis: str,
) -> str:
    """Draw the scores of several units at several nodes.

    Args:
        nodes: Names of the rows.
        scores: For each unit its score at each node; None is missing and not drawn.
        names: Names of the units.
        top: The right end of the axis; the left is 0, or the lowest score where that is below.
        axis: What the axis shows.
    """
    low = min([0.0, *(s for row in scores for s in row if s is not None)])
    span = (top - low) or 1.0
    head = 12.0 + 24.0 * ((len(names) + 1) // 2)
    bottom = head + _LINE * len(nodes)

    def at(value: float) -> float:
        return _NAMES + (value - low) / span * (_WIDTH - _NAMES - 20)

    parts = []
    for i, name in enumerate(names):
        x, y = 20 + (i % 2) * _WIDTH / 2, 14.0 + 24 * (i // 2)
        parts.append(
            f'{_shape(i, x, y)}<text x="{x + 14:g}" y="{y + 4.5:g}">'
            f"{escape(cut(name, room=_WIDTH / 2 - 40))}</text>"
        )
    for k in range(5):
        value = low + span * k / 4
        parts.append(
            f'<path d="M{at(value):.1f} {head:g}V{bottom:g}" stroke="currentColor" '
            f'stroke-opacity=".14"/><text x="{at(value):.1f}" y="{bottom + 17:g}" '
            f'text-anchor="middle" font-size="12">{value:.3g}</text>'
        )
    for j, node in enumerate(nodes):
        y = head + _LINE * (j + 0.5)
        known = [row[j] for row in scores if row[j] is not None]
        parts.append(
            f'<text x="{_NAMES - 12:g}" y="{y + 4.5:g}" text-anchor="end">'
            f"{escape(cut(node, room=_NAMES - 14))}</text>"
        )
        if known:
            ends = sorted(at(value) for value in known if value is not None)
            parts.append(
                f'<path d="M{ends[0]:.1f} {y:g}H{ends[-1]:.1f}" stroke="currentColor" '
                'stroke-opacity=".3" stroke-width="1.5"/>'
            )
        for i, row in enumerate(scores):
            score = row[j]
            if score is not None:
                parts.append(_shape(i, at(score), y))
    parts.append(
        f'<text x="{(_NAMES + _WIDTH) / 2:g}" y="{bottom + 38:g}" text-anchor="middle">'
        f"{escape(axis)}</text>"
    )
    return svg(_WIDTH, bottom + 46, inside="".join(parts))


def _shape(i: int, x: float, y: float) -> str:
    return (
        f'<path transform="translate({x:.1f} {y:.1f})" d="{SHAPES[i % len(SHAPES)]}" '
        f'fill="{PALETTE[i % len(PALETTE)]}"/>'
    )
