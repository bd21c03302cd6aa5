"""Metrics of the rank of the one true item: hit rate, recall, NDCG, MRR, MAP.

Every test event has exactly one relevant item, the one that came. Ranks are mid-ranks: a tie over places 10 and 11 is
10.5, which is not a hit at 10. A miss (an item not seen before) has rank inf and scores 0 in all of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from freshmark.contract.arrays import FloatArray, Task
from freshmark.contract.metric import Metric, MetricFamily
from freshmark.contract.outcomes import Outcomes

_RANK: frozenset[Task] = frozenset({"rank"})


def ranks(outcomes: Outcomes) -> FloatArray:
    """The ranks, (n,) float64; a TypeError if the task has none."""
    if outcomes.rank is None:
        raise TypeError(f"outcomes of task {outcomes.task!r} have no rank")
    return outcomes.rank


def hit_rate(k: int) -> Metric:
    """HR@K = mean of 1[rank ≤ K] (Deshpande & Karypis 2004, doi 10.1145/963770.963776)."""
    return _within("hr", k, np.ones_like)


def recall(k: int) -> Metric:
    """Recall@K = relevant items among the first K ÷ relevant items; there is one, so it equals HR@K."""
    return _within("recall", k, np.ones_like)


def ndcg(k: int) -> Metric:
    """NDCG@K = mean of 1[rank ≤ K] / log₂(1 + rank) (Järvelin & Kekäläinen 2002, doi 10.1145/582415.582418).

    The ideal list has the one relevant item first: its DCG is 1 / log₂ 2 = 1, so DCG needs no division.
    """
    return _within("ndcg", k, lambda rank: 1.0 / np.log2(1.0 + rank))


def mrr(k: int) -> Metric:
    """MRR@K = mean of 1[rank ≤ K] / rank (Voorhees 1999, TREC-8 QA)."""
    return _within("mrr", k, reciprocal)


def average_precision(k: int) -> Metric:
    """MAP@K = mean over requests of Σ precision at each relevant place ÷ relevant items (Manning et al. 2008, ch. 8).

    With one relevant item the only precision is 1 / rank, so that it equals MRR@K.
    """
    return _within("map", k, reciprocal)


def reciprocal(rank: FloatArray) -> FloatArray:
    """1 / rank."""
    return np.asarray(1.0 / rank)


def reciprocal_rank(outcomes: Outcomes) -> FloatArray:
    """MRR = mean of 1 / rank over the whole ranking (Voorhees 1999, TREC-8 QA)."""
    return reciprocal(ranks(outcomes))


def _within(family: str, k: int, gain: Callable[[FloatArray], FloatArray]) -> Metric:
    """The mean gain of the ranks up to K; others gain 0."""

    def each(outcomes: Outcomes) -> FloatArray:
        return np.where(ranks(outcomes) <= k, gain(ranks(outcomes)), 0.0)

    return Metric(f"{family}@{k}", _RANK, "higher", each=each)


METRICS = (
    MetricFamily("hr@K", hit_rate),
    MetricFamily("recall@K", recall),
    MetricFamily("ndcg@K", ndcg),
    MetricFamily("mrr@K", mrr),
    MetricFamily("map@K", average_precision),
    Metric("mrr", _RANK, "higher", each=reciprocal_rank),
)
