"""The reader's own weights: the browser's scores are the engine's, under any weights."""

import json
from collections.abc import Iterator
from urllib.parse import quote

import msgspec
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from armillary.analyses.index.rank import rank
from armillary.analyses.index.tree import Tree, Variant, coverage
from armillary.model.indicators import Framework, Node
from armillary.model.recipe import IndexRecipe, flat
from armillary.publications.site import export_site

GROUPS = {
    "A": ['a"1', "a2", "a3", "a4"],
    "B": ["b1", "b2", "b3"],
    "C": ["c1", "c2", "c3"],
    "D": ["d1", "d2", "d3"],
    "E": ["e1", "e2", "e3", "e4"],
    "F": ["f1", "f2", "f3"],
    "G": ["g1", "g2", "g3"],
    "H": ["h1", "h2", "h3"],
    "X": ["x1", "x2", "x3"],
}
METHODS = {
    "A": {"method": "arithmetic"},
    "B": {"method": "geometric"},
    "C": {"method": "harmonic"},
    "D": {"method": "generalised", "power": -0.5},
    "E": {"method": "mean_min", "alpha": 0.4},
    "F": {"method": "ordered", "orness": 0.3},
    "G": {"method": "mazziotta_pareto", "penalty": "minus"},
    "H": {"method": "copeland"},
    "X": {"method": "benefit_of_the_doubt"},
}
TREE = Framework(
    (
        Node(code="T", name_en="Total"),
        *(
            node
            for i, (group, leaves) in enumerate(GROUPS.items())
            for node in (
                Node(code=group, name_en=f"Group {group}", parent="T", weight=1 + i / 4),
                *(
                    Node(code=leaf, name_en=leaf, parent=group, weight=1 + j)
                    for j, leaf in enumerate(leaves)
                ),
            )
        ),
    )
)
RECIPE = msgspec.convert(
    {"period": 2024, "minimum_coverage": 0.5, "aggregate": {"node": METHODS}}, IndexRecipe
)
UNITS = [f"U{i:02}" for i in range(24)]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def _variant() -> Variant:
    random = np.random.default_rng(7)
    scores = random.uniform(1, 100, (len(TREE.leaves), len(UNITS)))
    scores[random.random(scores.shape) < 0.2] = np.nan
    complete = [leaf.parent == "X" for leaf in TREE.leaves]
    scores[complete] = random.uniform(1, 100, (3, len(UNITS)))
    held = coverage(TREE, present=~np.isnan(scores), minimum=RECIPE.minimum_coverage)
    return Variant(scores, held.scored)


def _engine(variant: Variant, weights: dict[str, float]) -> np.ndarray:
    tree = Tree(TREE)
    row = np.array([[weights.get(code, tree.weights[i]) for i, code in enumerate(tree.codes)]])
    return tree.climb([variant], [RECIPE.aggregate], weights=row)[0]


def _rows(variant: Variant) -> dict[str, list[dict]]:
    tree = Tree(TREE)
    held = coverage(TREE, present=~np.isnan(variant.scores), minimum=RECIPE.minimum_coverage)
    every = np.vstack([variant.scores, _engine(variant, {})])
    framework, scores = [], []
    for position, node in enumerate(TREE.nodes):
        leaf = node.code not in TREE.children
        framework.append(
            {
                "index": "ring",
                "code": node.code,
                "parent": node.parent,
                "level": TREE.level[node.code],
                "position": position,
                "kind": "indicator" if leaf else "aggregate",
                "name_en": node.name_en,
                "name_zh": node.name_en,
                "weight": node.weight,
                "effective_weight": 0.0,
                "direction": 1,
            }
        )
        own = every[tree.number[node.code]]
        ranks = rank(own)
        scores += [
            {
                "index": "ring",
                "TIME_PERIOD": "2024",
                "unit": unit,
                "code": node.code,
                "OBS_STATUS": "A",
                "score": None if np.isnan(own[u]) else float(own[u]),
                "rank": int(ranks[u]) or None,
                "n_ranked": int((ranks > 0).sum()),
                "coverage": float(held.share[node.code][u]),
            }
            for u, unit in enumerate(UNITS)
        ]
    recipe = [
        {"index": "ring", "path": path, "value": v if isinstance(v, str) else json.dumps(v)}
        for path, v in flat(RECIPE).items()
    ]
    return {"framework": framework, "score": scores, "recipe": recipe, "rank_interval": []}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(sample, open_store, observatory, tmp_path, browser) -> Iterator[Page]:
    store = open_store(sample | _rows(_variant()))
    export_site(store, observatory, out=tmp_path / "site", changes=None)
    page = browser.new_page()
    page.set_default_timeout(10_000)
    page.goto((tmp_path / "site/en/index/ring/weights/index.html").as_uri())
    yield page
    page.close()


def _shown(page: Page) -> dict[str, float]:
    read = "Object.fromEntries([...document.querySelectorAll('[data-unit]')].map(r => "
    cells: dict[str, str] = page.evaluate(
        f"{read}[r.dataset.unit, r.querySelector('[data-score]').dataset.value]))"
    )
    return {unit: float(text) if text else np.nan for unit, text in cells.items()}


def test_the_browser_gives_the_scores_of_the_engine_under_random_weights(page):
    variant, random = _variant(), np.random.default_rng(11)
    free = [n.code for n in TREE.nodes if n.parent is not None and n.parent != "X"]
    for _ in range(6):
        weights = {code: float(random.choice([0.0, *random.uniform(0.01, 3, 7)])) for code in free}
        weights |= {GROUPS[group][0]: 0.5 for group in GROUPS if group != "X"}
        asked = ";".join(f"{quote(code)}:{weight!r}" for code, weight in weights.items())

        page.evaluate("hash => { location.hash = hash; }", asked)
        page.wait_for_function(
            "hash => decodeURIComponent(location.hash.slice(1)) === decodeURIComponent(hash)",
            arg=asked,
        )
        page.wait_for_timeout(50)
        shown = _shown(page)

        expected = _engine(variant, weights)[-1]
        assert np.isfinite(expected).sum() > 15
        np.testing.assert_allclose([shown[u] for u in UNITS], expected, rtol=0, atol=1e-9)


def test_published_weights_give_the_published_ranking(page):
    shown = _shown(page)

    np.testing.assert_allclose(
        [shown[u] for u in UNITS], _engine(_variant(), {})[-1], rtol=0, atol=1e-9
    )
    assert "No unit changes its rank" in page.inner_text("#summary")
    assert page.evaluate("location.hash") == ""


def test_a_weight_typed_in_is_kept_in_the_address_and_taken_back_by_reset(page):
    page.fill("input[type=number][data-part=B]", "80")
    page.wait_for_function("location.hash.startsWith('#B:')")
    changed = _shown(page)
    page.reload()
    again = _shown(page)
    page.get_by_role("button", name="Back to the published weights").click()

    assert changed == again
    assert _shown(page) != changed
    assert page.evaluate("location.hash") == ""


def test_groups_that_take_no_weights_are_locked_and_said_so(page):
    assert page.locator("fieldset[disabled]").count() == 1
    assert "Group X" in page.inner_text(".note")
