"""How much the CPU seconds of a row vary along the stream: from update to update, and from window to window.

The number of updates belongs to the schedule and is no chance: what varies is what one takes. Answers are read by
window. Both are series in the order of time, and get the variance of such a series (``statistics.dependence``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray
from freshmark.results.statistics.dependence import over_windows
from freshmark.results.statistics.intervals import Spread, combined
from freshmark.results.stored.recorded import Recorded

NOTHING = Spread(0.0, float("inf"))


def stream_spread(recorded: Recorded, keys: Sequence[str], *, answers: float) -> Spread:
    """Of the CPU seconds of a cell, mean over these cells: more seeds do not lessen it, for they share the stream.

    Args:
        recorded: what the runs hold.
        keys: of the cells of one row.
        answers: CPU seconds ÷ seconds of the answers; only the latter are recorded by window.
    """
    parts = [
        spread
        for key in keys
        for spread in (
            _of_series(_updates(recorded.table(key, "updates"))),
            _of_series(_answers(recorded.table(key, "windows")) * answers),
        )
    ]
    whole = combined(parts)
    return Spread(whole.variance / len(keys), whole.freedom / len(keys)) if parts else NOTHING


def _of_series(series: FloatArray) -> Spread:
    """Of the sum of a series; nothing where it is too short to say how much it varies."""
    variance, freedom = over_windows(series - series.mean()) if len(series) else (np.nan, 0.0)
    return Spread(float(variance), float(freedom)) if variance > 0 else NOTHING


def _updates(table: Mapping[str, AnyArray]) -> FloatArray:
    """CPU seconds of each update; of short ones, whose CPU clock was not read, at the share of the others."""
    made = ~table["fit"].astype(np.bool_)
    seconds, cpu = table["seconds"][made], table["cpu_seconds"][made]
    read = np.isfinite(cpu)
    busy = seconds[read].sum()
    return np.asarray(np.where(read, cpu, seconds * (cpu[read].sum() / busy if busy else 1.0)))


def _answers(table: Mapping[str, AnyArray]) -> FloatArray:
    """Seconds of the answers of each window beyond what as many events take on average."""
    seconds, events = table["answer_seconds"].astype(np.float64), table["events"]
    return np.asarray(seconds - events * (seconds.sum() / max(int(events.sum()), 1)))
