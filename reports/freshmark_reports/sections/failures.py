"""Cells that failed: why, and the end of their logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from freshmark import Column, Listing, Part, Results, Section, Table
from freshmark.reporting import row_label

MOST_LOGS = 12


def section(results: Results) -> Sequence[Section]:
    """One for each stream with failed cells."""
    found = []
    for stream in results.streams:
        cells = results.cells
        bad = [cell for _, cell in cells[(cells["stream"] == stream) & (cells["status"] != "ok")].iterrows()]
        if bad:
            found.append(Section("Failed cells", _parts(bad), stream, order=1400))
    return found


def _parts(cells: Sequence[Any]) -> tuple[Part, ...]:
    columns = (Column("Cell"), Column("Seed", "count"), Column("Status"), Column("Code"), Column("After", "seconds"),
               Column("Reason"))  # fmt: skip
    rows = tuple(
        (
            _called(cell),
            int(cell["seed"]),
            cell["status"],
            cell["code"],
            float(cell["seconds"]) if cell["seconds"] is not None else None,
            cell["reason"],
        )
        for cell in cells
    )
    logged = [cell for cell in cells if cell["log_tail"]]
    logs = [
        Listing(cell["log_tail"].rstrip(), f"End of the log of {_called(cell)}, seed {cell['seed']}")
        for cell in logged[:MOST_LOGS]
    ]
    left = len(logged) - len(logs)
    more = [Listing(f"{left} more logs are in the run folder, cells/<key>/log.txt")] if left > 0 else []
    return (Table(columns, rows), *logs, *more)


def _called(cell: Any) -> str:
    return row_label(cell["strategy"], cell["every"], cell["delay"])
