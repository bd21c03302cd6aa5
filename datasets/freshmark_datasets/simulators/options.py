"""Options of a simulator: overridden by name, checked, and written back as the expression that they make."""

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
"""Name → the lowest and the highest value that makes sense."""


def overridden(defaults: Chosen, overrides: Mapping[str, Any], *, bounds: Bounds, of: str) -> Chosen:
    """The options with some replaced, every one of them of the type that its dataclass says and within its bounds.

    Args:
        defaults: a dataclass of int, float, ``float | None`` and str fields.
        overrides: name → value.
        bounds: of the numbers; a number without bounds may be anything finite.
        of: the simulator, as an error calls it.

    Raises:
        UsageError: no such option, or a value that makes no stream.
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
    wanted = "a whole number" if kind == "int" else "a number"
    right = isinstance(value, int if kind == "int" else (int, float)) and not isinstance(value, bool)
    if not right or not lowest <= value <= highest:  # type: ignore[operator]
        raise UsageError(f"{name} is {value!r}", remedy=f"{wanted} between {lowest:g} and {highest:g}")


def expression(factory: str, first: str, seed: int, overrides: Mapping[str, object]) -> str:
    """The expression that builds the stream, as a plan would write it: ``drift('tiny', seed=1)``."""
    parts = [repr(first), *([f"seed={seed}"] if seed else [])]
    return f"{factory}({', '.join([*parts, *(f'{name}={value!r}' for name, value in overrides.items())])})"


def digest(name: str, version: int, seed: int, chosen: DataclassInstance) -> str:
    """Sha256 of everything that decides the stream, its name included."""
    options = sorted((name, str(value)) for name, value in asdict(chosen).items())
    return hashlib.sha256(f"{name} {version} {seed} {options}".encode()).hexdigest()


def described(factory: str, version: int, seed: int, chosen: DataclassInstance) -> dict[str, str]:
    """What a stream card says of a simulated stream."""
    return {
        "source": f"simulated by {factory}, version {version}, seed {seed}",
        "licence": "none needed: nothing in it is anyone's",
        "time unit": "whole seconds from 2024-01-01",
        **{f"option {name}": str(value) for name, value in asdict(chosen).items()},
    }
