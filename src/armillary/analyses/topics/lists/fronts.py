"""Research fronts: groups of highly cited works that later works cite together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from armillary.analyses.topics.lists.open_list import OpenList
from armillary.model.columns import table_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.model.table import Table


class FrontRule(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of research fronts and of the three lists made from them.

    Args:
        core_share: Share of the works of a year and field that are core works, the most cited.
        core_years: Years core works are of, ending with the last year.
        cocited: Fewest works that cite both of two core works.
        cosine: Least co-citation over the root of the product of their citations.
        hot_share: Share of the fronts, the most cited, among which the youngest are hot.
        emerging_years: Most years from the mean year of the core works to the last year.
        length: Most entries of each list.
    """

    core_share: float = 0.01
    core_years: int = 5
    cocited: int = 2
    cosine: float = 0.1
    hot_share: float = 0.1
    emerging_years: float = 1.5
    length: int = 10


_DEFAULT = FrontRule()
_NAMES = ("hot fronts", "emerging fronts", "key fronts")


def research_fronts(
    works: Table,
    citations: Table,
    *,
    corpus: str,
    last_year: int,
    rule: FrontRule = _DEFAULT,
) -> list[OpenList]:
    """Make research fronts and list the hot, the emerging and the key ones.

    Core works are the most cited of their year and field within the corpus; a field whose year
    has too few works for one of them to be in that share is put together with the other such
    fields of the year. Two core works are linked where enough works cite both; fronts are what
    links hold together (single link), of two core works or more. Citations are those
    within the corpus, so fronts tell about the corpus and not about all science.
    Source: Small (1973), doi:10.1002/asi.4630240406, on co-citation; Clarivate, help of
    Essential Science Indicators, on the thresholds 2 and 0.1 and on single link. The shares and
    years by which hot and emerging fronts are chosen, and CPT, are recalled from the yearly
    reports and not verified: they are parameters.

    Args:
        works: Columns `work`, `title`, `year`, `classes`.
        citations: Columns `citing`, `cited` (works of the corpus).
        corpus: Topic map.
        last_year: Last complete year; later works are left out.
        rule: Parameters.

    Returns:
        Hot fronts, emerging fronts and key fronts. Where the corpus holds no citation, or no
        two core works are cited together, each says so and has no entry.
    """
    rows = works.select("work", "title", "year", "classes").to_pyarrow()
    rows = rows.filter(pc.less_equal(rows["year"], last_year)).sort_by("work")
    ids = rows["work"].combine_chunks()
    citing, cited = _numbered(citations, ids)
    if citing.size == 0:
        return _none(
            rule,
            "The corpus holds no citation between its works, so no work is known to be cited "
            "together with another.",
            "该文献集没有内部引用关系，无法判断哪些文献被共同引用。",
        )
    years = rows["year"].to_numpy().astype(np.int64)
    fields = [(classes or [""])[0] for classes in rows["classes"].to_pylist()]
    n_cited = np.bincount(cited, minlength=len(ids))
    core = core_works(n_cited, years, fields=fields, share=rule.core_share)
    core &= years > last_year - rule.core_years
    groups = linked(citing, cited, core=core, rule=rule)
    if not groups:
        return _none(
            rule,
            f"{int(core.sum())} core works of the last {rule.core_years} years: no two of them "
            f"are cited together by {rule.cocited} works. A larger core_share makes more.",
            f"最近{rule.core_years}年的核心文献有{int(core.sum())}篇，没有两篇被{rule.cocited}篇"
            "以上文献共同引用。可调大core_share。",
        )
    fronts = _fronts(groups, citing, cited=cited, n_cited=n_cited, rows=rows, years=years)
    tables = {
        "research_front": table_of("research_front", [_front_row(f, corpus) for f in fronts]),
        "front_work": _front_works(fronts, ids, n_cited=n_cited, corpus=corpus),
    }
    most_cited = fronts[: max(1, round(rule.hot_share * len(fronts)))]
    hot = sorted(most_cited, key=lambda f: (-f["mean_year"], -f["n_citations"], f["front"]))
    young = [f for f in fronts if last_year - f["mean_year"] <= rule.emerging_years]
    key = sorted(fronts, key=lambda f: (-f["cpt"], f["front"]))
    chosen = ((hot, "mean_year"), (young, "n_citations"), (key, "cpt"))
    return [
        OpenList(
            name=name,
            rule=_in_words(name, rule),
            parameters=msgspec.to_builtins(rule),
            entries=[_entry(front, score) for front in listed[: rule.length]],
            why_not={} if listed else _no_young(rule),
            tables=tables if name == _NAMES[0] else {},
        )
        for name, (listed, score) in zip(_NAMES, chosen, strict=True)
    ]


def core_works(
    n_cited: NDArray[np.int64],
    years: NDArray[np.int64],
    *,
    fields: list[str],
    share: float,
) -> NDArray[np.bool_]:
    """Say which works are among the most cited of their year and field.

    The threshold of a group is the citations of its work at the place share x size, rounded;
    works tied there are all core. Groups too small for one are put together within a year.
    Source: Clarivate, help of Essential Science Indicators, on highly cited papers.

    Args:
        n_cited: Citations of each work, shape (works,).
        years: Year of each work, shape (works,).
        fields: Field of each work.
        share: Share of a group that is core.
    """
    keys = list(zip(years.tolist(), fields, strict=True))
    sizes = Counter(keys)
    keys = [key if sizes[key] * share >= 1 else (key[0], "") for key in keys]
    known = {key: n for n, key in enumerate(sorted(set(keys)))}
    group = np.array([known[key] for key in keys], dtype=np.int64)
    order = np.lexsort((-n_cited, group))
    size = np.bincount(group)
    place = np.maximum(np.rint(size * share).astype(np.int64), 1) - 1
    threshold = n_cited[order][np.cumsum(size) - size + place]
    return np.asarray((n_cited >= threshold[group]) & (n_cited > 0))


def linked(
    citing: NDArray[np.int64],
    cited: NDArray[np.int64],
    *,
    core: NDArray[np.bool_],
    rule: FrontRule,
) -> list[NDArray[np.int64]]:
    """Group core works by single link over their co-citation.

    Source: Small (1973), doi:10.1002/asi.4630240406; Clarivate, help of Essential Science
    Indicators.

    Args:
        citing: Number of the citing work of each citation, each pair once.
        cited: Number of the cited work of each citation.
        core: Whether each work is a core work.
        rule: Thresholds.

    Returns:
        Core works of each group of two or more, ascending; groups by their first work.
    """
    to_core = core[cited]
    matrix = sparse.csr_array(
        (np.ones(int(to_core.sum())), (citing[to_core], cited[to_core])), shape=(core.size,) * 2
    )
    together = (matrix.T @ matrix).tocoo()
    n_cited = np.bincount(cited, minlength=core.size)
    a, b = together.coords
    cosine = together.data / np.sqrt(np.maximum(n_cited[a] * n_cited[b], 1))
    kept = (a < b) & (together.data >= rule.cocited) & (cosine >= rule.cosine - 1e-12)
    links = sparse.coo_array((np.ones(kept.sum()), (a[kept], b[kept])), shape=(core.size,) * 2)
    _, group = connected_components(links, directed=False)
    size = np.bincount(group)
    members = np.flatnonzero(size[group] > 1)
    by_group: dict[int, list[int]] = {}
    for work in members.tolist():
        by_group.setdefault(int(group[work]), []).append(work)
    return [np.array(found) for found in by_group.values()]


def _numbered(citations: Table, ids: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return citations as numbers of works, each pair once, those to or from outside left out."""
    held = citations.select("citing", "cited").to_pyarrow()
    ends = [pc.index_in(held[end].cast(ids.type), ids) for end in ("citing", "cited")]
    known = pc.and_(pc.is_valid(ends[0]), pc.is_valid(ends[1]))
    pairs = np.column_stack([end.filter(known).to_numpy().astype(np.int64) for end in ends])
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    return pairs[:, 0], pairs[:, 1]


def _fronts(
    groups: list[NDArray[np.int64]],
    citing: NDArray[np.int64],
    *,
    cited: NDArray[np.int64],
    n_cited: NDArray[np.int64],
    rows: pa.Table,
    years: NDArray[np.int64],
) -> list[dict[str, Any]]:
    titles = rows["title"].to_pylist()
    classes = rows["classes"].to_pylist()
    order = np.argsort(cited, kind="stable")
    starts = np.searchsorted(cited[order], np.arange(len(titles) + 1))
    found: list[dict[str, Any]] = []
    for core in groups:
        by = np.unique(
            np.concatenate([citing[order[starts[w] : starts[w + 1]]] for w in core.tolist()])
        )
        best = core[np.lexsort((core, -n_cited[core]))[0]]
        fields = Counter(one[0] for w in core.tolist() if (one := classes[w]))
        span = int(years[by].max() - years[by].min()) + 1
        found.append(
            {
                "label": titles[best] or "",
                "field": min(fields, key=lambda f: (-fields[f], f)) if fields else None,
                "n_core": core.size,
                "n_citing": by.size,
                "n_citations": int(n_cited[core].sum()),
                "mean_year": float(years[core].mean()),
                "years": span,
                "cpt": by.size / core.size / span,
                "core": core,
                "by": by,
            }
        )
    found.sort(key=lambda f: (-f["n_citations"], int(f["core"][0])))
    for number, front in enumerate(found, 1):
        front["front"] = f"F{number:04d}"
    return found


def _front_row(front: dict[str, Any], corpus: str) -> dict[str, object]:
    return {"corpus": corpus} | {k: v for k, v in front.items() if k not in {"core", "by"}}


def _front_works(
    fronts: list[dict[str, Any]], ids: pa.Array, *, n_cited: NDArray[np.int64], corpus: str
) -> pa.Table:
    return table_of(
        "front_work",
        [
            {
                "corpus": corpus,
                "front": front["front"],
                "work": ids[work].as_py(),
                "role": role,
                "n_citations": int(n_cited[work]) if role == "core" else None,
            }
            for front in fronts
            for role, held in (("core", front["core"]), ("citing", front["by"]))
            for work in held.tolist()
        ],
    )


def _entry(front: dict[str, Any], score: str) -> dict[str, object]:
    return {
        "kind": "front",
        "item": front["front"],
        "label": front["label"],
        "score": float(front[score]),
        "n_works": front["n_core"],
        "note": f"{front['n_citing']} citing works; mean year {front['mean_year']:.1f}; "
        f"CPT {front['cpt']:.2f}",
    }


def _none(rule: FrontRule, english: str, chinese: str) -> list[OpenList]:
    return [
        OpenList(
            name=name,
            rule=_in_words(name, rule),
            parameters=msgspec.to_builtins(rule),
            why_not={"en": english, "zh": chinese},
        )
        for name in _NAMES
    ]


def _no_young(rule: FrontRule) -> dict[str, str]:
    return {
        "en": f"No front has core works of the last {rule.emerging_years:g} years on average.",
        "zh": f"没有前沿的核心文献平均出版年在最近{rule.emerging_years:g}年之内。",
    }


def _in_words(name: str, rule: FrontRule) -> dict[str, str]:
    core = (
        f"Core works: the {rule.core_share:.0%} most cited of their year and field, of the last "
        f"{rule.core_years} years; joined where at least {rule.cocited} works cite both and the "
        f"cosine is at least {rule.cosine:g} (single link). "
    )
    core_zh = (
        f"核心文献：最近{rule.core_years}年内各年各领域被引最高的{rule.core_share:.0%}；"
        f"共被引不少于{rule.cocited}次且余弦不低于{rule.cosine:g}者单链聚为前沿。"
    )
    chosen = {
        "hot fronts": (
            f"Hot: of the {rule.hot_share:.0%} most cited fronts the {rule.length} youngest by "
            "the mean year of their core works.",
            f"热点前沿：被引总数居前{rule.hot_share:.0%}的前沿中，核心文献平均出版年最近的"
            f"{rule.length}个。",
        ),
        "emerging fronts": (
            f"Emerging: mean core year within {rule.emerging_years:g} years of the last year, "
            "most cited first.",
            f"新兴前沿：核心文献平均出版年距最后一年不超过{rule.emerging_years:g}年，"
            "按被引总数排序。",
        ),
        "key fronts": (
            "Key: most citing works per core work and year, CPT = (C/P)/T.",
            "重点前沿：按CPT =（施引文献数C／核心文献数P）／施引年数T排序。",
        ),
    }[name]
    return {"en": core + chosen[0], "zh": core_zh + chosen[1]}
