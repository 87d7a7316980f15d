"""Linear algebra on one thread: thousands of small matrices only make threads wait."""

from __future__ import annotations

from functools import cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Asked = ParamSpec("Asked")
Made = TypeVar("Made")


def on_one_thread(function: Callable[Asked, Made]) -> Callable[Asked, Made]:
    """Let a function's linear algebra use one thread, whatever else the machine does.

    No method of its own.

    Args:
        function: Works on many matrices of a hundred rows or fewer.
    """

    @wraps(function)
    def run(*args: Asked.args, **named: Asked.kwargs) -> Made:
        with _controller().limit(limits=1, user_api="blas"):
            return function(*args, **named)

    return run


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
