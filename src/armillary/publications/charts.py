"""Charts: one Vega-Lite specification, drawn in this process as SVG with text as text."""

from __future__ import annotations

import hashlib
import json
import threading
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import altair

# Okabe-Ito hues, shifted so that each has 3:1 against white and against the dark ground.
PALETTE = ("#2f78b7", "#c2611f", "#2b8a6e", "#a3569c", "#8a7a1f", "#5b7083", "#b8434e", "#3f8fa8")
ACCENT, QUIET = PALETTE[0], "#8b97a3"
WIDTH = 640
_INK, _RULE = "#1a1f26", "#d7dce1"
_FONTS = "Armillary Latin, Armillary Han SC, Noto Sans CJK SC, sans-serif"
_SHOWN_FONTS = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'PingFang SC', "
    "'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
)
_VERSION = "1"  # of this module's drawing, part of the name of a cached drawing
_lock = threading.Lock()
_SVG = "http://www.w3.org/2000/svg"


class ChartColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One column of the table behind a chart.

    Args:
        key: Key in the rows; header of the CSV file.
        label: Header in the language of the page, with its unit.
        decimals: Digits after the point of a number; None is text (or a year).
    """

    key: str
    label: str
    decimals: int | None = None


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A chart in one language, complete: drawing, words and numbers.

    Args:
        id: Name on its page: letters, digits, hyphens; also names its downloads.
        title: What it shows, as a heading.
        description: What is to be seen, for those who do not see it.
        columns: Columns of the table behind it.
        rows: The table; values as in the store, not rounded.
        spec: Vega-Lite specification (`spec(altair_chart)`); None where `svg` is given.
        svg: A drawing made by hand instead.
        source: Where the data come from, in words.
        note: How to read it.
    """

    id: str
    title: str
    description: str
    columns: tuple[ChartColumn, ...]
    rows: list[dict[str, Any]]
    spec: dict[str, Any] | None = None
    svg: str | None = None
    source: str = ""
    note: str = ""


def spec(chart: altair.TopLevelMixin, **more: dict[str, Any]) -> dict[str, Any]:
    """Return the specification of an Altair chart in the theme of the site.

    Args:
        chart: Any Altair chart; data inside it. Set no colours or fonts but those of this
            module.
        more: Parts of the theme to change: `axis_x={"grid": True}`.
    """
    made: dict[str, Any] = chart.to_dict()
    theme = _theme()
    for name, change in more.items():
        key = {"axis_x": "axisX", "axis_y": "axisY"}.get(name, name)
        theme[key] = theme.get(key, {}) | change
    made["config"] = theme
    made["config"]["view"] = {"stroke": None}
    made["background"] = None
    return made


def legend(labels: Sequence[str]) -> dict[str, int]:
    """Return how a legend above a chart shows all its labels whole: in as few rows as fit.

    Args:
        labels: What the legend says, in its order.

    Examples:
        >>> legend(["企业", "政府"])
        {'columns': 2, 'labelLimit': 600}
        >>> legend(["Business enterprise", "Other, as the source defines it", "Government"] * 2)
        {'columns': 2, 'labelLimit': 600}
    """
    widths = [sum(13 if ord(c) > 0x2E80 else 7 for c in label) + 28 for label in labels]
    room = WIDTH - 40
    if sum(widths) <= room:
        return {"columns": max(len(widths), 1), "labelLimit": room}
    return {"columns": max(room // max(widths), 1), "labelLimit": room}


def _theme() -> dict[str, Any]:
    label = {"labelFont": _FONTS, "titleFont": _FONTS, "labelColor": _INK, "titleColor": _INK}
    sizes = {"labelFontSize": 13, "titleFontSize": 13, "titleFontWeight": "normal"}
    return {
        "font": _FONTS,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": 4,
        "axis": label
        | sizes
        | {
            "gridColor": _RULE,
            "domainColor": _RULE,
            "tickColor": _RULE,
            "labelPadding": 6,
            "titlePadding": 10,
            "labelLimit": 220,
        },
        "axisY": {"domain": False, "ticks": False},
        "axisX": {"grid": False},
        "legend": label | sizes | {"orient": "top", "title": None, "symbolType": "circle"},
        "header": label | sizes,
        "text": {"font": _FONTS, "fontSize": 13, "color": _INK},
        "title": {"font": _FONTS, "color": _INK},
        "range": {"category": list(PALETTE), "ramp": {"scheme": "blues"}},
        "mark": {"color": ACCENT},
        "bar": {"color": ACCENT},
        "line": {"strokeWidth": 2.5, "color": ACCENT},
        "point": {"size": 50, "filled": True, "color": ACCENT},
    }


def draw(chart: Chart, *, cache: Path | None) -> str:
    """Draw a chart as an SVG file, or take the drawing of the same specification.

    Args:
        chart: The chart.
        cache: Folder of drawings by content hash; None keeps none.

    Returns:
        The SVG, or an empty text where the chart has a table alone.
    """
    if chart.svg is not None or chart.spec is None:
        return chart.svg or ""
    text = json.dumps(chart.spec, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(f"{_VERSION}\n{_converter()}\n{text}".encode()).hexdigest()
    kept = cache / f"{digest}.svg" if cache is not None else None
    if kept is not None and kept.is_file():
        return kept.read_text(encoding="utf-8")
    svg = _plain(_convert(text))
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{threading.get_ident()}.draft")
        draft.write_text(svg, encoding="utf-8")
        draft.replace(kept)
    return svg


@cache
def _converter() -> str:
    from importlib.metadata import version

    return version("vl-convert-python")


@cache
def _fonts_known() -> None:
    import vl_convert

    vl_convert.register_font_directory(str(files("armillary.publications").joinpath("fonts")))


def _convert(text: str) -> str:
    import vl_convert

    with _lock:  # one engine, which serves one caller at a time
        _fonts_known()
        svg: str = vl_convert.vegalite_to_svg(text, allowed_base_urls=[])
        return svg


def _plain(svg: str) -> str:
    """Make a drawing that needs no style attribute and takes the colour of the text around."""
    root = _parsed(svg)
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for rule in (element.attrib.pop("style", None) or "").split(";"):
            name, _, value = rule.partition(":")
            if value and name.strip() not in {"cursor", "white-space", "pointer-events"}:
                element.set(name.strip(), value.strip())
        for name in [n for n in element.attrib if n.startswith("aria-")]:
            del element.attrib[name]
        element.attrib.pop("role", None)
        element.attrib.pop("pointer-events", None)
        if "font-family" in element.attrib:
            element.set("font-family", _SHOWN_FONTS)
        for name in ("fill", "stroke"):
            colour = (element.get(name) or "").lower()
            if colour == _INK:
                element.set(name, "currentColor")
            elif colour == _RULE:
                element.set(name, "currentColor")
                element.set(f"{name}-opacity", "0.18")
    return str(etree.tostring(root, encoding="unicode"))


def embedded(svg: str, chart: Chart, *, key: str) -> str:
    """Return a drawing to stand in a page: named, described, as wide as the column allows.

    Args:
        svg: The drawing.
        chart: Its words.
        key: Prefix of its ids, unique on the page.
    """
    root = _parsed(svg)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.attrib.pop("version", None)
    root.set("role", "img")
    root.set("aria-labelledby", f"{key}-t {key}-d")
    for position, (tag, text) in enumerate((("title", chart.title), ("desc", chart.description))):
        element = etree.Element(f"{{{_SVG}}}{tag}", id=f"{key}-{tag[0]}")
        element.text = text
        root.insert(position, element)
    return str(etree.tostring(root, encoding="unicode"))


def _parsed(svg: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(svg.encode(), parser)
