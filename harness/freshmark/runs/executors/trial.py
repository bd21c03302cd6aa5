"""A trial of tuning: one set of values, replayed over the tail of the warm-up, and stopped early if it does badly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from freshmark.contract.arrays import AnyArray
from freshmark.contract.metric import Metric
from freshmark.contract.outcomes import Outcomes, decoded
from freshmark.contract.streams.prepared import open_stream
from freshmark.replay.events_table import events_table
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark.replay.validation import validation
from freshmark.results.metrics.named import Metrics
from freshmark.runs.catalogue.registry import load
from freshmark.runs.executors.sandbox import Sandbox
from freshmark.runs.jobs import Job
from freshmark.runs.system.isolation import settle_torch


def try_values(job: Job, send: Callable[[Mapping[str, Any]], None]) -> dict[str, Any]:
    """Replay one trial; test events are neither read nor reachable.

    Returns:
        state: ``ok``, or ``pruned`` where a window was worse than its limit
        value: the metric over the tail, or over the windows so far
        windows: the metric over all events up to the end of each window
        cpu_seconds: of fit, updates and answers
        updates, begin: how many were made, and where the tail begins (microseconds)
    """
    registry = load(map(Path, job.plugins), factories=job.factories, disabled=job.disabled)
    assembly = registry.assembly("strategies", job.text)
    for kind, name in assembly.parts:
        registry.factory(kind, name)
    metric = Metrics(registry.offers("metrics")).named(job.cell["metric"])
    tail = validation(Timeline(open_stream(Path(job.stream)), Settings(**job.settings)))
    schedule = Schedule.parse(job.cell["every"], job.cell["delay"])
    events = events_table(tail)
    watch = _Watch(metric, decoded(tail.stream.task, {}, events), job.cell["limits"])
    settle_torch()

    send({"event": "ready"})
    found: dict[str, Any] = {"state": "pruned", "updates": 0}
    with Sandbox([Path(job.stream), Path(job.target).parents[1] / "streams"]):
        try:
            made = replay(tail, assembly.build(), schedule, seed=job.cell["seed"], device=job.device, on_answers=watch)
        except _Pruned:  # the only way out of a replay before its end
            value = watch.values[-1]
        else:
            value = float(metric(decoded(tail.stream.task, made.tables["outcomes"], events)))
            found = {"state": "ok", "updates": int(made.summary["updates"])}
    found |= {"value": value, "windows": watch.values, "cpu_seconds": watch.cpu_seconds}
    return {**found, "begin": int(tail.time[tail.first])}


class _Pruned(Exception):
    """The values are not worth the rest of the tail."""


class _Watch:
    """The metric at the end of each window; ends the replay where it is worse than the window's limit.

    Args:
        metric: that decides.
        asked: the events of the tail.
        limits: of each window; None: no limit.
    """

    def __init__(self, metric: Metric, asked: Outcomes, limits: Sequence[float | None]) -> None:
        self._metric, self._asked, self._limits = metric, asked, limits
        self.values: list[float] = []
        self.cpu_seconds = 0.0

    def __call__(self, answers: Mapping[str, AnyArray], cpu_seconds: float) -> None:
        rows = next(len(column) for column in answers.values())
        value = float(self._metric(self._asked.rows(slice(rows)).answered(answers)))
        self.values.append(value)
        self.cpu_seconds = cpu_seconds
        window = len(self.values) - 1
        limit = self._limits[window] if window < len(self._limits) else None
        if limit is not None and self._metric.sign * (value - limit) < 0:
            raise _Pruned
