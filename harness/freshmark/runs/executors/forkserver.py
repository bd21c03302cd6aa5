"""The fork server: a small process with everything imported, which forks a fresh process for each job.

It has one thread and no CUDA context, so that forking is safe. It is the parent of every job and adopts orphans of
their descendants, so that nothing outlives its job. When the supervisor ends, however it ends, the socket between them
closes, and the fork server ends every job and itself. It does not import the user's main module.

Over the socket, one JSON text per packet: ``{"job": …}`` with two descriptors (messages, log) starts a job, answered
by ``{"started": key, "pid": …, "scratch": folder}`` and at the end ``{"ended": key, "status": wait status}``;
``{"kill": key}`` ends it.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from freshmark.runs.executors.worker import message_writer, work
from freshmark.runs.jobs import Job
from freshmark.runs.system.isolation import isolate, settle_torch
from freshmark.runs.system.processes import adopt_orphans, children, kill_tree
from freshmark.runs.system.scratch import enter_scratch, make_scratch, remove_scratch

LONGEST_PACKET = 1 << 18


def main(descriptor: int, preload: Sequence[str]) -> None:
    """Serve the supervisor on this socket until it closes."""
    supervisor = socket.socket(fileno=descriptor)
    adopt_orphans()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the supervisor decides what an interrupt means
    for module in preload:
        with suppress(Exception):  # it fails again, and is reported, in the job that needs it
            import_module(module)
    settle_torch()
    if "freshmark.replay.loop" in sys.modules:
        from freshmark.runs.executors.precompile import rehearse  # noqa: PLC0415  (it imports the replay)

        rehearse()
    # Frozen objects are never visited by a collection, which would write to their pages and unshare them.
    gc.collect()
    gc.freeze()
    ForkServer(supervisor).serve()


class ForkServer:
    """Forks jobs, waits for them, reports their ends, and kills them on request."""

    def __init__(self, supervisor: socket.socket) -> None:
        self._supervisor = supervisor
        self._jobs: dict[int, str] = {}  # pid → key
        self._scratch: dict[int, str] = {}  # pid → folder
        # The wake-up descriptor turns each SIGCHLD into a byte, so that select cannot miss one between two calls.
        self._wakeup, wakeup_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._pipe = (self._wakeup, wakeup_end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakeup_end, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until the supervisor has gone; then end every job."""
        connected = True
        while connected:
            ready, _, _ = select.select([self._supervisor.fileno(), self._wakeup], [], [])
            if self._wakeup in ready:
                os.read(self._wakeup, 4096)
                self._reap()
            if self._supervisor.fileno() in ready:
                connected = self._handle_request()
        for pid in list(self._jobs):
            kill_tree(pid)
        self._kill_orphans(jobs_too=True)
        for folder in self._scratch.values():
            remove_scratch(folder)

    def _handle_request(self) -> bool:
        """One request; False once the supervisor has closed the socket."""
        try:
            packet, descriptors, _, _ = socket.recv_fds(self._supervisor, LONGEST_PACKET, 2)
        except ConnectionError:
            return False
        if not packet:
            return False
        request = json.loads(packet)
        if "kill" in request:
            for pid, key in self._jobs.items():
                if key == request["kill"]:
                    kill_tree(pid)
        else:
            self._start(Job(**request["job"]), *descriptors)
        return True

    def _start(self, job: Job, messages: int, log: int) -> None:
        parent, scratch = os.getpid(), make_scratch()
        pid = os.fork()
        if pid == 0:
            enter_scratch(scratch)
            self._become_worker(job, parent, messages, log)
        self._jobs[pid], self._scratch[pid] = job.key, scratch
        os.close(messages)
        os.close(log)
        self._send({"started": job.key, "pid": pid, "scratch": scratch})

    def _become_worker(self, job: Job, parent: int, messages: int, log: int) -> None:
        """Do the job in the new process; never returns, and runs no exit handler of the fork server."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            # A job that kept the socket open would keep it from closing when the supervisor ends.
            self._supervisor.close()
            for end in self._pipe:
                os.close(end)
            isolate(parent, log)
            work(job, message_writer(messages))
            code = 0
        finally:
            with suppress(Exception):
                sys.stdout.flush()
            os._exit(code)

    def _reap(self) -> None:
        """Report every job that has ended, after what it left behind is gone."""
        ended: dict[int, int] = {}
        # Signals merge: one byte may stand for several children.
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                if pid in self._jobs:
                    ended[pid] = status
        keys = {pid: self._jobs.pop(pid) for pid in ended}
        if ended:
            self._kill_orphans()
        for pid, status in ended.items():
            remove_scratch(self._scratch.pop(pid))
            self._send({"ended": keys[pid], "status": status})

    def _kill_orphans(self, *, jobs_too: bool = False) -> None:
        """Kill and reap the children that are not jobs: orphans of an ended job, since a live one adopts its own.

        Repeated, because the children of a killed orphan are adopted here in turn.
        """
        while orphans := [pid for pid in children(os.getpid()) if jobs_too or pid not in self._jobs]:
            for pid in orphans:
                kill_tree(pid)
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def _send(self, message: dict[str, Any]) -> None:
        with suppress(ConnectionError):  # the supervisor has gone, as the next select shows
            self._supervisor.send(json.dumps(message).encode())
