"""Durations of updates recorded by an earlier run, for a measured delay that is replayed instead of measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from freshmark.errors import StoreError
from freshmark.results.stored.folder import read_table
from freshmark.runs.store.run_store import Planned


def copy_durations(run: Path, cell: Planned, target: Path) -> Path:
    """The durations of a cell of an earlier run, copied to an ``.npz`` file.

    The copy is made here because Arrow starts threads, which would disturb the measurements in the process of a cell.

    Raises:
        StoreError: the run did not record any.
    """
    table = run / "cells" / cell.key / "durations.parquet"
    if not table.exists():
        remedy = "name a run of the same cells that itself has a measured delay: freshmark run … --delay measured"
        what = f"no durations were recorded for {cell.strategy} every {cell.every}"
        raise StoreError(what, where=str(run), remedy=remedy, code="FM415")
    copy = target / f"{cell.key}.npz"
    target.mkdir(exist_ok=True)
    durations = read_table(table)
    np.savez(copy, due=durations["due"], seconds=durations["seconds"])
    return copy
