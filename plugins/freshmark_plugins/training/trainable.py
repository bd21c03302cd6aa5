"""Trainable: a torch module that says how it is trained."""

from __future__ import annotations

from abc import ABC
from typing import Any, ClassVar, Unpack, cast

from torch import nn

from freshmark_plugins.training.options import Recipe, check_names, merged


class Trainable(nn.Module, ABC):
    """A module with a recipe: how it is trained by every strategy that does not say otherwise.

    recipe: every option of ``Recipe``; a subclass names the defaults that it changes

    Args:
        recipe: what differs from these defaults.
    """

    recipe: ClassVar[Recipe] = {
        "epochs": 5,
        "warmup_epochs": None,
        "batch": 256,
        "optimiser": "adam",
        "lr": 0.01,
        "sparse": False,
        "shuffle": True,
        "stop": None,
        "patience": None,
    }

    def __init__(self, **recipe: Unpack[Recipe]) -> None:
        super().__init__()
        check_names(f"option of {type(self).__name__}", recipe, Trainable.recipe)
        self.recipe = cast(Recipe, {**merged(type(self), "recipe"), **recipe})  # type: ignore[misc]  # this one's


def recipe_of(model: Any) -> Recipe:
    """How a model is trained: its ``recipe``, a mapping, and the usual options where it says nothing.

    Raises:
        UnknownName: its recipe names an option that training does not have.
    """
    own = getattr(model, "recipe", {})
    check_names(f"option in the recipe of {type(model).__name__}", own, Trainable.recipe)
    return {**Trainable.recipe, **own}
