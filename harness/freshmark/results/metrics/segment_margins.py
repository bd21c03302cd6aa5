"""How precisely the metric of a row is known in each segment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.results.metrics.influence import centred
from freshmark.results.metrics.measured import Measured
from freshmark.results.statistics.dependence import spread_of
from freshmark.results.statistics.intervals import margin, spread_over_seeds


def segment_margins(cells: Sequence[Measured]) -> FloatArray:
    """(segments,) half the 95 % interval of the mean over the cells of a row, from its variation between windows.

    cells: one metric of each seed; NaN for a segment without events
    """
    return np.array([_margin(cells, segment) for segment in range(len(cells[0].segments))])


def _margin(cells: Sequence[Measured], segment: int) -> float:
    counts, root = cells[0].count[segment, :-1], cells[0].root
    if not counts.sum():
        return float("nan")
    values = [np.nan_to_num(cell.value[segment, :-1]) for cell in cells]
    sums = np.mean([(value * value if root else value) * counts for value in values], axis=0)
    influence = centred(sums[:, None], counts[:, None])
    seeds = np.array([cell.value[segment, -1] for cell in cells])
    if root and seeds.mean():
        influence = influence / (2 * seeds.mean())
    return margin([spread_of(influence), spread_over_seeds(seeds)])
