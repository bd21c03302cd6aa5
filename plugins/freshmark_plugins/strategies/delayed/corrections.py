"""Corrections of delayed feedback: weights of events that enter with the label known so far.

p is the probability of a click, q the share of clicks that arrive after their impression entered as a negative, so
that it enters twice. A share b = p / (1 + p q) of the entries is positive. With the weights, the mean over the entries
equals the mean over true labels: ``E_entered[w ℓ] = p ℓ(1) + (1 − p) ℓ(0)``.
"""

from __future__ import annotations

import numpy as np
from freshmark import AnyArray, FloatArray

LEAST = 0.1
"""Lower bound of probabilities that are divided by."""

MOST = 0.999
"""Upper bound of calibrated probabilities: b may exceed what any p allows, and 1 would have infinite loss."""


def fake_negative_weights(label: AnyArray, p: FloatArray, q: float) -> FloatArray:
    """``1 + p q`` of a positive, ``(1 − p)(1 + p q) / (1 − p + p q)`` of a negative.

    With q = 1, where every impression enters at once, it is the published (1 + p) and (1 − p)(1 + p).
    Ktena et al., RecSys 2019 (FNW).
    """
    return elapsed_weights(label, p * q, real_negative(p, q))


def real_negative(p: FloatArray, q: float) -> FloatArray:
    """``(1 − p) / (1 − p + p q)``: the probability that a negative entry is a true one, if q is the same for all."""
    negative: FloatArray = (1 - p) / np.maximum(1 - p + p * q, np.finfo(float).tiny)
    return negative


def calibrated(b: FloatArray, q: float) -> FloatArray:
    """``p = b / (1 − b q)``, at most MOST: the probability of a click, from that of a positive entry.

    With q = 1 it is b / (1 − b). Ktena et al., RecSys 2019 (FNC).
    """
    p: FloatArray = np.minimum(b / np.maximum(1 - b * q, np.finfo(float).tiny), MOST)
    return p


def elapsed_weights(label: AnyArray, late: FloatArray, negative: FloatArray) -> FloatArray:
    """``1 + p_dp`` of a positive, ``(1 + p_dp) p_rn`` of a negative.

    Args:
        label: (n,) of the entries.
        late: (n,) p_dp, the probability of a late click.
        negative: (n,) p_rn, the probability that a negative entry is a true one.

    Yang et al., AAAI 2021 (ES-DFM).
    """
    return (1 + late) * np.where(label > 0, 1.0, negative)


def shift_weights(label: AnyArray, in_time: FloatArray, negative: FloatArray) -> FloatArray:
    """``1 / P(in time | clicked)`` of a positive, ``P(never clicked | entered as a negative)`` of a negative.

    Late clicks do not enter again. Yasui et al., WWW 2020 (FSIW).

    Args:
        label: (n,) of the entries.
        in_time: (n,) the probability that a click arrives before its impression enters.
        negative: (n,) the probability that a negative entry is a true one.
    """
    return np.where(label > 0, 1 / np.maximum(in_time, LEAST), negative)
