"""ContextFree: a model without histories or sessions."""

from __future__ import annotations

from freshmark import Events
from torch import nn


class ContextFree(nn.Module):
    """A torch module whose answers depend on its parameters and the query alone.

    A strategy over it has no ``observe`` either, so that it is asked in larger batches.
    """

    def observe(self, events: Events) -> None:
        """Nothing to remember."""
