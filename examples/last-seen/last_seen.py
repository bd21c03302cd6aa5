"""What anyone touched most recently, for everyone."""

import numpy as np
from freshmark import Strategy, hookimpl


@hookimpl
def register_strategies():
    return {"last-seen": LastSeen}


class LastSeen(Strategy):
    """Recommend what anyone touched most recently."""

    def __init__(self, memory: int = 10_000):
        self.recent = np.empty(0, np.int64)
        self.memory = memory

    def update(self, events):
        self.recent = np.concatenate([self.recent, events.item])[-self.memory :]

    def recommend(self, query, k):
        newest, first = np.unique(self.recent[::-1], return_index=True)
        return np.tile(newest[np.argsort(first)][:k], (len(query), 1))
