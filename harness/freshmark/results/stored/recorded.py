"""What runs recorded, read when it is asked for: outcomes, events, tables, and metrics of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray
from freshmark.contract.metric import Metric, Outcomes
from freshmark.errors import StoreError, UnknownName, UsageError
from freshmark.results.metrics.influence import influence_of
from freshmark.results.metrics.registry import METRICS, depth_of, main_metric, metric_named, metrics_of
from freshmark.results.metrics.segments import Measured, kinds_of, measure
from freshmark.results.plugins import offered
from freshmark.results.stored.folder import RunFolder, read_table
from freshmark.results.stored.merging import cells_of, streams_of
from freshmark.results.stored.table_cache import TableCache


class Recorded:
    """Run folders, merged; a cell that several hold is taken once.

    cells: one row a cell: stream, task, strategy, every, delay, seed, status, reason, seconds …, and its summary
    streams: name → what is known of the stream
    """

    def __init__(self, folders: Sequence[RunFolder], metrics: Mapping[str, Metric] | None = None) -> None:
        self.folders = tuple(folders)
        self.streams = streams_of(self.folders)
        self._home, self.cells = cells_of(self.folders)
        self._metrics = metrics
        self._measured: dict[tuple[str, str], Measured] = {}
        self._influence: dict[tuple[str, str], FloatArray] = {}
        self._events: dict[str, dict[str, AnyArray]] = {}
        self._kept = TableCache()

    @property
    def provenance(self) -> dict[str, Any]:
        """Machine, versions and command of the first run; ``folders`` has them all."""
        return self.folders[0].provenance

    @cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """The metrics that are known by name: built-in, and those of installed plugins."""
        return {**METRICS, **(offered("register_metrics") if self._metrics is None else self._metrics)}

    def device_of(self, key: str) -> str:
        """Where models of the cell with this key lived, in torch's words."""
        folder, _ = self._home[key]
        return str(folder.provenance.get("device") or "cpu")

    def metric_for(self, stream: str, metric: str | None = None) -> str | None:
        """This metric, or the main one; None where the stream's task has no such metric.

        Raises:
            UnknownName: there is no such metric.
            UsageError: its K is larger than the depth to which lists were recorded.
        """
        record = self.streams[stream]
        if metric is None:
            return main_metric(record.task, record.top)
        found = metric_named(metric, self.metrics)
        depth = int(record.settings.get("depth", 0))
        if depth and depth_of(metric) > depth:
            raise UsageError(
                f"{metric} looks deeper than the lists that were recorded",
                where=stream,
                remedy=f"K of at most {depth}",
                code="FM120",
            )
        return metric if record.task in found.tasks else None

    def metrics_for(self, stream: str) -> tuple[str, ...]:
        """Every metric of the stream's task, the main one first."""
        record = self.streams[stream]
        return metrics_of(record.task, record.top, self.metrics)

    def better(self, metric: str) -> str:
        """``higher`` or ``lower``."""
        return metric_named(metric, self.metrics).better

    def measured(self, key: str, metrics: Sequence[str]) -> list[Measured]:
        """These metrics of the cell with this key, by segment and window; its outcomes are read at most once."""
        missing = [name for name in metrics if (key, name) not in self._measured]
        if missing:
            stream = self.stream_of(key)
            outcomes, events = self.outcomes(key), self.events(stream)
            for name in missing:
                self._measured[key, name] = measure(
                    metric_named(name, self.metrics),
                    outcomes,
                    events["window"],
                    events["kind"],
                    self.streams[stream].windows,
                )
        return [self._measured[key, name] for name in metrics]

    def influence(self, key: str, metric: str) -> FloatArray:
        """What each window, and each group of users, adds to the error of the cell's number: (windows, groups)."""
        if (key, metric) not in self._influence:
            (measured,) = self.measured(key, [metric])
            events = self.events(self.stream_of(key))
            found = influence_of(
                metric_named(metric, self.metrics),
                self.outcomes(key),
                measured,
                window=events["window"],
                user=events["user"],
            )
            self._influence[key, metric] = found
        return self._influence[key, metric]

    def outcomes(self, key: str, *, free: bool = False) -> Outcomes:
        """What became of each test event in the cell with this key; ``free``: had its updates taken no time.

        Raises:
            UsageError: there was no free pass, since the cell's delay was not measured.
        """
        table = self.table(key, "outcomes")
        if free:
            table = {name.removeprefix("free_"): column for name, column in table.items() if name.startswith("free_")}
            if not table:
                raise UsageError("no updates were made that took no time", where=f"cell {key}", remedy="delay measured")
        stream = self.stream_of(key)
        events = self.events(stream)
        if any(len(column) != len(events["time"]) for column in table.values()):
            raise StoreError("outcomes and test events differ in number", where=f"cell {key}", code="FM405")
        return Outcomes(
            self.streams[stream].task,
            rank=table.get("rank"),
            prediction=table.get("prediction"),
            label=events.get("label"),
            predicted=table.get("predicted"),
            candidates=events.get("candidates"),
        )

    def events(self, stream: str) -> dict[str, AnyArray]:
        """The stream's test events, column → (n,) array, with the ``kind`` that segments are made of."""
        if stream not in self._events:
            table = read_table(self.streams[stream].events)
            table["window"] = table["window"].astype(np.int64)
            table["kind"] = kinds_of(table)
            self._events[stream] = table
        return self._events[stream]

    def table(self, key: str, name: str) -> dict[str, AnyArray]:
        """A table of the cell with this key: ``outcomes``, ``windows``, ``updates`` or ``latencies``."""
        if key not in self._home:
            raise UnknownName("cell", key, self._home)
        folder, cell = self._home[key]
        return self._kept.table((key, name), lambda: folder.table(cell, name))

    def stream_of(self, key: str) -> str:
        """The stream of the cell with this key."""
        return str(self._home[key][1]["stream"])

    def has_table(self, key: str, name: str) -> bool:
        """Whether a table of this name was recorded of the cell with this key."""
        return f"{name}.parquet" in json.loads(self._home[key][1]["digests"] or "{}")

    def keys_of(self, stream: str, strategy: str, every: str, delay: str) -> list[str]:
        """The keys of the cells of a row that succeeded: its seeds."""
        return self._keys.get((stream, strategy, every, delay), [])

    @cached_property
    def _keys(self) -> dict[tuple[str, ...], list[str]]:
        fine = self.cells[self.cells["status"] == "ok"]
        found: dict[tuple[str, ...], list[str]] = {}
        for key, *row in fine[["key", "stream", "strategy", "every", "delay"]].itertuples(index=False):
            found.setdefault(tuple(map(str, row)), []).append(str(key))
        return found
