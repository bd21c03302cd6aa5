"""A monitor of one running job: its messages, its output, its limits, and how it ended."""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import time
from contextlib import suppress
from typing import Any

from freshmark.runs.jobs import EndStatus, Job, JobResult, Limits
from freshmark.runs.system.logs import Log
from freshmark.runs.system.processes import held_bytes
from freshmark.runs.system.scratch import scratch_bytes

CHUNK = 1 << 16
MOST_CHUNKS = 16
"""Reads in a row from one job: one that writes without end must not keep the supervisor from its clock."""
LONGEST_MESSAGE = 1 << 24


class Monitor:
    """Follows one job from its start to its end.

    pid: of its process; None until it is known
    concurrent: the largest number of other jobs that ran at the same time
    stopped: status and reason, once it has been decided to stop the job
    wait_status: of its process, once it has ended
    """

    def __init__(self, job: Job, messages: int, log: int) -> None:
        self.job = job
        self.pid: int | None = None
        self.concurrent = 0
        self.stopped: tuple[EndStatus, str] | None = None
        self.wait_status: int | None = None
        self._messages, self._log_pipe = messages, log
        self._log = Log()
        self._partial = b""
        self._last: dict[str, Any] = {}
        self._launched = time.monotonic()
        self._ready: float | None = None
        self._finished: float | None = None
        self._started = time.time()
        self._seconds = 0.0
        self._next_memory_check = self._next_scratch_check = 0.0
        self._scratch = ""

    def begun(self, pid: int, scratch: str) -> None:
        """Its process runs, with this folder for its temporary files."""
        self.pid, self._scratch = pid, scratch

    def read_messages(self) -> bool:
        """Take in messages; False once the job's end is closed."""
        data = _read(self._messages)
        if not data:
            return data is None
        *lines, self._partial = (self._partial + data).split(b"\n")
        if len(self._partial) > LONGEST_MESSAGE:
            self._partial = b""
        for line in lines:
            self._handle(line)
        return True

    def read_log(self) -> bool:
        """Take in output; False once the job's end is closed."""
        for _ in range(MOST_CHUNKS):
            data = _read(self._log_pipe)
            if not data:
                return data is None
            self._log.write(data)
        return True

    def exceeded(self, limits: Limits) -> tuple[EndStatus, str] | None:
        """Status and reason if the job is over a limit, else None."""
        now = time.monotonic()
        if self._ready is None and now - self._launched > limits.startup_seconds:
            return "timeout", f"not ready after {limits.startup_seconds:g} s: an import hangs"
        if self._ready is not None and limits.seconds is not None and now - self._ready > limits.seconds:
            return "timeout", f"over the limit of {limits.seconds:g} s"
        if limits.memory_bytes is not None and (held := self._held(now)) > limits.memory_bytes:
            return "oom", f"held {_megabytes(held)}, limit {_megabytes(limits.memory_bytes)}"
        if limits.scratch_bytes is not None and (written := self._written(now)) > limits.scratch_bytes:
            return "failed", f"{_megabytes(written)} of temporary files, limit {_megabytes(limits.scratch_bytes)}"
        return None

    def close(self, selector: selectors.BaseSelector) -> None:
        """Read what is left in the pipes, and close them."""
        ended = time.monotonic()
        for descriptor, read in ((self._messages, self.read_messages), (self._log_pipe, self.read_log)):
            with suppress(KeyError):
                selector.unregister(descriptor)
            # A process that escaped may hold the other end and write for ever: the reads are counted.
            for _ in range(MOST_CHUNKS * 16):
                if not read() or not _readable(descriptor):
                    break
            os.close(descriptor)
        self._seconds = (self._finished or ended) - (self._ready or self._launched)

    def result(self) -> JobResult:
        """How it ended: as it reported, unless it was stopped first; a process that reported nothing has crashed.

        A job that reports ``done`` has its files on disk, so that a stop decided at the same moment changes nothing.
        """
        event = self._last.get("event")
        status: EndStatus = "crashed"
        reason = _exit_reason(self.wait_status)
        if event == "done":
            status, reason = "ok", ""
        elif self.stopped:
            status, reason = self.stopped
        elif event == "error":
            status, reason = self._last["status"], self._last["reason"]
        return JobResult(
            status=status,
            reason=reason,
            code=self._last.get("code", "") if status not in ("ok", "interrupted") else "",
            started=self._started,
            seconds=self._seconds,
            result=self._last.get("result", {}),
            error=self._last.get("error", {}),
            log=self._log.read().decode("utf-8", "surrogateescape"),
            concurrent=self.concurrent,
        )

    def _held(self, now: float) -> int:
        """Bytes held; 0 where another look so soon would take more than a fifth of the supervisor's time."""
        if self.pid is None or now < self._next_memory_check:
            return 0
        held = held_bytes(self.pid)
        self._next_memory_check = now + 5 * (time.monotonic() - now)
        return held

    def _written(self, now: float) -> int:
        """Bytes of temporary files; 0 where another look so soon would take more than a fifth of the time."""
        if not self._scratch or now < self._next_scratch_check:
            return 0
        written = scratch_bytes(self._scratch)
        self._next_scratch_check = now + max(0.1, 5 * (time.monotonic() - now))
        return written

    def _handle(self, line: bytes) -> None:
        try:
            message = json.loads(line)
            event = message["event"]
        except (ValueError, TypeError, KeyError):
            # A plugin that closed the pipe writes into whatever got its number: not a message, and not a success.
            return
        if event == "log":
            logging.getLogger(message["name"]).log(message["level"], "%s", message["text"])
        elif event == "ready":
            self._ready, self._started = time.monotonic(), time.time()
        else:
            self._last = message
            self._finished = time.monotonic()


def _read(descriptor: int) -> bytes | None:
    """Some bytes; empty once the other end is closed, None if nothing is there yet."""
    try:
        return os.read(descriptor, CHUNK)
    except BlockingIOError:
        return None


def _readable(descriptor: int) -> bool:
    with selectors.SelectSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        return bool(selector.select(0))


def _exit_reason(status: int | None) -> str:
    """A wait status in words."""
    if status is None or status < 0:
        return "its process was lost"
    if not os.WIFSIGNALED(status):
        return f"exit {os.waitstatus_to_exitcode(status)} before finishing"
    number = os.WTERMSIG(status)
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    hint = ": the kernel ran out of memory, or someone killed it" if number == signal.SIGKILL else ""
    return f"killed by {name}{hint}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
