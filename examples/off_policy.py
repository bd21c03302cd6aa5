"""Off-policy estimates: the click rate that another policy would have had, from a log with known propensities.

    IPS    V = 1/n Σ π(a_i) / p_i · y_i              unbiased where p > 0 wherever π > 0
    SNIPS  V = Σ π(a_i) / p_i · y_i ÷ Σ π(a_i) / p_i  slightly biased, and far less noisy where weights differ

a_i is the item shown, p_i the propensity with which it was shown, π the target policy, y_i the click.
Horvitz and Thompson, JASA 47 (1952); Swaminathan and Joachims, NeurIPS 2015 (self-normalised).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from freshmark import FloatArray, IntArray, Stream, UsageError

PROPENSITY = "propensity"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The estimated click rate of a policy that did not choose what was shown.

    ips, snips: the two estimates; ips_error, snips_error: their standard errors, clustered by request
    logged: the click rate of the logging policy
    effective: the effective sample size, (Σ w)² ÷ Σ w² (Kong 1992)
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
        target: (n,) the probability with which the target policy shows the logged item at each impression.
        propensity: (n,) the probability with which it was shown; the feature ``propensity`` where None.

    Raises:
        UsageError: there are no clicks, no propensities, or some that are not probabilities.
    """
    if stream.task != "click" or stream.label is None:
        raise UsageError(f"{stream.name} has the task {stream.task}", remedy="a stream of clicks")
    if propensity is None and PROPENSITY not in stream.features:
        raise UsageError(f"{stream.name} has no feature {PROPENSITY!r}", remedy="propensity=, (n,) probabilities")
    logging = np.asarray(stream.features[PROPENSITY] if propensity is None else propensity, np.float64)
    target = np.asarray(target, np.float64)
    for name, column, least in (("propensity", logging, np.nextafter(0, 1)), ("target", target, 0.0)):
        if column.shape != stream.label.shape or not ((column >= least) & (column <= 1)).all():
            raise UsageError(f"{name} is not one probability per impression", remedy="(n,) numbers up to 1")
    weight, request = target / logging, _requests(stream)
    if not weight.any():
        raise UsageError("the target policy shows none of the logged items", remedy="a policy that overlaps")
    gain = weight * stream.label
    ips, snips = gain.mean(), gain.sum() / weight.sum()
    return Estimate(
        float(ips),
        _standard_error(gain - ips, request),
        float(snips),
        _standard_error(gain - snips * weight, request) * len(weight) / float(weight.sum()),
        float(stream.label.mean()),
        float(weight.sum() ** 2 / np.square(weight).sum()),
    )


def _requests(stream: Stream) -> IntArray:
    """(n,) the request that each impression belongs to: what one user is shown at one time."""
    new = (np.diff(stream.time, prepend=-1) != 0) | (np.diff(stream.user, prepend=-1) != 0)
    return np.cumsum(new) - 1


def _standard_error(residual: FloatArray, request: IntArray) -> float:
    """The standard error of a mean, clustered: requests are independent, the items of one request are not."""
    return float(np.sqrt(np.square(np.bincount(request, weights=residual)).sum()) / len(residual))
