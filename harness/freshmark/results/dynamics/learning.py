"""Learning and forgetting: transfer between blocks of windows, from the matrix of scores.

R[i, j] is the score on block j of the model after i blocks (0: the warm-up alone). After Lopez-Paz &
Ranzato 2017 ("Gradient Episodic Memory for Continual Learning", NeurIPS), with T blocks:

    BWT = 1/(T−1) Σ_{j<T} R[T, j] − R[j, j]      backward transfer; negative means forgetting
    FWT = 1/(T−1) Σ_{j>1} R[j−1, j] − R[0, j]    forward transfer

Adapted: their FWT compares with a random model, this one with the warm-up model; R[j, j] of BWT re-evaluates block j
after it was learned, since the run itself answered it before. Both are signed so that more is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.contract.outcomes import Outcomes
from freshmark.results.metrics.per_event import PerEventMetric, mean_of, ratio
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.seed_groups import metric_groups

COLUMNS = ("stream", "strategy", "every", "delay", "metric", "seeds", "blocks", "forward_transfer",
           "backward_transfer", "update_gain")  # fmt: skip


@dataclass(frozen=True)
class ScoreMatrix:
    """The matrix of one cell, as sums over events; a score is a sum ÷ count (its root, for a root).

    sums: (blocks + 1, blocks), row i: after i blocks, column j: block j + 1; NaN where not evaluated
    live: (blocks,) of the run itself, which also updates within a block
    count: (blocks,) events
    begin: (blocks,) int64 µs, time of each block's first event; end: that of its last
    """

    sums: FloatArray
    live: FloatArray
    count: IntArray
    begin: IntArray
    end: IntArray
    metric: PerEventMetric

    @property
    def scores(self) -> FloatArray:
        """(blocks + 1, blocks) R."""
        return np.asarray(self.metric.of_mean(ratio(self.sums, self.count)))

    @property
    def live_scores(self) -> FloatArray:
        """(blocks,) scores of the run itself."""
        return np.asarray(self.metric.of_mean(ratio(self.live, self.count)))


def score_matrix(recorded: Recorded, key: str, metric: PerEventMetric) -> ScoreMatrix | None:
    """The matrix of the cell with this key; None if it has none."""
    if not recorded.has_table(key, "matrix"):
        return None
    table, outcomes = recorded.table(key, "matrix"), recorded.outcomes(key)
    time = recorded.events(recorded.stream_of(key))["time"]
    events = len(time)
    block = table["block"][:events].astype(np.int64) - 1
    # A last block without events has a row but no column entry.
    blocks = int(table["after"].max())
    sums = np.array(
        [
            _sums(metric, _row(table, outcomes, slice(begin, begin + events)), block, blocks)
            for begin in range(0, len(table["after"]), events)
        ]
    )
    first, last = np.searchsorted(block, np.arange(blocks)), np.searchsorted(block, np.arange(blocks), "right") - 1
    return ScoreMatrix(
        sums,
        _sums(metric, outcomes, block, blocks),
        np.bincount(block, minlength=blocks),
        time[np.minimum(first, events - 1)],
        time[np.maximum(last, 0)],
        metric,
    )


def backward_transfer(scores: FloatArray, sign: int = 1) -> float:
    """BWT of a matrix (blocks + 1, blocks) of scores."""
    again = np.diagonal(scores[1:])
    return mean_of(sign * (scores[-1] - again)[:-1])


def forward_transfer(scores: FloatArray, sign: int = 1) -> float:
    """FWT of a matrix (blocks + 1, blocks) of scores."""
    return mean_of(sign * (np.diagonal(scores) - scores[0])[1:])


def learning_of(recorded: Recorded, metric: str | None = None) -> pd.DataFrame:
    """One row a (stream, strategy, every, delay) that has a matrix; numbers are means over seeds.

    forward_transfer, backward_transfer: see above; backward is NaN for a strategy with context
    update_gain: how much better the run itself is than the warm-up model, mean over blocks
    """
    rows = []
    for row in metric_groups(recorded, metric):
        cells = [cell for key in row.keys.values() if (cell := score_matrix(recorded, key, row.metric)) is not None]
        if cells:
            sign = row.metric.sign
            rows.append(
                {
                    **row.names,
                    "seeds": len(cells),
                    "blocks": len(cells[0].count),
                    "forward_transfer": mean_of([forward_transfer(cell.scores, sign) for cell in cells]),
                    "backward_transfer": mean_of([backward_transfer(cell.scores, sign) for cell in cells]),
                    "update_gain": mean_of([mean_of(sign * (cell.live_scores - cell.scores[0])) for cell in cells]),
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(table: dict[str, AnyArray], outcomes: Outcomes, rows: slice) -> Outcomes:
    """One row of the matrix as outcomes of all test events."""
    return outcomes.answered({name: column[rows] for name, column in table.items()})


def _sums(metric: PerEventMetric, outcomes: Outcomes, block: IntArray, blocks: int) -> FloatArray:
    """(blocks,) sums of per-event values; NaN for a block that was not evaluated completely."""
    answer = outcomes.rank if outcomes.rank is not None else outcomes.prediction
    unknown = np.isnan(np.asarray(answer))
    values = np.where(unknown, 0.0, metric.each(outcomes))
    sums = np.asarray(np.bincount(block, weights=values, minlength=blocks), np.float64)
    sums[np.bincount(block, weights=unknown, minlength=blocks) > 0] = np.nan
    return sums
