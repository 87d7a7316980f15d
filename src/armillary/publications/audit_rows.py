"""The rows of one audit, read from the store: what the report and the pages print."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from armillary.evidence.store import Store

Row = dict[str, Any]

UNDECIDED: Final = (0.1, 0.9)  # probabilities between which a pair cannot be told apart
ALL: Final = "_T"  # the mean shift in rank over all units


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one audit, in the order of the framework or of the ranks.

    Args:
        index: Index in observatory.toml.
        period: Edition audited.
        nodes: Rows of `framework` by code, in its order.
        recipe: Value of each choice by its path.
        statistics: Rows of `audit_statistic`.
        treatments: Rows of `treatment` for the edition.
        n_siblings: Pairs of parts of one group that were correlated.
        n_ancestors: Pairs of a node and a group above it that were correlated.
        flagged: Rows of `audit_correlation` with a flag.
        groups: Rows of `audit_group`.
        importances: Rows of `audit_importance`.
        removals: Rows of `audit_removal` by code.
        added: Rows of `audit_added_value`.
        units: Rows of `audit_rank` joined with those of `rank_interval`, the best rank first.
        variants: Rows of `audit_variant`.
        sensitivity: Rows of `audit_sensitivity` over all units.
        decisive: Number of units whose rank each choice matters to most, by its path.
        pairs: Pairs of units compared.
        undecided: Pairs in which neither is ahead in nine replicates of ten.
    """

    index: str
    period: str
    nodes: dict[str, Row]
    recipe: dict[str, str]
    statistics: list[Row]
    treatments: list[Row]
    n_siblings: int
    n_ancestors: int
    flagged: list[Row]
    groups: list[Row]
    importances: list[Row]
    removals: dict[str, Row]
    added: list[Row]
    units: list[Row]
    variants: list[Row]
    sensitivity: list[Row]
    decisive: dict[str, int]
    pairs: int
    undecided: int


def read_audit(store: Store, index: str) -> Audit | None:
    """Read the audit of one index; None where the store holds none.

    No method of its own.

    Args:
        store: The store.
        index: Index in observatory.toml.
    """

    def of_index(name: str) -> Any:
        table = store.table(name)
        return table.filter(table["index"] == index)

    ranks = store.rows(of_index("audit_rank").order_by(["rank", "unit"]))
    described = store.rows(of_index("audit_statistic"))
    periods = {row["TIME_PERIOD"] for row in (*ranks, *described)}
    nodes = {
        row["code"]: row for row in store.rows(of_index("framework").order_by(["position", "code"]))
    }
    if not periods or not nodes:
        return None
    period = max(periods)
    place = {code: n for n, code in enumerate(nodes)}

    def rows(name: str, *keys: str) -> list[Row]:
        table = of_index(name)
        found = store.rows(table.filter(table["TIME_PERIOD"] == period))
        return sorted(found, key=lambda row: [_place(row[key], place) for key in keys])

    correlations = of_index("audit_correlation")
    correlations = correlations.filter(correlations["TIME_PERIOD"] == period)
    compared = of_index("audit_comparison")
    compared = compared.filter(compared["TIME_PERIOD"] == period)
    between = compared.filter(
        (compared["probability"] > UNDECIDED[0]) & (compared["probability"] < UNDECIDED[1])
    )
    intervals = {row["unit"]: row for row in rows("rank_interval")}
    sensitivity = rows("audit_sensitivity", "path")
    return Audit(
        index=index,
        period=period,
        nodes=nodes,
        recipe={row["path"]: row["value"] for row in store.rows(of_index("recipe"))},
        statistics=rows("audit_statistic", "code"),
        treatments=_treatments(store.rows(of_index("treatment")), period=period, place=place),
        n_siblings=_count(store, correlations.filter(correlations["relation"] == "sibling")),
        n_ancestors=_count(store, correlations.filter(correlations["relation"] == "ancestor")),
        flagged=sorted(
            store.rows(correlations.filter(correlations["flag"].notnull())),
            key=lambda row: (row["flag"], place.get(row["code"], 0), place.get(row["other"], 0)),
        ),
        groups=rows("audit_group", "code"),
        importances=rows("audit_importance", "code"),
        removals={row["code"]: row for row in rows("audit_removal", "code")},
        added=rows("audit_added_value", "code"),
        units=[
            intervals.get(row["unit"], {}) | row for row in ranks if row["TIME_PERIOD"] == period
        ],
        variants=rows("audit_variant", "path", "choice"),
        sensitivity=[row for row in sensitivity if row["unit"] == ALL],
        decisive=_decisive(sensitivity),
        pairs=_count(store, compared),
        undecided=_count(store, between),
    )


def _place(key: str, place: dict[str, int]) -> tuple[int, str]:
    return place.get(key, len(place)), key


def _count(store: Store, table: Any) -> int:
    return int(store.rows(table.count().as_table())[0].popitem()[1])


def _treatments(rows: list[Row], *, period: str, place: dict[str, int]) -> list[Row]:
    """Take those of the edition, or of all years where all were treated together."""
    own = [row for row in rows if row["TIME_PERIOD"] == period]
    if not own and rows:
        last = max(row["TIME_PERIOD"] for row in rows)
        own = [row for row in rows if row["TIME_PERIOD"] == last]
    return sorted(own, key=lambda row: _place(row["code"], place))


def _decisive(rows: list[Row]) -> dict[str, int]:
    """Count units by the choice with the largest total index."""
    largest: dict[str, Row] = {}
    for row in rows:
        if row["unit"] == ALL or row["total_order"] is None:
            continue
        held = largest.get(row["unit"])
        if held is None or row["total_order"] > held["total_order"]:
            largest[row["unit"]] = row
    return dict(Counter(row["path"] for row in largest.values()))
