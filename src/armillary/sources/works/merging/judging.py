"""Whether two records are one work, by which rule, and why not where they are not."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.sources.works.merging.identifiers import doi_of, kind_of_doi, same_doi
from armillary.sources.works.merging.names import agreement
from armillary.sources.works.merging.titles import (
    Title,
    compact,
    distance,
    likeness,
    plain,
    title_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armillary.sources.works.merging.blocking import Block
    from armillary.sources.works.merging.names import Agreement
    from armillary.sources.works.merging.rules import MergeRules

# A pair of words of which one is a slip of the other: the rarer stands in few titles, or is far
# rarer than the other. Two words that are both in use ("micro", "macro") tell works apart.
_FEW = 2
_FAR_RARER = 200
_SMALL_WORDS = frozenset(
    (
        *("a", "an", "the", "of", "on", "in", "at", "to", "for", "and", "or", "with", "by", "from"),
        *("as", "its", "der", "die", "das", "des", "und", "le", "la", "les", "de", "du", "et"),
        *("un", "une", "el", "los", "las", "y"),
    )
)


class Judgement(msgspec.Struct, frozen=True):
    """What comes of comparing two records.

    Args:
        outcome: "join"; "apart", where they must never be one work; "near", where they are
            like but not enough; "other", where they have nothing to do with each other.
        rule: The rule that joins them, or that nearly does.
        evidence: From 0 to 1, how sure the rule is.
        text: What agrees and what does not.
    """

    outcome: str
    rule: str = ""
    evidence: float = 0.0
    text: str = ""


OTHER = Judgement("other")
APART = Judgement("apart")


class Judge:
    """Compares records by title, year, authors, venue and DOI.

    Args:
        columns: The columns of `work` needed, as lists.
        block: Titles as compared, and how many of them hold each word.
        rules: The choices.
    """

    def __init__(
        self, columns: Mapping[str, Sequence[Any]], *, block: Block, rules: MergeRules
    ) -> None:
        self._columns = columns
        self._keys = block.keys
        self._counts = block.counts
        self._rules = rules
        self.title = lru_cache(maxsize=100_000)(self._title)

    def _title(self, row: int) -> Title:
        return title_of(self._columns["title"][row])

    def by_identifier(self, left: int, right: int, *, rule: str) -> Judgement:
        """Judge two records that share an identifier; their titles may still contradict it.

        A DOI of a whole book or issue stands at its parts as well, so a shared DOI joins no two
        records whose titles and authors are both unlike. A publication number of a patent is
        no such thing, and databases give one invention titles of their own.
        """
        if rule == "family":
            return Judgement("join", rule, 1.0, f"the same {_NAMES[rule]}")
        ours, theirs = self.title(left), self.title(right)
        if not ours.key or not theirs.key or ours.han != theirs.han:
            return Judgement("join", rule, 1.0, f"the same {_NAMES[rule]}")
        like = likeness(ours.key, theirs.key)
        said = f"the same {_NAMES[rule]}; titles {like:.2f} alike"
        if like >= 0.5 or ours.main == theirs.main or _contains(ours.key, theirs.key):
            if like < 1 and (ours.about != theirs.about or ours.numbers != theirs.numbers):
                weak = ours.about != theirs.about or self._authors(left, right).verdict != "agree"
                if weak:
                    return Judgement("near", rule, 0.9, f"{said}; but one speaks of the other")
            return Judgement("join", rule, 1.0, said)
        authors = self._authors(left, right)
        if authors.verdict == "agree" and self._years(left, right)[0] is not False:
            return Judgement("join", rule, 0.95, f"{said}; {_said_of(authors)}")
        return Judgement("near", rule, 0.5, f"{said}, and {_said_of(authors)}")

    def by_title(self, left: int, right: int) -> Judgement:
        """Judge two records by what they say of themselves."""
        authors = self._authors(left, right)
        if authors.verdict == "differ" and self._keys[left] != self._keys[right]:
            return OTHER
        ours, theirs = self.title(left), self.title(right)
        rule, like, why_not = self._like_titles(ours, theirs)
        if like < self._rules.near:
            return OTHER
        if rule == "subtitle" and why_not and self._goes_on_with_venue(left, right, ours, theirs):
            rule, why_not = "venue_in_title", None
        close, said_years = self._years(left, right)
        said = [_RULES[rule].format(like=like), said_years, _said_of(authors)]
        apart = self._must_be_apart(left, right, ours, theirs)
        if why_not == _PARTS:
            apart = apart or _PARTS
        if apart:
            if authors.verdict in {"differ", "partly"}:
                return APART  # two works with a title in common, not a near miss
            return Judgement("apart", rule, like, "; ".join([apart, *said]))
        if why_not is None:
            why_not = self._missing(ours, theirs, rule=rule, close=close, authors=authors)
        venues = self._same_venue(left, right)
        if why_not is None and venues is False and not (like == 1 and said_years[:4] == "both"):
            why_not = "venues differ, and titles or years are not the same"
        if why_not:
            return Judgement("near", rule, like, "; ".join([why_not, *said]))
        sure = 1.0 if rule == "title" else like if rule == "title_alike" else 0.93
        sure -= 0.0 if said_years.startswith("both") else 0.02
        sure -= {"agree": 0.0, "partly": 0.04}.get(authors.verdict, 0.05)
        sure -= {True: 0.0, None: 0.01, False: 0.06}[venues]
        if venues:
            said.append("venues alike")
        elif venues is False:
            said.append("venues differ")
        return Judgement("join", rule, round(min(sure, 0.99), 3), "; ".join(said))

    # -- titles ------------------------------------------------------------------------------

    def _like_titles(  # noqa: PLR0911 - one way out for each way titles are alike
        self, ours: Title, theirs: Title
    ) -> tuple[str, float, str | None]:
        """Return the rule, the likeness, and what forbids to join by the titles alone."""
        if ours.key == theirs.key:
            return "title", 1.0, None
        shorter, longer = sorted((ours, theirs), key=lambda title: len(title.key))
        n_short, n_long = len(shorter.key), len(longer.key)
        if not n_short:
            return "title_alike", 0.0, None
        if longer.key.startswith(shorter.key):
            return self._begins(shorter, longer)
        if n_short >= 0.8 * n_long:
            like = likeness(ours.key, theirs.key, least=self._rules.near)
            if like >= self._rules.near:
                return "title_alike", like, self._differs(ours, theirs, like)
        if ours.main == theirs.main and len(ours.main) >= self._least(ours) // 2:
            return "subtitle", 0.9, "their subtitles differ"
        if n_short < 0.8 * n_long and shorter.cut:
            like = likeness(shorter.key, longer.key[:n_short])
            if like >= self._rules.alike:
                return "subtitle", like * 0.95, None
        return "title_alike", 0.0, None

    def _begins(self, shorter: Title, longer: Title) -> tuple[str, float, str | None]:
        """Judge a title that another one begins with: a subtitle, a bracket or the end lacks."""
        n_short, n_long = len(shorter.key), len(longer.key)
        numbers = None if shorter.numbers == longer.numbers else _NUMBERS
        more = [number for number in longer.numbers if number not in shorter.numbers]
        dated = all(_YEAR.match(number) for number in more)
        if numbers and not dated and not shorter.cut and n_long - n_short <= _PART_LETTERS:
            return "subtitle", 0.95, _PARTS
        if shorter.cut or (n_short >= 2 * self._rules.cut_title and shorter.key != longer.main):
            unsure = n_short < self._least(shorter)
            numbers = None if shorter.cut else numbers
            return "subtitle", 0.95, "what is left of the title is short" if unsure else numbers
        if shorter.key == longer.main:
            few = n_short < self._least(shorter) // 2
            return "subtitle", 0.95, "the title without its subtitle is short" if few else numbers
        if n_short >= 0.9 * n_long:
            like = n_short / n_long
            return "title_alike", like, self._differs(shorter, longer, like)
        return "subtitle", 0.85, "the longer title goes on where the other ends"

    def _least(self, title: Title) -> int:
        return self._rules.cut_title // 3 if title.han else self._rules.cut_title

    def _differs(  # noqa: PLR0911 - one way out for each reason
        self, ours: Title, theirs: Title, like: float
    ) -> str | None:
        """Say what in two like titles tells two works apart; None for slips and small words."""
        if ours.numbers != theirs.numbers:
            return _NUMBERS
        if like < self._rules.alike:
            return f"titles are only {like:.2f} alike"
        if ours.han:
            return self._differs_han(ours, theirs)
        if len(ours.words) == len(theirs.words):
            for word, other in zip(ours.words, theirs.words, strict=True):
                if word != other and not self._slip(word, other):
                    return f"{word!r} against {other!r}"
            return None
        left = [w for w in ours.words if w not in theirs.words]
        right = [w for w in theirs.words if w not in ours.words]
        if "".join(left) == "".join(right):
            return None
        lefts, rights = (
            " ".join(w for w in side if w not in _SMALL_WORDS) for side in (left, right)
        )
        if not lefts or not rights:
            more = lefts or rights
            return f"one title has {more!r} more" if more else None
        rare = any(self._counts.get(word, 0) <= _FEW for word in left + right)
        if rare and distance("".join(left), "".join(right)) <= 2:  # a space is lost or added
            return None
        each = len(left) == len(right) and all(map(self._slip, left, right))
        return None if each else f"{lefts!r} against {rights!r}"

    def _differs_han(self, ours: Title, theirs: Title) -> str | None:
        """Say which characters tell two Chinese titles apart."""
        left = [w for w in ours.words if w not in theirs.words]
        right = [w for w in theirs.words if w not in ours.words]
        if not left or not right:
            return None if len(left) + len(right) <= 2 else f"one has {(left + right)[:3]} more"
        sides = [
            all(len(w) > 1 and self._counts.get(w, 0) > _FEW for w in side)
            for side in (left, right)
        ]
        if all(sides):
            return f"{' '.join(left)!r} and {' '.join(right)!r} are both in use"
        return None

    def _slip(self, word: str, other: str) -> bool:
        """Tell whether one word may be a slip of the other, not another word in use."""
        if {word, other} <= _SMALL_WORDS or _inflected(word, other):
            return True
        far = distance(word, other)
        if far > (1 if min(len(word), len(other)) < 6 else 2):
            return False
        few, many = sorted((self._counts.get(word, 0), self._counts.get(other, 0)))
        return few <= _FEW or few * _FAR_RARER <= many

    def _goes_on_with_venue(self, left: int, right: int, ours: Title, theirs: Title) -> bool:
        """Tell whether the longer title goes on with the venue of the other record."""
        (n, short), (_, long) = sorted(((len(ours.key), left), (len(theirs.key), right)))
        shorter, longer = (ours, theirs) if short == left else (theirs, ours)
        venue = compact(plain(self._columns["venue"][short] or ""))
        if not longer.key.startswith(shorter.key) or long == short:
            return False
        return len(venue) >= 6 and longer.key[n:].removeprefix("the").startswith(venue)

    # -- year, authors, venue ----------------------------------------------------------------

    def _years(self, left: int, right: int) -> tuple[bool | None, str]:
        years = self._columns["year"]
        ours, theirs = years[left], years[right]
        if ours is None or theirs is None:
            return None, "a year is missing" if ours or theirs else "both years are missing"
        if ours == theirs:
            return True, f"both of {ours}"
        close = abs(ours - theirs) <= self._rules.years
        return close, f"{min(ours, theirs)} and {max(ours, theirs)}"

    def _authors(self, left: int, right: int) -> Agreement:
        authors = self._columns["authors"]
        return agreement(authors[left] or (), authors[right] or ())

    def _missing(
        self, ours: Title, theirs: Title, *, rule: str, close: bool | None, authors: Agreement
    ) -> str | None:
        """Say which agreement lacks, None where nothing does."""
        least = self._rules.whole_title // 3 if ours.han else self._rules.whole_title
        long = min(len(ours.key), len(theirs.key)) >= least
        if authors.verdict in {"differ", "partly"}:
            return f"authors {'differ' if authors.verdict == 'differ' else 'agree in part only'}"
        if close is False:
            return "years lie too far apart"
        if close is None and authors.verdict == "unknown":
            return "neither year nor authors can be compared"
        if close is None and not (long and rule == "title"):
            return "a year is missing, and the titles are short or not the same"
        # A title cut or gone on says less than a whole one.
        if authors.verdict == "unknown" and not (long and rule in {"title", "title_alike"}):
            return "authors cannot be compared, and the titles are short or not the same"
        return None

    def _same_venue(self, left: int, right: int) -> bool | None:
        """Tell whether two venues may be the same; None where that cannot be told."""
        ours, theirs = (_venue(self._columns["venue"][row]) for row in (left, right))
        if not ours or not theirs or "".join(ours).isascii() != "".join(theirs).isascii():
            return None
        if _contains("".join(ours), "".join(theirs)):
            return True
        shorter, longer = sorted((ours, theirs), key=len)
        if len(shorter) == 1 and shorter[0] == "".join(word[0] for word in longer):
            return True
        held = iter(longer)
        return all(any(word.startswith(short) or short.startswith(word) for word in held)
                   for short in shorter)  # fmt: skip

    def _must_be_apart(self, left: int, right: int, ours: Title, theirs: Title) -> str | None:
        """Say why two records with like titles can never be one work; None where they can."""
        dois = [doi_of(self._columns["doi"][row]) for row in (left, right)]
        if dois[0] and dois[1] and not same_doi(dois[0], dois[1]):
            kinds = {kind_of_doi(doi, self._rules) for doi in dois if doi}
            if len(kinds) == 1:
                return "their DOIs differ"
            if "preprint" in kinds:
                return "one is the preprint, with a DOI of its own"
        if ours.about != theirs.about and ours.key != theirs.key:
            return "one speaks of the other (an erratum, a reply or a review)"
        kinds_of_work = {self._columns["type"][row] for row in (left, right)}
        told = len(kinds_of_work - {"other"}) == 2
        told = told and kinds_of_work != {"article", "review"} and not _shared_doi(dois)
        if told and not self._same_venue(left, right):
            return f"one is {' and one '.join(sorted(kinds_of_work))}, of other venues or none"
        return None


_DOUBLED = re.compile(r"(.)\1")
_PARTS = "one is a part of a series"
_PART_LETTERS = 8
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_NUMBERS = "numbers or parts in the titles differ"
_NAMES = {
    "doi": "DOI",
    "id": "id of a database",
    "family": "publication of a patent",
    "decision": "decision",
}
_RULES = {
    "title": "the same title",
    "title_alike": "titles {like:.2f} alike",
    "subtitle": "the same title, less a subtitle or its end",
    "venue_in_title": "the same title, which goes on with the venue in one",
}


def _said_of(authors: Agreement) -> str:
    if authors.verdict == "unknown":
        return "authors cannot be compared"
    return f"{authors.n_alike} of {authors.n_least} authors alike"


def _shared_doi(dois: Sequence[str | None]) -> bool:
    return dois[0] is not None and dois[0] == dois[1]


def _contains(left: str, right: str) -> bool:
    shorter, longer = sorted((left, right), key=len)
    return len(shorter) >= 8 and shorter in longer


def _inflected(left: str, right: str) -> bool:
    """Tell whether two words are one in singular and plural, or in two spellings (modelling)."""
    shorter, longer = sorted((left, right), key=len)
    undoubled = (_DOUBLED.sub(r"\1", word) for word in (left, right))
    return longer in {f"{shorter}s", f"{shorter}es"} or len(set(undoubled)) == 1


@lru_cache(maxsize=100_000)
def _venue(text: str | None) -> tuple[str, ...]:
    words = plain(text or "").replace(".", " ").split()
    return tuple(held for word in words if (held := compact(word)) and held not in _SMALL_WORDS)
