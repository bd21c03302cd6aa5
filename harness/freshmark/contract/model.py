"""Model: what strategies keep up to date. A torch module that grows and states its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol

from freshmark.contract.arrays import AnyArray, Task
from freshmark.contract.events import Events
from freshmark.contract.strategy import Run

if TYPE_CHECKING:
    import torch


class Model(Protocol):
    """A ``torch.nn.Module`` with these methods beside its own, and one way to answer as a Strategy has.

    Arguments of its ``__init__`` are hyper-parameters; sizes come with ``build`` and ``grow``. Offer exactly the ways
    to answer that are exact and fast: ``factors``, ``score`` or ``predict``, each as in Strategy.

    Three more methods are optional: strategies that need one of them refuse a model without it. Gradients flow.

    * ``outputs(events) -> (n, k)``: what it says of each event without looking at the item (rank) or label: a logit of
      each item that it has a row for (rank) or of each class (classify); k = 1: the logit of a click, a rating
    * ``represent(events) -> (n, d)``: what it makes of each event's user and context, the input of its last layer
    * ``vectors() -> (users, d), (items, d)``: all users and items, where the inner product says how well they match

    A model with context is shown the warm-up by ``observe`` before it learns it, and every later event before it can be
    given to ``loss``. It must look up what was there before an event's time: by then it has seen the event itself.
    ``knows(query) -> (n,)`` says for whom it has context enough to answer; the strategy's fallback answers the others.
    ``by_user = True`` asks for batches of a few users' events rather than of a few events of many users.
    """

    tasks: ClassVar[frozenset[Task]]
    """The tasks that it can answer. One that reads a feature by name also says ``needs = frozenset({"text"})``."""

    def build(self, run: Run) -> None:
        """Create the parameters for the sizes known so far, drawn from ``run.seed``.

        Called once before training, and again by a strategy that starts from scratch.
        """

    def grow(self, users: int, items: int) -> None:
        """Have rows for ``users`` users and ``items`` items; never fewer than before; old rows keep their values."""

    def loss(self, events: Events, draw: torch.Generator) -> torch.Tensor:
        """Give (n,) losses, one an event, so that a strategy may weight them; ``draw`` makes negatives, dropout."""

    def observe(self, events: Events) -> None:
        """Context: histories, sessions. Nothing is trained."""

    def state(self) -> Mapping[str, AnyArray]:
        """The arrays that make the model."""
