"""Search spaces: which options of an expression tuning may choose, and the expression with the chosen values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from freshmark.contract.search import Choice, Search, search_of
from freshmark.runs.catalogue.assembly import Assembly, Catalogue
from freshmark.runs.catalogue.expressions import Expression, Value
from freshmark.runs.catalogue.static_signatures import Unevaluated


@dataclass(frozen=True, slots=True)
class Tunable:
    """An option that the expression leaves to its default.

    place: which call of the expression takes it: 0 the outermost, then in the order of the text
    option: its name there
    search: the values that it may have
    default: the value that it has
    """

    place: int
    option: str
    search: Search
    default: Any


def search_space(catalogue: Catalogue, assembly: Assembly) -> dict[str, Tunable]:
    """Name → option, for every option with a Search that the expression does not give: what is written is fixed.

    An option of the outermost call has its own name, one of a nested call that of the call before it: ``mf.lr``.
    """
    space: dict[str, Tunable] = {}
    overridden: set[str] = set()
    calls = [assembly.expression, *assembly.expression.nested()]
    for place, ((kind, name), call) in enumerate(zip(assembly.parts, calls, strict=True)):
        signature = catalogue.signature(kind, name)
        given = signature.bind_partial(*call.args, **dict(call.options)).arguments
        for option, parameter in signature.parameters.items():
            search = search_of(parameter.annotation)
            inherited = isinstance(parameter.default, Unevaluated)  # tuned where the default is written
            if not place and (option in given or not inherited):
                overridden.add(option)  # of a model, which is not asked then
            if search is None or option in given or inherited or (kind == "models" and option in overridden):
                continue
            key = option if not place else f"{name}.{option}"
            key = key if key not in space else f"{place}.{key}"
            space[key] = Tunable(place, option, search, parameter.default)
    return space


def with_values(expression: Expression, space: Mapping[str, Tunable], values: Mapping[str, Choice]) -> Expression:
    """The expression that also gives these values of the space, but for those that are the default anyway."""
    added: dict[int, list[tuple[str, Value]]] = {}
    for key, value in values.items():
        one = space[key]
        if value != one.default or type(value) is not type(one.default):
            added.setdefault(one.place, []).append((one.option, value))
    places = iter(range(1 + sum(1 for _ in expression.nested())))
    return _with_options(expression, added, places)


def _with_options(call: Expression, added: Mapping[int, list[tuple[str, Value]]], places: Iterator[int]) -> Expression:
    """The call with what is added at its place; ``places`` counts calls in the order of ``nested``."""
    more = added.get(next(places), [])

    def inside(value: Value) -> Value:
        if isinstance(value, Expression):
            return _with_options(value, added, places)
        return type(value)(inside(one) for one in value) if isinstance(value, list | tuple) else value

    args = tuple(inside(value) for value in call.args)
    options = tuple((name, inside(value)) for name, value in call.options)
    return replace(call, args=args, options=(*options, *more))
