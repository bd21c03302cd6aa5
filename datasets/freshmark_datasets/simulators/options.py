"""Options of a simulator: overridden by name, checked, and turned into expressions, keys and descriptions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from freshmark import UnknownName, UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Chosen = TypeVar("Chosen", bound="DataclassInstance")

Bounds = Mapping[str, tuple[float, float]]
"""Name → the lowest and the highest valid value."""


def overridden(defaults: Chosen, overrides: Mapping[str, Any], *, bounds: Bounds, of: str) -> Chosen:
    """The options with some replaced, after a check of types and bounds.

    Args:
        defaults: a dataclass of int, float, ``float | None`` and str fields.
        overrides: name → value.
        bounds: of the numbers; a number without bounds may be anything finite.
        of: the simulator, for messages.

    Raises:
        UsageError: an option does not exist or has an invalid value.
    """
    kinds = {field.name: str(field.type) for field in fields(defaults)}
    for name, value in overrides.items():
        if name not in kinds:
            raise UnknownName(f"option of {of}", name, kinds)
        _check(name, value, kinds[name], bounds.get(name))
    return replace(defaults, **overrides)


def _check(name: str, value: object, kind: str, bounds: tuple[float, float] | None) -> None:
    if kind == "str":
        if not isinstance(value, str):
            raise UsageError(f"{name} is {value!r}", remedy="a text")
        return
    if value is None and kind == "float | None":
        return
    lowest, highest = bounds or (-1e300, 1e300)
    expected = "a whole number" if kind == "int" else "a number"
    valid = isinstance(value, int if kind == "int" else (int, float)) and not isinstance(value, bool)
    if not valid or not lowest <= value <= highest:  # type: ignore[operator]
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
