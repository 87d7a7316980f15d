"""The steps of a lens: which works are about which goals, and what share of each topic is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from armillary.model.columns import empty
from armillary.workflow.step import Result, Step, Work

if TYPE_CHECKING:
    from armillary.model.observatory import LensDefinition, Observatory


def lens_steps(definition: LensDefinition, observatory: Observatory) -> list[Step]:
    """Return the steps of one lens.

    Args:
        definition: The lens.
        observatory: What the user defined; its topic maps of the same sources get shares.
    """
    maps = [
        one.id
        for one in observatory.topics.values()
        if not set(one.works).isdisjoint(definition.sources)
    ]

    def find(work: Work) -> Result:
        from armillary.analyses.lenses import look
        from armillary.sources.lenses import read_goals

        works = work.store.table("work")
        found = look(
            works.filter(works["source"].isin(list(definition.sources))),
            read_goals(definition.queries),
            lens=definition.id,
            within_years=definition.within_years,
            progress=work.progress,
        )
        return Result(tables=found.tables, notes=found.notes)

    def shares(work: Work) -> Result:
        from armillary.analyses.lenses import shares_of_goals

        if not maps:
            return Result(tables={"cluster_goal": empty("cluster_goal")})
        goals, members = work.store.table("work_goal"), work.store.table("cluster_work")
        own = work.store.arrow(goals.filter(goals["lens"] == definition.id))
        counted = [
            shares_of_goals(
                own, work.store.arrow(members.filter(members["corpus"] == name)), corpus=name
            )
            for name in maps
        ]
        return Result(tables={"cluster_goal": pa.concat_tables([empty("cluster_goal"), *counted])})

    asked = {"sources": list(definition.sources), "within_years": definition.within_years}
    return [
        Step(
            name=f"lens:{definition.id}",
            says=definition.title.in_language("en"),
            run=find,
            files=definition.queries,
            after=tuple(f"source:{name}" for name in definition.sources),
            parameters=asked,
            code=("analyses/lenses", "analyses/intervals", "sources/lenses", "workflow/lenses"),
        ),
        Step(
            name=f"goals:{definition.id}",
            says=f"Topics and {definition.title.in_language('en')}",
            run=shares,
            after=(f"lens:{definition.id}", *(f"topics:{name}" for name in maps)),
            parameters={"maps": maps},
            code=("analyses/lenses", "analyses/intervals", "workflow/lenses"),
        ),
    ]
