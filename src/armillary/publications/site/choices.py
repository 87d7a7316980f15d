"""The recipe of an index, read from the store and said in words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.model.recipe import IndexRecipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from armillary.publications.site.words import Words

Row = dict[str, Any]
_STEPS = ("impute", "treat", "normalise")
_TEXTS = (".unit", ".by", ".method")  # never JSON: a unit may be called 2019 or null
_MAPS = (".comparisons.", ".wanted.")  # what follows is one key, points and all
_OVERRIDE = re.compile(r"indicator\.(.+)\.(impute|treat|normalise)(?:\.([^.]+(?:\..+)?))?")


def varied_of(rows: Iterable[Row]) -> dict[str, str]:
    """Return what the audit varies, by path, as the table `recipe` spells it."""
    start = "audit.vary."
    return {r["path"][len(start) :]: r["value"] for r in rows if r["path"].startswith(start)}


def recipe_from(rows: Sequence[Row], codes: Iterable[str]) -> IndexRecipe | None:
    """Put the recipe together again from the table `recipe`.

    Args:
        rows: Columns `path` and `value`.
        codes: Nodes of the framework, whose codes may hold points.

    Returns:
        The recipe, its variations aside; None where the store holds none.
    """
    known = sorted(codes, key=len, reverse=True)
    held: dict[str, Any] = {}
    for row in rows:
        if row["path"].startswith("audit.vary"):
            continue
        at = held
        *above, last = _parts(row["path"], known)
        for part in above:
            below = at.setdefault(part, {})
            at = below if isinstance(below, dict) else at
        at[last] = _value(row["path"], row["value"])
    if not held:
        return None
    return msgspec.convert(held, IndexRecipe, strict=False, str_keys=True)


def _value(path: str, text: str) -> Any:
    if path.endswith(_TEXTS):
        return None if text == "null" else text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _parts(path: str, codes: Sequence[str]) -> list[str]:
    for mark in _MAPS:
        if mark in path:
            before, _, key = path.partition(mark)
            return [*_parts(f"{before}.x", codes)[:-1], mark.strip("."), key]
    own = _OVERRIDE.fullmatch(path)
    if own is not None:
        return ["indicator", own[1], own[2], *([own[3]] if own[3] else [])]
    for start in ("weight.node.", "aggregate.node.", "screen.node."):
        if path.startswith(start):
            rest = path[len(start) :]
            code = next((c for c in codes if rest == c or rest.startswith(f"{c}.")), rest)
            more = rest[len(code) + 1 :]
            return [*start.rstrip(".").split("."), code, *([more] if more else [])]
    return path.split(".")


class Spelling:
    """Says the choices of one recipe in one language.

    Args:
        recipe: The recipe.
        words: The language.
        names: Names of nodes and units in that language, by code.
    """

    def __init__(self, recipe: IndexRecipe, *, words: Words, names: Mapping[str, str]) -> None:
        self.recipe = recipe
        self.words = words
        self._names = names

    def lines(self, varied: Mapping[str, str]) -> list[tuple[str, list[str]]]:
        """Return every choice in the order of the work: step, sentences.

        Args:
            varied: From `varied_of`.
        """
        words, recipe = self.words, self.recipe
        found = [
            ("period", self._period()),
            ("units", self._units()),
            *((step, [self.method(step, getattr(recipe, step))]) for step in _STEPS),
            ("weight", self._each("weight")),
            ("aggregate", self._each("aggregate")),
            (
                "coverage",
                [words("recipe.coverage", share=words.percent(recipe.minimum_coverage, 0))],
            ),
            ("indicator", self._overrides()),
            ("audit", self._audit(varied)),
        ]
        return [(words(f"recipe.label.{key}"), lines) for key, lines in found if lines]

    def name(self, code: str) -> str:
        """Return the name of a node or unit, or the code itself."""
        return self._names.get(code, code)

    def method(self, step: str, method: Any) -> str:
        """Say one method with all its parameters.

        Args:
            step: impute, treat, normalise, weight or aggregate.
            method: One of the methods of `model.recipe`.
        """
        said = dict(msgspec.to_builtins(method, str_keys=True))
        tag = said.pop("method")
        values = {key: self._said(key, value) for key, value in said.items()}
        if "range" in said:
            values |= {"low": self._said("low", said["range"][0])}
            values |= {"high": self._said("high", said["range"][1])}
        text = self.words(f"choice.{step}.{tag}", **values)
        notes = [
            self.words(f"choice.{key}_{str(said[key]).lower()}")
            for key in ("cap", "combine")
            if isinstance(said.get(key), bool)
        ]
        return "".join([text, *(f"{self._gap}{note}" for note in notes)])

    @property
    def _gap(self) -> str:
        return "" if self.words.language == "zh" else " "

    def _said(self, key: str, value: Any) -> str:
        words = self.words
        if value is None:
            return words(f"recipe.none.{key}") if words.has(f"recipe.none.{key}") else words("no")
        if isinstance(value, list | tuple):
            return "; ".join(self._said(key, one) for one in value)
        if isinstance(value, dict):
            return words.join_plain(
                f"{'/'.join(self.name(c) for c in k.split('/'))} {words.raw(v)}"
                for k, v in value.items()
            )
        if isinstance(value, str):
            return self._named(key, value)
        return self._number(key, value)

    def _named(self, key: str, value: str) -> str:
        if key == "by":
            return self.words("recipe.by", column=value)
        return self.name(value) if key == "unit" else self.words(f"option.{value}")

    def _number(self, key: str, value: float) -> str:
        if key in {"lowest_share", "highest_share"}:
            return self.words.percent(value, 0)
        if isinstance(value, bool):
            return self.words("yes" if value else "no")
        # A year is no quantity: its thousands are not set apart.
        return str(value) if isinstance(value, int) else self.words.raw(value)

    def _period(self) -> list[str]:
        words, recipe = self.words, self.recipe
        latest = recipe.period == "latest"
        lines = [
            words("recipe.period_latest")
            if latest
            else words("recipe.period_year", year=str(recipe.period))
        ]
        if recipe.since is not None:
            lines.append(words("recipe.since", year=str(recipe.since)))
        lines.append(
            words("recipe.age", n=recipe.max_age_years)
            if recipe.max_age_years
            else words("recipe.age_none")
        )
        if recipe.fill == "linear":
            lines.append(words("recipe.fill_linear"))
        if recipe.pool_years:
            lines.append(words("recipe.pool"))
        return lines

    def _units(self) -> list[str]:
        words, screen = self.words, self.recipe.screen
        lines = []
        if self.recipe.exclude:
            lines.append(words("recipe.exclude", units=self._list(self.recipe.exclude)))
        if screen.minimum:
            lines.append(words("recipe.screen", share=words.percent(screen.minimum, 0)))
        lines += [
            words("recipe.screen_level", level=str(level), share=words.percent(share, 0))
            for level, share in screen.level.items()
        ]
        lines += [
            words("recipe.screen_node", node=self.name(code), share=words.percent(share, 0))
            for code, share in screen.node.items()
        ]
        if screen.nonzero:
            lines.append(words("recipe.screen_nonzero", share=words.percent(screen.nonzero, 0)))
        if screen.keep:
            lines.append(words("recipe.screen_keep", units=self._list(screen.keep)))
        if screen.drop:
            lines.append(words("recipe.screen_drop", units=self._list(screen.drop)))
        return lines or [words("recipe.units_all")]

    def _list(self, codes: Iterable[str]) -> str:
        return self.words.join_plain(self.name(code) for code in codes)

    def _each(self, step: str) -> list[str]:
        held, words = getattr(self.recipe, step), self.words
        lines = [self.method(step, held.default)]
        lines += [
            words("recipe.at_level", level=str(level), what=self.method(step, one))
            if level
            else words("recipe.at_root", what=self.method(step, one))
            for level, one in sorted(held.level.items())
        ]
        lines += [
            words("recipe.at_node", node=self.name(code), what=self.method(step, one))
            for code, one in held.node.items()
        ]
        return lines

    def _overrides(self) -> list[str]:
        return [
            self.words("recipe.at_node", node=self.name(code), what=self.method(step, own))
            for code, override in self.recipe.indicator.items()
            for step in _STEPS
            if (own := getattr(override, step)) is not None
        ]

    def _audit(self, varied: Mapping[str, str]) -> list[str]:
        words, audit = self.words, self.recipe.audit
        lines = [words("recipe.replicates", n=audit.replicates, seed=str(audit.seed))]
        lines += [
            words("recipe.varied", path=self.path(path), what=self.variation(path, what))
            for path, what in varied.items()
        ]
        lines.append(words("recipe.design", rows=audit.rows))
        low, high = (words.raw(end) for end in audit.frontier)
        lines.append(words("recipe.frontier", low=low, high=high))
        return lines

    def path(self, path: str) -> str:
        """Say which choice a path of the recipe names."""
        return path_said(path, words=self.words, names=self._names)

    def variation(self, path: str, what: str) -> str:
        """Say what a choice may be instead."""
        return variation_said(path, what, words=self.words)


def path_said(path: str, *, words: Words, names: Mapping[str, str]) -> str:
    """Say which choice a path of the recipe names.

    Args:
        path: e.g. `weight`, `aggregate.level.0`, `indicator.X.treat`.
        words: The language.
        names: Names of nodes by code.
    """
    first, _, rest = path.partition(".")
    if first == "indicator" and "." in rest:
        code, _, step = rest.rpartition(".")
        return words("step.of", step=words(f"step.{step}"), node=names.get(code, code))
    step = words(f"step.{first}") if words.has(f"step.{first}") else first
    second, _, code = rest.partition(".")
    if second == "level" and code == "0":
        return words("step.root", step=step)
    if second == "level":
        return words("step.level", step=step, level=code)
    if second == "node":
        return words("step.of", step=step, node=names.get(code, code))
    return step


def variation_said(path: str, what: str, *, words: Words) -> str:
    """Say what a choice may be instead: methods by name, ranges of weights as they are.

    Args:
        path: Path of the choice.
        what: As `model.recipe.varied` spells it.
        words: The language.
    """
    if what == "any":
        return words("step.any")
    step = next((s for s in (*_STEPS, "weight", "aggregate") if s in path.split(".")), "")
    if what.endswith(" %") and words.language == "zh":
        return what.replace(" %", "%")
    return words.join_plain(_choice_said(step, one, words) for one in what.split(" / "))


def _choice_said(step: str, one: str, words: Words) -> str:
    tag, _, rest = one.partition(" (")
    key = f"short.{step}.{tag}"
    if not words.has(key):
        return one
    if not rest:
        return words(key)
    said = []
    for part in rest.removesuffix(")").split("; "):
        name, _, value = part.partition(" ")
        label = words(f"param.{name}") if words.has(f"param.{name}") else name
        shown = words(f"option.{value}") if words.has(f"option.{value}") else value
        said.append(f"{label} {shown}")
    zh = words.language == "zh"
    return words(key) + ("（{}）" if zh else " ({})").format(("；" if zh else "; ").join(said))
