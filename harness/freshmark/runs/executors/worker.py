"""The worker: one job in the process that it is called in, told step by step to whoever supervises."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from json import dumps
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from freshmark.discovery.faults import source_line
from freshmark.errors import FreshmarkError
from freshmark.runs.executors.sandbox import Fence
from freshmark.runs.executors.suspensions import Suspensions
from freshmark.runs.jobs import Job
from freshmark.runs.plan.compatibility import suitability
from freshmark.runs.store.parquet import write_table, write_tables
from freshmark.runs.system.isolation import settle_torch

Tell: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Gives a message to the supervisor: ``{"say": "ready"}``, then ``done`` or ``error`` with what there is to know."""

OUT_OF_MEMORY = ("MemoryError", "OutOfMemoryError", "CudaError")


def work(job: Job, tell: Tell) -> None:
    """Do the job; whatever it raises is told, and printed into the log with its traceback."""
    try:
        do = {"cell": _measure, "stream": _prepare, "strategies": _ask, "rehearsal": _rehearse}[job.kind]
        result = do(job, tell)
    except BaseException as error:  # noqa: BLE001  (sys.exit and KeyboardInterrupt of a plugin end the cell, not the run)
        traceback.print_exception(error)
        tell({"say": "error", **_described(error)})
    else:
        tell({"say": "done", "result": result})


def teller(pipe: int) -> Tell:
    """Messages as lines of JSON into this descriptor."""

    def tell(message: Mapping[str, Any]) -> None:
        line = dumps(message).encode() + b"\n"
        while line:
            line = line[os.write(pipe, line) :]

    return tell


def _measure(job: Job, tell: Tell) -> dict[str, Any]:
    """Replay one cell, and write its tables. Imports come before ``ready``: the time limit is for the strategy."""
    from freshmark.contract.delays import time_scale  # noqa: PLC0415
    from freshmark.contract.prepared import open_stream  # noqa: PLC0415  (the supervisor imports this module too)
    from freshmark.replay.loop import replay  # noqa: PLC0415
    from freshmark.replay.measured_delay import measured_replay  # noqa: PLC0415
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
    settle_torch()

    tell({"say": "ready"})
    fence = Fence([Path(job.stream), Path(job.target).parents[1] / "streams"])
    options: dict[str, Any] = {
        "seed": job.cell["seed"],
        "device": job.device,
        "meters": meters,
        "on_window": lambda window: fence.lifted(lambda: registry.notify("window_done", cell=job.cell, window=window)),
    }
    durations = np.load(job.durations) if job.durations else None
    with fence, Suspensions() as suspensions:
        if time_scale(schedule.delay) is None:
            played = replay(timeline, assembly.build(), schedule, **options)
        else:
            played = measured_replay(timeline, assembly.build, schedule, durations=durations, **options)
    digests = write_tables(played.tables, Path(job.target))
    for complaint in (*registry.complaints, *(f"refused: {reached}" for reached in fence.refused)):
        os.write(2, f"{complaint}\n".encode())
    return {"summary": {**played.summary, "suspensions": float(suspensions.count)}, "digests": digests}


def _prepare(job: Job, tell: Tell) -> dict[str, Any]:
    """Build the stream where it is not there, and write what is the same for all its cells."""
    from freshmark.contract.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.replay.timeline import Settings, Timeline  # noqa: PLC0415
    from freshmark.runs.catalogue.registry import load  # noqa: PLC0415
    from freshmark.runs.store.prepared_streams import prepare  # noqa: PLC0415

    logging.getLogger().addHandler(_Forwarding(tell))
    tell({"say": "ready"})
    registry = load(map(Path, job.plugins), disabled=job.disabled)
    folder = Path(job.stream) if job.stream else prepare(registry, job.text)
    stream = open_stream(folder)
    timeline = Timeline(stream, Settings(**job.settings))
    target = Path(job.target) / f"{folder.name}.parquet"
    segments = [offer.thing() for offer in registry.offers("segments").values()]
    write_table(timeline.events_table(name for one in segments for name in getattr(one, "features", ())), target)
    return {
        "folder": str(folder),
        "name": stream.name,
        "task": stream.task,
        "fingerprint": stream.fingerprint,
        "events": f"{target.parent.name}/{target.name}",
        "features": sorted(stream.features),
        "facts": dict(stream.facts),
        "drifts": [
            {"begin": one.begin, "end": one.end, "kind": one.kind, "n_users": len(one.users), "n_items": len(one.items)}
            for one in stream.drifts
        ],
        "about": dict(stream.about),
        "settings": asdict(timeline.settings),
        "edges": [int(edge) for edge in timeline.edges],
    }


def _ask(job: Job, tell: Tell) -> dict[str, Any]:
    """Build the strategies and tell their tasks; only then it is ready, so that the start-up limit holds for it."""
    from freshmark.runs.catalogue.registry import load  # noqa: PLC0415  (as above)

    told = suitability(
        load(map(Path, job.plugins), factories=job.factories, disabled=job.disabled), job.cell["strategies"]
    )
    tell({"say": "ready"})
    return told


def _rehearse(job: Job, tell: Tell) -> dict[str, Any]:
    """Have what numba compiles of the strategy compiled, and kept on disk, before a cell is measured."""
    from freshmark.contract.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.runs.catalogue.registry import load  # noqa: PLC0415
    from freshmark.runs.executors.precompile import compiles, try_out  # noqa: PLC0415

    registry = load(map(Path, job.plugins), factories=job.factories, disabled=job.disabled)
    assembly = registry.assembly("strategies", job.text)
    packages = {str(registry.factory(kind, name).__module__).partition(".")[0] for kind, name in assembly.parts}
    settle_torch()
    tell({"say": "ready"})
    if compiles(packages):
        try_out(open_stream(Path(job.stream)), assembly.build())
    return {}


class _Forwarding(logging.Handler):
    """Log records go to the supervisor's log: the licence of a download must be seen before it."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell({"say": "note", "name": record.name, "level": record.levelno, "text": record.getMessage()})


def _described(error: BaseException) -> dict[str, Any]:
    """The error in JSON: what, where in the plugin, and, of our own errors, the fields that rebuild it."""
    kind = type(error).__name__
    line = source_line(error)
    if isinstance(error, FreshmarkError):
        fields = {name: str(getattr(error, name)) for name in ("what", "where", "remedy", "code")}
        reason = str(error) if error.where or not line else f"{error} ({line})"
        return {"status": "failed", "reason": reason, "code": error.code, "error": {"kind": kind, **fields}}
    told = " ".join(str(error).split())[:500]
    reason = f"{kind}: {told}" if told else kind
    status = "oom" if kind in OUT_OF_MEMORY else "failed"
    return {"status": status, "reason": f"{reason} ({line})" if line else reason, "code": "", "error": {}}
