"""Small streams and strategies whose every number can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from freshmark import Strategy, Stream, stream_of

SECOND = 1_000_000


class Counts(Strategy):
    """Popularity, written here on its own: what the replay is tested with must not be what it is used for."""

    def __init__(self, *, since_update: bool = False) -> None:
        self.counts = np.zeros(0, np.int64)
        self.since_update = since_update
        self.given: list[int] = []

    def update(self, events):
        size = max(len(self.counts), int(events.item.max(initial=-1)) + 1)
        kept = np.zeros(size, np.int64)
        if not self.since_update:
            kept[: len(self.counts)] = self.counts
        self.counts = kept + np.bincount(events.item, minlength=size)
        self.given.append(len(events))

    def score(self, query):
        return np.broadcast_to(self.counts, (len(query), len(self.counts)))

    def state(self):
        return {"counts": self.counts}


class LastItem(Strategy):
    """The item that each user had last comes first: context alone, no learning."""

    def __init__(self) -> None:
        self.last: dict[int, int] = {}
        self.items = 0

    def observe(self, events):
        for user, item in zip(events.user, events.item, strict=True):
            self.last[int(user)] = int(item)

    def update(self, events):
        self.items = max(self.items, int(events.item.max(initial=-1)) + 1)
        if not self.last:
            self.observe(events)

    def score(self, query):
        scores = np.zeros((len(query), self.items))
        for row, user in enumerate(query.user):
            item = self.last.get(int(user), self.items)
            if item < self.items:
                scores[row, item] = 1.0
        return scores


@pytest.fixture(scope="session")
def counts() -> type[Counts]:
    return Counts


@pytest.fixture(scope="session")
def last_item() -> type[LastItem]:
    return LastItem


@pytest.fixture(scope="session")
def make_stream() -> Callable[..., Stream]:
    """A stream of whole seconds: ``make_stream([0, 1, 1], users="aab", items="xyx")``."""

    def make(seconds, users, items, *, repeats=True, **more) -> Stream:
        return stream_of(
            name="made",
            task=more.pop("task", "rank"),
            time=np.asarray(seconds, np.int64) * SECOND,
            user=np.array(list(users), object),
            item=np.array(list(items), object),
            repeats=repeats,
            **more,
        )

    return make


@pytest.fixture(scope="session")
def random_stream() -> Callable[..., Stream]:
    """A stream with ties, cold users and cold items, drawn from a seed."""

    def make(seed: int, n: int = 300, *, repeats: bool = True) -> Stream:
        draw = np.random.default_rng(seed)
        return stream_of(
            name=f"random {seed}",
            task="rank",
            time=np.sort(draw.integers(0, n // 2, n)) * SECOND,
            user=draw.integers(0, 20, n),
            item=np.minimum(draw.geometric(0.08, n), 60),
            repeats=repeats,
        )

    return make
