"""Herding: a few events whose mean representation is near the mean of all."""

from __future__ import annotations

import numpy as np
from freshmark import AnyArray, FloatArray, IntArray

PATIENCE = 1.1
"""Steps per requested event: a step may pick an event again."""


def herd(vectors: AnyArray, count: int) -> IntArray:
    """(≤ count,) rows of these (n, d) vectors, ascending: each step picks the one that brings the mean nearest to μ.

    ::

        x ← x / |x|,  μ = mean of all x,  w ← μ
        repeat:  i = argmax_i w · x_i,  pick i,  w ← w + μ − x_i

    Welling, ICML 2009; with 1.1 · count steps and repetitions as in Mi et al., RecSys 2020 (ADER). Cost: count · n · d.
    """
    if count >= len(vectors):
        return np.arange(len(vectors))
    unit: FloatArray = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    mean = unit.mean(0)
    towards, chosen = mean.copy(), np.zeros(len(unit), np.bool_)
    for _ in range(int(PATIENCE * count)):
        best = int(np.argmax(unit @ towards))
        chosen[best] = True
        if np.count_nonzero(chosen) == count:
            break
        towards += mean - unit[best]
    return np.flatnonzero(chosen)
