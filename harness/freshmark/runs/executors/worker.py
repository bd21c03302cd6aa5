"""The worker: does one job in this process, and reports each step to the supervisor."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Mapping
from json import dumps
from typing import Any, TypeAlias

from freshmark.discovery.faults import source_line
from freshmark.errors import FreshmarkError
from freshmark.runs.jobs import Job

Send: TypeAlias = Callable[[Mapping[str, Any]], None]
"""Sends a message to the supervisor: ``{"event": "ready"}``, then ``done`` with a result or ``error`` with a reason."""

OUT_OF_MEMORY = ("MemoryError", "OutOfMemoryError", "CudaError")


def work(job: Job, send: Send) -> None:
    """Do the job; an error is reported, and printed into the log with its traceback."""
    try:
        from freshmark.runs.executors.work import WORK  # noqa: PLC0415  (the supervisor imports this module too)

        result = WORK[job.kind](job, send)
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


def _described(error: BaseException) -> dict[str, Any]:
    """The error as JSON: the reason, the line of the plugin, and the fields that rebuild an error of freshmark."""
    kind = type(error).__name__
    line = source_line(error)
    if isinstance(error, FreshmarkError):
        reason = str(error) if error.where or not line else f"{error} ({line})"
        return {"status": "failed", "reason": reason, "code": error.code, "error": error.fields()}
    text = " ".join(str(error).split())[:500]
    reason = f"{kind}: {text}" if text else kind
    status = "oom" if kind in OUT_OF_MEMORY else "failed"
    return {"status": status, "reason": f"{reason} ({line})" if line else reason, "code": "", "error": {}}
