"""Merges run folders: their streams, and each cell once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from freshmark.errors import StoreError
from freshmark.results.stored.folder import RunFolder, StreamRecord

_TEXTS = ("key", "stream", "strategy", "every", "delay", "status", "reason", "code", "log_tail")


def streams_of(folders: Sequence[RunFolder]) -> dict[str, StreamRecord]:
    """Name → stream.

    Raises:
        StoreError: two folders use one name for different streams.
    """
    streams: dict[str, StreamRecord] = {}
    for folder in folders:
        for name, record in folder.streams.items():
            known = streams.setdefault(name, record)
            if (known.fingerprint, known.settings) != (record.fingerprint, record.settings):
                raise StoreError(
                    f"two runs use the name {name!r} for different streams, or different settings for it",
                    where=str(folder.path),
                    remedy="report the runs separately",
                    code="FM406",
                )
    return streams


def cells_of(
    folders: Sequence[RunFolder],
) -> tuple[dict[str, tuple[RunFolder, dict[str, Any]]], pd.DataFrame]:
    """Key → folder and record of the cell, and the table of cells; of cells with one key, a successful one wins."""
    home: dict[str, tuple[RunFolder, dict[str, Any]]] = {}
    for folder in folders:
        for cell in folder.cells:
            if cell["key"] not in home or (cell["status"] == "ok" and home[cell["key"]][1]["status"] != "ok"):
                home[cell["key"]] = (folder, cell)
    rows = [
        {
            **{name: value for name, value in cell.items() if name not in ("summary", "digests", "position")},
            "task": folder.streams[cell["stream"]].task,
            **json.loads(cell["summary"] or "{}"),
        }
        for folder, cell in home.values()
    ]
    columns = ["key", "stream", "task", "strategy", "every", "delay", "seed", "status", "reason", "code", "started",
               "seconds", "beside", "log_tail"]  # fmt: skip
    table = pd.DataFrame(rows, columns=None if rows else columns)
    for name in _TEXTS:
        table[name] = table[name].astype(object).where(table[name].notna(), "")
    return home, table[[*columns, *(name for name in table.columns if name not in columns)]]
