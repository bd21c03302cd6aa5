"""Corrections of delayed feedback: how much an event counts that entered with the label it had by then.

p is the chance of a click, q the share of clicks that come late: after their impression entered as a negative, so that
it enters twice. Of all that enters, b = p / (1 + p q) is positive. Each weight makes the mean of what enters the mean
that true labels would give: ``E_entered[w ℓ] = p ℓ(1) + (1 − p) ℓ(0)``.
"""

from __future__ import annotations

import numpy as np
from freshmark import AnyArray, FloatArray

LEAST = 0.1
"""Below which chances are not trusted to divide by."""

MOST = 0.999
"""Above which no calibrated chance lies: b may be larger than any p allows, and a chance of 1 must not be wrong."""


def fake_negative_weights(label: AnyArray, p: FloatArray, q: float) -> FloatArray:
    """``1 + p q`` of a positive, ``(1 − p)(1 + p q) / (1 − p + p q)`` of a negative.

    With q = 1, where every impression enters at once, it is the published (1 + p) and (1 − p)(1 + p).
    Ktena et al., RecSys 2019 (FNW).
    """
    return elapsed_weights(label, p * q, real_negative(p, q))


def real_negative(p: FloatArray, q: float) -> FloatArray:
    """``(1 − p) / (1 − p + p q)``: the chance that what entered as a negative is one, where all clicks are as late."""
    negative: FloatArray = (1 - p) / np.maximum(1 - p + p * q, np.finfo(float).tiny)
    return negative


def calibrated(b: FloatArray, q: float) -> FloatArray:
    """``p = b / (1 − b q)``, at most MOST: the chance of a click, from that of a positive among all that enters.

    With q = 1 it is b / (1 − b). Ktena et al., RecSys 2019 (FNC).
    """
    p: FloatArray = np.minimum(b / np.maximum(1 - b * q, np.finfo(float).tiny), MOST)
    return p


def elapsed_weights(label: AnyArray, late: FloatArray, negative: FloatArray) -> FloatArray:
    """``1 + p_dp`` of a positive, ``(1 + p_dp) p_rn`` of a negative.

    Args:
        label: (n,) as they entered.
        late: (n,) p_dp, the chance that an impression is clicked, and late.
        negative: (n,) p_rn, the chance that what entered as a negative is one.

    Yang et al., AAAI 2021 (ES-DFM).
    """
    return (1 + late) * np.where(label > 0, 1.0, negative)


def shift_weights(label: AnyArray, in_time: FloatArray, negative: FloatArray) -> FloatArray:
    """``1 / P(in time | clicked)`` of a positive, ``P(never clicked | entered as a negative)`` of a negative.

    What is clicked late does not enter again. Yasui et al., WWW 2020 (FSIW).

    Args:
        label: (n,) as they entered.
        in_time: (n,) the chance that a click comes before its impression enters.
        negative: (n,) the chance that what entered as a negative is one.
    """
    return np.where(label > 0, 1 / np.maximum(in_time, LEAST), negative)
