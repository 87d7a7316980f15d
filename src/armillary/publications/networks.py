"""A topic map for other programs: VOSviewer, Pajek, and whatever reads GraphML."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

import msgspec

# What XML 1.0 and tab-delimited text cannot hold.
_CONTROL = dict.fromkeys((*range(0x20), 0x7F, 0xFFFE, 0xFFFF), " ")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One topic of the map.

    Args:
        name: Its id on the map, e.g. T0001.
        label: What it is called.
        x: Position.
        y: Position.
        group: Number of the group it is coloured by, 1 or more; 0 for none.
        weights: Numbers its size may show, by name: works.
        scores: Numbers its colour may show, by name; a missing one is left out.
        url: Address of its page, relative or absolute; empty for none.
    """

    name: str
    label: str
    x: float
    y: float
    group: int
    weights: dict[str, float]
    scores: dict[str, float | None]
    url: str = ""


class Link(msgspec.Struct, frozen=True):
    """Relatedness of two topics, each pair once.

    Args:
        first: Name of one topic.
        second: Name of the other.
        strength: Relatedness > 0.
    """

    first: str
    second: str
    strength: float


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """A map of topics and their links.

    Args:
        title: Name of the map.
        about: What a reader should know: method, years, whether simulated.
        items: Topics; every one has the same weights and scores.
        links: Each pair once.
        groups: Name of each group by number.
    """

    title: str
    about: str
    items: Sequence[Item]
    links: Sequence[Link]
    groups: dict[int, str]


def vosviewer_json(network: Network) -> str:
    """Write the one file that VOSviewer and VOSviewer Online open.

    Source: the VOSviewer manual, layout of JSON files.
    """
    number = {item.name: n for n, item in enumerate(network.items, 1)}
    items = []
    for item in network.items:
        row: dict[str, object] = {
            "id": number[item.name],
            "label": item.label,
            "x": item.x,
            "y": item.y,
            "weights": item.weights,
            "scores": _known(item.scores),
        }
        if item.group:
            row["cluster"] = item.group
        if item.url:
            row["url"] = item.url
        items.append(row)
    held = {
        "network": {
            "items": items,
            "links": [
                {
                    "source_id": number[link.first],
                    "target_id": number[link.second],
                    "strength": link.strength,
                }
                for link in network.links
            ],
            "clusters": [
                {"cluster": group, "label": label} for group, label in network.groups.items()
            ],
        },
        "config": {
            "terminology": {
                "item": "Topic",
                "items": "Topics",
                "link": "Link",
                "links": "Links",
                "link_strength": "Relatedness",
                "total_link_strength": "Total relatedness",
            }
        },
        "info": {"title": network.title, "description": network.about},
    }
    return json.dumps(held, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def vosviewer_map(network: Network) -> str:
    """Write the map file of VOSviewer: one topic a line, tab-delimited.

    Source: the VOSviewer manual, layout of map files.
    """
    weights, scores = _names(network)
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    head = ["id", "label", "x", "y", "cluster"]
    head += [f"weight<{name}>" for name in weights] + [f"score<{name}>" for name in scores]
    writer.writerow([*head, "url"])
    for n, item in enumerate(network.items, 1):
        cells: list[object] = [n, _line(item.label), item.x, item.y, item.group or ""]
        cells += [item.weights[name] for name in weights]
        cells += ["" if item.scores[name] is None else item.scores[name] for name in scores]
        writer.writerow([*cells, item.url])
    return out.getvalue()


def vosviewer_network(network: Network) -> str:
    """Write the network file of VOSviewer: two topics and their relatedness a line.

    Source: the VOSviewer manual, layout of network files.
    """
    number = {item.name: n for n, item in enumerate(network.items, 1)}
    return "".join(
        f"{number[link.first]}\t{number[link.second]}\t{link.strength!r}\n"
        for link in network.links
    )


def pajek(network: Network) -> str:
    r"""Write a Pajek project: network, partition by group and a vector for each number.

    Positions are scaled into 0..1, with y downwards, as Pajek draws. Missing numbers are
    written 999999998, which Pajek takes for missing.
    Source: Pajek reference manual, formats of `.net`, `.clu`, `.vec` and `.paj` files.
    """
    weights, scores = _names(network)
    number = {item.name: n for n, item in enumerate(network.items, 1)}
    n = len(network.items)
    xs = _scaled([item.x for item in network.items])
    ys = _scaled([-item.y for item in network.items])
    lines = [f"*Network {_line(network.title)}", f"*Vertices {n}"]
    for item, x, y in zip(network.items, xs, ys, strict=True):
        label = _line(item.label).replace('"', "'")
        lines.append(f'{number[item.name]} "{label}" {x:.6f} {y:.6f} 0.5')
    lines.append("*Edges")
    lines += [f"{number[a.first]} {number[a.second]} {a.strength!r}" for a in network.links]
    lines += ["", "*Partition groups", f"*Vertices {n}"]
    lines += [str(item.group) for item in network.items]
    for name in (*weights, *scores):
        lines += ["", f"*Vector {_line(name)}", f"*Vertices {n}"]
        held = [{**item.weights, **item.scores}[name] for item in network.items]
        lines += ["999999998" if value is None else repr(float(value)) for value in held]
    return "\r\n".join(lines) + "\r\n"


def graphml(network: Network) -> str:
    """Write GraphML, which Gephi, igraph, NetworkX and Cytoscape read.

    Source: GraphML specification, http://graphml.graphdrawing.org/specification.html.
    """
    weights, scores = _names(network)
    texts = ("label", "url")
    numbers = ("x", "y", *weights, *scores)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        f"  <desc>{escape(_line(f'{network.title}. {network.about}'))}</desc>",
    ]
    keys = {name: f"d{n}" for n, name in enumerate((*texts, "group", *numbers))}
    lines += [_key(keys[name], name, "string") for name in texts]
    lines.append(_key(keys["group"], "group", "int"))
    lines += [_key(keys[name], name, "double") for name in numbers]
    lines.append('  <key id="w" for="edge" attr.name="weight" attr.type="double"/>')
    lines.append('  <graph edgedefault="undirected">')
    for item in network.items:
        lines.append(f"    <node id={quoteattr(item.name)}>")
        held: dict[str, object] = {"label": item.label, "url": item.url, "group": item.group}
        held |= {"x": item.x, "y": item.y, **item.weights, **item.scores}
        for name, key in keys.items():
            if held[name] is not None and held[name] != "":
                lines.append(f'      <data key="{key}">{escape(_line(str(held[name])))}</data>')
        lines.append("    </node>")
    for link in network.links:
        ends = f"source={quoteattr(link.first)} target={quoteattr(link.second)}"
        lines.append(f'    <edge {ends}><data key="w">{link.strength!r}</data></edge>')
    return "\n".join([*lines, "  </graph>", "</graphml>"]) + "\n"


def _key(key: str, name: str, kind: str) -> str:
    return f'  <key id="{key}" for="node" attr.name={quoteattr(name)} attr.type="{kind}"/>'


def _names(network: Network) -> tuple[list[str], list[str]]:
    if not network.items:
        return [], []
    return list(network.items[0].weights), list(network.items[0].scores)


def _known(scores: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in scores.items() if value is not None}


def _line(text: str) -> str:
    """Return a text that stays on one line and in one cell."""
    return text.translate(_CONTROL)


def _scaled(values: Sequence[float]) -> list[float]:
    low, high = min(values, default=0.0), max(values, default=0.0)
    return [0.5 if high == low else 0.05 + 0.9 * (v - low) / (high - low) for v in values]
