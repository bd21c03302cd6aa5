"""The worker: does one job in this process, and reports each step to the supervisor."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from freshmark.discovery.faults import source_line
from freshmark.errors import FreshmarkError
from freshmark.runs.executors.sandbox import Sandbox
from freshmark.runs.executors.suspensions import Suspensions
from freshmark.runs.jobs import Job
from freshmark.runs.plan.compatibility import suitability
from freshmark.runs.store.parquet import write_table, write_tables
from freshmark.runs.system.isolation import settle_torch

if TYPE_CHECKING:
    from freshmark.replay.loop import Replay
    from freshmark.replay.scheduling.schedule import Schedule

Send: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Sends a message to the supervisor: ``{"event": "ready"}``, then ``done`` with a result or ``error`` with a reason."""

OUT_OF_MEMORY = ("MemoryError", "OutOfMemoryError", "CudaError")


def work(job: Job, send: Send) -> None:
    """Do the job; an error is reported, and printed into the log with its traceback."""
    try:
        do = {"cell": _measure, "stream": _prepare, "strategies": _inspect, "rehearsal": _rehearse}[job.kind]
        result = do(job, send)
    except BaseException as error:  # noqa: BLE001  (sys.exit and KeyboardInterrupt of a plugin end the cell, not the run)
        traceback.print_exception(error)
        send({"event": "error", **_described(error)})
    else:
        send({"event": "done", "result": result})


def message_writer(descriptor: int) -> Send:
    """Writes messages as lines of JSON into this descriptor."""

    def send(message: Mapping[str, Any]) -> None:
        line = dumps(message).encode() + b"\n"
        while line:  # a pipe may take only part of a long line
            line = line[os.write(descriptor, line) :]

    return send


def _measure(job: Job, send: Send) -> dict[str, Any]:
    """Replay one cell, and write its tables. Imports come before ``ready``: the time limit is the strategy's."""
    from freshmark.contract.streams.prepared import open_stream  # noqa: PLC0415  (the supervisor imports this module too)
    from freshmark.replay.scheduling.schedule import Schedule  # noqa: PLC0415
    from freshmark.replay.timeline import Settings, Timeline  # noqa: PLC0415
    from freshmark.runs.catalogue.registry import load  # noqa: PLC0415

    registry = load(map(Path, job.plugins), factories=job.factories, disabled=job.disabled)
    assembly = registry.assembly("strategies", job.text)
    for kind, name in assembly.parts:
        registry.factory(kind, name)
    meters = {name: registry.factory("meters", name)() for name in registry.names("meters")}
    timeline = Timeline(open_stream(Path(job.stream)), Settings(**job.settings))
    schedule = Schedule.parse(job.cell["every"], job.cell["delay"])
    run = _replay_function(schedule, assembly.build, job.durations)
    settle_torch()

    send({"event": "ready"})
    sandbox = Sandbox([Path(job.stream), Path(job.target).parents[1] / "streams"])

    def on_window(window: Mapping[str, float]) -> None:
        sandbox.suspended(lambda: registry.notify("window_done", cell=job.cell, window=window))

    with sandbox, Suspensions() as suspensions:
        recorded = run(timeline, seed=job.cell["seed"], device=job.device, meters=meters, on_window=on_window)
    digests = write_tables(recorded.tables, Path(job.target))
    for complaint in (*registry.complaints, *(f"refused: {reached}" for reached in sandbox.refused)):
        os.write(2, f"{complaint}\n".encode())
    return {"summary": {**recorded.summary, "suspensions": float(suspensions.count)}, "digests": digests}


def _replay_function(schedule: Schedule, build: Callable[[], Any], durations: str) -> Callable[..., Replay]:
    """``replay`` or, for a measured delay, ``measured_replay``; the strategy is built when the function is called."""
    from freshmark.contract.delays import time_scale  # noqa: PLC0415  (as above)
    from freshmark.replay.loop import replay  # noqa: PLC0415
    from freshmark.replay.measured_delay import measured_replay  # noqa: PLC0415

    if time_scale(schedule.delay) is None:
        return lambda timeline, **options: replay(timeline, build(), schedule, **options)
    recorded = np.load(durations) if durations else None
    return lambda timeline, **options: measured_replay(timeline, build, schedule, durations=recorded, **options)


def _prepare(job: Job, send: Send) -> dict[str, Any]:
    """Build the stream if it is not in the cache, and write the table of test events that all its cells share."""
    from freshmark.contract.streams.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.replay.timeline import Settings, Timeline  # noqa: PLC0415
    from freshmark.runs.catalogue.registry import load  # noqa: PLC0415
    from freshmark.runs.store.prepared_streams import prepare  # noqa: PLC0415

    logging.getLogger().addHandler(_Forwarding(send))
    send({"event": "ready"})
    registry = load(map(Path, job.plugins), disabled=job.disabled)
    folder = Path(job.stream) if job.stream else prepare(registry, job.text)
    stream = open_stream(folder)
    timeline = Timeline(stream, Settings(**job.settings))
    target = Path(job.target) / f"{folder.name}.parquet"
    segments = [offer.thing() for offer in registry.offers("segments").values()]
    wanted = [name for segment in segments for name in getattr(segment, "features", ())]
    write_table(timeline.events_table(wanted), target)
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


def _inspect(job: Job, send: Send) -> dict[str, Any]:
    """Build the strategies and return their tasks; ready comes last, so that the start-up limit covers constructors."""
    from freshmark.runs.catalogue.registry import load  # noqa: PLC0415  (as above)

    supported = suitability(
        load(map(Path, job.plugins), factories=job.factories, disabled=job.disabled), job.cell["strategies"]
    )
    send({"event": "ready"})
    return supported


def _rehearse(job: Job, send: Send) -> dict[str, Any]:
    """Have the loops of the strategy compiled by numba, and cached on disk, before a cell is measured."""
    from freshmark.contract.streams.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.runs.catalogue.registry import load  # noqa: PLC0415
    from freshmark.runs.executors.precompile import compiles, try_out  # noqa: PLC0415

    registry = load(map(Path, job.plugins), factories=job.factories, disabled=job.disabled)
    assembly = registry.assembly("strategies", job.text)
    packages = {str(registry.factory(kind, name).__module__).partition(".")[0] for kind, name in assembly.parts}
    settle_torch()
    send({"event": "ready"})
    if compiles(packages):
        try_out(open_stream(Path(job.stream)), assembly.build())
    return {}


class _Forwarding(logging.Handler):
    """Forwards log records to the supervisor: the licence of a download must be seen before it starts."""

    def __init__(self, send: Send) -> None:
        super().__init__(logging.WARNING)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        self._send({"event": "log", "name": record.name, "level": record.levelno, "text": record.getMessage()})


def _described(error: BaseException) -> dict[str, Any]:
    """The error as JSON: the reason, the line of the plugin, and the fields that rebuild an error of freshmark."""
    kind = type(error).__name__
    line = source_line(error)
    if isinstance(error, FreshmarkError):
        fields = {name: str(getattr(error, name)) for name in ("what", "where", "remedy", "code")}
        reason = str(error) if error.where or not line else f"{error} ({line})"
        return {"status": "failed", "reason": reason, "code": error.code, "error": {"kind": kind, **fields}}
    text = " ".join(str(error).split())[:500]
    reason = f"{kind}: {text}" if text else kind
    status = "oom" if kind in OUT_OF_MEMORY else "failed"
    return {"status": status, "reason": f"{reason} ({line})" if line else reason, "code": "", "error": {}}
