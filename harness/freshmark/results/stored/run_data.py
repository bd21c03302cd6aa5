"""What run folders hold: cells, streams, tables, test events and outcomes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from freshmark.contract.arrays import AnyArray
from freshmark.contract.outcomes import Outcomes, decoded, has_free_pass, oracle_outcomes, widened
from freshmark.contract.windows import WINDOW_COLUMNS
from freshmark.errors import StoreError, UnknownName, UsageError
from freshmark.results.stored.folder import RunFolder, read_table
from freshmark.results.stored.looks import RacingLook, looks_in
from freshmark.results.stored.merging import cells_of, streams_of
from freshmark.results.stored.table_cache import TableCache
from freshmark.results.stored.tunings import trials_of, tunings_of


class RunData:
    """Run folders, merged; a cell that several hold is taken once. Tables are read on demand.

    folders: at least one
    cells: one row a cell: stream, task, strategy, every, delay, seed, status, reason, seconds …, and its summary
    streams: name → stream
    """

    def __init__(self, folders: Sequence[RunFolder]) -> None:
        self.folders = tuple(folders)
        self.streams = streams_of(self.folders)
        self._home, self.cells = cells_of(self.folders)
        self._events: dict[str, dict[str, AnyArray]] = {}
        self._cache = TableCache()

    @property
    def provenance(self) -> dict[str, Any]:
        """Machine, versions and command of the first run; ``folders`` has them all."""
        return self.folders[0].provenance

    @cached_property
    def tunings(self) -> pd.DataFrame:
        """What tuning gave each row; empty where nothing was tuned."""
        return tunings_of(self.folders)

    @property
    def trials(self) -> pd.DataFrame:
        """Every trial of tuning."""
        return trials_of(self.folders)

    def looks_at(self, stream: str) -> list[RacingLook]:
        """The looks at a stream, of races that added seeds; none where every row got the same."""
        return [look for folder in self.folders for look in looks_in(folder.provenance) if look.stream == stream]

    def device_of(self, key: str) -> str:
        """The torch device of the cell with this key."""
        folder, _ = self._home[key]
        return str(folder.provenance.get("device") or "cpu")

    def outcomes(self, key: str, *, free: bool = False) -> Outcomes:
        """The outcome of each test event in the cell with this key; ``free``: if its updates had taken no time.

        Raises:
            UsageError: the cell has no free pass, because its delay was not measured.
        """
        table = self.table(key, "outcomes")
        if free and not has_free_pass(table):
            raise UsageError("the cell has no free pass", where=f"cell {key}", remedy="measure it with delay measured")
        stream = self.stream_of(key)
        events = self.events(stream)
        if any(len(column) != len(events["time"]) for column in table.values()):
            raise StoreError("outcomes and test events differ in length", where=f"cell {key}", code="FM405")
        return decoded(self.streams[stream].task, table, events, free=free)

    def oracle_outcomes(self, stream: str) -> Outcomes | None:
        """The outcomes of the best achievable answers; None if the stream does not know them."""
        return oracle_outcomes(self.streams[stream].task, self.events(stream))

    def events(self, stream: str) -> dict[str, AnyArray]:
        """The stream's test events, column → (n,) array."""
        if stream not in self._events:
            self._events[stream] = widened(read_table(self.streams[stream].events))
        return self._events[stream]

    def span_seconds(self, stream: str) -> float:
        """Stream time from the first test event to the last."""
        time = self.events(stream)["time"]
        return float(time[-1] - time[0]) / 1e6 if len(time) else 0.0

    def events_a_day(self, stream: str) -> float:
        """Test events per day of stream time; inf if all have the same time."""
        span = self.span_seconds(stream)
        return len(self.events(stream)["time"]) * 86_400 / span if span else float("inf")

    def table(self, key: str, name: str) -> dict[str, AnyArray]:
        """A table of the cell with this key, ``windows`` say: column → (n,) array, read-only."""
        if key not in self._home:
            raise UnknownName("cell", key, self._home)
        folder, cell = self._home[key]
        return self._cache.table((key, name), lambda: folder.table(cell, name))

    def meter_columns(self, key: str) -> tuple[str, ...]:
        """The columns of the cell's table of windows that come from meters of plugins."""
        return tuple(name for name in self.table(key, "windows") if name not in WINDOW_COLUMNS)

    def stream_of(self, key: str) -> str:
        """The stream of the cell with this key."""
        return str(self._home[key][1]["stream"])

    def has_table(self, key: str, name: str) -> bool:
        """Whether the cell with this key has a table of this name."""
        return f"{name}.parquet" in json.loads(self._home[key][1]["digests"] or "{}")

    def keys_of(self, stream: str, strategy: str, every: str, delay: str) -> list[str]:
        """The keys of the successful cells of a row, one a seed."""
        return self._keys.get((stream, strategy, every, delay), [])

    @cached_property
    def _keys(self) -> dict[tuple[str, ...], list[str]]:
        succeeded = self.cells[self.cells["status"] == "ok"]
        keys: dict[tuple[str, ...], list[str]] = {}
        for key, *row in succeeded[["key", "stream", "strategy", "every", "delay"]].itertuples(index=False):
            keys.setdefault(tuple(map(str, row)), []).append(str(key))
        return keys
