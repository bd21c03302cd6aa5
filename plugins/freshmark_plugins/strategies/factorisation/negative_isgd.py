"""isgd with negatives: the base class of raisgd and rsisgd."""

from __future__ import annotations

from typing import Annotated, Unpack

from freshmark import Search, UsageError

from freshmark_plugins.strategies.factorisation.isgd import ISGD, Steps


class NegativeISGD(ISGD):
    """``isgd`` with some negative items before each event.

    Args:
        dim: length of p and q.
        negatives: items per event.
        steps: lr (η), reg (λ), scale and iterations, as for isgd.
    """

    def __init__(
        self,
        dim: Annotated[int, Search(16, 256, log=True)] = 100,
        *,
        negatives: Annotated[int, Search(1, 10)] = 1,
        **steps: Unpack[Steps],
    ) -> None:
        super().__init__(dim, **steps)
        if negatives < 0:
            raise UsageError(f"{type(self).__name__.lower()} has negatives={negatives}", remedy="0 or more")
        self.negatives = negatives
