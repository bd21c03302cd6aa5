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
    """

    tasks: ClassVar[frozenset[Task]]
    """The tasks that it can answer."""

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
