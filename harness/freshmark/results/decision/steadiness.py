"""Whether the machine was the same for the cells whose costs are compared: its speed, its load, its host."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from freshmark.results.naming import format_number, format_seconds

DRIFT = 0.1
"""Share by which the machine may change: as much as two costs may differ and still count as equal."""


def unsteady(cells: pd.DataFrame, cores: int) -> Iterator[str]:
    """What changed by more than ``DRIFT``, in sentences; nothing of runs that did not record it.

    Args:
        cells: those of one stream that succeeded.
        cores: of the machine.
    """
    if "kernel_before_seconds" not in cells:
        return
    yield from _speed(cells.dropna(subset=["kernel_before_seconds", "kernel_after_seconds"]))
    yield from _stolen(cells)
    yield from _load(cells, cores)


def _speed(cells: pd.DataFrame) -> Iterator[str]:
    """The calibration kernel: within a cell from before to after, and from row to row of those that are compared."""
    before, after = cells["kernel_before_seconds"], cells["kernel_after_seconds"]
    times = pd.concat([before, after], axis=1)
    within = int((times.max(axis=1) > times.min(axis=1) * (1 + DRIFT)).sum())
    rows = times.mean(axis=1).groupby([cells["strategy"], cells["every"], cells["delay"]]).mean()
    across = len(rows) > 1 and bool(rows.max() > rows.min() * (1 + DRIFT))
    if not within and not across:
        return
    low, high = times.min(axis=1).min(), times.max(axis=1).max()
    where = []
    if within:
        where.append(f"during {within:,} of {len(cells):,} cells")
    if across:
        where.append(f"by up to {100 * (rows.max() / rows.min() - 1):.0f}\u00a0% between rows")
    yield (
        f"The speed of the machine changed by more than {100 * DRIFT:.0f}\u00a0% {' and '.join(where)}: the same work "
        f"took {format_seconds(low)} to {format_seconds(high)}. Smaller differences of cost may be the machine's."
    )


def _stolen(cells: pd.DataFrame) -> Iterator[str]:
    stolen = cells["steal_share"].max()
    if stolen > DRIFT:
        yield f"The host took up to {100 * stolen:.0f}\u00a0% of the machine's time: durations are too long."


def _load(cells: pd.DataFrame, cores: int) -> Iterator[str]:
    """Other processes, beyond cells of the same run, of which another alert speaks."""
    others = cells["other_cores"].where(cells["beside"].fillna(0) == 0)
    if others.max() > DRIFT * cores:
        least, most = format_number(others.min(), 2), format_number(others.max(), 2)
        yield (
            f"Other processes kept {least} to {most} of {cores} cores busy while cells were measured: durations and "
            "CPU seconds may be too long."
        )
