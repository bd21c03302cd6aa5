"""What runs recorded, and metrics of it: each is computed once."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.contract.metric import Metric
from freshmark.contract.outcomes import Outcomes
from freshmark.errors import PluginFault, UsageError
from freshmark.results.metrics.influence import influence_of
from freshmark.results.metrics.measured import Measured, measure, unmeasured
from freshmark.results.metrics.named import Metrics, main_metric
from freshmark.results.metrics.named_segments import Segments
from freshmark.results.metrics.segments import Division
from freshmark.results.plugins import offers
from freshmark.results.statistics.blocks import windows_for_statistics
from freshmark.results.stored.folder import RunFolder
from freshmark.results.stored.run_data import RunData


class Recorded(RunData):
    """Run folders, with the metrics and segments of their cells.

    metrics, segments: by name; None: the built-in ones and those of the installed plugins
    chosen: the metric that decides if none is named; None: the main metric of each task
    faults: what functions of plugins raised so far, each once
    """

    def __init__(
        self,
        folders: Sequence[RunFolder],
        metrics: Metrics | None = None,
        segments: Segments | None = None,
        *,
        chosen: str | None = None,
    ) -> None:
        super().__init__(folders)
        self._metrics, self._segments, self.chosen = metrics, segments, chosen
        self._faults: dict[tuple[str, str], PluginFault] = {}
        self._failed: set[tuple[str, str]] = set()
        self._divisions: dict[str, Division] = {}
        self._measured: dict[tuple[str, str], Measured] = {}
        self._influence: dict[tuple[str, str], FloatArray] = {}
        self._blocks: dict[str, Division] = {}

    @cached_property
    def metrics(self) -> Metrics:
        """The metrics that are known by name."""
        return Metrics(offers("register_metrics")) if self._metrics is None else self._metrics

    @cached_property
    def segments(self) -> Segments:
        """The segments that are known by name."""
        return Segments(offers("register_segments")) if self._segments is None else self._segments

    @property
    def faults(self) -> list[PluginFault]:
        """What functions of plugins raised so far, each once."""
        return list({str(fault): fault for fault in self._faults.values()}.values())

    def faults_on(self, stream: str) -> list[PluginFault]:
        """What every metric and segment of plugins raises on this stream."""
        added = self.added_metrics(stream)
        self.division(stream)
        for key in self.cells["key"][(self.cells["stream"] == stream) & (self.cells["status"] == "ok")]:
            self.measured(str(key), added)
        return [fault for (name, _), fault in self._faults.items() if name == stream]

    def metric(self, name: str) -> Metric:
        """The metric of this name.

        Raises:
            UnknownName: it does not exist.
        """
        return self.metrics.named(name)

    def choosing(self, metric: str) -> Recorded:
        """The same runs, with another metric that decides; what was read and measured is shared."""
        other = copy(self)
        other.chosen = metric
        return other

    def metric_for(self, stream: str, metric: str | None = None) -> str | None:
        """This metric, or the one that decides; None where the stream's task has no such metric.

        Raises:
            UnknownName: the metric does not exist.
            UsageError: its K is larger than the depth to which lists were recorded.
        """
        record = self.streams[stream]
        if metric is None:
            return self._deciding(stream) or self.main_metric(stream)
        task_metric = self.metric(metric)
        depth = int(record.settings.get("depth", 0))
        if depth and self.metrics.depth_of(metric) > depth:
            raise UsageError(
                f"{metric} needs longer lists than were recorded",
                where=stream,
                remedy=f"K of at most {depth}",
                code="FM120",
            )
        return metric if record.task in task_metric.tasks else None

    def main_metric(self, stream: str) -> str:
        """The main metric of the stream's task."""
        record = self.streams[stream]
        return main_metric(record.task, record.top)

    def metrics_for(self, stream: str) -> tuple[str, ...]:
        """Every metric of the stream's task, the main one first."""
        record = self.streams[stream]
        return self.metrics.of_task(record.task, record.top)

    def added_metrics(self, stream: str) -> tuple[str, ...]:
        """The metrics of the stream's task that plugins added to the built-in ones; of families the one at its K."""
        record = self.streams[stream]
        return self.metrics.added(record.task, record.top)

    def _deciding(self, stream: str) -> str | None:
        """The chosen metric, where the stream's task has it and no cell of the stream makes it fail."""
        if self.chosen is None:
            return None
        try:
            chosen = self.metric_for(stream, self.chosen)
        except PluginFault as fault:  # of a family that fails at this K
            self._note(stream, self.chosen, fault)
            return None
        if chosen is not None:
            cells = self.cells[(self.cells["stream"] == stream) & (self.cells["status"] == "ok")]
            for key in cells["key"]:
                self.measured(str(key), [chosen])
        return None if self.failed(stream, self.chosen) else chosen

    def better(self, metric: str) -> str:
        """``higher`` or ``lower``."""
        return self.metric(metric).better

    def measured(self, key: str, metrics: Sequence[str]) -> list[Measured]:
        """These metrics of the cell with this key, by segment and window; its outcomes are read at most once.

        A plugin's metric that fails has no values; ``faults`` says why.
        """
        missing = [name for name in metrics if (key, name) not in self._measured]
        if missing:
            stream = self.stream_of(key)
            outcomes = self.outcomes(key)
            for name in missing:
                self._measured[key, name] = self.measured_outcomes(stream, name, outcomes)
        return [self._measured[key, name] for name in metrics]

    def measured_outcomes(self, stream: str, metric: str, outcomes: Outcomes) -> Measured:
        """The metric of any outcomes of the stream's test events, by segment and window."""
        division = self.division(stream)
        try:
            return measure(self.metric(metric), outcomes, division)
        except PluginFault as fault:
            self._note(stream, metric, fault)
            return unmeasured(division)

    def failed(self, stream: str, metric: str) -> bool:
        """Whether the metric has failed on the stream so far."""
        return (stream, metric) in self._failed

    def _note(self, stream: str, metric: str, fault: PluginFault) -> None:
        self._faults.setdefault((stream, str(fault)), fault)
        self._failed.add((stream, metric))

    def influence(self, key: str, metric: str) -> FloatArray:
        """The contribution of each window and group of users to the error of the cell's metric: (windows, groups)."""
        if (key, metric) not in self._influence:
            (measured,) = self.measured(key, [metric])
            stream = self.stream_of(key)
            self._influence[key, metric] = self.influence_of_outcomes(stream, metric, self.outcomes(key), measured)
        return self._influence[key, metric]

    def influence_of_outcomes(self, stream: str, metric: str, outcomes: Outcomes, measured: Measured) -> FloatArray:
        """The same of any outcomes of the stream's test events, whose metric is ``measured``."""
        if self.failed(stream, metric) and metric not in self.metrics:
            return np.zeros((self.division(stream).windows, 1))
        found = self.metric(metric)
        # What is not a mean over events is read from its values by window, and those of short windows say little.
        division = self.division(stream) if found.each is None else self.blocks(stream)
        if self.failed(stream, metric):
            return np.zeros((division.windows, 1))
        return influence_of(found, outcomes, measured, division)

    def division(self, stream: str) -> Division:
        """The stream's test events, divided into windows and segments."""
        if stream not in self._divisions:
            events = self.events(stream)
            assignments, faults = self.segments.assignments(events)
            self._faults |= {(stream, str(fault)): fault for fault in faults}
            self._divisions[stream] = Division(events["window"], self.streams[stream].windows, assignments)
        return self._divisions[stream]

    def blocks(self, stream: str) -> Division:
        """The stream's test events, divided into windows for statistics: finer than those on display where few."""
        if stream not in self._blocks:
            events, shown = self.events(stream), self.division(stream)
            window, windows = windows_for_statistics(events["time"], shown.window, shown.windows)
            self._blocks[stream] = Division(window, windows, shown.assignments)
        return self._blocks[stream]
