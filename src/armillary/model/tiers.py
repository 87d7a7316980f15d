"""Named groups of units by their score, as data of a recipe."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec


class Tier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One named tier; the last one of a recipe has no threshold and takes what is left.

    Args:
        code: Short name.
        en: Name in English.
        zh: Name in Chinese.
        above: Threshold that a unit must exceed.
        at_least: Threshold that a unit must reach.
        of: Whether the threshold is of the score, or of its percentage of the reference.
    """

    code: str
    en: str
    zh: str = ""
    above: float | None = None
    at_least: float | None = None
    of: Literal["score", "percent"] = "score"


class Tiers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Named groups of units by their score; a unit belongs to the first whose threshold it meets.

    Args:
        tier: The tiers, the best first.
        relative_to: Unit that percentages are of, e.g. the nation. It may be one that the recipe
            excludes: it is then scored in a run of its own, beside the others.
        decimals: Decimals that scores and percentages are rounded to before being compared.
    """

    tier: tuple[Tier, ...]
    relative_to: str | None = None
    decimals: Annotated[int, msgspec.Meta(ge=0, le=12)] = 6

    def __post_init__(self) -> None:
        """Refuse what sorts nobody, or two ways at once."""
        if len(self.tier) < 2:
            raise ValueError("tiers need at least two, the best first")
        codes = [one.code for one in self.tier]
        if len(set(codes)) != len(codes):
            raise ValueError("two tiers have the same code")
        for one in self.tier[:-1]:
            if (one.above is None) == (one.at_least is None):
                raise ValueError(f"tier {one.code!r} needs one of above and at_least")
            if one.of == "percent" and self.relative_to is None:
                raise ValueError(f"tier {one.code!r} is a percentage: say relative_to which unit")
        if self.tier[-1].above is not None or self.tier[-1].at_least is not None:
            raise ValueError(f"tier {codes[-1]!r} is the last: it has no threshold")
        for basis in ("score", "percent"):
            steps = [
                one.above if one.above is not None else one.at_least
                for one in self.tier[:-1]
                if one.of == basis
            ]
            if steps != sorted(steps, key=lambda step: -(step or 0.0)):
                raise ValueError("list the tiers with the highest threshold first")
