"""Simulated works, copied with the slips databases make, and works that only look alike."""

from __future__ import annotations

import numpy as np

from armillary.model.columns import table_of
from armillary.model.observatory import Simulation
from armillary.model.provenance import Origin
from armillary.sources.works.simulator import simulate

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def corpus(n, *, seed):
    """Return simulated works as rows, each with a DOI."""
    origin = Origin(origin="a", source="a", file="a", title="a", sha256="0", bytes=1)
    asked = Simulation(works=n, topics=max(n // 150, 8), emerging=2, seed=seed)
    table = simulate(asked, source="a", origin=origin).tables["work"]
    rows = table.to_pylist()
    for number, row in enumerate(rows):
        row["doi"] = f"10.5555/sim.{number}"
    return rows


def copies(rows, *, seed, share=0.5):
    """Return noisy copies as the source b, and the pairs that are one work."""
    rng = np.random.default_rng(seed)
    made, gold = [], set()
    for row in rows:
        if rng.random() > share:
            continue
        copy = {**row, "source": "b", "origin": "b", "work": f"b:{row['native_id']}"}
        if rng.random() < 0.6:
            copy["doi"] = None
        draw = rng.random(6)
        if draw[0] < 0.15:
            copy["title"] = typo(copy["title"], rng)
        if draw[1] < 0.10 and len(copy["title"]) > 60:
            copy["title"] = copy["title"][: int(len(copy["title"]) * 0.8)] + "…"
        elif draw[1] < 0.20:
            copy["title"] = copy["title"].upper()
        elif draw[1] < 0.25:
            copy["title"] = f"<i>{copy['title']}</i> &amp;".replace(" &amp;", "")
        if draw[2] < 0.6:
            copy["authors"] = [initialled(name) for name in copy["authors"]]
        if draw[3] < 0.15:
            copy["year"] += int(rng.choice([-1, 1]))
        if draw[4] < 0.05:
            copy["authors"] = [*copy["authors"][:1], "et al."]
        if draw[5] < 0.05:
            copy["year"] = None
        made.append(copy)
        gold.add((row["work"], copy["work"]))
    return made, gold


def lookalikes(rows, *, seed, share=0.1):
    """Return works of the source c that are no copies, however like one they look."""
    rng = np.random.default_rng(seed)
    made = []
    for row in rows:
        if rng.random() > share:
            continue
        one = {**row, "source": "c", "origin": "c", "work": f"c:{row['native_id']}", "doi": None}
        kind = rng.integers(7)
        if kind == 0:
            one["title"] += ": part II"
        elif kind == 1:
            one["title"] = "Erratum to: " + one["title"]
        elif kind == 2:
            one["authors"] = ["Nobody, Else", "Other, Person"]
        elif kind == 3:
            one["year"] += 6
        elif kind == 4:
            one["doi"] = "10.5555/other." + one["native_id"]
        elif kind == 5:
            one["title"] = "Editorial"
        else:
            if one["type"] != "article":
                continue
            one |= {"type": "proceedings", "venue": "Conference of Quite Another Name"}
        made.append(one)
    return made


def typo(text, rng):
    at = int(rng.integers(1, max(len(text) - 1, 2)))
    kind = rng.integers(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + LETTERS[int(rng.integers(26))] + text[at:]
    return text[:at] + LETTERS[int(rng.integers(26))] + text[at + 1 :]


def initialled(name):
    family, _, given = name.partition(", ")
    if not given:
        return name
    return f"{''.join(part[0] for part in given.split())} {family}"


def table(*parts):
    return table_of("work", [row for part in parts for row in part])


def joined_pairs(merged):
    """Return every pair of records that is one work in a merge."""
    by = {}
    members = merged.tables["work_member"]
    for work, member in zip(
        members["work"].to_pylist(), members["member"].to_pylist(), strict=True
    ):
        by.setdefault(work, []).append(member)
    return {
        (a, b)
        for held in by.values()
        for i, a in enumerate(sorted(held))
        for b in sorted(held)[i + 1 :]
    }
