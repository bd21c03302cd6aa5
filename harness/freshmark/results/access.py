"""RecordedAccess: what was recorded, next to the tables of Results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from freshmark.contract.arrays import AnyArray
from freshmark.contract.outcomes import Outcomes
from freshmark.errors import PluginFault
from freshmark.results.metrics.measured import Measured
from freshmark.results.metrics.named import Metrics
from freshmark.results.stored.recorded import Recorded


class RecordedAccess:
    """The part of ``recorded`` that sections and notebooks need most.

    recorded: what the run folders hold
    folders: the run folders
    cells: one row a cell: stream, task, strategy, every, delay, seed, status, reason, seconds …, and its summary
    streams: name → stream
    """

    def __init__(self, recorded: Recorded) -> None:
        self.recorded = recorded
        self.folders = recorded.folders
        self.cells = recorded.cells
        self.streams = recorded.streams

    @property
    def provenance(self) -> dict[str, Any]:
        """Machine, versions and command of the first run; ``folders`` has them all."""
        return self.recorded.provenance

    @property
    def metrics(self) -> Metrics:
        """The metrics that are known by name: built-in ones, and those of plugins."""
        return self.recorded.metrics

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of the segments: ``all``, built-in ones, and those of plugins."""
        return self.recorded.segments.names

    @property
    def tunings(self) -> pd.DataFrame:
        """One row a tuned (stream, strategy, every, delay): what was chosen, and at which cost."""
        return self.recorded.tunings

    @property
    def trials(self) -> pd.DataFrame:
        """One row a trial of tuning: its values, metric, CPU seconds and state."""
        return self.recorded.trials

    @property
    def faults(self) -> list[PluginFault]:
        """What metrics and segments of plugins raised so far, each once; their values are missing."""
        return self.recorded.faults

    def metric_for(self, stream: str, metric: str | None = None) -> str | None:
        """This metric, or the one that decides; None where the stream's task has no such metric."""
        return self.recorded.metric_for(stream, metric)

    def better(self, metric: str) -> str:
        """``higher`` or ``lower``."""
        return self.recorded.better(metric)

    def keys_of(self, stream: str, strategy: str, every: str, delay: str) -> list[str]:
        """The keys of the cells of a row that succeeded: its seeds."""
        return self.recorded.keys_of(stream, strategy, every, delay)

    def measured(self, key: str, metrics: Sequence[str]) -> list[Measured]:
        """These metrics of the cell with this key, by segment and window."""
        return self.recorded.measured(key, metrics)

    def outcomes(self, key: str, *, free: bool = False) -> Outcomes:
        """What became of each test event in the cell with this key; ``free``: had its updates taken no time."""
        return self.recorded.outcomes(key, free=free)

    def events(self, stream: str) -> dict[str, AnyArray]:
        """The stream's test events, column → (n,) array."""
        return self.recorded.events(stream)

    def table(self, key: str, name: str) -> dict[str, AnyArray]:
        """A table of the cell with this key: ``outcomes``, ``windows``, ``updates`` or ``latencies``."""
        return self.recorded.table(key, name)
