"""The options that every strategy over a torch model takes, declared and documented once."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict, cast

from freshmark import UnknownName

Batch: TypeAlias = int | Literal["all", "auto"]


class Training(TypedDict, total=False):
    """How a model is trained. A strategy takes the options that its ``recipe`` gives a default for.

    ``freshmark show`` reads names, defaults and the texts below without importing the strategy.
    """

    epochs: int
    """passes over the events that are trained on"""
    warmup_epochs: int | None
    """passes over the warm-up; None: as many as ``epochs``"""
    batch: Batch
    """events per step; "all": gradient descent; "auto": 32 steps per epoch, of 64 to 4096 events"""
    optimiser: str
    """sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or ftrl; with options: ``ftrl(l1=0.5)``"""
    lr: float
    """learning rate; a step follows the mean over its batch, so with sgd it grows with ``batch``"""
    sparse: bool
    """whether only the rows of a batch move; with sgd, adagrad, ftrl, and adam, where it is another algorithm"""
    shuffle: bool
    """whether each epoch draws a new order; otherwise events come in order of time"""
    fallback: str | None
    """"popularity" among the events trained on, for users without any; None leaves these users to the model"""
    stop: float | None
    """end training once the mean loss on the newest tenth of its events, held out, is this low"""
    patience: int | None
    """end training after so many epochs without a lower held-out loss, and restore the best weights"""


def options_of(strategy: type, given: Training) -> Training:
    """All options of a training: what the strategy fixes, its defaults, and what was given.

    Args:
        strategy: its classes say with ``recipe`` which options they take and with which defaults, and with ``fixed``
            which are not up to the user; a subclass names what it changes.
        given: by the user.

    Raises:
        UnknownName: an option that this strategy does not take.
    """
    recipe = _merged(strategy, "recipe")
    for option in given:
        if option not in recipe:
            raise UnknownName(f"option of {strategy.__name__} is called", option, recipe)
    return cast(Training, {**_merged(strategy, "fixed"), **recipe, **given})


def _merged(strategy: type, attribute: str) -> dict[str, object]:
    """What the class and its ancestors say, the class itself last."""
    merged: dict[str, object] = {}
    for ancestor in reversed(strategy.__mro__):
        merged |= vars(ancestor).get(attribute, {})
    return merged
