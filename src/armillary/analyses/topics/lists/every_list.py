"""All lists by open rules of one map, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from armillary.analyses.topics.lists.baselines import growth_list, size_list
from armillary.analyses.topics.lists.bursts import BurstRule, bursts_of_clusters, bursts_of_terms
from armillary.analyses.topics.lists.fronts import FrontRule, research_fronts
from armillary.analyses.topics.lists.open_list import list_tables
from armillary.analyses.topics.lists.prominence import ProminenceRule, prominence_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from armillary.analyses.topics.cards.facts import Facts
    from armillary.model.table import Table


class ListRule(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of every list.

    Args:
        fronts: Research fronts.
        prominence: Weights of prominence.
        bursts: The automaton of bursts.
        length: Most entries of the baselines.
    """

    fronts: FrontRule = FrontRule()
    prominence: ProminenceRule = ProminenceRule()
    bursts: BurstRule = BurstRule()
    length: int = 20


_DEFAULT = ListRule()


def open_lists(
    facts: Facts,
    tables: Mapping[str, pa.Table],
    *,
    works: Table,
    citations: Table,
    rule: ListRule = _DEFAULT,
) -> dict[str, pa.Table]:
    """Make every list by an open rule.

    Source: see the module of each list.

    Args:
        facts: Works, clusters and terms of the map.
        tables: The map: `cluster`, `cluster_work`, `cluster_year`.
        works: Table `work` of the corpus.
        citations: Columns `citing`, `cited`; may be empty.
        rule: Every parameter.

    Returns:
        `topic_list`, `topic_list_rule`, `burst`, and where fronts were found
        `research_front` and `front_work`.
    """
    clusters = tables["cluster"]
    return list_tables(
        [
            *research_fronts(
                works, citations, corpus=facts.corpus, last_year=facts.last_year, rule=rule.fronts
            ),
            prominence_list(
                clusters,
                tables["cluster_work"],
                works=works,
                last_year=facts.last_year,
                rule=rule.prominence,
            ),
            bursts_of_clusters(
                clusters, tables["cluster_year"], corpus=facts.corpus, rule=rule.bursts
            ),
            bursts_of_terms(
                facts.text.terms,
                facts.text.uses,
                years=facts.years,
                corpus=facts.corpus,
                rule=rule.bursts,
            ),
            growth_list(clusters, length=rule.length),
            size_list(clusters, length=rule.length),
        ],
        corpus=facts.corpus,
    )
