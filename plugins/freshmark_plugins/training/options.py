"""The options of training, declared once: the recipe of a model, and what a strategy over it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, TypeAlias, TypedDict, cast

from freshmark import Search, UnknownName

Batch: TypeAlias = int | Literal["all", "auto"]


class Recipe(TypedDict, total=False):
    """How a model is trained, by every strategy that does not say otherwise.

    ``freshmark show`` reads names, defaults and the texts below without importing the class.
    """

    epochs: Annotated[int, Search(1, 20, log=True)]
    """passes over the events that are trained on"""
    warmup_epochs: int | None
    """passes over the warm-up; None: as many as ``epochs``, of a strategy that continues training those of the model"""
    batch: Batch
    """events per step; "all": gradient descent; "auto": 32 steps per epoch, of 64 to 4096 events"""
    optimiser: str
    """sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or ftrl; with options: ``ftrl(l1=0.5)``"""
    lr: Annotated[float, Search(1e-4, 1.0, log=True)]
    """learning rate; a step follows the mean over its batch, so with sgd it grows with ``batch``"""
    sparse: bool
    """whether only the rows of a batch move; with sgd, adagrad, ftrl, and adam, where it is another algorithm"""
    shuffle: bool
    """whether each epoch draws a new order; otherwise events come in order of time"""
    stop: float | None
    """end training once the mean loss on the newest tenth of its events, held out, is this low"""
    patience: int | None
    """end training after so many epochs without a lower held-out loss, and restore the best weights"""


class Training(Recipe, total=False):
    """The options of a strategy over a model: how it trains differently from the model's recipe, and its fallback."""

    fallback: str | None
    """"popularity" among the events trained on, for users without any; None leaves these users to the model"""


def options_of(strategy: type, recipe: Recipe, given: Training) -> Training:
    """All options of a training: the model's, what the strategy changes or fixes, and what was given.

    Args:
        strategy: its classes name with ``inherits`` the options whose defaults are the model's, with ``recipe`` those
            that have another default, and with ``fixed`` those that are not up to the user.
        recipe: the model's.
        given: by the user.

    Raises:
        UnknownName: an option that this strategy does not take.
    """
    fixed, own = merged(strategy, "fixed"), merged(strategy, "recipe")
    taken = {*getattr(strategy, "inherits", ()), *own} - fixed.keys()
    check_names(f"option of {strategy.__name__}", given, taken)
    return cast(Training, {**recipe, **own, **given, **fixed})


def merged(owner: type, attribute: str) -> dict[str, object]:
    """What the class and its ancestors say, the class itself last."""
    all_of_them: dict[str, object] = {}
    for ancestor in reversed(owner.__mro__):
        all_of_them |= vars(ancestor).get(attribute, {})
    return all_of_them


def check_names(what: str, given: Mapping[str, object], known: Iterable[str]) -> None:
    """Refuse an option of an unknown name.

    Raises:
        UnknownName: with those that are known.
    """
    known = list(known)
    for option in given:
        if option not in known:
            raise UnknownName(f"{what} is called", option, known)
