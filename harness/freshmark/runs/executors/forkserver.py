"""The nursery: a small process with everything imported, from which fresh processes are forked, one a job.

It has one thread and no CUDA context, so that forking is safe; it is the parent of every job and adopts what their
descendants leave behind, so that nothing outlives its job; and when the supervisor goes, however it goes, the socket
between them closes and the nursery ends every job and itself. It does not import the user's main module.

Over the socket, one JSON text a packet: ``{"job": …}`` with two descriptors (messages, log) starts a job, answered by
``{"started": key, "pid": …, "scratch": folder}`` and in the end ``{"ended": key, "status": wait status}``;
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

from freshmark.runs.executors.worker import teller, work
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
        with suppress(Exception):  # it fails again in the job that needs it, and is told there
            import_module(module)
    settle_torch()
    if "freshmark.replay.loop" in sys.modules:
        from freshmark.runs.executors.precompile import rehearse  # noqa: PLC0415  (it imports the replay)

        rehearse()
    gc.collect()
    gc.freeze()
    Nursery(supervisor).serve()


class Nursery:
    """Forks, waits, reports, kills."""

    def __init__(self, supervisor: socket.socket) -> None:
        self._supervisor = supervisor
        self._jobs: dict[int, str] = {}  # pid → key
        self._scratch: dict[int, str] = {}  # pid → folder
        # A byte comes out of the pipe when a child ends: select wakes, and no signal is ever missed.
        self._woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._pipe = (self._woken, wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until the supervisor has gone; then every job is ended."""
        open_ = True
        while open_:
            ready, _, _ = select.select([self._supervisor.fileno(), self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, 4096)
                self._reap()
            if self._supervisor.fileno() in ready:
                open_ = self._obey()
        for pid in list(self._jobs):
            kill_tree(pid)
        self._sweep(everything=True)
        for folder in self._scratch.values():
            remove_scratch(folder)

    def _obey(self) -> bool:
        """One request; False where the supervisor has closed the socket."""
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
        self._tell({"started": job.key, "pid": pid, "scratch": scratch})

    def _become_worker(self, job: Job, parent: int, messages: int, log: int) -> None:
        """In the new process: it never returns, and runs no exit handler of anyone."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            self._supervisor.close()
            for end in self._pipe:
                os.close(end)
            isolate(parent, log)
            work(job, teller(messages))
            code = 0
        finally:
            with suppress(Exception):
                sys.stdout.flush()
            os._exit(code)

    def _reap(self) -> None:
        """Every child that has ended: the jobs are reported, after what they left behind is gone."""
        ended: dict[int, int] = {}
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    break
                if pid in self._jobs:
                    ended[pid] = status
        keys = {pid: self._jobs.pop(pid) for pid in ended}
        if ended:
            self._sweep()
        for pid, status in ended.items():
            remove_scratch(self._scratch.pop(pid))
            self._tell({"ended": keys[pid], "status": status})

    def _sweep(self, *, everything: bool = False) -> None:
        """Kill and bury children that are no job: orphans of a dead one, for a live job keeps its own."""
        while orphans := [pid for pid in children(os.getpid()) if everything or pid not in self._jobs]:
            for pid in orphans:
                kill_tree(pid)
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def _tell(self, message: dict[str, Any]) -> None:
        with suppress(ConnectionError):  # the supervisor has gone; the next select says so
            self._supervisor.send(json.dumps(message).encode())
