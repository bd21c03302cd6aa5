"""What a strategy needs of its model beyond training and answering, asked for before anything runs."""

from __future__ import annotations

from collections.abc import Mapping

from freshmark import Model, UsageError

ABILITIES: Mapping[str, str] = {
    "outputs": "say what it thinks of every item or class",
    "represent": "give a vector of what it makes of an event",
    "vectors": "have one vector for each user and each item",
}
"""The optional methods of a model, see its contract, and what a model does that has them."""


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
    """Refuse sparse gradients where every parameter is pulled at.

    Raises:
        UsageError: with the reason.
    """
    if sparse:
        raise UsageError(
            f"{by} moves every row at every step, which is what sparse gradients leave out", remedy="sparse=False"
        )
