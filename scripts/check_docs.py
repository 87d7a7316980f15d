"""Holds the documentation to the program: links, errors, commands, columns.

`python scripts/check_docs.py --write` writes the generated pages anew.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

import click

from armillary import errors
from armillary.cli import cli
from armillary.model.columns import columns_of, tables

ROOT = Path(__file__).parent.parent
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
_CODE_BLOCK = re.compile(r"```.*?```", re.DOTALL)


def commands_page() -> str:
    """Return the reference of all commands."""
    lines = ["# Commands", "", "Written by `scripts/check_docs.py`; do not edit.", ""]

    def describe(command: click.Command, name: str) -> None:
        context = click.Context(command, info_name=name)
        if isinstance(command, click.Group):
            for child in command.list_commands(context):
                found = command.get_command(context, child)
                if found is not None:
                    describe(found, f"{name} {child}")
            return
        lines.extend([f"## `{name}`", "", "```", command.get_help(context), "```", ""])

    describe(cli, "armillary")
    return "\n".join(lines)


def columns_page() -> str:
    """Return the reference of all tables and columns."""
    lines = ["# Tables and columns", "", "Written from `columns.csv`; do not edit.", ""]
    for table in tables():
        lines += [
            f"## `{table}`",
            "",
            "| column | type | key | unit | meaning |",
            "|---|---|---|---|---|",
        ]
        for one in columns_of(table):
            optional = "" if one.required else ", may be missing"
            key = "key" if one.key else ""
            meaning = one.meaning.replace("|", "\\|")
            lines.append(
                f"| `{one.column}` | {one.type}{optional} | {key} | {one.unit} | {meaning} |"
            )
        lines.append("")
    return "\n".join(lines)


GENERATED = {
    "docs/reference/commands.md": commands_page,
    "docs/reference/columns.md": columns_page,
}


def pages() -> list[Path]:
    """Return every Markdown page of the repository."""
    skip = {".venv", "node_modules", "demo", "public", ".armillary"}
    return [p for p in sorted(ROOT.rglob("*.md")) if not skip & set(p.relative_to(ROOT).parts[:-1])]


def broken_links() -> list[str]:
    """Return each relative link that leads nowhere."""
    found = []
    for page in pages():
        for target, _ in _LINK.findall(_CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))):
            outside = "://" in target or target.startswith("mailto:")
            if not outside and not (page.parent / target).exists():
                found.append(f"{page.relative_to(ROOT)}: {target} does not exist")
    return found


def missing_errors() -> list[str]:
    """Return each error class that docs/errors.md does not explain."""
    text = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    return [
        f"docs/errors.md lacks a section for {name}"
        for name, one in inspect.getmembers(errors, inspect.isclass)
        if issubclass(one, Exception) and f"## {name}\n" not in text
    ]


def stale_pages(*, write: bool) -> list[str]:
    """Return each generated page that is not what the program says; write it if asked."""
    found = []
    for name, make in GENERATED.items():
        path, text = ROOT / name, make()
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            found.append(f"{name} is out of date: run `python scripts/check_docs.py --write`")
    return found


def main() -> int:
    """Print every problem; return how many there are, at most 1."""
    problems = stale_pages(write="--write" in sys.argv) + broken_links() + missing_errors()
    for problem in problems:
        print(problem)
    print(f"docs: {len(pages())} pages, {len(problems)} problems")
    return min(len(problems), 1)


if __name__ == "__main__":
    sys.exit(main())
