"""Off-policy estimates: what click rate another policy would have had, from a log whose propensities are known.

    IPS    V = 1/n Σ π(a_i) / p_i · y_i              unbiased where p > 0 wherever π > 0
    SNIPS  V = Σ π(a_i) / p_i · y_i ÷ Σ π(a_i) / p_i  a little biased, and far less noisy where weights differ

a_i is the item that was shown, p_i the propensity with which it was, π the policy asked about, y_i the click.
Horvitz and Thompson, JASA 47 (1952); Swaminathan and Joachims, NeurIPS 2015 (self-normalised).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from freshmark import FloatArray, IntArray, Stream, UsageError

PROPENSITY = "propensity"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The click rate of a policy that did not choose what was shown.

    ips, snips: the two estimates; ips_error, snips_error: their standard errors, what is shown at once taken together
    logged: the click rate of the policy that did choose
    effective: how many impressions chosen by the policy itself would tell as much, (Σ w)² ÷ Σ w² (Kong 1992)
    """

    ips: float
    ips_error: float
    snips: float
    snips_error: float
    logged: float
    effective: float


def off_policy(stream: Stream, target: FloatArray, propensity: FloatArray | None = None) -> Estimate:
    """The click rate that a target policy would have had.

    Args:
        stream: of clicks, such as ``clicks(slate=5)``.
        target: (n,) with what probability the target policy shows, in place of each impression, the item shown there.
        propensity: (n,) with what probability it was shown; the feature ``propensity`` where None.

    Raises:
        UsageError: there are no clicks, no propensities, or some that are no probabilities.
    """
    if stream.task != "click" or stream.label is None:
        raise UsageError(f"{stream.name} has the task {stream.task}", remedy="a stream of clicks")
    if propensity is None and PROPENSITY not in stream.features:
        raise UsageError(f"{stream.name} has no feature {PROPENSITY!r}", remedy="propensity=, (n,) probabilities")
    chance = np.asarray(stream.features[PROPENSITY] if propensity is None else propensity, np.float64)
    wish = np.asarray(target, np.float64)
    for name, column, least in (("propensity", chance, np.nextafter(0, 1)), ("target", wish, 0.0)):
        if column.shape != stream.label.shape or not ((column >= least) & (column <= 1)).all():
            raise UsageError(f"{name} is not one probability an impression", remedy="(n,) numbers up to 1")
    weight, together = wish / chance, _together(stream)
    if not weight.any():
        raise UsageError("the target policy shows nothing of what was shown", remedy="a policy that overlaps")
    gain = weight * stream.label
    ips, snips = gain.mean(), gain.sum() / weight.sum()
    return Estimate(
        float(ips),
        _error(gain - ips, together),
        float(snips),
        _error(gain - snips * weight, together) * len(weight) / float(weight.sum()),
        float(stream.label.mean()),
        float(weight.sum() ** 2 / np.square(weight).sum()),
    )


def _together(stream: Stream) -> IntArray:
    """(n,) which of the requests each impression belongs to: what one user is shown at one time."""
    new = (np.diff(stream.time, prepend=-1) != 0) | (np.diff(stream.user, prepend=-1) != 0)
    return np.cumsum(new) - 1


def _error(off: FloatArray, together: IntArray) -> float:
    """The standard error of a mean, from how far off each impression is; requests are independent, their items not."""
    return float(np.sqrt(np.square(np.bincount(together, weights=off)).sum()) / len(off))
