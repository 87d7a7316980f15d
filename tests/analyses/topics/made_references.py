"""Makes works and the strings by which patents cite them, with noise, from a seed."""

from __future__ import annotations

import random

_WORDS = (
    "adaptive", "algae", "antenna", "battery", "carbon", "catalyst", "cell", "ceramic",
    "circuit", "coating", "control", "crystal", "delivery", "detection", "device", "diode",
    "drone", "enzyme", "fibre", "film", "filter", "flow", "fuel", "gas", "gene", "glass",
    "graphene", "growth", "heat", "hybrid", "image", "ion", "laser", "layer", "learning",
    "lens", "lithium", "magnetic", "membrane", "metal", "micro", "mobile", "model", "molecular",
    "nano", "network", "noise", "optical", "oxide", "particle", "peptide", "phase", "photon",
    "plasma", "polymer", "power", "protein", "pulse", "quantum", "radar", "reactor", "receptor",
    "robot", "sensor", "signal", "silicon", "solar", "spectral", "spin", "storage", "stress",
    "surface", "switch", "thermal", "thin", "tissue", "transport", "tumor", "ultrasound",
    "vaccine", "vapor", "virus", "water", "wave", "wireless", "yeast", "zeolite",
)  # fmt: skip
_LINKS = ("of", "for", "in", "with", "by", "and", "on", "using")
_NAMES = (
    "Smith", "Müller", "García", "Chen", "Wang", "Nakamura", "O'Brien", "Ivanova", "Kowalski",
    "Dupont", "Rossi", "Johansson", "Lee", "Kim", "Patel", "Silva", "Novák", "Andersen",
    "Schmidt", "Brown", "Taylor", "Martin", "Leclerc", "Yamada", "Zhang", "Liu", "Fischer",
    "Weber", "Moreau", "Costa",
)  # fmt: skip
_JOURNALS = (
    ("Journal of Applied Physics", "J. Appl. Phys."),
    ("Nature Materials", "Nat. Mater."),
    ("Biosensors and Bioelectronics", "Biosens. Bioelectron."),
    ("IEEE Transactions on Robotics", "IEEE Trans. Robot."),
)


def made_works(rng: random.Random, n: int) -> list[dict[str, object]]:
    """Make works; one in eight shares author and year with the one before, in a series."""
    works: list[dict[str, object]] = []
    for at in range(n):
        words = []
        for _ in range(rng.randint(3, 9)):
            words += [rng.choice(_WORDS)] + ([rng.choice(_LINKS)] if rng.random() < 0.35 else [])
        last, initial = rng.choice(_NAMES), rng.choice("ABCDEFGHJKLMNPRSTW")
        year = rng.randint(1985, 2022)
        if at % 8 == 7:
            last, year = works[-1]["last"], works[-1]["year"]
        full, short = rng.choice(_JOURNALS)
        works.append(
            {
                "work": f"w:{at:04}",
                "type": "article",
                "title": " ".join(words).capitalize(),
                "authors": [f"{last}, {initial}.", f"{rng.choice(_NAMES)}, Q."],
                "last": last,
                "initial": initial,
                "year": year,
                "doi": f"10.1234/made.{at}" if rng.random() < 0.6 else None,
                "full": full,
                "short": short,
                "volume": rng.randint(1, 400),
                "page": rng.randint(1, 2000),
            }
        )
    return works


def cited(rng: random.Random, work: dict[str, object]) -> str:  # noqa: PLR0911
    """Write a work as a patent cites it, in one of eight styles, with the usual noise."""
    style = rng.randrange(8)
    last, initial, year = str(work["last"]), work["initial"], work["year"]
    title = _noisy(rng, str(work["title"]))
    full, short, volume, page = (work[k] for k in ("full", "short", "volume", "page"))
    last = rng.choice([last, last.upper(), _plain(last)])
    if style == 0:
        return f'{last}, {initial}. et al., "{title}," {short}, vol. {volume}, p. {page}, {year}.'
    if style == 1:
        return f"{last.upper()} {initial} ET AL: '{title}', {str(full).upper()}, {year}-03-12"
    if style == 2:
        return (
            f"{initial}. {last} & others ({year}) {title}. {full} {volume}:{page}-{int(page) + 9}"
        )
    if style == 3:
        return f"{last} et al. {title.upper()} {short} {volume} ({year}) {page}"
    if style == 4:
        told = f"doi: {work['doi']}" if work["doi"] else f"pp. {page}"
        return f"{last}; {title}; {full}; {told}; {year}."
    if style == 5:  # pointing at the page alone: no title, nothing to match but journal and page
        return f"{last} et al., {short}, vol. {volume}, {year}, pp. {page}-{int(page) + 5}."
    if style == 6:
        return f"XP00{rng.randint(10**6, 10**7)} {last}, {initial}.: {title}, {full}, Jan. {year}"
    return f"“{title}”, {initial}. {last} and Q. Other, Published {year}, {full}; cited by examiner"


def stranger(rng: random.Random, works: list[dict[str, object]], at: int) -> str:
    """Write a string that cites none of the works, though it may look like one of them."""
    kind = rng.randrange(4)
    other = made_works(rng, 1)[0]
    if kind == 0:  # same author and year, another title
        known = rng.choice(works)
        return cited(rng, {**other, "last": known["last"], "year": known["year"], "doi": None})
    if kind == 1:
        return f"International Search Report, PCT/US{2000 + at % 20}/{rng.randint(1, 99999):05}"
    if kind == 2:  # same title, another author and year
        known = rng.choice(works)
        return cited(
            rng, {**other, "title": known["title"], "last": "Unknown", "year": 1970, "doi": None}
        )
    return cited(rng, {**other, "doi": None})


def _plain(name: str) -> str:
    return name.translate(str.maketrans("üíáé", "uiae"))


def _noisy(rng: random.Random, title: str) -> str:
    words = title.split()
    if rng.random() < 0.35:  # a letter lost or doubled, as by optical reading
        at = rng.randrange(len(words))
        word = words[at]
        place = rng.randrange(len(word))
        words[at] = (
            word[:place] + (word[place] * 2 if rng.random() < 0.5 else "") + word[place + 1 :]
        )
    if rng.random() < 0.1 and len(words) > 5:  # cut short
        words = [*words[:-1], "..."]
    return " ".join(words).replace(" and ", rng.choice([" and ", " & "]))
