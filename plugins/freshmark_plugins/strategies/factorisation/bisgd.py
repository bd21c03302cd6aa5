"""bisgd: online bagging of isgd."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Unpack

import numpy as np
from freshmark import AnyArray, Events, FloatArray, Query, Run, Search, UnknownName, UsageError

from freshmark_plugins.kernels.isgd_steps import isgd_steps
from freshmark_plugins.kernels.vectors import Vectors
from freshmark_plugins.strategies.factorisation.isgd import ISGD, Steps


class BISGD(ISGD):
    """An ensemble of ``isgd``; each node learns every event a Poisson number of times, and their mean answers.

    ::

        for each new event (u, i), for each node m:
            k ~ Poisson(1);  k steps of isgd with (u, i) by the vectors of m
        score(u, i) = −|1 − mean_m p_u^m · q_i^m|

    Cost of an update: O(nodes · dim) per event on average; answers cost ``nodes`` times as much. Memory: nodes
    times that of isgd. Vinagre, Jorge & Gama, Expert Systems 35(4), 2018; bagging online: Oza & Russell, 2001.

    Args:
        dim: length of p and q.
        nodes: size of the ensemble; 8 to 64 in the paper.
        weights: "poisson", or "one" for every event once.
        steps: lr (η), reg (λ), scale and iterations, as for isgd.
    """

    def __init__(
        self,
        dim: Annotated[int, Search(16, 256, log=True)] = 100,
        *,
        nodes: int = 8,
        weights: str = "poisson",
        **steps: Unpack[Steps],
    ) -> None:
        super().__init__(dim, **steps)
        if nodes < 1:
            raise UsageError(f"bisgd has nodes={nodes}", remedy="1 or more")
        if weights not in {"poisson", "one"}:
            raise UnknownName("weights of bisgd", weights, ["poisson", "one"])
        self.nodes, self.poisson = nodes, weights == "poisson"

    def start(self, run: Run) -> None:
        """No vectors yet; the first node draws the same ones as isgd."""
        super().start(run)
        more = (Vectors(self.dim, scale=self.scale, seed=(run.seed, 20, node)) for node in range(1, self.nodes))
        self.bag = [self.vectors, *more]
        self.rng = np.random.default_rng([run.seed, 22])

    def update(self, events: Events) -> None:
        """Each node takes as many steps per event as drawn."""
        shape = (len(events), self.nodes)
        times = self.iterations * (self.rng.poisson(1.0, shape) if self.poisson else np.ones(shape, np.int64))
        for node, vectors in enumerate(self.bag):
            vectors.meet(events.user, events.item)
            steps = np.ascontiguousarray(times[:, node])
            isgd_steps(vectors.users, vectors.items, events.user, events.item, steps, self.lr, self.reg)

    def products(self, query: Query) -> FloatArray:
        """(n, m) mean of the products of all nodes."""
        mean: FloatArray = np.mean([vectors.products(query.user) for vectors in self.bag], axis=0)
        return mean

    def state(self) -> Mapping[str, AnyArray]:
        """The vectors of every node."""
        nodes = enumerate(self.bag)
        return {f"{node}.{name}": array for node, vectors in nodes for name, array in vectors.state().items()}
