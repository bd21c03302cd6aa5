"""Search: the values of an option among which ``freshmark run --tune`` chooses."""

from __future__ import annotations

import ast
from dataclasses import KW_ONLY, dataclass
from typing import Annotated, Any, TypeAlias, get_origin

from freshmark.errors import PluginError, UsageError

Choice: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Search:
    """The values that tuning may give an option: those between two bounds, or some choices.

    >>> lr: Annotated[float, Search(1e-4, 1.0, log=True)] = 0.01
    >>> window: Annotated[str | None, Search(choices=(None, "1d", "7d"))] = None

    Write it with literals: it is read from the source, so that nothing has to be imported. The default must be one of
    the values.

    low, high: the bounds, both included; integers are searched between integer bounds, numbers between others
    log: whether to search by orders of magnitude; the lower bound is then positive
    choices: the values themselves, without an order, instead of bounds

    Raises:
        UsageError: neither bounds nor choices are given, or both, or the bounds are not in order.
    """

    low: int | float | None = None
    high: int | float | None = None
    _: KW_ONLY
    log: bool = False
    choices: tuple[Choice, ...] = ()

    def __post_init__(self) -> None:
        bounded = self.low is not None and self.high is not None and not self.choices
        chosen = self.low is None and self.high is None and not self.log and len(set(self.choices)) > 1
        if not bounded and not chosen:
            raise UsageError(f"{self!r} is not a search", remedy="two bounds, or two or more choices", code="FM307")
        if self.low is not None and self.high is not None and not (0 if self.log else -float("inf")) < self.low:
            raise UsageError(f"{self!r} has no logarithm", remedy="a lower bound above 0", code="FM307")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise UsageError(f"{self!r} is empty", remedy="the lower bound first", code="FM307")

    @property
    def integer(self) -> bool:
        """Whether it is searched by integers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def __contains__(self, value: object) -> bool:
        """Whether tuning could choose the value."""
        if self.choices:
            return any(value == one and type(value) is type(one) for one in self.choices)
        if isinstance(value, bool) or not isinstance(value, int if self.integer else int | float):
            return False
        return self.low is not None and self.high is not None and self.low <= value <= self.high

    def __str__(self) -> str:
        """``0.0001 to 1.0 (log)``, or ``None, '1d', '7d'``."""
        if self.choices:
            return ", ".join(map(repr, self.choices))
        return f"{self.low} to {self.high}{' (log)' if self.log else ''}"


def search_of(annotation: Any) -> Search | None:
    """The Search in an annotation, ``Annotated[float, Search(1e-4, 1.0)]``, or in its source text; None without one.

    Raises:
        PluginError: the text holds a Search that is not written with literals.
        UsageError: the Search is not valid.
    """
    if get_origin(annotation) is Annotated:
        return next((one for one in annotation.__metadata__ if isinstance(one, Search)), None)
    if not isinstance(annotation, str) or "Search(" not in annotation:
        return None
    for node in ast.walk(ast.parse(annotation, mode="eval")):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Search":
            try:
                options = {str(one.arg): ast.literal_eval(one.value) for one in node.keywords}
                return Search(*map(ast.literal_eval, node.args), **options)
            except (ValueError, TypeError) as error:
                what = f"the search of an option cannot be read: {ast.unparse(node)}"
                raise PluginError(what, remedy="write it with literals: Search(1, 100)", code="FM307") from error
    return None
