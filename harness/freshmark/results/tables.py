"""Results: the tables that users get, as pandas."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from freshmark.contract.arrays import AnyArray
from freshmark.contract.hookspecs import Factory
from freshmark.contract.metric import Metric, Outcomes
from freshmark.errors import StoreError, UnknownName, UsageError
from freshmark.results import measurements, ranking
from freshmark.results.alerts import Alert, alerts_of
from freshmark.results.folder import RunFolder, StreamRecord, read_table
from freshmark.results.metrics import METRICS, depth_of, main_metric, metric_named, metrics_of
from freshmark.results.plugins import imported, offered
from freshmark.results.segments import Measured, kinds_of, measure
from freshmark.results.verdict import Verdict, verdict_on

_TEXTS = ("key", "stream", "strategy", "every", "delay", "status", "reason", "code", "log_tail")


class Results:
    """What came of one or more runs. Nothing is measured again; outcomes are read when a number of them is asked for.

    >>> results = Results.open("runs/mt")                                  # doctest: +SKIP
    >>> results.ranking("ndcg@25")[["strategy", "every", "value", "margin"]]  # doctest: +SKIP

    cells: one row a cell: stream, task, strategy, every, delay, seed, status, reason, seconds …, and its summary
    streams: name → what is known of the stream
    provenance: where and with what the first of the runs was made
    """

    def __init__(self, folders: Sequence[RunFolder], metrics: Mapping[str, Metric] | None = None) -> None:
        self.folders = tuple(folders)
        self.streams = _streams(self.folders)
        self._home, self.cells = _cells(self.folders)
        self._metrics = metrics
        self._measured: dict[tuple[str, str], Measured] = {}
        self._rankings: dict[str | None, pd.DataFrame] = {}
        self._events: dict[str, dict[str, AnyArray]] = {}

    @classmethod
    def open(cls, folder: Path | str, *more: Path | str) -> Results:
        """The results in these run folders; a cell that several hold is taken once.

        Raises:
            StoreError: one is no run folder, or two call different streams by one name.
        """
        return cls([RunFolder(path) for path in (folder, *more)])

    @property
    def provenance(self) -> dict[str, Any]:
        """Machine, versions and command of the first run; ``folders`` has them all."""
        return self.folders[0].provenance

    @cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """The metrics that are known by name: built-in, and those of installed plugins."""
        return {**METRICS, **(offered("register_metrics") if self._metrics is None else self._metrics)}

    @cached_property
    def measurements(self) -> pd.DataFrame:
        """The tidy table, one row a number.

        Columns: stream, task, strategy, every, delay, seed, window (−1: the whole), time (begin of the window),
        segment, metric, value, n (events behind it). Accuracy by window and segment; costs and meters by window.
        """
        return self.measure()

    def measure(self, *metrics: str) -> pd.DataFrame:
        """The tidy table of these metrics only, ``ndcg@25`` say; of all there are where none is named."""
        return measurements.tidy(self, metrics)

    def ranking(self, metric: str | None = None) -> pd.DataFrame:
        """One row a (stream, strategy, every, delay), best first; the columns are explained in ``results.ranking``."""
        if metric not in self._rankings:
            self._rankings[metric] = ranking.ranked(self, metric)
        return self._rankings[metric].copy()

    def verdicts(self, metric: str | None = None) -> list[Verdict]:
        """What to do on each stream, in a sentence."""
        table = self.ranking(metric)
        return [
            verdict_on(stream, rows, self.better(str(rows["metric"].iloc[0])) if len(rows) else "higher")
            for stream, rows in ((one, table[table["stream"] == one]) for one in self.streams)
        ]

    def alerts(self) -> list[Alert]:
        """What to know before believing it, gravest first."""
        return alerts_of(self, self.ranking())

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
            stream = str(self._home[key][1]["stream"])
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

    def outcomes(self, key: str) -> Outcomes:
        """What became of each test event in the cell with this key."""
        table = self.table(key, "outcomes")
        stream = str(self._home[key][1]["stream"])
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
        return folder.table(cell, name)

    def report(
        self,
        path: Path | str,
        format: str = "html",  # noqa: A002  (the word that people use)
        *,
        writers: Mapping[str, Factory] | None = None,
        sections: Mapping[str, Factory] | None = None,
    ) -> Path:
        """Write a report of this form: ``html``, ``markdown``, ``csv``, or what a plugin offers. Gives its path.

        Args:
            path: the file to write.
            format: the name of the form.
            writers: name → writer; those of the installed plugins where None.
            sections: name → section; those of the installed plugins where None.
        """
        writers = offered("register_reports") if writers is None else writers
        sections = offered("register_sections") if sections is None else sections
        if format not in writers:
            raise UnknownName("form of report", format, writers)
        write = imported(writers[format])
        write(self, Path(path), {name: imported(section) for name, section in sections.items()})
        return Path(path)

    def __repr__(self) -> str:
        states = ", ".join(f"{count} {status}" for status, count in self.cells["status"].value_counts().items())
        return f"<Results: {len(self.cells)} cells on {len(self.streams)} streams; {states}>"

    def _repr_html_(self) -> str:
        """The cells, for a notebook; nothing is computed for it."""
        shown = self.cells[["stream", "strategy", "every", "delay", "seed", "status", "seconds"]]
        return str(shown.to_html(max_rows=30, escape=True))


def _streams(folders: Sequence[RunFolder]) -> dict[str, StreamRecord]:
    streams: dict[str, StreamRecord] = {}
    for folder in folders:
        for name, record in folder.streams.items():
            known = streams.setdefault(name, record)
            if (known.fingerprint, known.settings) != (record.fingerprint, record.settings):
                raise StoreError(
                    f"two runs call different streams {name!r}, or measured it with other settings",
                    where=str(folder.path),
                    remedy="report them apart",
                    code="FM406",
                )
    return streams


def _cells(
    folders: Sequence[RunFolder],
) -> tuple[dict[str, tuple[RunFolder, dict[str, Any]]], pd.DataFrame]:
    """Key → where the cell is, and the table of cells. Of cells with one key a finished one is taken."""
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
