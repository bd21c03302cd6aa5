"""Steps of gradient descent on BPR, one event at a time: the loop of online_mf."""

from __future__ import annotations

from math import exp

import numpy as np
from freshmark import FloatArray, IntArray
from numpy.typing import NDArray

from freshmark_plugins.kernels.compiled import compiled

Table = NDArray[np.float32]


@compiled
def bpr_steps(
    users: Table,
    items: Table,
    user: IntArray,
    item: IntArray,
    draws: FloatArray,
    known: int,
    lr: float,
    reg: float,
    counts: int,
) -> None:
    """One step per event; ``known`` items before the first, ``draws`` (n, K) in [0, 1) select among the known.

    Arithmetic is in float64: float() of a float32 is a double in Python, not in numba.
    """
    dim, negatives = users.shape[1] - 2, draws.shape[1]
    pull, gains = np.zeros(dim), np.zeros(negatives)
    for event in range(len(user)):
        known = max(known, item[event] + 1)
        p, q = users[user[event]], items[item[event]]
        p[dim], p[dim + 1] = 1, 0
        q[dim + 1] += counts
        total, own = 0.0, product(p, q, dim)
        pull[:] = 0
        for k in range(negatives):
            other = items[int(draws[event, k] * known)]
            gains[k] = lr / negatives / (1.0 + exp(min(own - product(p, other, dim), 500.0)))
            total += gains[k]
            for d in range(dim):
                pull[d] += gains[k] * (np.float64(q[d]) - np.float64(other[d]))
        for k in range(negatives):
            other = items[int(draws[event, k] * known)]
            other[dim] = np.float64(other[dim]) - gains[k]
            for d in range(dim):
                other[d] = np.float64(other[d]) - gains[k] * np.float64(p[d]) - lr * reg * np.float64(other[d])
        q[dim] = np.float64(q[dim]) + total
        for d in range(dim):
            old = np.float64(p[d])
            p[d] = old + pull[d] - lr * reg * old
            q[d] = np.float64(q[d]) + total * old - lr * reg * np.float64(q[d])


@compiled
def product(p: Table, q: Table, dim: int) -> float:
    """The score p · q + b, in float64."""
    score = np.float64(q[dim])
    for d in range(dim):
        score += np.float64(p[d]) * np.float64(q[d])
    return score
