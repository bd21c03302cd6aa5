"""lightgbm(): gradient boosted trees for clicks and ratings, trained anew on a window or continued."""

from __future__ import annotations

from typing import Any

import numpy as np
from freshmark import Strategy, hookimpl, parse_duration


@hookimpl
def register_strategies():
    return {"lightgbm": LightGBM}


class LightGBM(Strategy):
    """Trees over user, item and the numeric features.

    Args:
        window: an update trains anew on the events of the last ``window``; None: on all.
        continued: an update adds ``rounds`` trees that fit the new events, and keeps the old trees.
        rounds: trees of one training.
        options: parameters of LightGBM, such as ``num_leaves=31``.
    """

    tasks = frozenset({"click", "rate"})

    def __init__(self, *, window: str | None = None, continued: bool = False, rounds: int = 50, **options: Any) -> None:
        self.window = None if window is None else parse_duration(window)
        self.continued, self.rounds, self.options, self.booster = continued, rounds, options, None

    def start(self, run):
        self.run = run
        objective = "binary" if run.task == "click" else "regression"
        fixed = {"objective": objective, "seed": run.seed, "num_threads": 1, "deterministic": True, "verbose": -1}
        self.options = {**fixed, **self.options}

    def update(self, events):
        import lightgbm

        past = self.run.past
        train = events
        if not self.continued:
            train = (
                past[:]
                if self.window is None
                else past.since(int(events.time[-1]) - self.window)
                if len(events)
                else events
            )
        if len(train):
            matrix = self._matrix(train)
            names = [f"f{column}" for column in range(matrix.shape[1])]
            data = lightgbm.Dataset(matrix, train.label, feature_name=names, params={"verbose": -1})
            before = self.booster if self.continued else None
            self.booster = lightgbm.train(self.options, data, self.rounds, init_model=before)

    def predict(self, query):
        if self.booster is None:
            return np.full(len(query), 0.5)
        return self.booster.predict(self._matrix(query), num_threads=1)

    def state(self):
        text = self.booster.model_to_string() if self.booster else ""
        return {"model": np.frombuffer(text.encode(), np.uint8)}

    def _matrix(self, rows):
        return np.column_stack([rows.user, rows.item, rows.numbers()])
