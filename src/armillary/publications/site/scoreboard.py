"""One index as its pages need it: the tree, every score, and how each came about."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.model import methods
from armillary.publications.site.choices import recipe_from, varied_of

if TYPE_CHECKING:
    from armillary.model.observatory import Text
    from armillary.publications.site.core import Site

Row = dict[str, Any]


class Ends(msgspec.Struct, frozen=True, kw_only=True):
    """The units between which min-max stretches one indicator.

    Args:
        worst: Value, as treated, of the unit that scores `low`.
        best: Value, as treated, of the unit that scores `high`.
        low: Score of the worst unit.
        high: Score of the best unit.
        worst_unit: The first unit with the worst value.
        best_unit: The first unit with the best value.
    """

    worst: float
    best: float
    low: float
    high: float
    worst_unit: str
    best_unit: str


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one part adds to the score of its group, for one unit.

    Args:
        weight: Weight among the siblings that have a score; these sum to 1.
        points: Score points it adds; None where the mean is not arithmetic.
    """

    weight: float
    points: float | None


class Scoreboard:
    """One period of one index.

    Args:
        site: The site.
        index: Id of the index.
        period: The period; None the latest.
    """

    def __init__(self, site: Site, index: str, *, period: str | None = None) -> None:
        self.index = index
        self.nodes: list[Row] = sorted(
            site.rows("framework", index=index), key=lambda node: node["position"]
        )
        self.node: dict[str, Row] = {node["code"]: node for node in self.nodes}
        self.children: dict[str, list[str]] = defaultdict(list)
        for node in self.nodes:
            if node["parent"] is not None:
                self.children[node["parent"]].append(node["code"])
        self.every: list[Row] = site.keep(f"score:{index}", lambda: site.rows("score", index=index))
        self.periods = sorted({row["TIME_PERIOD"] for row in self.every}, reverse=True)
        self.latest = self.periods[0] if self.periods else ""
        self.period: str = period or self.latest
        self.rows = [row for row in self.every if row["TIME_PERIOD"] == self.period]
        self.score: dict[tuple[str, str], Row] = {
            (row["unit"], row["code"]): row for row in self.rows
        }
        self.interval: dict[str, Row] = {
            row["unit"]: row
            for row in site.rows("rank_interval", index=index)
            if row["TIME_PERIOD"] == self.period
        }
        self.choices: list[Row] = site.rows("recipe", index=index)
        self.recipe = recipe_from(self.choices, self.node)
        self.varied = varied_of(self.choices)
        self.root: str = next((n["code"] for n in self.nodes if n["parent"] is None), "")
        names = {unit: site.name("CL_AREA", unit) for unit in {row["unit"] for row in self.rows}}
        at_root = [(unit, self.score.get((unit, self.root), {})) for unit in names]
        at_root.sort(key=lambda one: (one[1].get("rank") is None, one[1].get("rank"), one[0]))
        self.units = [unit for unit, _ in at_root]
        self.ranked = [unit for unit, row in at_root if row.get("rank") is not None]
        self.names: dict[str, Text] = names
        self._ends: dict[str, Ends | None] = {}

    @cached_property
    def pillars(self) -> list[str]:
        """The parts of the index itself."""
        return self.children[self.root]

    @cached_property
    def leaves(self) -> list[str]:
        """The indicators, in the order listed."""
        return [node["code"] for node in self.nodes if node["kind"] == "indicator"]

    @cached_property
    def groups(self) -> list[str]:
        """The groups, in the order listed, the root first."""
        return [node["code"] for node in self.nodes if node["kind"] != "indicator"]

    def mean(self, group: str | None) -> methods.Mean | None:
        """Return how a group is aggregated; None where the store holds no recipe."""
        if self.recipe is None or group is None or group not in self.node:
            return None
        return self.recipe.aggregate.of(group, level=self.node[group]["level"])

    def normalise(self, code: str) -> methods.Normalise | None:
        """Return how an indicator is normalised; None where the store holds no recipe."""
        if self.recipe is None:
            return None
        own = self.recipe.indicator.get(code)
        return self.recipe.normalise if own is None or own.normalise is None else own.normalise

    def _parts(self, unit: str, group: str) -> list[tuple[float, float]]:
        """Return score and weight of every part that has both."""
        found = []
        for code in self.children[group]:
            row = self.score.get((unit, code))
            weight = self.node[code]["weight"]
            if row is not None and row["score"] is not None and weight > 0:
                found.append((row["score"], weight))
        return found

    def among(self, code: str) -> float | None:
        """Return the weight of a node as a share of all its siblings' weights."""
        parent = self.node[code]["parent"]
        total = sum(self.node[c]["weight"] for c in self.children[parent]) if parent else 0.0
        return self.node[code]["weight"] / total if total > 0 else None

    def share(self, unit: str, code: str) -> Share | None:
        """Return what one part adds to the score of its group, where the group has a score."""
        group = self.node[code]["parent"]
        row = self.score.get((unit, code))
        held = self.score.get((unit, group)) if group is not None else None
        weight = self.node[code]["weight"]
        if not row or not held or row["score"] is None or held["score"] is None or weight <= 0:
            return None
        rescaled = weight / sum(w for _, w in self._parts(unit, group))
        plain = isinstance(self.mean(group), methods.Arithmetic)
        return Share(weight=rescaled, points=rescaled * row["score"] if plain else None)

    def ends(self, code: str) -> Ends | None:
        """Return the ends of min-max of one indicator; None where it is normalised otherwise."""
        if code not in self._ends:
            self._ends[code] = self._find_ends(code)
        return self._ends[code]

    def _find_ends(self, code: str) -> Ends | None:
        method = self.normalise(code)
        if not isinstance(method, methods.MinMax) or self.recipe is None:
            return None
        known = [
            (row["treated"], row["unit"])
            for row in (self.every if self.recipe.pool_years else self.rows)
            if row["code"] == code and row["treated"] is not None
        ]
        if not known or min(known)[0] == max(known)[0]:
            return None
        small, large = min(known), max(known, key=lambda one: one[0])
        worst, best = (small, large) if self.node[code]["direction"] > 0 else (large, small)
        return Ends(
            worst=worst[0],
            best=best[0],
            low=method.range[0],
            high=method.range[1],
            worst_unit=worst[1],
            best_unit=best[1],
        )

    @cached_property
    def top(self) -> float:
        """The right end of the bars that show scores."""
        most = max((row["score"] for row in self.rows if row["score"] is not None), default=0.0)
        return 100.0 if 1 < most <= 100 else most

    def beneath(self, code: str) -> list[str]:
        """Return a node's parts, and theirs, in the order listed."""
        found: list[str] = []
        for part in self.children[code]:
            found += [part, *self.beneath(part)]
        return found


class Cells:
    """The observations behind the raw values of one index, as received.

    Args:
        site: The site.
        board: The index.
    """

    def __init__(self, site: Site, board: Scoreboard) -> None:
        wanted = {
            origin
            for row in board.rows
            if row["value"] is not None and row["origin"]
            for origin in row["origin"].split()
        }
        table = site.store.table("observation")
        places = {place for row in board.rows for place in places_of(row)}
        self._found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        if not wanted:
            return
        found = table.filter(table["origin"].isin(sorted(wanted)))
        found = found.select(
            "origin", "locator", "REF_AREA", "INDICATOR", "TIME_PERIOD", "OBS_VALUE", "OBS_TEXT",
            "OBS_STATUS", "OBS_FLAG", "UNIT_MEASURE", "UNIT_MULT", "VINTAGE",
        )  # fmt: skip
        for row in site.store.rows(found.order_by(["origin", "locator", "INDICATOR"])):
            if row["locator"] in places:
                self._found[row["origin"], row["locator"], row["REF_AREA"]].append(row)

    def of(self, row: Row) -> list[Row]:
        """Return the observations one raw value was made from."""
        found = [
            cell
            for origin in (row["origin"] or "").split()
            for place in places_of(row)
            for cell in self._found.get((origin, place, row["unit"]), ())
        ]
        own = [cell for cell in found if cell["INDICATOR"] == row["code"]]
        return own if own and len(places_of(row)) == 1 else found


def places_of(row: Row) -> list[str]:
    """Return the cells or lines of a raw value."""
    return (row["locator"] or "").split(" | ") if row["locator"] else []
