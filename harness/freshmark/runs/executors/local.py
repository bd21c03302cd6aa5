"""The local executor: one fresh process per job, forked from a fork server, monitored and limited from outside."""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Self

from freshmark.runs.executors.forkserver import LONGEST_PACKET
from freshmark.runs.executors.monitor import Monitor
from freshmark.runs.jobs import Job, JobResult, Limits, RunState
from freshmark.runs.system.isolation import ENVIRONMENT
from freshmark.runs.system.processes import free_bytes

POLL_SECONDS = 0.02
"""How often memory and clocks are checked: the most by which a limit is overrun."""

_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from freshmark.runs.executors.forkserver import main
main(int(sys.argv[1]), json.loads(sys.argv[3]))
"""


def run_job(job: Job, limits: Limits | None = None) -> JobResult:
    """Run one job in a fresh process on this machine, as the local executor does, and return its result.

    For executors that bring a job to another process or machine: job, limits and result are plain data, see
    ``packed``. The process gets one thread, a fixed hash seed and these limits, so that its numbers are the same.

    Args:
        job: as the executor received it.
        limits: as the executor received them; by default those of ``Limits()``.
    """
    results: list[JobResult] = []
    with Local(limits=limits, preload=["numpy", "freshmark.replay.loop"]) as local:
        local.run([job], started=lambda _: None, ended=lambda _, result: results.append(result))
    return results[0]


class Local:
    """Runs jobs on this machine.

    Args:
        jobs: how many at once. Timings are only comparable with one.
        limits: of each job.
        preload: modules that the fork server imports once for all.
    """

    def __init__(self, *, jobs: int = 1, limits: Limits | None = None, preload: Sequence[str] = ()) -> None:
        self.jobs = jobs
        limits = limits or Limits()
        memory = limits.memory_bytes or free_bytes() * 9 // 10
        self.limits = replace(limits, memory_bytes=memory)
        self._stream_limits = Limits(None, free_bytes() * 9 // 10, limits.startup_seconds, scratch_bytes=None)
        self._preload = list(preload)
        self._running: dict[str, Monitor] = {}

    def __enter__(self) -> Self:
        self._selector = selectors.DefaultSelector()
        self._open_fork_server()
        return self

    def __exit__(self, *failure: object) -> None:
        self._close_fork_server()
        for monitor in self._running.values():
            monitor.close(self._selector)
        self._running.clear()
        self._selector.close()

    def run(
        self,
        jobs: Sequence[Job],
        *,
        started: Callable[[Job], None],
        ended: Callable[[Job, JobResult], None],
        state: Callable[[], RunState] = lambda: RunState.RUNNING,
    ) -> None:
        """See ``Executor.run``."""
        waiting = list(reversed(jobs))
        while (waiting and state() is RunState.RUNNING) or self._running:
            while waiting and state() is RunState.RUNNING and len(self._running) < self.jobs:
                job = waiting.pop()
                started(job)
                self._start(job)
            self._listen()
            for monitor in self._running.values():
                self._enforce(monitor, abort=state() is RunState.ABORT)
            for monitor in [monitor for monitor in self._running.values() if monitor.wait_status is not None]:
                del self._running[monitor.job.key]
                monitor.close(self._selector)
                ended(monitor.job, monitor.result())

    def _enforce(self, monitor: Monitor, *, abort: bool) -> None:
        """Have the job killed if it is over a limit, or if the run is aborted."""
        if monitor.stopped is None:
            # A stream may take longer to download or build than a cell may take.
            verdict = monitor.exceeded(self.limits if monitor.job.kind in ("cell", "trial") else self._stream_limits)
            if abort:
                verdict = "interrupted", "stopped by the user"
            if verdict is not None:
                monitor.stopped = verdict
                self._send({"kill": monitor.job.key})

    def _start(self, job: Job) -> None:
        # CLOEXEC: a fork server that is started later must not hold these ends open.
        messages, messages_end = os.pipe2(os.O_CLOEXEC)
        log, log_end = os.pipe2(os.O_CLOEXEC)
        monitor = Monitor(job, messages, log)
        self._running[job.key] = monitor
        for other in self._running.values():
            other.concurrent = max(other.concurrent, len(self._running) - 1)
        for descriptor, read in ((messages, monitor.read_messages), (log, monitor.read_log)):
            os.set_blocking(descriptor, False)
            self._selector.register(descriptor, selectors.EVENT_READ, read)
        try:
            self._send({"job": job.packed()}, messages_end, log_end)
        finally:
            # The job has copies. Ours would keep the pipe open after the job has ended.
            os.close(messages_end)
            os.close(log_end)

    def _listen(self) -> None:
        """Wait a moment for messages, output and ends, and take them in."""
        for key, _ in self._selector.select(POLL_SECONDS):
            if key.fileobj is self._socket:
                self._read_fork_server()
            elif not key.data():
                self._selector.unregister(key.fileobj)  # the other end is closed: it would stay readable for ever

    def _read_fork_server(self) -> None:
        try:
            packet = self._socket.recv(LONGEST_PACKET)
        except ConnectionError:
            packet = b""
        if not packet:
            self._replace_fork_server()
            return
        message = json.loads(packet)
        if "started" in message:
            self._running[message["started"]].begun(message["pid"], message["scratch"])
        else:
            self._running[message["ended"]].wait_status = message["status"]

    def _replace_fork_server(self) -> None:
        """Something killed the parent of all jobs, and so the kernel killed the jobs. Start a new one."""
        self._close_fork_server()
        for monitor in self._running.values():
            monitor.stopped = monitor.stopped or ("crashed", "the process that starts cells was killed")
            monitor.wait_status = -1
        self._open_fork_server()

    def _open_fork_server(self) -> None:
        # SEQPACKET keeps the borders of packets, so that a packet and its descriptors stay together.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        arguments = [str(theirs.fileno()), json.dumps(sys.path), json.dumps(self._preload)]
        with theirs:
            self._fork_server = subprocess.Popen(  # noqa: S603  (this Python, and this program)
                [sys.executable, "-c", _START, *arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, **ENVIRONMENT},
                start_new_session=True,  # Ctrl-C on the terminal is for the supervisor alone
            )
        self._socket = ours
        self._selector.register(ours, selectors.EVENT_READ)

    def _close_fork_server(self) -> None:
        """Close the socket, which orders the fork server to end its jobs and itself, and wait until it has."""
        self._selector.unregister(self._socket)
        self._socket.close()
        self._fork_server.wait()

    def _send(self, message: dict[str, Any], *descriptors: int) -> None:
        try:
            socket.send_fds(self._socket, [json.dumps(message).encode()], descriptors)
        except ConnectionError:
            self._replace_fork_server()
