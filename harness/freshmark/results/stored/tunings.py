"""What tuning recorded, of several run folders: each row's choice, and every trial."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from freshmark.results.stored.folder import RunFolder

ROW = ["stream", "strategy", "every", "delay"]

TUNINGS = [*ROW, "chosen", "metric", "trials", "pruned", "failed", "tuning_cpu_seconds", "default_value", "value",
           "updates", "begin"]  # fmt: skip
"""Columns; ``strategy`` is as in the plan, ``chosen`` as it is measured, ``begin`` in microseconds."""

TRIALS = [*ROW, "number", "expression", "values", "state", "reason", "metric", "value", "windows", "cpu_seconds",
          "seconds", "updates", "begin"]  # fmt: skip
"""Columns; ``values`` and ``windows`` are JSON."""


def tunings_of(folders: Sequence[RunFolder]) -> pd.DataFrame:
    """One row a tuned (stream, strategy, every, delay), in the order of the folders; of equal ones the first."""
    rows = [row for folder in folders for row in folder.tunings]
    table = pd.DataFrame([{**row, "tuning_cpu_seconds": row["cpu_seconds"]} for row in rows], columns=[*TUNINGS, "key"])
    return table.drop_duplicates("key")[TUNINGS].reset_index(drop=True)


def trials_of(folders: Sequence[RunFolder]) -> pd.DataFrame:
    """One row a trial."""
    table = pd.DataFrame([row for folder in folders for row in folder.trials], columns=[*TRIALS, "key"])
    return table.drop_duplicates(["key", "number"])[TRIALS].reset_index(drop=True)


def tuning_of(tunings: pd.DataFrame, stream: str, strategy: str, every: str, delay: str) -> tuple[int, float]:
    """How many trials, and CPU seconds of tuning, a measured row took; 0 and NaN if it was not tuned.

    If several strategies of a plan were tuned into one, all their trials count.
    """
    same = (tunings["stream"] == stream) & (tunings["chosen"] == strategy)
    found = tunings[same & (tunings["every"] == every) & (tunings["delay"] == delay)]
    return (int(found["trials"].sum()), float(found["tuning_cpu_seconds"].sum())) if len(found) else (0, float("nan"))
