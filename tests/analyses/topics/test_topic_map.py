from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from armillary.analyses.topics import map_topics, recovery
from armillary.errors import TopicError
from armillary.model.columns import schema
from armillary.model.literature import TopicRecipe

NO_CITATIONS = pa.table({"citing": pa.array([], pa.string()), "cited": pa.array([], pa.string())})
SYLLABLES = ["ba", "de", "fi", "go", "ku", "la", "mo", "ne", "pi", "ru", "sa", "to", "vu", "za"]
GROWING = 2  # this planted topic triples in the last three years
RECIPE = TopicRecipe(topics=8, recent_years=3, hot=3, growing=3)


def corpus(*, n_topics=8, per_year=12, seed=1):
    """Works with planted topics: own words with a long tail, common words, uneven years."""
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(SYLLABLES, 3)) + "n" for _ in range(2_000)]
    words = list(dict.fromkeys(words))
    common, own = words[:200], np.array_split(np.array(words[200 : 200 + 60 * n_topics]), n_topics)
    tail = 1 / np.arange(1, 61) ** 0.8
    rows = []
    for year in range(2012, 2022):
        for topic in range(n_topics):
            n = per_year * (3 if topic == GROWING and year >= 2019 else 1)
            for _ in range(n // 2 if year == 2015 else n):
                text = [
                    *rng.choice(own[topic], 14, p=tail / tail.sum()),
                    *rng.choice(common, 16),
                ]
                rng.shuffle(text)
                rows.append(
                    (
                        f"sim:{len(rows):05d}",
                        " ".join(text[:8]),
                        " ".join(text[8:]),
                        year,
                        topic,
                        int(rng.poisson(5)),
                    )
                )
    names = ("work", "title", "abstract", "year", "topic", "cited_by_count")
    table = pa.table({n: [r[i] for r in rows] for i, n in enumerate(names)})
    return table.append_column("keywords", pa.nulls(len(rows), pa.list_(pa.string())))


def adjusted_rand(a, b):
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)

    def pairs(x):
        return (x * (x - 1) / 2).sum()

    both, one, two = pairs(table), pairs(table.sum(1)), pairs(table.sum(0))
    expected = one * two / pairs(np.array([a.size]))
    return (both - expected) / ((one + two) / 2 - expected)


@pytest.fixture
def mapped(frame):
    works = corpus()
    return works, map_topics(frame(works), frame(NO_CITATIONS), corpus="sim", recipe=RECIPE)


def test_planted_topics_are_found_in_text(mapped):
    works, found = mapped
    planted = dict(zip(works["work"].to_pylist(), works["topic"].to_pylist(), strict=True))
    rows = found.tables["cluster_work"].to_pylist()
    truth = np.array([planted[r["work"]] for r in rows])
    labels = np.array([int(r["cluster"][1:]) - 1 for r in rows])

    assert len(rows) == works.num_rows
    assert adjusted_rand(truth, labels) > 0.9


def test_the_planted_growing_topic_is_the_one_listed(mapped, frame):
    works, found = mapped
    clusters = found.tables["cluster"]
    planted = frame(pa.table({"work": works["work"], "topic": works["topic"].cast(pa.string())}))
    topics = frame({"topic": [str(GROWING)], "emerging": [True]})
    best = recovery(
        topics,
        planted,
        clusters=frame(clusters),
        cluster_works=frame(found.tables["cluster_work"]),
        corpus="sim",
    ).to_pylist()

    growing = [r["cluster"] for r in clusters.to_pylist() if r["growing_rank"] is not None]

    assert growing == [best[0]["cluster"]]
    assert best[0]["recall"] > 0.9


def test_tables_hold_to_the_table_of_columns(mapped):
    _, found = mapped

    assert {name: table.schema for name, table in found.tables.items()} == {
        name: schema(name)
        for name in (
            "cluster", "cluster_work", "cluster_year", "cluster_link", "cluster_group",
            "topic_decision", "emerging_technology",
        )
    }  # fmt: skip
    required = [f.name for f in schema("cluster") if not f.nullable]
    assert [found.tables["cluster"][name].null_count for name in required] == [0] * len(required)


def test_clusters_are_numbered_by_size_and_years_add_up(mapped):
    works, found = mapped
    clusters = found.tables["cluster"].to_pylist()
    years = found.tables["cluster_year"].to_pylist()

    assert [c["cluster"] for c in clusters] == [f"T{n:04d}" for n in range(1, 9)]
    assert [c["n_works"] for c in clusters] == sorted(
        (c["n_works"] for c in clusters), reverse=True
    )
    assert sum(y["n_works"] for y in years) == works.num_rows
    assert sum(c["share_recent"] for c in clusters) == pytest.approx(1.0)


def test_order_of_works_does_not_matter(frame):
    works = corpus(n_topics=4, per_year=6)
    recipe = TopicRecipe(topics=4)
    order = np.random.default_rng(2).permutation(works.num_rows)

    one = map_topics(frame(works), frame(NO_CITATIONS), corpus="sim", recipe=recipe)
    other = map_topics(frame(works.take(order)), frame(NO_CITATIONS), corpus="sim", recipe=recipe)

    assert one.tables == other.tables


def test_citations_are_taken_where_enough_works_have_them(frame):
    works = corpus(n_topics=4, per_year=6)
    rng = np.random.default_rng(1)
    ids, topics = np.array(works["work"].to_pylist()), works["topic"].to_numpy()
    pairs = [
        (ids[n], rng.choice(ids[topics == topics[n]])) for n in range(ids.size) for _ in range(4)
    ]
    citations = pa.table({"citing": [a for a, _ in pairs], "cited": [b for _, b in pairs]})

    found = map_topics(frame(works), frame(citations), corpus="sim", recipe=TopicRecipe(topics=4))

    assert set(found.tables["cluster"]["relatedness"].to_pylist()) == {"direct citation and text"}
    assert found.tables["cluster"].num_rows == 4


def test_citations_alone_are_taken_where_text_has_no_share(frame):
    works = corpus(n_topics=4, per_year=6)
    ids, topics = works["work"].to_pylist(), works["topic"].to_pylist()
    last: dict[int, str] = {}
    pairs = []
    for work, topic in zip(ids, topics, strict=True):
        if topic in last:
            pairs.append((work, last[topic]))
        last[topic] = work
    citations = pa.table({"citing": [a for a, _ in pairs], "cited": [b for _, b in pairs]})

    found = map_topics(
        frame(works),
        frame(citations),
        corpus="sim",
        recipe=TopicRecipe(topics=4, text_share=0.0),
    )

    assert set(found.tables["cluster"]["relatedness"].to_pylist()) == {"direct citation"}


def test_works_left_off_are_counted_in_the_notes(frame):
    works = corpus(n_topics=4, per_year=6)
    years = works["year"].to_pylist()
    years[:3] = [None] * 3
    years[3:5] = [2022] * 2
    titles, abstracts = works["title"].to_pylist(), works["abstract"].to_pylist()
    titles[10], abstracts[10] = "?", None
    odd = works.set_column(3, "year", pa.array(years, pa.int64()))
    odd = odd.set_column(1, "title", pa.array(titles)).set_column(
        2, "abstract", pa.array(abstracts)
    )

    found = map_topics(frame(odd), frame(NO_CITATIONS), corpus="sim", recipe=TopicRecipe(topics=4))
    notes = "\n".join(found.notes)

    assert "3 works without a year" in notes
    assert "2 works after 2021" in notes
    assert "1 works share no word" in notes
    assert found.tables["cluster_work"].num_rows == works.num_rows - 6


def test_too_few_works_are_refused_with_the_number_that_is_possible(frame):
    works = corpus(n_topics=2, per_year=4)

    with pytest.raises(TopicError, match="too few for 100 topics") as caught:
        map_topics(frame(works), frame(NO_CITATIONS), corpus="sim", recipe=TopicRecipe())

    assert "topics = 7" in caught.value.fix


def test_works_without_text_and_citations_are_refused(frame):
    works = corpus(n_topics=2, per_year=4)
    n = works.num_rows
    bare = works.set_column(1, "title", pa.array(["!"] * n)).set_column(
        2, "abstract", pa.nulls(n, pa.string())
    )

    with pytest.raises(TopicError, match="neither text in common nor citations"):
        map_topics(frame(bare), frame(NO_CITATIONS), corpus="sim", recipe=RECIPE)


def test_works_without_years_are_refused(frame):
    works = corpus(n_topics=2, per_year=4)
    undated = works.set_column(3, "year", pa.nulls(works.num_rows, pa.int64()))

    with pytest.raises(TopicError, match="has a year"):
        map_topics(frame(undated), frame(NO_CITATIONS), corpus="sim", recipe=RECIPE)


def test_topics_lie_in_clusters_and_clusters_in_areas_as_many_as_asked_for(frame):
    works = corpus()
    found = map_topics(
        frame(works),
        frame(NO_CITATIONS),
        corpus="sim",
        recipe=TopicRecipe(topics=8, clusters=4, areas=2, runs=3, resamplings=2),
    )
    topics, groups = (found.tables[name].to_pylist() for name in ("cluster", "cluster_group"))
    areas = {group["group"]: group["parent"] for group in groups if group["level"] == "cluster"}

    assert {topic["group"] for topic in topics} == set(areas) == {"C01", "C02", "C03", "C04"}
    assert set(areas.values()) == {"A1", "A2"}
    assert all(areas[topic["group"]] == topic["area"] for topic in topics)
    for group in groups:
        own = [t for t in topics if group["group"] in {t["group"], t["area"]}]
        assert group["n_topics"] == len(own)
        assert group["n_works"] == sum(topic["n_works"] for topic in own)
    assert all(topic["stability"] > 0.9 and not topic["unstable"] for topic in topics)
