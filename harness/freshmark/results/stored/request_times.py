"""Durations of single requests and of updates, all seeds of a row together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.results.stored.recorded import Recorded


def request_seconds(recorded: Recorded, keys: Sequence[str]) -> FloatArray:
    """Seconds of every single request of these cells, without the very first of each, which fills caches."""
    tables = [recorded.table(key, "latencies") for key in keys]
    return np.concatenate([table["seconds"][~table["first"].astype(np.bool_)] for table in tables] or [np.empty(0)])


def update_seconds(recorded: Recorded, keys: Sequence[str]) -> FloatArray:
    """Seconds of every update of these cells, without the fit."""
    tables = [recorded.table(key, "updates") for key in keys]
    return np.concatenate([table["seconds"][~table["fit"].astype(np.bool_)] for table in tables] or [np.empty(0)])
