"""Names of authors, written in a dozen ways: which may be the same person."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from armillary.sources.works.merging.titles import compact, distance, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

_HAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_NOISE = re.compile(
    r"\bet\.? ?al\b\.?|\bnull\b|\b(?:jr|sr|ii|iii|iv|phd|md|ed|eds|editor)\b\.?|"
    r"[\d*†‡§…]|\([^)]*\)",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?){1,3}$")
_NOBODY = {"anonymous", "anon", "noauthornameavailable", "unknown", "佚名", "本刊编辑部"}
_UMLAUT = re.compile(r"(?<=[bcdfghjklmnprstvwz])([aou])e(?=[a-z])")
_MOST = 40
_FEW = 12


class Name(msgspec.Struct, frozen=True):
    """A name taken apart.

    Args:
        family: Family name as compared; umlauts written with an e are as without.
        given: First given name, empty where only initials are known.
        initials: Initials of the given names.
        han: The name in Chinese characters, empty where it is not written so.
    """

    family: str
    given: str = ""
    initials: str = ""
    han: str = ""


class Agreement(msgspec.Struct, frozen=True):
    """How two lists of authors agree.

    Args:
        verdict: "agree", "partly", "differ", or "unknown" where they cannot be compared.
        n_alike: Authors found in both.
        n_least: Authors of the shorter list.
    """

    verdict: str
    n_alike: int
    n_least: int


@lru_cache(maxsize=200_000)
def name_of(text: str) -> Name | None:
    """Take a name apart; None where it names nobody.

    Examples:
        >>> name_of("Tobler, Waldo R."), name_of("WR Tobler"), name_of("Tobler WR")
        (Name(family='tobler', given='waldo', initials='wr', han=''), \
Name(family='tobler', given='', initials='wr', han=''), \
Name(family='tobler', given='', initials='wr', han=''))
    """
    han = "".join(_HAN.findall(text))
    if han:
        return None if han in _NOBODY else Name("", han=han)
    text = _NOISE.sub(" ", text).strip(" ,;.&")
    if not compact(plain(text)) or compact(plain(text)) in _NOBODY:
        return None
    if "," in text:
        family, _, given = text.partition(",")
        return _name(family, given.split())
    tokens = text.split()
    if len(tokens) == 1:
        return _name(text, [])
    if _are_initials(tokens[-1]) and not _are_initials(tokens[0]):
        n = next(i for i, token in enumerate(tokens) if _are_initials(token))
        return _name(" ".join(tokens[: max(n, 1)]), tokens[max(n, 1) :])
    n = len(tokens) - 1
    while n > 1 and tokens[n - 1].islower():  # van der, de: part of the family name
        n -= 1
    return _name(" ".join(tokens[n:]), tokens[:n])


def _are_initials(token: str) -> bool:
    return (len(token) <= 4 and token.isupper() and _INITIALS.match(token) is not None) or (
        "." in token and len(token) <= 9 and re.match(r"(?:\w\w?\.-?)+$", token) is not None
    )


def _name(family: str, given: Sequence[str]) -> Name:
    initials, first = "", ""
    for token in given:
        held = plain(token)
        if _are_initials(token):
            initials += compact(held)
        else:
            parts = [compact(part) for part in re.split(r"[-.'’]", held)]
            initials += "".join(part[0] for part in parts if part)
            first = first or (compact(held) if initials[:1] == compact(held)[:1] else "")
    return Name(_UMLAUT.sub(r"\1", compact(plain(family))), first, initials)


def alike(left: Name, right: Name) -> bool | None:  # noqa: PLR0911 - by kind of name
    """Tell whether two names may be the same person's; None where scripts cannot be compared.

    Examples:
        >>> alike(name_of("Müller, Hans"), name_of("H. Mueller"))
        True
        >>> alike(name_of("Wang Xiaoming"), name_of("Wang, Xiao-Ming"))
        True
        >>> alike(name_of("Smith, John"), name_of("Smith, Mary"))
        False
        >>> alike(name_of("王"), name_of("Li")) is None
        True
    """
    if bool(left.han) != bool(right.han):
        return None
    if left.han:
        return left.han == right.han
    if _same_family(left.family, right.family):
        if not left.initials or not right.initials:
            return True
        if left.initials[0] != right.initials[0]:
            return False
        if len(left.given) > 1 and len(right.given) > 1:
            shorter = min(len(left.given), len(right.given))
            return left.given[:shorter] == right.given[:shorter] or _typo(left.given, right.given)
        return True
    # Wang Xiaoming is read with the family name last; Wang, X. M. is not.
    turned = len(left.given) > 1 and left.given == right.family
    turned_back = len(right.given) > 1 and right.given == left.family
    return (turned and _begins(left.family, right)) or (turned_back and _begins(right.family, left))


def _begins(given: str, other: Name) -> bool:
    return other.given == given or (not other.given and other.initials[:1] == given[:1])


def _same_family(left: str, right: str) -> bool:
    if left == right:
        return True
    shorter, longer = sorted((left, right), key=len)
    return (len(shorter) >= 4 and longer.endswith(shorter)) or _typo(left, right)


def _typo(left: str, right: str) -> bool:
    if min(len(left), len(right)) < 5 or abs(len(left) - len(right)) > 1:
        return False
    return distance(left, right) <= 1


def agreement(left: Sequence[str], right: Sequence[str]) -> Agreement:
    """Compare two lists of authors, however they are written and wherever they were cut.

    Args:
        left: Authors as written, in order.
        right: Likewise.

    Examples:
        >>> agreement(["Tobler, W.", "Wineburg, S."], ["S Wineburg", "Waldo Tobler"]).verdict
        'agree'
        >>> agreement(["Tobler, W."], []).verdict, agreement(["A B"], ["C D"]).verdict
        ('unknown', 'differ')
    """
    ours = [name for text in left[:_MOST] if (name := name_of(text))]
    theirs = [name for text in right[:_MOST] if (name := name_of(text))]
    least = min(len(ours), len(theirs))
    if not least:
        return Agreement("unknown", 0, 0)
    free = list(theirs)
    families = {name.family for name in theirs}
    n_alike, comparable, first = 0, False, False
    for position, name in enumerate(ours):
        # Slips, turned names and characters are looked for where lists are short enough.
        if len(free) > _FEW and not name.han and name.family not in families:
            comparable = True
            continue
        for other in free:
            said = alike(name, other)
            comparable = comparable or said is not None
            if said:
                first = first or (position == 0 and other is theirs[0])
                n_alike += 1
                free.remove(other)
                break
    if not comparable:
        return Agreement("unknown", 0, least)
    if n_alike >= 0.6 * least and (first or n_alike >= 2 or n_alike == least):
        return Agreement("agree", n_alike, least)
    return Agreement("partly" if n_alike else "differ", n_alike, least)


def block_names(authors: Sequence[str]) -> tuple[str, ...]:
    """Return what a record is looked up by: the first author's name, both ways round.

    Examples:
        >>> block_names(["Wang Xiaoming"]), block_names(["Tobler, W."]), block_names([])
        (('xiaoming', 'wang'), ('tobler',), ())
    """
    name = next((name for text in authors if (name := name_of(text))), None)
    if name is None:
        return ()
    if name.han:
        return (name.han,)
    return (name.family, name.given) if len(name.given) > 1 else (name.family,)
