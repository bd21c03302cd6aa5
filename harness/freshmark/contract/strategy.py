"""Strategy, Run and Factors: the contract, and the ways to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np

from freshmark.contract.arrays import AnyArray, Owner, Task
from freshmark.contract.attributes import Attributes
from freshmark.contract.events import Events, no_features
from freshmark.contract.past import Past


@dataclass(frozen=True, slots=True)
class Run:
    """What a strategy knows before it starts.

    task: what it will be asked to predict
    seed: int, of this cell; two runs of one seed must agree
    rng: the generator of that seed
    past: every event given so far; see Past
    users, items: int, how many are known after the warm-up; both grow
    classes: int, number of classes (classify), else 0
    features: name → (0, …) array that shows dtype and shape
    of: name → whose feature it is; a query of the task rank shows those of context and user alone
    item_features, user_features: name → (m, …) values by code, see Attributes
    repeats: whether users return to an item
    device: torch device, ``cpu`` or ``cuda``
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
    of: Mapping[str, Owner] = field(default_factory=dict)
    item_features: Attributes = field(default_factory=Attributes)
    user_features: Attributes = field(default_factory=Attributes)


@dataclass(frozen=True, slots=True)
class Factors:
    """Scores as inner products: ``score[q, i] = user[q] · item[i] + bias[i]``, ranked by a fused kernel.

    user: (n, d) float32, one row per query
    item: (m, d) float32, one row per item that the model knows; m may be smaller than the catalogue
    bias: (m,) float32 or None
    Torch tensors on a GPU are ranked there.
    """

    user: AnyArray
    item: AnyArray
    bias: AnyArray | None = None


class Strategy:
    """How a model is kept up to date. Subclass it, or implement the same methods.

    Learn only in ``fit`` and ``update``, and answer in one of these ways:

    * ``recommend(query, k) -> (n, ≤k) item codes, best first, -1 pads``   (rank)
    * ``score(query) -> (n, m) one score per item known to it``             (rank)
    * ``factors(query) -> Factors``                                        (rank, fastest)
    * ``predict(query) -> (n,) or (n, classes)``                           (click, rate, classify)

    Answering must not change the strategy. A row's answer must not depend on the other rows of the query.
    """

    context: ClassVar[Literal["user", "global"]] = "user"
    """Whose answers ``observe`` may change: those of the observed users, or everyone's."""

    draws: ClassVar[bool] = True
    """Whether answers may depend on the seed. One seed says nothing of the luck of a strategy that draws at random."""

    needs: ClassVar[frozenset[str]] = frozenset()
    """Features that it reads by name, such as ``text``: a stream that lacks one of them is refused."""

    def start(self, run: Run) -> None:
        """Called once, first: sizes, seed, device."""

    def fit(self, history: Events) -> None:
        """The warm-up. Default: ``update(history)``."""
        self.update(history)

    def observe(self, events: Events) -> None:
        """Events as soon as they are past: context (a user's history), not learning. Default: nothing.

        Events of the warm-up come to ``fit`` only: take the context from there too.
        """

    def update(self, events: Events) -> None:
        """New events, each given once, when the schedule says so: learn here. Default: nothing."""

    def state(self) -> Mapping[str, AnyArray]:
        """The arrays that make up the model, for its size, what an update changed, checkpoints. Default: none."""
        return {}

    def readings(self) -> Mapping[str, float]:
        """Numbers of its own, read like those of a meter: at the end of each window, not timed. Default: none."""
        return {}
