"""LaTeX in BibTeX values becomes plain Unicode."""

from __future__ import annotations

import re
import unicodedata

# Accent command: combining character.
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "c": "\u0327",
    "k": "\u0328", "d": "\u0323", "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å",
    "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ",
    "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
    "textendash": "–", "textemdash": "—", "textquoteright": "\u2019", "textquoteleft": "\u2018",
    "textquotedblleft": "\u201c", "textquotedblright": "\u201d", "textregistered": "®",
    "texttrademark": "™", "textcopyright": "©", "copyright": "©", "textdegree": "°",
    "degree": "°", "times": "×", "pm": "±", "cdot": "·", "leq": "≤", "geq": "≥", "le": "≤",
    "ge": "≥", "neq": "≠", "approx": "≈", "infty": "∞", "rightarrow": "→", "sim": "∼", "ldots":
    "…", "dots": "…", "textbackslash": "\\", "textasciitilde": "~", "textunderscore": "_",
    "S": "§", "P": "¶", "pounds": "£", "euro": "€", "texteuro": "€",
}  # fmt: skip
_GREEK = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa",
    "lamda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi",
    "psi", "omega",
]  # fmt: skip
for _name in _GREEK:
    _lower = unicodedata.lookup(f"GREEK SMALL LETTER {_name.upper()}")
    _said = "lambda" if _name == "lamda" else _name
    _LETTERS[_said] = _lower
    _LETTERS[_said.capitalize()] = _lower.upper()

# Commands that only say how their argument looks.
_LOOKS = {
    "textit", "textbf", "emph", "textrm", "textsc", "texttt", "textsf", "text", "mathrm",
    "mathbf", "mathit", "mathcal", "mathbb", "it", "bf", "rm", "em", "sl", "sc", "tt", "url",
    "href", "textsuperscript", "textsubscript", "relax", "protect", "ensuremath", "mbox",
}  # fmt: skip

_LETTER = r"\\[ij](?![A-Za-z])|[^\W\d_]"
_ACCENT = re.compile(
    rf"""\\(?:
        (?P<sign>[`'^~=."])\s*(?:\{{\s*(?P<a>{_LETTER})\s*\}}|(?P<b>{_LETTER}))
      | (?P<word>[uvHckrdb])(?:\s*\{{\s*(?P<c>{_LETTER})\s*\}}|\s+(?P<d>{_LETTER}))
    )""",
    re.VERBOSE,
)
_COMMAND = re.compile(r"\\([A-Za-z]+)(?:\s*\{\}|\s+(?=[^\W_])|)")
_ESCAPED = re.compile(r"\\([&%$#_])")
_BRACES = {"\\{": "\ue000", "\\}": "\ue001"}
_MATH = re.compile(r"(?<!\\)\$([^$]*)(?<!\\)\$")


def plain(text: str) -> str:
    r"""Return a BibTeX value as plain text on one line.

    Accents and special letters become Unicode, escaped signs themselves; braces that only
    protect go. A command we do not know stays as written, so that no word is lost.

    Source: the LaTeX2e accents and symbols; no other method.

    Examples:
        >>> plain(r"{\'E}tudes {\"u}ber G{\"o}del \& \v{C}ech")
        'Études über Gödel & Čech'
        >>> plain(r"{[}Anonymous], {\o}re $\alpha$-decay")
        '[Anonymous], øre α-decay'
    """
    if "\\" in text:
        for escaped, kept in _BRACES.items():
            text = text.replace(escaped, kept)
        text = _MATH.sub(r"\1", text)
        text = _ACCENT.sub(_accented, text)
        text = _ESCAPED.sub(r"\1", text)
        text = _COMMAND.sub(_command, text)
        text = text.replace("\\\\", " ").replace("\\ ", " ")
    text = text.replace("{", "").replace("}", "").replace("\ue000", "{").replace("\ue001", "}")
    return " ".join(text.split())


def _accented(found: re.Match[str]) -> str:
    sign = found["sign"] or found["word"]
    letter = found["a"] or found["b"] or found["c"] or found["d"]
    letter = {"\\i": "i", "\\j": "j"}.get(letter, letter)
    return unicodedata.normalize("NFC", letter + _ACCENTS[sign])


def _command(found: re.Match[str]) -> str:
    name = found.group(1)
    if name in _LETTERS:
        return _LETTERS[name]
    return "" if name in _LOOKS else found.group(0)
