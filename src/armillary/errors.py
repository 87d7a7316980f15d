"""Every exception Armillary raises: what is wrong, where, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LISTED = 5


def listed(items: Sequence[object]) -> str:
    """Name the first five of `items` and say how many more there are.

    Examples:
        >>> listed(["a", "b"])
        'a, b'
        >>> listed(list(range(8)))
        '0, 1, 2, 3, 4 and 3 more'
    """
    named = ", ".join(str(item) for item in items[:_LISTED])
    more = len(items) - _LISTED
    return f"{named} and {more} more" if more > 0 else named


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` most like `name`, whatever its case; None where none is.

    Examples:
        >>> nearest("gred", ["GERD", "BERD"]), nearest("xyz", ["GERD", "BERD"])
        ('GERD', None)
    """
    import difflib

    spelt = {known.casefold(): known for known in names}
    close = difflib.get_close_matches(name.casefold(), list(spelt), n=1)
    return spelt[close[0]] if close else None


def did_you_mean(name: str, names: Iterable[str], *, otherwise: str) -> str:
    """Offer the one of `names` most like `name`, or say `otherwise`.

    Examples:
        >>> did_you_mean("tilte", ["title", "licence"], otherwise="see the manual")
        "did you mean 'title'?"
    """
    close = nearest(name, names)
    return f"did you mean {close!r}?" if close else otherwise


class ArmillaryError(Exception):
    """A problem a user can act on.

    Args:
        problem: What is wrong, the offending value included, one sentence.
        where: File, line, cell, table or parameters.
        fix: What to do next; something to type where there is something to type.
        retry: Whether the same call may succeed later without a change.
    """

    def __init__(self, problem: str, *, where: str, fix: str, retry: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.where = where
        self.fix = fix
        self.retry = retry

    def __str__(self) -> str:
        """Return the three lines a user reads."""
        return f"{self.problem}\n  where: {self.where}\n  fix:   {self.fix}"


class DefinitionError(ArmillaryError):
    """A file that defines the observatory (TOML, framework, mapping) says something impossible."""


class SourceError(ArmillaryError):
    """A source file cannot be read as what it claims, or is said, to be."""


class ConformanceError(ArmillaryError):
    """A table does not have the columns, types or codes that `columns.csv` gives it."""


class StoreError(ArmillaryError):
    """The evidence store lacks a table, or its files are damaged."""


class IndexMethodError(ArmillaryError):
    """A composite indicator cannot be computed as its recipe asks."""


class StatisticsError(ArmillaryError):
    """A statistical operation is refused, because its result would be false."""


class TopicError(ArmillaryError):
    """A topic map cannot be made from these works."""


class PolicyError(ArmillaryError):
    """A policy register cannot be analysed or searched as asked."""


class PublicationError(ArmillaryError):
    """A page, report or data pack cannot be written."""


class ManyProblems(ArmillaryError):  # noqa: N818 - it holds errors, it is not one kind of error
    """Several problems found in one pass, so that a user mends them all at once.

    Args:
        problems: The errors, in the order of the files and lines they name.
    """

    def __init__(self, problems: Sequence[ArmillaryError]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        super().__init__(
            f"{count} problem{'s' if count != 1 else ''} found.",
            where="see each problem",
            fix="mend them, then run `armillary check`",
        )

    def __str__(self) -> str:
        """Return every problem, numbered."""
        blocks = [f"{n}. {problem}" for n, problem in enumerate(self.problems, 1)]
        return "\n".join([self.problem, *blocks])


def raise_all(problems: Sequence[ArmillaryError]) -> None:
    """Raise nothing, the one problem, or all of them together.

    Args:
        problems: What was found in one pass.

    Raises:
        ArmillaryError: The one problem, or `ManyProblems` holding each.
    """
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise ManyProblems(problems)
