"""Options of a simulator: overridden by name, checked, and turned into expressions, keys and descriptions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import Field, asdict, field, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from freshmark import UnknownName, UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Chosen = TypeVar("Chosen", bound="DataclassInstance")


def within(lowest: float, highest: float, default: Any) -> Any:
    """A field of options: its default, and the lowest and highest number that is valid."""
    return field(default=default, metadata={"bounds": (lowest, highest)})


def overridden(defaults: Chosen, overrides: Mapping[str, Any], *, of: str, also: Iterable[str] = ("seed",)) -> Chosen:
    """The options with some replaced, after a check of types and bounds.

    Args:
        defaults: a dataclass of int, float, ``float | None`` and str fields; a number without bounds may be anything
            finite.
        overrides: name → value.
        of: the simulator, for messages.
        also: the names of its other arguments, which may be meant.

    Raises:
        UsageError: an option does not exist or has an invalid value.
    """
    known = {field.name: field for field in fields(defaults)}
    for name, value in overrides.items():
        if name not in known:
            raise UnknownName(f"option of {of}", name, [*known, *also])
        _check(known[name], value)
    return replace(defaults, **overrides)


def _check(option: Field[Any], value: object) -> None:
    name, kind = option.name, str(option.type)
    if kind == "str":
        if not isinstance(value, str):
            raise UsageError(f"{name} is {value!r}", remedy="a text")
        return
    if value is None and kind == "float | None":
        return
    lowest, highest = option.metadata.get("bounds", (-1e300, 1e300))
    expected = "a whole number" if kind == "int" else "a number"
    valid = isinstance(value, int if kind == "int" else (int, float)) and not isinstance(value, bool)
    if not valid or not lowest <= value <= highest:
        raise UsageError(f"{name} is {value!r}", remedy=f"{expected} between {lowest:g} and {highest:g}")


def expression(factory: str, first: str, seed: int, overrides: Mapping[str, object]) -> str:
    """The expression that builds the stream, as in a plan: ``drift('tiny', seed=1)``."""
    parts = [repr(first), *([f"seed={seed}"] if seed else [])]
    return f"{factory}({', '.join([*parts, *(f'{name}={value!r}' for name, value in overrides.items())])})"


def digest(name: str, version: int, seed: int, chosen: DataclassInstance) -> str:
    """Sha256 of everything that determines the stream, its name included."""
    options = sorted((name, str(value)) for name, value in asdict(chosen).items())
    return hashlib.sha256(f"{name} {version} {seed} {options}".encode()).hexdigest()


def described(factory: str, version: int, seed: int, chosen: DataclassInstance) -> dict[str, str]:
    """The facts that a stream card shows of a simulated stream."""
    return {
        "source": f"simulated by {factory}, version {version}, seed {seed}",
        "licence": "none needed: the data are simulated",
        "time unit": "whole seconds from 2024-01-01",
        **{f"option {name}": str(value) for name, value in asdict(chosen).items()},
    }
