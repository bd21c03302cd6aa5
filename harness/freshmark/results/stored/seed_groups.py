"""The cells of each row of a run: one (stream, strategy, every, delay), all seeds that succeeded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from freshmark.results.metrics.per_event import PerEventMetric, per_event_metric
from freshmark.results.stored.recorded import Recorded

ROW_COLUMNS = ("stream", "strategy", "every", "delay")
"""The columns that identify a row."""


@dataclass(frozen=True, slots=True)
class SeedGroup:
    """The cells of one row that succeeded.

    keys: seed → key of the cell
    """

    stream: str
    strategy: str
    every: str
    delay: str
    keys: dict[int, str]

    @property
    def names(self) -> dict[str, str]:
        """The columns that identify the row in every table."""
        return {name: str(getattr(self, name)) for name in ROW_COLUMNS}


@dataclass(frozen=True, slots=True)
class MetricGroup(SeedGroup):
    """The same, with a metric that is a mean over events."""

    metric: PerEventMetric

    @property
    def names(self) -> dict[str, str]:
        """The columns that identify the row in every table of a metric."""
        return {**{name: str(getattr(self, name)) for name in ROW_COLUMNS}, "metric": self.metric.name}


def seed_groups(recorded: Recorded) -> Iterator[SeedGroup]:
    """Every row with a cell that succeeded, in the order of the plan."""
    cells = recorded.cells[recorded.cells["status"] == "ok"]
    for names, group in cells.groupby(list(ROW_COLUMNS), sort=False):
        keys = {int(seed): str(key) for seed, key in zip(group["seed"], group["key"], strict=True)}
        stream, strategy, every, delay = map(str, names)
        yield SeedGroup(stream, strategy, every, delay, keys)


def metric_groups(recorded: Recorded, metric: str | None = None) -> Iterator[MetricGroup]:
    """Every such row whose task has the metric; None: the one that decides, or the main one if that is not a mean.

    Raises:
        UsageError: the metric is not a mean over events.
    """
    for group in seed_groups(recorded):
        name = recorded.metric_for(group.stream, metric)
        if name is not None and metric is None and recorded.metric(name).each is None:
            name = recorded.main_metric(group.stream)
        if name is not None:
            own = per_event_metric(recorded.metric(name))
            yield MetricGroup(group.stream, group.strategy, group.every, group.delay, group.keys, own)
