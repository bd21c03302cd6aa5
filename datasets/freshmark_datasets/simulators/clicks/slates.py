"""Slates: which items a logging policy shows together, with exactly known propensities.

Item i has weight w_i, Σ w = 1, and a slate of N never shows an item twice. If each item covers N·w_i ≤ 1 of a line of
length N, the points u, u + 1, … fall on N different items (systematic sampling: Madow, Annals of Mathematical
Statistics 20, 1949); their order is random. So the propensity of item i is w_i at every
position: P(item i at position k) = w_i.
"""

from __future__ import annotations

import numpy as np
from freshmark import FloatArray, IntArray

from freshmark_datasets.simulators.clicks.click_options import ClickOptions
from freshmark_datasets.simulators.draws import Draws


def weights(draws: Draws, chosen: ClickOptions) -> FloatArray:
    """(items,) w, the propensity of each item: none above 1 ÷ slate, so that no slate has an item twice."""
    weight = np.ones(chosen.items) if chosen.policy == "uniform" else exposure(draws, chosen)
    most = 1.0 / chosen.slate
    full = np.zeros(chosen.items, np.bool_)
    while True:  # the excess goes to the others, of which another may then exceed the limit
        rest = np.where(full, 0.0, weight)
        share: FloatArray = np.where(full, most, rest / max(rest.sum(), 1e-300) * (1.0 - most * full.sum()))
        if not (share > most * (1 + 1e-9)).any():
            return share
        full |= share > most


def exposure(draws: Draws, chosen: ClickOptions) -> FloatArray:
    """(items,) relative frequency of each item: a few are shown far more often than most."""
    return draws.pareto("clicks/exposure", 1.5, chosen.items)


def shown(draws: Draws, chosen: ClickOptions) -> IntArray:
    """(requests · slate,) the item of each impression, slate after slate; it does not depend on the viewer."""
    if chosen.slate == 1 and chosen.policy == "exposure":
        reach = np.cumsum(exposure(draws, chosen))
        point = draws.uniform("clicks/shown", chosen.events) * reach[-1]
    else:
        reach = np.cumsum(weights(draws, chosen) * chosen.slate)
        reach *= chosen.slate / reach[-1]
        start = draws.uniform("clicks/shown", chosen.requests)[:, None]
        places = np.argsort(draws.uniform("clicks/place", chosen.requests, chosen.slate), axis=1)
        point = (start + places).ravel()
    item: IntArray = np.minimum(np.searchsorted(reach, point, side="right"), chosen.items - 1)
    return item


def recorded(draws: Draws, chosen: ClickOptions, item: IntArray) -> dict[str, FloatArray | IntArray]:
    """Features that a log of slates has: the position, from 0, and the propensity of the item there."""
    if chosen.slate == 1:
        return {}
    position = np.tile(np.arange(chosen.slate), chosen.requests)
    return {"position": position, "propensity": weights(draws, chosen)[item]}
