"""The Bayes log loss: the expected loss of the true probabilities, which no model can undercut on average."""

from __future__ import annotations

import numpy as np
from freshmark import Drift, FloatArray, IntArray
from scipy.special import xlog1py, xlogy


def entropy(probability: FloatArray) -> FloatArray:
    """(n,) nats: −Σ p ln p over the outcomes, the expected log loss of predicting the true p; 0 where p is 0 or 1.

    Shannon, Bell System Technical Journal 27 (1948).
    """
    known = -xlogy(probability, probability)
    lost: FloatArray = known.sum(1) if known.ndim > 1 else known - xlog1py(1.0 - probability, -probability)
    return lost


def summary(probability: FloatArray, time: IntArray, drifts: tuple[Drift, ...]) -> str:
    """The Bayes log loss of a stream in words: overall, and inside and outside of each drift."""
    lost = entropy(probability)
    parts = [f"{lost.mean():.6f} nats per event"]
    for drift in drifts:
        last = drift.end if drift.end > drift.begin else np.iinfo(np.int64).max
        inside = (time >= drift.begin) & (time < last)
        if inside.any() and not inside.all():
            when = "during" if drift.end > drift.begin else "from"
            parts.append(f"{lost[inside].mean():.6f} {when} {drift.kind}, {lost[~inside].mean():.6f} else")
    return "; ".join(parts)
