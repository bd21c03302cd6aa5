"""Strategy, Run and Factors: the contract, and the ways to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from freshmark.contract.arrays import AnyArray, Task
from freshmark.contract.events import Events, no_features
from freshmark.contract.past import Past


@dataclass(frozen=True, slots=True)
class Run:
    """What a strategy is told before it starts.

    task: what will be asked
    seed: int, of this cell; two runs of one seed must agree
    rng: the generator of that seed
    past: every event given so far, see Past
    users, items: int, how many are known after the warm-up; both grow
    classes: int, how many classes there are (classify), else 0
    features: name → (0, …) array that shows dtype and shape
    repeats: whether users come back to an item
    device: ``cpu``, ``cuda`` …, in torch's words
    """

    task: Task
    seed: int
    rng: np.random.Generator
    past: Past
    users: int
    items: int
    classes: int = 0
    features: Mapping[str, AnyArray] = field(default_factory=no_features)
    repeats: bool = True
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Factors:
    """Scores as inner products: ``score[q, i] = user[q] · item[i] + bias[i]``, ranked by a fused kernel.

    user: (n, d) float32, one row a query
    item: (m, d) float32, one row an item that the model knows, m may lie below the catalogue
    bias: (m,) float32 or None
    Torch tensors on a GPU are ranked there.
    """

    user: AnyArray
    item: AnyArray
    bias: AnyArray | None = None


class Strategy:
    """How a model is kept up to date. Subclass it, or offer the same methods.

    Learn in ``fit`` and ``update`` alone, and answer in one way:

    * ``recommend(query, k) -> (n, ≤k) item codes, best first, -1 pads``   (rank)
    * ``score(query) -> (n, m) one score an item known to it``             (rank)
    * ``factors(query) -> Factors``                                        (rank, fastest)
    * ``predict(query) -> (n,) or (n, classes)``                           (click, rate, classify)

    An answer must not change the strategy. A row's answer must not depend on the other rows of the query.
    """

    context: ClassVar[Literal["user", "global"]] = "user"
    """Whose events ``observe`` may change the answers for: those users', or everybody's."""

    needs: ClassVar[frozenset[str]] = frozenset()
    """The features that it reads by name, such as ``text``: a stream without one of them is refused."""

    def start(self, run: Run) -> None:
        """Once, before everything: sizes, seed, device."""

    def fit(self, history: Events) -> None:
        """The warm-up. Default: ``update(history)``."""
        self.update(history)

    def observe(self, events: Events) -> None:
        """Events as soon as they are past: context (a user's history), not learning. Default: nothing.

        Those of the warm-up are given to ``fit`` alone: what is context must be taken from there too.
        """

    def update(self, events: Events) -> None:
        """New events, each given once, when the schedule says so: the place to learn. Default: nothing."""

    def state(self) -> Mapping[str, AnyArray]:
        """The arrays that make the model: their bytes, what an update changed, checkpoints. Default: none."""
        return {}
