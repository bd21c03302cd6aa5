"""hnsw(): lists from an approximate nearest neighbour index, as a large catalogue is served; and what that costs."""

from __future__ import annotations

import time

import numpy as np
from freshmark import Query, Strategy, UsageError, hookimpl


@hookimpl
def register_strategies():
    return {"hnsw": Hnsw}


class Hnsw(Strategy):
    """Another strategy, whose items are searched in an HNSW graph (Malkov and Yashunin, TPAMI 2020).

    A section of the report shows by window the seconds spent on the index, which count as part of the updates, and the
    recall of the latest answers against exact search.

    Args:
        inner: a strategy with factors, such as ``finetune(two_tower())``.
        rebuild: build the index anew at each update; False: keep the graph, and replace the vectors that changed.
        breadth: candidates that a search keeps (``ef``).
    """

    tasks = frozenset({"rank"})

    def __init__(self, inner: Strategy, *, rebuild: bool = True, breadth: int = 64) -> None:
        if not hasattr(inner, "factors"):
            raise UsageError(f"hnsw({type(inner).__name__}) needs factors", remedy="such as finetune(mf())")
        self.inner, self.rebuild, self.breadth, self.index, self.seconds, self.latest = (
            inner,
            rebuild,
            breadth,
            None,
            0.0,
            None,
        )
        self.start, self.observe, self.state, self.context = inner.start, inner.observe, inner.state, inner.context

    def fit(self, history):
        self.inner.fit(history)
        self._search_in(history[-1:])

    def update(self, events):
        self.inner.update(events)
        self._search_in(events[-1:])

    def recommend(self, query, k):
        users, _ = _vectors(self.inner.factors(query))
        k = min(k, len(self.index))
        found = self.index.search(np.vstack([users, users[-1:]]), k, threads=1)  # for one row it has no counts
        items = np.where(np.arange(k) < found.counts[:, None], found.keys.astype(np.int64), -1)[:-1]
        self.latest = users, items
        return items

    def readings(self):
        seconds, self.seconds = self.seconds, 0.0
        if self.latest is None:
            return {"index_seconds": seconds}
        users, items = self.latest
        exact = np.argsort(-(users @ self.items.T), axis=1, kind="stable")[:, : items.shape[1]]
        hits = [len(np.intersect1d(*lists)) for lists in zip(exact, items, strict=True)]
        return {"index_seconds": seconds, "ann_recall": float(np.mean(hits)) / items.shape[1]}

    def _search_in(self, last):
        from usearch.index import Index

        if not len(last):
            return
        begin = time.perf_counter()
        _, items = _vectors(self.inner.factors(Query(last.time, last.user, None, last.item + 1, last.features)))
        if self.rebuild or self.index is None:
            self.items, self.index = (
                items[:0],
                Index(ndim=items.shape[1], metric="ip", dtype="f32", expansion_search=self.breadth),
            )
        old = len(self.items)
        changed = np.flatnonzero((items[:old] != self.items).any(1))
        self.index.remove(changed, threads=1)
        added = np.r_[changed, old : len(items)]
        self.index.add(added, items[added], threads=1)
        self.items, self.seconds = items, self.seconds + time.perf_counter() - begin


def _vectors(factors):
    """User and item vectors whose inner product includes the bias."""
    user, item = (np.array(one, np.float32) for one in (factors.user, factors.item))
    if factors.bias is None:
        return user, item
    return np.c_[user, np.ones(len(user), np.float32)], np.c_[item, np.asarray(factors.bias, np.float32)]
