"""Steps of incremental gradient descent on 1 − p · q, one event at a time: the loops of isgd and its variants."""

from __future__ import annotations

import numpy as np
from freshmark import IntArray

from freshmark_plugins.kernels.compiled import compiled
from freshmark_plugins.kernels.vectors import Table, product


@compiled
def isgd_steps(
    users: Table, items: Table, user: IntArray, item: IntArray, times: IntArray, lr: float, reg: float
) -> None:
    """For each event, ``times`` steps of both vectors towards p · q = 1."""
    for event in range(len(user)):
        p, q = users[user[event]], items[item[event]]
        for _ in range(times[event]):
            towards_one(p, q, lr, reg)


@compiled
def towards_one(p: Table, q: Table, lr: float, reg: float) -> None:
    """Move p, then q with the new p; in float64, like products."""
    error = 1.0 - product(p, q)
    for d in range(len(p)):
        p[d] = np.float64(p[d]) + lr * (error * np.float64(q[d]) - reg * np.float64(p[d]))
        q[d] = np.float64(q[d]) + lr * (error * np.float64(p[d]) - reg * np.float64(q[d]))


@compiled
def towards_zero(p: Table, q: Table, lr: float, reg: float) -> None:
    """Move only p towards p · q = 0; the negative item is not updated."""
    error = -product(p, q)
    for d in range(len(p)):
        p[d] = np.float64(p[d]) + lr * (error * np.float64(q[d]) - reg * np.float64(p[d]))
