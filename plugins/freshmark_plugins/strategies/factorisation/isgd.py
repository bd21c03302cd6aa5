"""isgd: incremental matrix factorisation from positive events only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypedDict

import numpy as np
from freshmark import AnyArray, Events, FloatArray, Query, Run, Search, Strategy, Task, UsageError

from freshmark_plugins.kernels.isgd_steps import isgd_steps
from freshmark_plugins.kernels.vectors import Vectors


class Steps(TypedDict, total=False):
    """Options of ``isgd`` that its variants take too."""

    lr: float
    reg: float
    scale: float
    iterations: int


class ISGD(Strategy):
    """Learn each event once, in order, as a 1 in an otherwise unknown matrix; rank by nearness to 1.

    ::

        for each new event (u, i), p_u and q_i drawn from N(0, scale²) at first sight, p_u before q_i:
            repeat ``iterations`` times:
                e   ← 1 − p_u · q_i
                p_u ← p_u + η (e q_i − λ p_u)
                q_i ← q_i + η (e p_u − λ q_i)        by the new p_u
        score(u, i) = −|1 − p_u · q_i|

    Without zeros all products drift towards 1: ``raisgd`` and ``rsisgd`` add negatives. Users without learned events
    are answered by popularity.

    Cost of an update: O(iterations · dim) an event. Memory: 4 dim bytes a user and item, and a count.
    Vinagre, Jorge & Gama, UMAP 2014, Algorithm 1; defaults of Kitazawa's re-implementation (FluRS) for ML-1M. Tuned by
    the paper's authors (streamRec): dim 160, reg .4, ML-1M iterations 8, lr .1, Last.fm iterations 4, lr .5.

    Args:
        dim: length of p and q.
        lr: η.
        reg: λ.
        scale: standard deviation of the first p and q.
        iterations: steps per event.
    """

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})

    def __init__(
        self,
        dim: Annotated[int, Search(16, 256, log=True)] = 100,
        *,
        lr: Annotated[float, Search(1e-3, 0.5, log=True)] = 0.05,
        reg: Annotated[float, Search(1e-4, 0.3, log=True)] = 0.01,
        scale: float = 0.1,
        iterations: Annotated[int, Search(1, 10, log=True)] = 1,
    ) -> None:
        if min(dim, iterations) < 1 or not lr > 0:
            raise UsageError(
                f"{type(self).__name__.lower()} has dim={dim}, iterations={iterations}, lr={lr}",
                remedy="1 or more of each, and lr above 0",
            )
        self.dim, self.lr, self.reg, self.scale, self.iterations = dim, lr, reg, scale, iterations

    def start(self, run: Run) -> None:
        """No vectors yet."""
        self.vectors = Vectors(self.dim, scale=self.scale, seed=(run.seed, 20))

    def update(self, events: Events) -> None:
        """Draw vectors for new users and items, then one step per event."""
        self.vectors.meet(events.user, events.item)
        self.steps(events)

    def steps(self, events: Events) -> None:
        """The steps of events whose users and items have vectors."""
        times = np.full(len(events), self.iterations)
        isgd_steps(self.vectors.users, self.vectors.items, events.user, events.item, times, self.lr, self.reg)

    def score(self, query: Query) -> FloatArray:
        """(n, m) −|1 − p_u · q_i|; for users without vectors, the items' events."""
        scores = -np.abs(1.0 - self.products(query))
        scores[~self.vectors.knows(query.user)] = self.vectors.counts[: self.vectors.known_items]
        return scores

    def products(self, query: Query) -> FloatArray:
        """(n, m) p_u · q_i."""
        return self.vectors.products(query.user)

    def state(self) -> Mapping[str, AnyArray]:
        """Vectors of users (n, dim) and items (m, dim), float32; which users have one, and the items' events."""
        return self.vectors.state()
