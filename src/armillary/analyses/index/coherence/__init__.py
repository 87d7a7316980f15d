"""Step 4 of the Handbook and back: whether an index hangs together as its framework says."""

from armillary.analyses.index.coherence.added_value import added_value
from armillary.analyses.index.coherence.components import (
    Components,
    components_by_group,
    components_of_level,
    loading_rows,
    principal_components,
    variance_rows,
)
from armillary.analyses.index.coherence.correlation import among, matrix, p_values, with_ancestors
from armillary.analyses.index.coherence.edition import (
    Edition,
    biggest_movers,
    node_changes,
    unit_changes,
)
from armillary.analyses.index.coherence.flags import denominator_correlations, flags
from armillary.analyses.index.coherence.importance import (
    correlation_ratio,
    importance,
    importance_by_group,
)
from armillary.analyses.index.coherence.profile import by_peers, by_percentile, by_rank, summary
from armillary.analyses.index.coherence.reliability import (
    alpha_if_deleted,
    average_correlation,
    cronbach_alpha,
    reliability,
)
from armillary.analyses.index.coherence.removal import (
    Removal,
    element_rows,
    unit_rows,
    without_each,
)
from armillary.analyses.index.coherence.statistics import (
    Limits,
    availability,
    availability_by_group,
    describe,
)

__all__ = [
    "Components",
    "Edition",
    "Limits",
    "Removal",
    "added_value",
    "alpha_if_deleted",
    "among",
    "availability",
    "availability_by_group",
    "average_correlation",
    "biggest_movers",
    "by_peers",
    "by_percentile",
    "by_rank",
    "components_by_group",
    "components_of_level",
    "correlation_ratio",
    "cronbach_alpha",
    "denominator_correlations",
    "describe",
    "element_rows",
    "flags",
    "importance",
    "importance_by_group",
    "loading_rows",
    "matrix",
    "node_changes",
    "p_values",
    "principal_components",
    "reliability",
    "summary",
    "unit_changes",
    "unit_rows",
    "variance_rows",
    "with_ancestors",
    "without_each",
]
