"""The pages in headless Chromium: nothing leaves the machine, no error, WCAG 2.2 AA."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright
from starlette.applications import Starlette
from tests.publications.conftest import sample_observatory, sample_rows, store_of
from tests.publications.topic_rows import topic_rows

from armillary.publications.site import Site
from armillary.publications.site.app import create_app
from armillary.workflow import build
from armillary.workflow.serve import application

AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = [
    "index.html",
    "index/regional/index.html",
    "index/regional/CN-BJ.html",
    "index/regional/structure/index.html",
    "index/regional/correlation/index.html",
    "index/regional/audit/index.html",
    "index/regional/audit/robustness.html",
    "index/regional/compare/index.html",
    "index/regional/compare/CN-BJ.html",
    "index/regional/weights/index.html",
    "statistics/index.html",
    "statistics/performers/index.html",
    "topics/publications/index.html",
    "topics/publications/map.html",
    "topics/publications/T0001.html",
    "topics/publications/lists.html",
    "policies/register/index.html",
    "policies/register/search.html",
    "policies/register/search.html?q=patent",
    "policies/register/search.html?q=&area=CHN&from=2022&sort=date",
    "policies/register/theme.html",
    "policies/register/register_3a_patent-use-2023.html",
    "sources/index.html",
    "methods/index.html",
]
# Of the sample, whose topics have a row of everything.
TOPIC_PAGES = [
    "topics/map/index.html",
    "topics/map/lists.html",
    "topics/map/backtest.html",
    "topics/map/T0001.html",
    "topics/map/A1.html",
    "topics/map/term/soft_20_gripper.html",
    "topics/map/planted.html",
]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def observatory(tmp_path_factory, write_observatory) -> Path:
    folder = write_observatory(tmp_path_factory.mktemp("site"))
    build(folder)
    return folder


@pytest.fixture(scope="module")
def served(observatory) -> Iterator[str]:
    yield from serve(application(observatory))


@pytest.fixture(scope="module")
def sampled(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sampled")
    rows = sample_rows() | topic_rows()
    for cluster in rows["cluster"]:
        cluster |= {"group": "C01", "area": "A1", "stability": 0.5, "unstable": True}
    store = store_of(rows, folder / "store")
    site = Site(store, sample_observatory(folder))
    yield from serve(create_app(lambda: site))
    store.close()


def serve(app: Starlette) -> Iterator[str]:
    """Give the address of an application that runs until the test is over."""
    config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def look(chromium: Browser, address: str, *, width: int, script: bool = True):
    """Open a page; return what went wrong and what axe says."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=script
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    home = address.split("/")[2] if address.startswith("http") else ""
    page.on(
        "request",
        lambda asked: (
            wrong.append(f"asks {asked.url}")
            if not asked.url.startswith((f"http://{home}/", "file:", "data:"))
            else None
        ),
    )
    page.goto(address)
    if not script:
        text = page.inner_text("main")
        context.close()
        return wrong, text
    page.evaluate(AXE)
    found = page.evaluate(
        "rules => axe.run({runOnly: rules}).then(r => r.violations.map("
        "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')))",
        RULES,
    )
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    return wrong, found, wide


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_are_accessible_and_keep_to_themselves(served, chromium, language, width):
    bad = {}
    for path in PAGES:
        wrong, violations, wide = look(chromium, f"{served}{language}/{path}", width=width)
        if wrong or violations or wide > width:
            bad[path] = (wrong, violations, wide)

    assert not bad


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh", 390)])
def test_pages_of_topics_with_everything_in_them_are_accessible(sampled, chromium, language, width):
    bad = {}
    for path in TOPIC_PAGES:
        wrong, violations, wide = look(chromium, f"{sampled}{language}/{path}", width=width)
        if wrong or violations or wide > width:
            bad[path] = (wrong, violations, wide)

    assert not bad


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_are_readable_without_javascript(served, chromium, language):
    for path in PAGES:
        wrong, text = look(chromium, f"{served}{language}/{path}", width=1280, script=False)

        assert not wrong
        assert len(text) > 40


def test_the_export_opens_from_the_file_system(observatory, chromium):
    root = observatory / "public/site/zh"
    for path in PAGES:
        if "?" not in path:
            wrong, _, _ = look(chromium, (root / path).as_uri(), width=1280)
            known = [w for w in wrong if "search.js" not in w and "CORS" not in w]

            assert [w for w in known if "ERR_FAILED" not in w] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_map_is_searched_and_walked_by_keyboard_and_its_view_is_an_address(
    served, chromium, language
):
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    address = f"{served}{language}/topics/publications/map.html"
    page.goto(address)
    label = page.evaluate("window.armillaryMap.topics[1].label")
    page.fill("#find", label)
    page.press("#find", "Enter")
    found = page.inner_text("#about a >> nth=0")
    page.focus("#map")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("+")
    page.select_option("#colour", "year")
    chosen, view = page.inner_text("#about a >> nth=0"), page.url

    other = context.new_page()
    other.goto(view)
    again, colour = other.inner_text("#about a >> nth=0"), other.input_value("#colour")
    other.focus("#map")
    other.keyboard.press("Enter")
    other.wait_for_url("**/topics/publications/T*.html")
    title = other.inner_text("h1")
    context.close()

    assert found == label
    assert again == chosen == title
    assert colour == "year"


def test_every_work_of_the_map_is_drawn_within_the_disc_of_its_topic(served, chromium):
    page = chromium.new_page()
    page.goto(f"{served}en/topics/publications/map.html")
    drawn = page.evaluate(
        """() => {
          const held = window.armillaryMap;
          const steps = (text) => new Uint16Array(
            Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
          const xs = steps(held.works.x), ys = steps(held.works.y);
          let at = 0, outside = 0;
          for (const topic of held.topics) for (let n = 0; n < topic.drawn; n++, at++) {
            const x = xs[at] * 2.5 / 65535 - 1.25, y = ys[at] * 2.5 / 65535 - 1.25;
            if (Math.hypot(x - topic.x, y - topic.y) > topic.r * 1.001 + 1e-4) outside++;
          }
          return [at, held.topics.reduce((sum, topic) => sum + topic.n, 0), outside];
        }"""
    )
    page.close()

    assert drawn[0] == drawn[1] > 0
    assert drawn[2] == 0
