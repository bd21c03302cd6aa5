"""Calibration: how fast the machine was before and after a cell, and who else used it meanwhile.

The kernel is a fixed piece of work, NumPy and pure Python, about 10 ms of CPU time: whatever slows it (a neighbour on
the same core, a lower clock) slows strategies too. It tells a slow machine from a slow strategy.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from freshmark.replay.measuring.meters import NANO

KERNEL = 1
"""Version of the kernel: times of different versions cannot be compared."""

ROUNDS = 3
"""Rounds that are timed, after one that fills the caches; their median counts."""

STAT = Path("/proc/stat")
_KEYS = 1 << 15
_PASSES = 20
_STEPS = 50_000
_TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class _Usage:
    """Seconds since an arbitrary start: of the wall clock, and of all cores together; ``own`` is of this process."""

    wall: float
    own: float
    busy: float
    stolen: float
    total: float


class Calibration:
    """Times the kernel, and reads what the machine did, before and after a cell."""

    def __init__(
        self,
        thread: Callable[[], int] = time.thread_time_ns,
        now: Callable[[], int] = time.perf_counter_ns,
        times: Callable[[], os.times_result] = os.times,
        stat: Path = STAT,
    ) -> None:
        # Clocks are bound before plugins are imported: a plugin may patch these functions.
        self._thread, self._now, self._times, self._stat = thread, now, times, stat
        # Held until the end, and written in place: no memory of the kernel counts for the strategy.
        self._keys = np.arange(_KEYS) * 2_654_435_761 % (1 << 20)
        self._sorted, self._values = np.empty_like(self._keys), np.empty(_KEYS)

    def begin(self) -> None:
        """Before the cell."""
        self._usage = self._used()
        self._before = self._kernel_seconds()

    def end(self) -> dict[str, float]:
        """After the cell; gives numbers for its summary.

        kernel: its version
        kernel_before_seconds, kernel_after_seconds: CPU seconds of the kernel
        steal_share: share of all cores' time that the host of this virtual machine gave to others
        other_cores: how many cores other processes kept busy, on average

        The last two are NaN where there is no /proc/stat: outside Linux, and in some sandboxes.
        """
        after = self._kernel_seconds()
        wall, own, busy, stolen, total = (
            late - early for late, early in zip(astuple(self._used()), astuple(self._usage), strict=True)
        )
        return {
            "kernel": float(KERNEL),
            "kernel_before_seconds": self._before,
            "kernel_after_seconds": after,
            "steal_share": stolen / total if total > 0 else float("nan"),
            "other_cores": max(0.0, busy - own) / wall if total > 0 else float("nan"),
        }

    def _kernel_seconds(self) -> float:
        return float(np.median([self._round() for _ in range(ROUNDS + 1)][1:]))

    def _round(self) -> float:
        begin = self._thread()
        self._work()
        return (self._thread() - begin) * NANO

    def _work(self) -> None:
        self._sorted[:] = self._keys
        self._sorted.sort(kind="stable")
        self._values[:] = self._sorted
        for _ in range(_PASSES):
            np.sqrt(self._values, out=self._values)
            np.add(self._values, 0.5, out=self._values)
        counts: dict[int, int] = {}
        state = 0
        for step in range(_STEPS):
            state = (state * 31 + step) & 0xFFFF
            counts[state & 1023] = counts.get(state & 1023, 0) + 1

    def _used(self) -> _Usage:
        """What was used so far; the machine's is 0 where it cannot be read."""
        times = self._times()
        own = times.user + times.system + times.children_user + times.children_system
        ticks = _cpu_ticks(self._stat)
        idle, stolen, total = sum(ticks[3:5]), sum(ticks[7:8]), sum(ticks[:8])  # guest time is part of user time
        busy = total - idle - stolen
        return _Usage(self._now() * NANO, own, busy * _TICK, stolen * _TICK, total * _TICK)


def _cpu_ticks(stat: Path) -> list[int]:
    """Of all cores: user, nice, system, idle, iowait, irq, softirq, steal, guest …; empty without such a file."""
    try:
        first = stat.read_text("ascii").partition("\n")[0]
    except OSError:
        return []
    return [int(word) for word in first.split()[1:]]
