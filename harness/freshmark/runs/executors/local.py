"""The local executor: one fresh process a job, forked from a nursery, watched and limited from outside."""

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
from freshmark.runs.executors.monitor import Watch
from freshmark.runs.jobs import CALM, NOW, Ending, Job, Limits
from freshmark.runs.system.isolation import ENVIRONMENT
from freshmark.runs.system.processes import free_bytes

POLL_SECONDS = 0.02
"""How often memory and clocks are looked at: the most by which a limit is overrun."""

_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[2])
from freshmark.runs.executors.forkserver import main
main(int(sys.argv[1]), json.loads(sys.argv[3]))
"""


class Local:
    """Runs jobs on this machine.

    Args:
        jobs: how many at once. Timings are only comparable with one.
        limits: what each may use.
        preload: modules that the nursery imports once for all.
    """

    def __init__(self, *, jobs: int = 1, limits: Limits | None = None, preload: Sequence[str] = ()) -> None:
        self.jobs = jobs
        limits = limits or Limits()
        memory = limits.memory_bytes or free_bytes() * 9 // 10
        self.limits = replace(limits, memory_bytes=memory)
        self._free_limits = Limits(None, free_bytes() * 9 // 10, limits.startup_seconds, scratch_bytes=None)
        self._preload = list(preload)
        self._running: dict[str, Watch] = {}

    def __enter__(self) -> Self:
        self._selector = selectors.DefaultSelector()
        self._open_nursery()
        return self

    def __exit__(self, *failure: object) -> None:
        self._close_nursery()
        for watch in self._running.values():
            watch.close(self._selector)
        self._running.clear()
        self._selector.close()

    def run(
        self,
        jobs: Sequence[Job],
        *,
        started: Callable[[Job], None],
        ended: Callable[[Job, Ending], None],
        wish: Callable[[], int] = lambda: CALM,
    ) -> None:
        """See ``Executor.run``."""
        waiting = list(reversed(jobs))
        while (waiting and wish() == CALM) or self._running:
            while waiting and wish() == CALM and len(self._running) < self.jobs:
                job = waiting.pop()
                started(job)
                self._start(job)
            self._listen()
            for watch in list(self._running.values()):
                self._judge(watch, stop=wish() == NOW)
            for watch in [watch for watch in self._running.values() if watch.status is not None]:
                del self._running[watch.job.key]
                watch.close(self._selector)
                ended(watch.job, watch.ending())

    def _judge(self, watch: Watch, *, stop: bool) -> None:
        """Have a job killed that is over a limit, or not wanted any more."""
        if watch.stopped is None:
            # A stream may take longer to fetch or build than a cell is given.
            verdict = watch.verdict(self.limits if watch.job.kind == "cell" else self._free_limits)
            if stop:
                verdict = "interrupted", "stopped by the user"
            if verdict is not None:
                watch.stopped = verdict
                self._send({"kill": watch.job.key})

    def _start(self, job: Job) -> None:
        messages, messages_end = os.pipe2(os.O_CLOEXEC)
        log, log_end = os.pipe2(os.O_CLOEXEC)
        watch = Watch(job, messages, log)
        self._running[job.key] = watch
        for one in self._running.values():
            one.beside = max(one.beside, len(self._running) - 1)
        for descriptor, read in ((messages, watch.read_messages), (log, watch.read_log)):
            os.set_blocking(descriptor, False)
            self._selector.register(descriptor, selectors.EVENT_READ, read)
        try:
            self._send({"job": job.packed()}, messages_end, log_end)
        finally:
            os.close(messages_end)
            os.close(log_end)

    def _listen(self) -> None:
        """Wait a moment for messages, logs and ends, and take them in."""
        for key, _ in self._selector.select(POLL_SECONDS):
            if key.fileobj is self._nursery_socket:
                self._hear_nursery()
            elif not key.data():
                self._selector.unregister(key.fileobj)  # its other end is closed

    def _hear_nursery(self) -> None:
        try:
            packet = self._nursery_socket.recv(LONGEST_PACKET)
        except ConnectionError:
            packet = b""
        if not packet:
            self._lose_nursery()
            return
        message = json.loads(packet)
        if "started" in message:
            self._running[message["started"]].begun(message["pid"], message["scratch"])
        else:
            self._running[message["ended"]].status = message["status"]

    def _lose_nursery(self) -> None:
        """Something killed the parent of all jobs, and so the kernel killed the jobs. A new one takes over."""
        self._close_nursery()
        for watch in self._running.values():
            watch.stopped = watch.stopped or ("crashed", "the process that starts cells was killed")
            watch.status = -1
        self._open_nursery()

    def _open_nursery(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        arguments = [str(theirs.fileno()), json.dumps(sys.path), json.dumps(self._preload)]
        with theirs:
            self._nursery = subprocess.Popen(  # noqa: S603  (this Python, and this program)
                [sys.executable, "-c", _START, *arguments],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**os.environ, **ENVIRONMENT},
                start_new_session=True,  # Ctrl-C on the terminal is for the supervisor alone
            )
        self._nursery_socket = ours
        self._selector.register(ours, selectors.EVENT_READ)

    def _close_nursery(self) -> None:
        """Closing the socket is the order to end; it is carried out before the nursery is gone."""
        self._selector.unregister(self._nursery_socket)
        self._nursery_socket.close()
        self._nursery.wait()

    def _send(self, message: dict[str, Any], *descriptors: int) -> None:
        try:
            socket.send_fds(self._nursery_socket, [json.dumps(message).encode()], descriptors)
        except ConnectionError:
            self._lose_nursery()
