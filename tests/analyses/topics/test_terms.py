"""Terms of a corpus: what is counted, what is joined, what is listed."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
import pytest

from armillary.analyses.topics.backtest import Frame
from armillary.analyses.topics.terms import TermRecipe, backtest_terms, rising_terms, term_use
from armillary.analyses.topics.terms.at_origin import terms_at
from armillary.analyses.topics.terms.candidates import Tiers
from armillary.analyses.topics.terms.debris import names_a_term
from armillary.analyses.topics.terms.use import key_of
from armillary.errors import TopicError
from armillary.model.observatory import Simulation
from armillary.model.provenance import Origin
from armillary.sources.works.simulator import simulate

ORIGIN = Origin(
    origin="0" * 16,
    source="sim",
    file="simulation",
    title="Simulated",
    sha256="0" * 64,
    bytes=0,
    simulated=True,
)
BACKGROUND = ["gripper", "camera", "planner", "sensor fusion", "manipulator", "actuator", "lidar"]


def works(rows):
    """Make a table of works from (title, abstract, year) rows."""
    titles, abstracts, years = zip(*rows, strict=True)
    n = len(rows)
    return ibis.memtable(
        pa.table(
            {
                "work": [f"w{i:05d}" for i in range(n)],
                "title": list(titles),
                "abstract": pa.array(abstracts, pa.string()),
                "keywords": pa.nulls(n, pa.list_(pa.string())),
                "year": list(years),
                "date": pa.nulls(n, pa.string()),
            }
        )
    )


def corpus(*, years=range(2000, 2016), per_year=120, rising="blockchain ledger", old="bitcoin"):
    """Works of steady words; an old word, and a new one beside it that rises from 2012."""
    rng = np.random.default_rng(1)
    rows = []
    for year in years:
        for n in range(per_year):
            words = [BACKGROUND[i] for i in rng.choice(len(BACKGROUND), 3, replace=False)]
            if n < 12:
                words.append(old)
            if year >= 2012 and 8 <= n < 8 + 8 * (year - 2011):
                words.append(rising)
            rows.append((" with ".join(words), "Camera.", year))
    return rows


@pytest.fixture(scope="module")
def use():
    return term_use(works(corpus()), corpus="c")


def at(use, origin, tier):
    found = terms_at(use, origin=origin, tier=tier, design="ordinary", frame=Frame(), tiers=Tiers())
    return {
        use.names[t]: {use.names[m] for m in family}
        for t, family in zip(found.terms, found.family, strict=True)
    }


def test_counts_agree_with_reading_the_titles_one_by_one(use):
    number = use.names.index("bitcoin")
    per_year = [
        sum("bitcoin" in title for title, _, y in corpus() if y == year) for year in use.complete
    ]

    assert (use.counts[0][number] + use.counts[1][number]).tolist() == per_year
    assert (use.n_all[0] + use.n_all[1]).tolist() == [120] * 16
    assert use.counts[0][number].sum() == sum(
        use.half_a[i] for i, (title, _, _) in enumerate(corpus()) if "bitcoin" in title
    )


def test_a_new_word_is_young_and_not_lost_in_the_older_one_it_appears_with(use):
    young, established = at(use, 2013, "young"), at(use, 2013, "established")

    assert young == {"blockchain ledger": {"blockchain", "ledger"}}
    assert established["bitcoin"] == set()
    assert at(use, 2011, "young") == {}


def test_words_nearly_always_used_as_a_phrase_are_one_family(use):
    families = at(use, 2015, "established")

    assert families["sensor fusion"] == {"sensor", "fusion"}
    assert families["gripper"] == set()


def test_what_came_after_the_origin_changes_nothing(use):
    until = term_use(works([r for r in corpus() if r[2] <= 2013]), corpus="c")
    late, early = (rising_terms(u, recipe=TermRecipe(length=5), origin=2013) for u in (use, until))

    assert early["topic_list"].equals(late["topic_list"])


def test_the_rising_term_leads_both_lists_and_steady_ones_cannot_be_told_from_noise(use):
    rows = rising_terms(use)["topic_list"].to_pylist()
    first = {r["list"]: r for r in rows if r["rank"] == 1}

    assert first["rising terms"]["item"] == "blockchain ledger"
    assert first["rising terms"]["verdict"] == "grows"
    assert first["rising terms"]["growth_low"] > 1
    steady = [r for r in rows if r["item"] in {"gripper", "camera", "bitcoin"}]
    assert steady
    assert {r["note"] for r in steady} == {"cannot be told from noise"}


def test_the_order_of_the_works_changes_nothing(use):
    table = works(corpus()).to_pyarrow()
    turned = term_use(ibis.memtable(table.take(list(range(table.num_rows))[::-1])), corpus="c")

    assert rising_terms(turned)["term"].equals(rising_terms(use)["term"])


def test_abstracts_that_begin_late_are_not_read():
    rows = [(t, a if y >= 2010 else None, y) for t, a, y in corpus()]

    assert term_use(works(rows), corpus="c").text == "titles"


def test_spellings_of_one_term_are_counted_once():
    rows = [
        (title, None, 2010)
        for title in ("Multi-robot optimisation", "Multi robot optimization", "Multirobot")
        for _ in range(3)
    ]
    use = term_use(works(rows), corpus="c")

    number = [key_of(n) for n in use.names].index("multirobot")
    assert (use.counts[0] + use.counts[1])[number].tolist() == [9]
    assert len(use.forms[number]) == 2


def test_chinese_terms_rise_as_well():
    rows = [("机器人抓取与视觉", None, year) for year in range(2000, 2016) for _ in range(40)]
    rows += [("区块链与机器人", None, y) for y in range(2012, 2016) for _ in range(4 * (y - 2011))]
    lists = rising_terms(term_use(works(rows), corpus="zh"))["topic_list"].to_pylist()

    first = lists[0]
    assert "区块链" in [first["item"], *first["family"]]


@pytest.mark.parametrize(
    "words",
    ["SemEval-2007", "wmt14", "conll-09", "promising", "für", "mathbf", "robust model", "avec"],
)
def test_debris_is_no_term(words):
    assert not names_a_term(words.split(), han=False)


@pytest.mark.parametrize("words", ["deep learning", "3D", "Web2", "H.264", "GPT-2", "covid-19x"])
def test_names_with_numbers_are_terms(words):
    assert names_a_term(words.split(), han=False) == (len(words) > 2)


def test_a_corpus_of_few_years_is_refused_with_the_mend():
    few = term_use(works(corpus(years=range(2012, 2015))), corpus="c")
    with pytest.raises(TopicError, match="too few") as caught:
        rising_terms(few)
    assert "complete" in caught.value.fix
    with pytest.raises(TopicError, match="too few"):
        backtest_terms([few])
    with pytest.raises(TopicError, match="No work"):
        term_use(works([("a", None, None)]), corpus="c")


def test_the_emerging_topics_of_a_simulated_corpus_are_on_the_list_of_young_terms():
    simulation = Simulation(
        works=6_000, first_year=2005, last_year=2024, topics=40, emerging=5, chinese=0.0, seed=3
    )
    tables = simulate(simulation, source="sim", origin=ORIGIN).tables
    use = term_use(ibis.memtable(tables["work"]), corpus="sim")
    rows = rising_terms(use)["topic_list"].to_pylist()
    young = [r for r in rows if r["list"] == "young terms"]
    listed = {w for r in young for name in (r["item"], *r["family"]) for w in name.lower().split()}
    planted = tables["planted_topic"].to_pylist()

    emerging = [set(t["label_en"].lower().split()) for t in planted if t["emerging"]]
    assert sum(bool(words & listed) for words in emerging) >= 4  # of 5
    old = [t for t in planted if t["course"] == "stable" and t["birth"] < 2010]
    found = [t for t in old if set(t["label_en"].lower().split()) <= listed]
    assert len(found) <= len(old) / 10
