"""Optional methods that strategies need of a model, checked before anything runs."""

from __future__ import annotations

from collections.abc import Mapping

from freshmark import Model, UsageError

ABILITIES: Mapping[str, str] = {
    "outputs": "give a number for every item or class",
    "represent": "give a vector of an event",
    "vectors": "give one vector for each user and each item",
}
"""The optional methods of a model, see its contract, and what they do."""


def require(by: str, model: Model, *abilities: str) -> None:
    """Refuse a model that lacks a method.

    Raises:
        UsageError: with what the strategy ``by`` needs it for.
    """
    for ability in abilities:
        if not hasattr(model, ability):
            raise UsageError(
                f"{by} needs a model that can {ABILITIES[ability]}, and {type(model).__name__} cannot",
                remedy=f"a model with {ability}(), such as mf()",
            )


def refuse_sparse(by: str, *, sparse: bool) -> None:
    """Refuse sparse gradients where every parameter is penalised.

    Raises:
        UsageError: with the reason.
    """
    if sparse:
        raise UsageError(f"{by} moves every row at every step, which sparse gradients cannot", remedy="sparse=False")
