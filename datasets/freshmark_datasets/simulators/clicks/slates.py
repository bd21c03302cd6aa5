"""Slates: which items a logging policy shows together, with exactly known propensities.

Item i has the weight w_i, Σ w = 1, and no slate of N shows an item twice. On a line of length N each item takes N·w_i,
the N points u, u + 1, … fall on N different items as long as N·w_i ≤ 1 (systematic sampling: Madow, Annals of
Mathematical Statistics 20, 1949), and which of them comes first is drawn. So the propensity of item i is w_i at every
position: P(item i at position k) = w_i.
"""

from __future__ import annotations

import numpy as np
from freshmark import FloatArray, IntArray

from freshmark_datasets.simulators.clicks.exposures import Impressions
from freshmark_datasets.simulators.draws import Draws


def weights(draws: Draws, chosen: Impressions) -> FloatArray:
    """(items,) w, the propensity of each item: none above 1 ÷ slate, so that no slate has an item twice."""
    wish = np.ones(chosen.items) if chosen.policy == "uniform" else exposure(draws, chosen)
    most = 1.0 / chosen.slate
    full = np.zeros(chosen.items, np.bool_)
    while True:  # what is cut off goes to the others, of which another may then be above
        rest = np.where(full, 0.0, wish)
        share: FloatArray = np.where(full, most, rest / max(rest.sum(), 1e-300) * (1.0 - most * full.sum()))
        if not (share > most * (1 + 1e-9)).any():
            return share
        full |= share > most


def exposure(draws: Draws, chosen: Impressions) -> FloatArray:
    """(items,) how often each is shown, relative to the others: a few far more than most."""
    return draws.pareto("clicks/exposure", 1.5, chosen.items)


def shown(draws: Draws, chosen: Impressions) -> IntArray:
    """(requests · slate,) the item of each impression, whoever looks; slate after slate."""
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


def recorded(draws: Draws, chosen: Impressions, item: IntArray) -> dict[str, FloatArray | IntArray]:
    """What a log of slates tells of each impression: its position, from 0, and the propensity of its item there."""
    if chosen.slate == 1:
        return {}
    position = np.tile(np.arange(chosen.slate), chosen.requests)
    return {"position": position, "propensity": weights(draws, chosen)[item]}
