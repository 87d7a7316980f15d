"""One index as its pages need it: the tree, every score, and how each came about."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import msgspec

if TYPE_CHECKING:
    from armillary.model.observatory import Text
    from armillary.publications.site.core import Site

Row = dict[str, Any]
Mean = Literal["arithmetic", "geometric"]
_CLOSE = 1e-6  # of the score; two ways to add the same numbers differ by less


class Normalisation(msgspec.Struct, frozen=True, kw_only=True):
    """How raw values of one indicator became scores, as the stored scores show.

    Args:
        method: "minmax", or "none" where the values are the scores.
        worst: Raw value of the unit that scores `low`; min-max only.
        best: Raw value of the unit that scores `high`; min-max only.
        low: Score of the worst unit.
        high: Score of the best unit.
        worst_unit: The first unit with the worst value.
        best_unit: The first unit with the best value.
    """

    method: Literal["minmax", "none"]
    worst: float = math.nan
    best: float = math.nan
    low: float = math.nan
    high: float = math.nan
    worst_unit: str = ""
    best_unit: str = ""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one part adds to the score of its group, for one unit.

    Args:
        weight: Weight among the siblings that have a score; these sum to 1.
        points: Score points it adds; None where the mean is not arithmetic.
    """

    weight: float
    points: float | None


class Scoreboard:
    """The latest period of one index.

    Args:
        site: The site.
        index: Id of the index.
    """

    def __init__(self, site: Site, index: str) -> None:
        self.index = index
        self.nodes: list[Row] = sorted(
            site.rows("framework", index=index), key=lambda node: node["position"]
        )
        self.node: dict[str, Row] = {node["code"]: node for node in self.nodes}
        self.children: dict[str, list[str]] = defaultdict(list)
        for node in self.nodes:
            if node["parent"] is not None:
                self.children[node["parent"]].append(node["code"])
        rows = site.rows("score", index=index)
        self.period: str = max((row["TIME_PERIOD"] for row in rows), default="")
        self.rows = [row for row in rows if row["TIME_PERIOD"] == self.period]
        self.score: dict[tuple[str, str], Row] = {
            (row["unit"], row["code"]): row for row in self.rows
        }
        self.interval: dict[str, Row] = {
            row["unit"]: row
            for row in site.rows("rank_interval", index=index)
            if row["TIME_PERIOD"] == self.period
        }
        self.root: str = next((n["code"] for n in self.nodes if n["parent"] is None), "")
        names = {unit: site.name("CL_AREA", unit) for unit in {row["unit"] for row in self.rows}}
        at_root = [(unit, self.score.get((unit, self.root), {})) for unit in names]
        at_root.sort(key=lambda one: (one[1].get("rank") is None, one[1].get("rank"), one[0]))
        self.units = [unit for unit, _ in at_root]
        self.ranked = [unit for unit, row in at_root if row.get("rank") is not None]
        self.names: dict[str, Text] = names

    @cached_property
    def pillars(self) -> list[str]:
        """The parts of the index itself."""
        return self.children[self.root]

    @cached_property
    def leaves(self) -> list[str]:
        """The indicators, in the order listed."""
        return [node["code"] for node in self.nodes if node["kind"] == "indicator"]

    @cached_property
    def means(self) -> dict[str, Mean | None]:
        """The mean each group takes, found by computing every score again; None: neither."""
        return {group: self._mean(group) for group in self.children}

    def _mean(self, group: str) -> Mean | None:
        possible: dict[Mean, bool] = {"arithmetic": True, "geometric": True}
        for unit in self.units:
            held = self.score.get((unit, group))
            parts = self._parts(unit, group)
            if held is None or held["score"] is None or not parts:
                continue
            total = sum(weight for _, weight in parts)
            slack = _CLOSE * max(1.0, abs(held["score"]))
            plain = sum(score * weight for score, weight in parts) / total
            possible["arithmetic"] &= abs(plain - held["score"]) <= slack
            if min(score for score, _ in parts) > 0:
                log = sum(math.log(score) * weight for score, weight in parts) / total
                possible["geometric"] &= abs(math.exp(log) - held["score"]) <= slack
            else:
                possible["geometric"] = False
        return next((mean for mean, holds in possible.items() if holds), None)

    def _parts(self, unit: str, group: str) -> list[tuple[float, float]]:
        """Return score and weight of every part that has both."""
        found = []
        for code in self.children[group]:
            row = self.score.get((unit, code))
            weight = self.node[code]["weight"]
            if row is not None and row["score"] is not None and weight > 0:
                found.append((row["score"], weight))
        return found

    def share(self, unit: str, code: str) -> Share | None:
        """Return what one part adds to the score of its group, where the group has a score."""
        group = self.node[code]["parent"]
        row = self.score.get((unit, code))
        held = self.score.get((unit, group)) if group is not None else None
        weight = self.node[code]["weight"]
        if not row or not held or row["score"] is None or held["score"] is None or weight <= 0:
            return None
        rescaled = weight / sum(w for _, w in self._parts(unit, group))
        points = rescaled * row["score"] if self.means[group] == "arithmetic" else None
        return Share(weight=rescaled, points=points)

    @cached_property
    def normalisations(self) -> dict[str, Normalisation | None]:
        """How each indicator was normalised; None where the scores tell of no known way."""
        return {code: self._normalisation(code) for code in self.leaves}

    def _normalisation(self, code: str) -> Normalisation | None:
        known = [
            (row["value"], row["score"], unit)
            for unit in sorted(self.units)
            if (row := self.score.get((unit, code))) is not None
            and row["value"] is not None
            and row["score"] is not None
        ]
        if not known:
            return None
        if all(value == score for value, score, _ in known):
            return Normalisation(method="none")
        turned = self.node[code]["direction"] < 0
        worst, low, worst_unit = min(known, key=lambda one: -one[0] if turned else one[0])
        best, high, best_unit = max(known, key=lambda one: -one[0] if turned else one[0])
        if worst == best:
            return None
        slope = (high - low) / (best - worst)
        slack = _CLOSE * max(1.0, abs(high), abs(low))
        if any(abs(low + (value - worst) * slope - score) > slack for value, score, _ in known):
            return None
        return Normalisation(
            method="minmax",
            worst=worst,
            best=best,
            low=low,
            high=high,
            worst_unit=worst_unit,
            best_unit=best_unit,
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


def recipe_of(site: Site, index: str) -> dict[str, Any]:
    """Return what the step that made the scores was asked to do."""
    made = site.lineage.get(("score", f"index:{index}"))
    try:
        found = json.loads(made["parameters"]) if made else {}
    except ValueError:
        found = {}
    return found if isinstance(found, dict) else {}
