"""Functions of the rank of the one true item: hit rate, recall, NDCG, MRR, MAP.

Every test event has exactly one relevant item, the one that came. Ranks are mid-ranks: a tie over places 10 and 11 is
10.5, and is no hit at 10. A miss (an item nobody could have known) has rank inf and gets 0 from all of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.contract.metric import Outcomes

Each = Callable[[Outcomes], FloatArray]


def ranks(outcomes: Outcomes) -> FloatArray:
    """The ranks, (n,) float64; a TypeError where the task has none."""
    if outcomes.rank is None:
        raise TypeError(f"outcomes of task {outcomes.task!r} have no rank")
    return outcomes.rank


def hit_rate(k: int) -> Each:
    """HR@K = mean of 1[rank ≤ K] (Deshpande & Karypis 2004, doi 10.1145/963770.963776)."""
    return lambda outcomes: (ranks(outcomes) <= k).astype(np.float64)


def recall(k: int) -> Each:
    """Recall@K = relevant items among the first K ÷ relevant items; one is relevant, so that it equals HR@K."""
    return hit_rate(k)


def ndcg(k: int) -> Each:
    """NDCG@K = mean of 1[rank ≤ K] / log₂(1 + rank) (Järvelin & Kekäläinen 2002, doi 10.1145/582415.582418).

    The ideal list has the one relevant item first: its DCG is 1 / log₂ 2 = 1, so DCG needs no division.
    """
    return lambda outcomes: np.where(ranks(outcomes) <= k, 1.0 / np.log2(1.0 + ranks(outcomes)), 0.0)


def mrr(k: float = np.inf) -> Each:
    """MRR@K = mean of 1[rank ≤ K] / rank; without K over the whole ranking (Voorhees 1999, TREC-8 QA)."""
    return lambda outcomes: np.where(ranks(outcomes) <= k, 1.0 / ranks(outcomes), 0.0)


def average_precision(k: int) -> Each:
    """MAP@K = mean over requests of Σ precision at each relevant place ÷ relevant items (Manning et al. 2008, ch. 8).

    With one relevant item the only precision is 1 / rank, so that it equals MRR@K.
    """
    return mrr(k)
