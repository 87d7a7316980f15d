"""What is no term: event names, general words, foreign function words, template words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.analyses.topics.stopwords import (
    EDGE_VERBS,
    FUNCTION_WORDS,
    GENERAL_WORDS,
    HAN_ENDS,
    HAN_GENERAL,
    HAN_STARTS,
    HAN_VERBS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

# SemEval-2007, wmt14, CoNLL'09: an event and its year rise and fall with the calendar.
_EVENT = re.compile(r"^[a-z][a-z-]*[-'’]?(?:(?:19|20)\d\d|'?(?:8|9|0|1|2)\d)$")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Function words of French, German, Spanish, Portuguese, Italian, Dutch and Latin.
_FOREIGN = _words("""
    als auf aus bei bis che con como dans dei della delle dem deux die dos durch ein eine einer
    eines entre est ete fuer gli het ici ihre ist ja jeg kein leur lui mais mas mehr mit nach nel
    nella nous nur oder ou par pas pelo pela plus pour qui quo quod seit sich sind sobre sont sous
    sua sulla sur tous tout tra um una uno van vers voor vous vom wie zum zur über für être où
    avec aux ces cet cette ainsi uma são não mais seu sus muy pero ser sin según
    approche approches analyse méthode méthodes langue langues traitement système systèmes
    étude automatique automatiques français française données corpus-basé modèle modèles
""")
# What is left of formulas and addresses in abstracts.
_MARKUP = _words("""
    mathbf mathrm mathcal mathbb mathit boldsymbol textbf textit texttt textrm emph frac sqrt
    ldots cdot infty epsilon varepsilon lambda sigma leq geq approx sim rightarrow tilde widehat
    youtu youtube git github gitlab bitbucket com www html pdf href url anonymous
""")
# Adjectives, adverbs and verbs of any abstract that stand for no subject.
_GENERIC = _words("""
    additional adequate advantageous ambitious ample apparent appealing broad brief careful
    challenging clear cheap comprehensive compelling conventional considerable convenient correct
    crucial cutting-edge deeper desirable distinct diverse early easier empirical emerging
    encouraging enormous essential evident existing explicit extra fair faster favourable
    favorable fewer fine first-ever flexible fresh fruitful full further genuine greatest growing
    handy harder huge immediate impressive inadequate in-depth increased inherent insightful
    intuitive latest leading leverage leveraged leverages leveraging little mainstream massive
    meaningful modest multiple naive natural nice notable noticeable older ongoing organic
    original overall-best paramount pivotal plain popular powerful preliminary principled
    prominent promising proper quick rare reasonable relative remarkable richer rigorous rough
    scarce serious severe sharp slight sophisticated sound state-of-art straightforward
    strikingly strong stronger sufficient suited surprising tedious tough tremendous typical
    ubiquitous ultimate uncommon unprecedented upcoming usual valuable various vast vital
    well-established well-known well-studied widespread worse worst better best-performing
    achieving adopting affect affecting aforementioned allowing alleviate arguably argue attempts
    aware begin bring brought building called cause caused causes choose chosen collect collected
    come comes concern concerned concerning consist consists contain contained containing contains
    contrast contribute contributes contribution contributions cope cover covers create created
    creates creating crucially deal dealing deliver delivers details discover discovered
    end end-user enhance enhanced enhances enhancing exhibit exhibits expect expected extract
    facilitate facilitates facilitating fail fails fill fully-fledged gains goes handle handles
    handling happen held hold holds hope identifies identified identify identifying incorporate
    incorporated incorporates incorporating intend introduces know learn-to leads left looking
    lots making meet mitigate mitigates motivate motivated moving near-optimal offering offered
    overcome overcoming overview paradigm-shift part-of people perceive pick place plays point-of
    possess preserve preserving promote prone pursue raise raised raises reach reached reaches
    reaching reason reasons rely relies relying respond revisit run running said say scalable seek
    seeks sense shed show-case speed spent start started state-of struggle suggests surpass
    surpasses tackle tackled tackles tackling target targeted thorough today tend tends tried
    try trying turn turns understand understood unify usage validity-of varying verifying want
    wide-spread won write yield yields yielding zero-cost half thus-far latter-day decade decades
    twenty thirty hundred hundreds thousand thousands million millions billion billions percent
    third fourth fifth sixth double triple couple dozen kinds sort sorts thing things pair pairs
    counterpart counterparts insight insights benchmark-ing hand hands fashion manner beginning
    extent light course side sides instance instances member members reader readers page pages
    chapter chapters workshop workshops conference proceedings symposium session sessions journal
    editorial preface introduction special-issue tutorial keynote committee submission submissions
    track shared-task co-located volume supplementary appendix poster demo-paper camera-ready
    real-world unseen critical setting settings gap gaps baseline baselines sota
    copyright arxiv preprint supplementary-material footnote license manuscript
""")


def names_a_term(words: Sequence[str], *, han: bool) -> bool:
    """Say whether words may be a term: a subject, method, thing or event without its year.

    No method of its own: lists of words and the form of event names.

    Args:
        words: Words of the phrase; Chinese: its characters.
        han: Whether it is Chinese.

    Examples:
        >>> names_a_term(["machine", "translation"], han=False)
        True
        >>> names_a_term(["SemEval-2007"], han=False)
        False
        >>> names_a_term(["promising"], han=False)
        False
    """
    if han:
        text = "".join(words)
        at_edge = words[0] in HAN_STARTS or words[-1] in HAN_ENDS
        told = any(verb in text for verb in HAN_VERBS)
        return len(words) > 1 and not at_edge and not told and text not in HAN_GENERAL
    lower = [word.lower() for word in words]
    if len(set(lower)) < len(lower) or any(_is_debris(word) for word in lower):
        return False
    if lower[0] in EDGE_VERBS or lower[-1] in EDGE_VERBS:
        return False
    if len(lower) == 1:
        return len(lower[0]) > 2 and lower[0] not in GENERAL_WORDS
    if lower[-1] in GENERAL_WORDS and words[0].isupper():
        return False  # "SLAM system" says no more than "SLAM"
    return not all(word in GENERAL_WORDS for word in lower)


def _is_debris(word: str) -> bool:
    """Say whether a word, in lower case, spoils every phrase it stands in."""
    return (
        word in _GENERIC
        or word in _MARKUP
        or word in _FOREIGN
        or word in FUNCTION_WORDS
        or word.endswith("ly")
        or _EVENT.match(word) is not None
    )
