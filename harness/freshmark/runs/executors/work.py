"""What each kind of job does. Imports come before ``ready``, so that the time limit is the strategy's."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from freshmark.contract.delays import time_scale
from freshmark.contract.streams.prepared import open_stream
from freshmark.discovery.faults import calling
from freshmark.replay.events_table import events_table
from freshmark.replay.loop import Replay, replay
from freshmark.replay.measured_delay import measured_replay
from freshmark.replay.measuring.calibration import Calibration
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark.runs.catalogue.registry import Registry, load
from freshmark.runs.executors.precompile import compiles, try_out
from freshmark.runs.executors.sandbox import Sandbox
from freshmark.runs.executors.suspensions import Suspensions
from freshmark.runs.executors.trial import try_values
from freshmark.runs.executors.worker import Send
from freshmark.runs.jobs import Job
from freshmark.runs.plan.compatibility import suitability
from freshmark.runs.store.parquet import write_table, write_tables
from freshmark.runs.store.prepared_streams import prepare
from freshmark.runs.system.isolation import settle_torch


def measure(job: Job, send: Send) -> dict[str, Any]:
    """Replay one cell, and write its tables."""
    calibration = Calibration()  # before plugins are imported, which may patch clocks
    registry = _registry(job)
    assembly = registry.assembly("strategies", job.text)
    for kind, name in assembly.parts:
        registry.factory(kind, name)
    meters = {name: NamedMeter(registry, name) for name in registry.names("meters")}
    timeline = Timeline(open_stream(Path(job.stream)), Settings(**job.settings))
    schedule = Schedule.parse(job.cell["every"], job.cell["delay"])
    durations = np.load(job.durations) if job.durations else None
    settle_torch()
    calibration.begin()

    send({"event": "ready"})
    sandbox = Sandbox([Path(job.stream), Path(job.target).parents[1] / "streams"])

    def on_window(window: Mapping[str, float]) -> None:
        sandbox.suspended(lambda: registry.notify("window_done", cell=job.cell, window=window))

    def replayed(**options: Any) -> Replay:
        if time_scale(schedule.delay) is None:
            return replay(timeline, assembly.build(), schedule, **options)
        return measured_replay(timeline, assembly.build, schedule, durations=durations, **options)

    with sandbox, Suspensions() as suspensions:
        recorded = replayed(seed=job.cell["seed"], device=job.device, meters=meters, on_window=on_window)
    machine = {**calibration.end(), "suspensions": float(suspensions.count)}
    digests = write_tables(recorded.tables, Path(job.target))
    complaints = list(dict.fromkeys(registry.complaints))  # of an observer that fails in every window, one
    for complaint in (*complaints, *(f"refused: {reached}" for reached in sandbox.refused)):
        os.write(2, f"{complaint}\n".encode())
    summary = {**recorded.summary, **machine}
    return {"summary": summary, "digests": digests, "complaints": complaints}


class NamedMeter:
    """A meter of a plugin; what it raises is an error that names the meter and the plugin."""

    def __init__(self, registry: Registry, name: str) -> None:
        self._place = registry.plugin("meters", name), f"fails in meter {name!r}"
        factory = registry.factory("meters", name)
        with calling(*self._place):
            self._meter = factory()

    def begin(self) -> None:
        """See ``Meter``."""
        with calling(*self._place):
            self._meter.begin()

    def window(self) -> dict[str, float]:
        """See ``Meter``."""
        with calling(*self._place):
            return {name: float(number) for name, number in self._meter.window().items()}


def prepare_stream(job: Job, send: Send) -> dict[str, Any]:
    """Build the stream if it is not in the cache, and write the table of test events that all its cells share."""
    logging.getLogger().addHandler(_Forwarding(send))
    send({"event": "ready"})
    registry = _registry(job)
    folder = Path(job.stream) if job.stream else prepare(registry, job.text)
    stream = open_stream(folder)
    timeline = Timeline(stream, Settings(**job.settings))
    target = Path(job.target) / f"{folder.name}.parquet"
    segments = [offer.thing() for offer in registry.offers("segments").values()]
    wanted = [name for segment in segments for name in getattr(segment, "features", ())]
    write_table(events_table(timeline, wanted), target)
    return {
        "folder": str(folder),
        "name": stream.name,
        "task": stream.task,
        "fingerprint": stream.fingerprint,
        "events": f"{target.parent.name}/{target.name}",
        "features": sorted(stream.features),
        "facts": dict(stream.facts),
        "drifts": [
            {
                "begin": drift.begin,
                "end": drift.end,
                "kind": drift.kind,
                "n_users": len(drift.users),
                "n_items": len(drift.items),
            }
            for drift in stream.drifts
        ],
        "about": dict(stream.about),
        "settings": asdict(timeline.settings),
        "edges": [int(edge) for edge in timeline.edges],
    }


def inspect(job: Job, send: Send) -> dict[str, Any]:
    """Build the strategies and return their tasks; ready comes last, so that the start-up limit covers constructors."""
    supported = suitability(_registry(job), job.cell["strategies"])
    send({"event": "ready"})
    return supported


def rehearse(job: Job, send: Send) -> dict[str, Any]:
    """Have the loops of the strategy compiled by numba, and cached on disk, before a cell is measured."""
    registry = _registry(job)
    assembly = registry.assembly("strategies", job.text)
    packages = {str(registry.factory(kind, name).__module__).partition(".")[0] for kind, name in assembly.parts}
    settle_torch()
    send({"event": "ready"})
    if compiles(packages):
        try_out(open_stream(Path(job.stream)), assembly.build())
    return {}


WORK: Mapping[str, Callable[[Job, Send], dict[str, Any]]] = {
    "cell": measure,
    "trial": try_values,
    "stream": prepare_stream,
    "strategies": inspect,
    "rehearsal": rehearse,
}
"""Kind of job → what does it, and gives its result."""


def _registry(job: Job) -> Registry:
    return load(map(Path, job.plugins), factories=job.factories, disabled=job.disabled)


class _Forwarding(logging.Handler):
    """Forwards log records to the supervisor: the licence of a download must be seen before it starts."""

    def __init__(self, send: Send) -> None:
        super().__init__(logging.WARNING)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        self._send({"event": "log", "name": record.name, "level": record.levelno, "text": record.getMessage()})
