"""CPU time outside timed calls: threads and child processes that work for a strategy."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from freshmark.replay.measuring.meters import NANO

_TICK = 1 / os.sysconf("SC_CLK_TCK")


class BackgroundMeter:
    """CPU seconds of other threads and of child processes since ``begin``.

    An update that hands its work to another thread and returns at once looks free; its cost shows here.
    """

    def __init__(
        self,
        process: Callable[[], int] = time.process_time_ns,
        thread: Callable[[], int] = time.thread_time_ns,
        times: Callable[[], os.times_result] = os.times,
    ) -> None:
        # Bound before plugins are imported: a plugin may patch these functions.
        self._process, self._thread, self._times = process, thread, times
        self._before = self._paused_at = 0.0

    def begin(self) -> None:
        """Start counting."""
        self._before = self._total()

    def pause(self) -> None:
        """Stop counting: what follows belongs to the harness."""
        self._paused_at = self._total()

    def resume(self) -> None:
        """Count again."""
        self._before += self._total() - self._paused_at

    @property
    def seconds(self) -> float:
        """CPU seconds so far."""
        return max(0.0, self._total() - self._before)

    def _total(self) -> float:
        ended = self._times()
        others = (self._process() - self._thread()) * NANO
        return others + ended.children_user + ended.children_system + sum(map(_used_by, _children()))


def _children() -> list[int]:
    """Child processes that have not been waited for."""
    pids: list[int] = []
    for thread in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended, or the kernel keeps no list
            pids += map(int, (thread / "children").read_bytes().split())
    return pids


def _used_by(pid: int) -> float:
    """CPU seconds of a process and of the children it waited for."""
    with suppress(FileNotFoundError, ProcessLookupError):
        # The name in parentheses may contain anything; the times start at the 12th field after it.
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) * _TICK
    return 0.0
