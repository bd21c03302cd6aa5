"""ContextFree: a model without histories or sessions."""

from __future__ import annotations

from collections.abc import Mapping

from freshmark import AnyArray, Events

from freshmark_plugins.training.trainable import Trainable


class ContextFree(Trainable):
    """A torch module whose answers depend on its parameters and the query alone.

    A strategy over it has no ``observe`` either, so that it is asked in larger batches.
    """

    def observe(self, events: Events) -> None:
        """Nothing to remember."""

    def grow(self, users: int, items: int) -> None:
        """Nothing: a subclass with rows for users or items grows them."""

    def state(self) -> Mapping[str, AnyArray]:
        """Every parameter by its name, float32."""
        return {name: value.numpy(force=True) for name, value in self.named_parameters()}
