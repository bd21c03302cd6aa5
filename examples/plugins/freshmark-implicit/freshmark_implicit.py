"""implicit_als() and implicit_bpr(): the matrix factorisations of the library implicit."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from freshmark import Factors, Strategy, hookimpl, parse_duration
from scipy.sparse import csr_matrix


@hookimpl
def register_strategies():
    return {"implicit_als": ALS, "implicit_bpr": BPR}


class ALS(Strategy):
    """Trained anew at each update. A user or item without events in the window scores 0.

    Hu et al., ICDM 2008.

    Args:
        window: train on the events of the last ``window``; None: on all.
        options: of the model in implicit, such as ``factors=64``.
    """

    model = "als:AlternatingLeastSquares"

    def __init__(self, *, window: str | None = None, **options: Any) -> None:
        self.window = None if window is None else parse_duration(window)
        self.options, self.user, self.item = options, np.zeros((0, 1), np.float32), np.zeros((0, 1), np.float32)

    def start(self, run):
        self.run = run

    def update(self, events):
        past = self.run.past
        seen = past[:] if self.window is None or not len(events) else past.since(int(events.time[-1]) - self.window)
        if not len(seen):
            return
        counts = csr_matrix((np.ones(len(seen), np.float32), (seen.user, seen.item)))
        module, name = self.model.split(":")
        make = getattr(import_module(f"implicit.cpu.{module}"), name)
        model = make(random_state=self.run.seed, num_threads=1, **self.options)
        model.fit(counts, show_progress=False)
        absent = np.diff(counts.indptr) == 0, np.bincount(counts.indices, minlength=counts.shape[1]) == 0
        self.user, self.item = model.user_factors.copy(), model.item_factors.copy()
        self.user[absent[0]], self.item[absent[1]] = 0, 0

    def factors(self, query):
        user = np.zeros((len(query), self.user.shape[1]), np.float32)
        known = query.user < len(self.user)
        user[known] = self.user[query.user[known]]
        return Factors(user, self.item)

    def state(self):
        return {"user": self.user, "item": self.item}


class BPR(ALS):
    """Trained anew at each update, by pairs of an item that the user had and one that they did not.

    Rendle et al., UAI 2009.
    """

    model = "bpr:BayesianPersonalizedRanking"
