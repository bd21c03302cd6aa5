"""RBO: how alike two ranked lists are, the first places weighing most."""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray

PERSISTENCE = 0.9
"""p: with which probability a reader looks at the next place too; the first ten places have 86 % of the weight."""


def rbo(left: AnyArray, right: AnyArray, p: float = PERSISTENCE) -> FloatArray:
    """Rank-biased overlap, extrapolated to lists without end: 1 for equal lists, 0 for lists with nothing in common.

    RBO_ext(k) = X_k/k · p^k + (1−p)/p · Σ_{d=1..k} X_d/d · p^d, X_d the number of items that both have in their first d
    places (Webber, Moffat & Zobel 2010, doi 10.1145/1852102.1852106, eq. 30). Both lists count to the length of the
    shorter one; NaN where one is empty.

    Args:
        left: (n, k) items, each once in a list, -1 where it ends.
        right: (n, k) the lists to compare with.
        p: 0 < p < 1.
    """
    n, k = left.shape
    depth = np.minimum((left >= 0).sum(1), (right >= 0).sum(1))
    place = np.arange(k)
    # An item that both have, at places a and b, counts from depth max(a, b) + 1 on.
    both = (left[:, :, None] == right[:, None, :]) & (left[:, :, None] >= 0)
    later = np.broadcast_to(np.maximum(place[:, None], place[None, :]), both.shape)
    first = np.zeros((n, k))
    np.add.at(first, (np.nonzero(both)[0], later[both]), 1.0)
    agreed = first.cumsum(1) / (place + 1)
    weight = np.where(place < depth[:, None], p ** (place + 1.0), 0.0)
    at_end = np.take_along_axis(agreed, np.maximum(depth - 1, 0)[:, None], 1)[:, 0]
    found = at_end * p**depth + (1 - p) / p * (agreed * weight).sum(1)
    return np.asarray(np.where(depth > 0, found, np.nan))
