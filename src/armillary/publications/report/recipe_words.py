"""The recipe of an index in words: each choice of the table `recipe` as a reader would say it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from armillary.model.recipe import parts_of
from armillary.publications.numbers import format_number, format_percent

if TYPE_CHECKING:
    from armillary.publications.audit_rows import Audit
    from armillary.publications.report.words import Words

_STEPS = ("impute", "treat", "normalise", "weight", "aggregate")
_EMPTY = ("", "null", "{}", "[]")
_CHOICE = re.compile(r"(\w+)(?: \((.*)\))?")


def recipe_said(audit: Audit, *, words: Words) -> list[tuple[str, str]]:
    """Return every choice that was made, as step and choice.

    Args:
        audit: The audit, which holds the recipe.
        words: Texts in the language of the report.
    """
    recipe = audit.recipe
    if not recipe:
        return []
    made = [(words("recipe.edition"), _edition(audit, words=words))]
    if excluded := _read(recipe.get("exclude")):
        made.append(
            (words("recipe.exclude"), words.joined([words.name("area", u) for u in excluded]))
        )
    coverage = _read(recipe.get("minimum_coverage")) or 0
    share = format_percent(float(coverage), language=words.language, decimals=0)
    key = "recipe.coverage_text" if coverage else "recipe.coverage_none"
    made.append((words("recipe.coverage"), words(key, share=share)))
    if screened := _screened(audit, words=words):
        made.append((words("recipe.screen"), screened))
    for step in _STEPS:
        made += _step(audit, step, words=words)
    own = {parts_of(path)[1] for path in recipe if path.startswith("indicator.")}
    if own:
        made.append((words("recipe.indicator"), words.counted("recipe.indicator_text", len(own))))
    if varied := varied_said(audit, words=words):
        made.append((words("recipe.vary"), varied))
    if "audit.replicates" in recipe:
        text = words.counted(
            "recipe.draws_text",
            int(recipe["audit.replicates"]),
            rows=format_number(
                _number(recipe.get("audit.rows")), language=words.language, decimals=0
            ),
            seed=recipe.get("audit.seed", ""),
        )
        made.append((words("recipe.draws"), text))
    return made


def varied_said(audit: Audit, *, words: Words) -> str:
    """Return what the audit varies, in one line."""
    start = "audit.vary."
    told = []
    for whole, value in audit.recipe.items():
        if not whole.startswith(start):
            continue
        path = whole.removeprefix(start)
        if path.split(".")[0] == "weight" and (drawn := _drawn(value, words=words)):
            said = drawn
        else:
            said = " / ".join(choice_said(path, one, words=words) for one in value.split(" / "))
        colon = "：" if words.language == "zh" else ": "
        told.append(f"{_lowered(path_said(audit, path, words=words))}{colon}{said}")
    return _listed(told, words=words)


def path_said(audit: Audit, path: str, *, words: Words) -> str:
    """Return what a path into the recipe leads to, such as `aggregate.level.0`.

    Args:
        audit: The audit, which names the nodes.
        path: Path into the recipe.
        words: Texts in the language of the report.
    """
    parts = parts_of(path)
    if parts[0] == "indicator" and len(parts) == 3:
        step = words.known(f"recipe.step.{parts[2]}", parts[2])
        return words("recipe.at_node", step=step, node=node_said(audit, parts[1], words=words))
    step = words.known(f"recipe.step.{parts[0]}", parts[0])
    if len(parts) == 3 and parts[1] == "level":
        if parts[2] == "0":
            return words("recipe.at_root", step=step)
        return words("recipe.at_level", step=step, level=parts[2])
    if len(parts) == 3 and parts[1] == "node":
        return words("recipe.at_node", step=step, node=node_said(audit, parts[2], words=words))
    return step


def choice_said(path: str, choice: str, *, words: Words) -> str:
    """Return a choice as the store spells it, `minmax (range 0, 100)`, in words.

    Args:
        path: Path into the recipe that it stands for.
        choice: The choice, as `model.recipe.said` spells it.
        words: Texts in the language of the report.
    """
    found = _CHOICE.fullmatch(choice)
    if found is None:
        return choice
    parts = parts_of(path)
    step = parts[2] if parts[0] == "indicator" and len(parts) == 3 else parts[0]
    name = words.known(f"recipe.{step}.{found[1]}", found[1])
    pairs = [one.partition(" ") for one in (found[2] or "").split("; ") if one]
    return _with([(key, value) for key, _, value in pairs], name=name, words=words)


def node_said(audit: Audit, code: str, *, words: Words) -> str:
    """Return the name of a node of the framework in the language of the report."""
    node = audit.nodes.get(code)
    if node is None:
        return code
    told = words.told(node["name_en"], node["name_zh"], code)
    return told if isinstance(told, str) else str(told["text"])


def treatment_said(method: str, *, words: Words) -> str:
    """Return the method of a row of `treatment`; `a+b` is b after a."""
    told = [
        words.known(f"recipe.transform.{one}", words.known(f"recipe.treat.{one}", one))
        for one in method.split("+")
    ]
    return " + ".join(told)


def _edition(audit: Audit, *, words: Words) -> str:
    recipe = audit.recipe
    age = int(_read(recipe.get("max_age_years")) or 0)
    told = [words.counted("recipe.age", age, period=audit.period)]
    if recipe.get("pool_years") == "true":
        told.append(words("recipe.pooled"))
    if recipe.get("fill") == "linear":
        told.append(words("recipe.interpolated"))
    return _listed(told, words=words)


def _screened(audit: Audit, *, words: Words) -> str:
    told = []
    for path, value in audit.recipe.items():
        if not path.startswith("screen.") or value in _EMPTY or _read(value) == 0:
            continue
        _, what, *where = path.split(".", 2)
        held = _read(value)
        if what in ("keep", "drop"):
            said = words.joined([words.name("area", unit) for unit in held])
        else:
            said = format_percent(float(held), language=words.language, decimals=0)
        at = ".".join(where)
        at = node_said(audit, at, words=words) if what == "node" else at
        told.append(words(f"recipe.screen.{what}", value=said, where=at))
    return _listed(told, words=words)


def _step(audit: Audit, step: str, *, words: Words) -> list[tuple[str, str]]:
    """Return the method of one step, and of the levels and groups that have one of their own."""
    methods: dict[str, list[tuple[str, str]]] = {}
    names: dict[str, str] = {}
    for path, value in audit.recipe.items():
        if not path.startswith(f"{step}."):
            continue
        above, _, last = path.rpartition(".")
        if last == "method":
            names[above] = value
        elif value not in _EMPTY:
            methods.setdefault(above, []).append((last, value))
    made = []
    for above, name in names.items():
        at = above.removesuffix(".default")
        text = _with(
            methods.get(above, []), name=words.known(f"recipe.{step}.{name}", name), words=words
        )
        made.append((path_said(audit, at, words=words), text))
    return made


def _with(parameters: list[tuple[str, str]], *, name: str, words: Words) -> str:
    if not parameters:
        return name
    told = [
        f"{words.known(f'recipe.parameter.{key}', key)} {_value(value, key=key, words=words)}"
        for key, value in parameters
    ]
    chinese = words.language == "zh"
    return f"{name}（{'，'.join(told)}）" if chinese else f"{name} ({', '.join(told)})"


def _value(value: str, *, key: str, words: Words) -> str:
    held = _read(value)
    if key == "range":
        ends = held if isinstance(held, list) else [_read(one) for one in value.split(", ")]
        return "–".join(_plain(one) for one in ends)
    if isinstance(held, bool):
        return words("yes") if held else words("no")
    if value in ("True", "False"):
        return words("yes") if value == "True" else words("no")
    if isinstance(held, str):
        return words.known(f"recipe.transform.{held}", words.known(f"recipe.value.{held}", held))
    return _plain(held)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _drawn(value: str, *, words: Words) -> str:
    """Return how weights are drawn; empty where they are chosen from a list of methods."""
    if value == "any":
        return words("recipe.weights_any")
    if value.startswith("±"):
        share = value.removeprefix("±").removesuffix("%").strip()
        percent = f"±{share}%" if words.language == "zh" else f"±{share}\u00a0%"
        return words("recipe.weights_spread", value=percent)
    if re.fullmatch(r"[\d.e+-]+–[\d.e+-]+", value):
        return words("recipe.weights_between", value=value)
    return ""


def _read(value: str | None) -> Any:
    if value is None:
        return None
    try:
        return json.loads(value)
    except ValueError:
        return value


def _number(value: str | None) -> float | None:
    held = _read(value)
    return float(held) if isinstance(held, int | float) else None


def _listed(parts: list[str], *, words: Words) -> str:
    return ("；" if words.language == "zh" else "; ").join(parts)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
