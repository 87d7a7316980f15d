"""A list like the prominence of topics: how much a topic's recent works are noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from armillary.analyses.topics.lists.baselines import cluster_entry
from armillary.analyses.topics.lists.open_list import OpenList

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.model.table import Table


class ProminenceRule(msgspec.Struct, frozen=True, kw_only=True):
    """Weights and windows; the default weights are recalled, not verified.

    Args:
        citations: Weight of the citations of the recent works.
        venues: Weight of the mean citedness of their venues.
        recent_years: Years of the recent works.
        venue_years: Years before them by which venues are judged.
        venue_works: Fewest works of a venue in these years.
        length: Most entries.
    """

    citations: float = 0.495
    venues: float = 0.114
    recent_years: int = 2
    venue_years: int = 3
    venue_works: int = 5
    length: int = 20


_DEFAULT = ProminenceRule()


def prominence_list(
    clusters: pa.Table,
    members: pa.Table,
    *,
    works: Table,
    last_year: int,
    rule: ProminenceRule = _DEFAULT,
) -> OpenList:
    """List the topics whose recent works are cited most and stand in the most cited venues.

    The score is the weighted sum of the standardised logarithms of (1 + citations that the
    source counts for the recent works) and of (1 + mean citations of their venues' works in
    the years before). A topic whose recent works stand in no venue that can be judged is
    scored by citations alone. Views, which the published measure uses as well, are not open;
    it counts citations of one year, which exports do not tell apart. So this is like
    prominence and not the same.
    Source: Klavans & Boyack (2017), doi:10.1016/j.joi.2017.10.002, for the idea; the weights
    are recalled from descriptions of SciVal and not verified.

    Args:
        clusters: Table `cluster` of one map.
        members: Columns `cluster`, `work`.
        works: Columns `work`, `year`, `venue`, `cited_by_count`.
        last_year: Last complete year.
        rule: Weights and windows.
    """
    rows = works.select("work", "year", "venue", "cited_by_count").to_pyarrow()
    rows = rows.filter(pc.less_equal(rows["year"], last_year)).sort_by("work")
    made = {"name": "prominence", "rule": _in_words(rule), "parameters": msgspec.to_builtins(rule)}
    cited = np.asarray(
        rows["cited_by_count"].cast(pa.float64()).fill_null(float("nan")).to_numpy(),
        dtype=np.float64,
    )
    years = rows["year"].to_numpy().astype(np.int64)
    recent = years > last_year - rule.recent_years
    if np.isnan(cited[recent]).all():
        return OpenList(
            **made,
            why_not={
                "en": "The source counts no citations of the works of the last "
                f"{rule.recent_years} years.",
                "zh": f"来源未提供最近{rule.recent_years}年文献的被引次数。",
            },
        )
    names = sorted(clusters["cluster"].to_pylist())
    labels = _labels(members, rows["work"], names)
    held = recent & (labels >= 0) & ~np.isnan(cited)
    n_citations = np.bincount(labels[held], weights=cited[held], minlength=len(names))
    has_recent = np.bincount(labels[held], minlength=len(names)) > 0
    venue = _venue_means(rows["venue"], years, cited=cited, last_year=last_year, rule=rule)
    judged = held & ~np.isnan(venue)
    n_judged = np.bincount(labels[judged], minlength=len(names))
    of_venues = np.bincount(labels[judged], weights=venue[judged], minlength=len(names))
    of_venues = np.where(n_judged > 0, of_venues / np.maximum(n_judged, 1), np.nan)
    first = _standardised(np.where(has_recent, np.log1p(n_citations), np.nan))
    second = _standardised(np.log1p(of_venues))
    total = rule.citations + rule.venues
    score = np.where(
        np.isnan(second),
        first * total,
        rule.citations * first + rule.venues * np.nan_to_num(second),
    )
    by_name = {row["cluster"]: row for row in clusters.to_pylist()}
    order = sorted(np.flatnonzero(has_recent).tolist(), key=lambda n: (-score[n], names[n]))
    return OpenList(
        **made,
        entries=[
            cluster_entry(by_name[names[n]], float(score[n]))
            | {"note": f"{int(n_citations[n]):,} citations of its recent works"}
            for n in order[: rule.length]
        ],
    )


def _labels(members: pa.Table, works: pa.ChunkedArray, names: list[str]) -> NDArray[np.int64]:
    """Return the number of the cluster of each work, -1 for none."""
    at = pc.index_in(works, members["work"].combine_chunks().cast(works.type))
    cluster = pc.index_in(members["cluster"], pa.array(names)).take(at)
    return np.asarray(pc.fill_null(cluster, -1).to_numpy(), dtype=np.int64)


def _venue_means(
    venues: pa.ChunkedArray,
    years: NDArray[np.int64],
    *,
    cited: NDArray[np.float64],
    last_year: int,
    rule: ProminenceRule,
) -> NDArray[np.float64]:
    """Return the mean citations of the venue of each work in the years before, NaN if unknown."""
    coded = venues.combine_chunks().dictionary_encode()
    number = np.asarray(coded.indices.fill_null(-1).to_numpy(), dtype=np.int64)
    end = last_year - rule.recent_years
    used = (years <= end) & (years > end - rule.venue_years) & (number >= 0) & ~np.isnan(cited)
    size = len(coded.dictionary)
    n_works = np.bincount(number[used], minlength=size)
    total = np.bincount(number[used], weights=cited[used], minlength=size)
    mean = np.where(n_works >= rule.venue_works, total / np.maximum(n_works, 1), np.nan)
    return np.append(mean, np.nan)[number]


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values in standard deviations from their mean; missing stays missing."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        return values
    spread = known.std()
    return (values - known.mean()) / spread if spread > 0 else np.where(np.isnan(values), np.nan, 0)


def _in_words(rule: ProminenceRule) -> dict[str, str]:
    return {
        "en": f"{rule.citations:g} x z(ln(1 + citations of the works of the last "
        f"{rule.recent_years} years)) + {rule.venues:g} x z(ln(1 + mean citations of their "
        f"venues' works of the {rule.venue_years} years before)), z over all topics; views are "
        "not open. The weights are recalled, not verified.",
        "zh": f"{rule.citations:g}×z(ln(1+最近{rule.recent_years}年文献的被引次数))+"
        f"{rule.venues:g}×z(ln(1+其期刊此前{rule.venue_years}年文献的篇均被引))，z在全部主题间"
        "标准化；不含非公开的浏览量。权重为转述，未经核实。",
    }
