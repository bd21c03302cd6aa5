"""Where a series of runs changed its level: Pettitt's test, applied again to both sides of what it finds.

Pettitt (1979, A non-parametric approach to the change-point problem, doi 10.2307/2346729): of every place t of n
values, U(t) = Σ sign(xⱼ − xᵢ) over i ≤ t < j; the change lies where |U| is largest. Its p-value is that of random
orders of the same values, drawn by seed, so that ties and short series need no approximation. It is a test against one
lasting change: a level that comes and goes in equal parts is not seen while both lie in the series.
"""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import FloatArray

LEVEL = 0.01
"""A series is looked at every night: one false change in a hundred series."""

FEWEST = 6
"""Values below which no order of them is rare enough."""

_ORDERS = 999
_SEED = 1979


def change_points(series: FloatArray, level: float = LEVEL) -> list[int]:
    """Positions of the first value of each new level, in order; NaN are passed over."""
    places = np.flatnonzero(np.isfinite(series))
    values = series[places]
    found = _between(values, level)
    # Of two steps alike the first cut may fall halfway between them: each is asked again between its neighbours.
    bounds = zip([0, *found], found, [*found[1:], len(values)], strict=False)
    return [int(places[at]) for begin, at, end in bounds if _step(values[begin:end], level)]


def _between(values: FloatArray, level: float) -> list[int]:
    at = _step(values, level)
    if not at:
        return []
    return [*_between(values[:at], level), at, *(at + one for one in _between(values[at:], level))]


def _step(values: FloatArray, level: float) -> int:
    """The first place of the new level; 0 if there is none."""
    if len(values) < FEWEST:
        return 0
    signs = np.sign(values[None, :] - values[:, None])
    found = _steps(signs)
    at = int(found.argmax()) + 1
    rng = np.random.default_rng(_SEED)
    orders = (rng.permutation(len(values)) for _ in range(_ORDERS))
    higher = sum(bool(_steps(signs[np.ix_(order, order)]).max() >= found.max()) for order in orders)
    return 0 if found.max() == 0 or (higher + 1) / (_ORDERS + 1) > level else at


def _steps(signs: FloatArray) -> FloatArray:
    """(n − 1,) |U| of a change after the first, second … value: U(t) = U(t − 1) + Σⱼ sign(xⱼ − x_t)."""
    return np.asarray(np.abs(np.cumsum(signs.sum(axis=1))[:-1]))
