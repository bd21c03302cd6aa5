"""Model: what strategies keep up to date. A torch module that grows and gives its loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Protocol

from freshmark.contract.arrays import AnyArray, Task
from freshmark.contract.events import Events
from freshmark.contract.strategy import Run

if TYPE_CHECKING:
    import torch


class Model(Protocol):
    """A ``torch.nn.Module`` with these methods, and one way to answer, as for a Strategy.

    Arguments of its ``__init__`` are hyper-parameters; sizes come with ``build`` and ``grow``. Implement
    exactly the ways to answer that are exact and fast: ``factors``, ``score`` or ``predict``.

    Three more methods are optional; strategies that need one refuse a model without it. Gradients flow through them.

    * ``outputs(events) -> (n, k)``: its output for each event, without looking at the item (rank) or label: a logit per
      item that it has a row for (rank) or per class (classify); k = 1: the logit of a click, a rating
    * ``represent(events) -> (n, d)``: its representation of each event's user and context, the input of its last layer
    * ``vectors() -> (users, d), (items, d)``: all users and items; the inner product says how well they match

    A model with context gets the warm-up by ``observe`` before it learns it, and every later event before it can reach
    ``loss``. By then it has seen the event itself, so it must look up what came before the event's time.
    ``knows(query) -> (n,)`` says for whom it has context enough to answer; the strategy's fallback answers the others.
    ``by_user = True`` asks for batches of a few users' events rather than of a few events of many users.
    ``recipe``, a mapping from options of training (``lr``, ``epochs`` …) to values, says how it is trained by every
    strategy that does not say otherwise.
    """

    tasks: ClassVar[frozenset[Task]]
    """The tasks that it can answer. A model that reads a feature by name also has ``needs = frozenset({"text"})``."""

    def build(self, run: Run) -> None:
        """Create the parameters for the sizes known so far, drawn from ``run.seed``.

        Called once before training, and again by a strategy that starts from scratch.
        """

    def grow(self, users: int, items: int) -> None:
        """Grow to ``users`` and ``items`` rows, never fewer than before; old rows keep their values."""

    def loss(self, events: Events, draw: torch.Generator) -> torch.Tensor:
        """(n,) losses, one per event, so that a strategy may weight them; ``draw`` is for negatives and dropout."""

    def observe(self, events: Events) -> None:
        """Context: histories, sessions. Must not train."""

    def state(self) -> Mapping[str, AnyArray]:
        """The arrays that make up the model."""
