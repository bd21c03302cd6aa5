"""Latency, CPU seconds, memory and state size of a cell. The clock is a parameter, and hugs the call that it times.

Times come from ``perf_counter_ns``, memory from /proc: the high-water mark is reset at the start of the cell (never
``ru_maxrss``, which a child inherits from its parent).
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np

from freshmark.contract.arrays import AnyArray
from freshmark.replay.answering.numbers import arrays_of

T = TypeVar("T")

NANO = 1e-9
NAN = float("nan")
SHORT_CALL = 200_000
"""Nanoseconds: after a call longer than this, the CPU time of the next one is read too."""
SAMPLE = 16
"""One in this many of the shorter calls has its CPU time read."""
LARGEST_SNAPSHOT = 256 * 1024**2
"""Bytes of state above which ``changed_bytes`` is not measured (NaN): the copy would cost too much."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Nanoseconds of wall-clock time and of CPU time of this process, since an arbitrary start."""

    now: Callable[[], int] = time.perf_counter_ns
    cpu: Callable[[], int] = time.process_time_ns


@dataclass(slots=True)
class Stopwatch:
    """Sums the cost of calls of one kind.

    The wall clock is read around every call. The CPU clock is a system call that may cost more than what it times:
    among short calls it is read around one in ``SAMPLE``, and the others are assumed to use the same share of a CPU.
    """

    clock: Clock
    calls: int = 0
    nanoseconds: int = 0
    last: int = 0
    """Nanoseconds of the last call."""
    last_cpu_seconds: float = 0.0
    _sampled: int = 0
    _sampled_cpu: int = 0

    def time(self, call: Callable[..., T], *arguments: Any) -> T:
        """Make the call and record its seconds; gives its result."""
        if self.last > SHORT_CALL or not self.calls % SAMPLE:
            return self._time_cpu_too(call, *arguments)
        now = self.clock.now
        begin = now()
        result = call(*arguments)
        self.last = last = now() - begin
        self.last_cpu_seconds = NAN
        self.calls += 1
        self.nanoseconds += last
        return result

    def _time_cpu_too(self, call: Callable[..., T], *arguments: Any) -> T:
        now, cpu = self.clock.now, self.clock.cpu
        cpu_begin = cpu()
        begin = now()
        result = call(*arguments)
        self.last = now() - begin
        used = cpu() - cpu_begin
        self.last_cpu_seconds = used * NANO
        self._sampled_cpu += used
        self._sampled += self.last
        self.calls += 1
        self.nanoseconds += self.last
        return result

    @property
    def seconds(self) -> float:
        """Seconds of all calls."""
        return self.nanoseconds * NANO

    @property
    def last_seconds(self) -> float:
        """Seconds of the last call."""
        return self.last * NANO

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all calls, all threads of this process included."""
        return self._sampled_cpu * NANO * self.nanoseconds / self._sampled if self._sampled else 0.0


class MemoryMeter:
    """Resident memory of this process, in bytes, above its level at the start of the cell."""

    def begin(self) -> None:
        """Take the baseline and start watching."""
        gc.collect()
        self._highest = 0
        self.resume()
        self.start_bytes = resident_bytes()

    def pause(self, *, less: int = 0) -> None:
        """Record the high-water mark, less ``less`` bytes that the harness itself held; what follows does not count."""
        self._highest = max(self._highest, _status("VmHWM") - less)

    def resume(self) -> None:
        """Reset the high-water mark and count again."""
        Path("/proc/self/clear_refs").write_text("5")

    def peak_bytes(self) -> int:
        """The high-water mark since ``begin``, without pauses, less the baseline."""
        self.pause()
        return max(0, self._highest - self.start_bytes)


class CollectorMeter:
    """Seconds for which the garbage collector stopped the process."""

    def __init__(self, clock: Clock) -> None:
        self.seconds = 0.0
        self._clock = clock
        self._begin = 0

    def __enter__(self) -> Self:
        # What exists now (modules, the stream) stays alive: keep the collector from walking it again and again.
        gc.freeze()
        gc.callbacks.append(self._pause)
        return self

    def __exit__(self, *exception: object) -> None:
        gc.callbacks.remove(self._pause)
        gc.unfreeze()

    def _pause(self, phase: str, info: Mapping[str, int]) -> None:
        del info
        if phase == "start":
            self._begin = self._clock.now()
        else:
            self.seconds += (self._clock.now() - self._begin) * NANO


@dataclass(slots=True)
class StateMeter:
    """Bytes of a strategy's state, and how many of them an update changes."""

    state: Callable[[], Mapping[str, AnyArray]]
    _before: dict[str, AnyArray] = field(default_factory=dict)
    _known: bool = False

    def total_bytes(self) -> int:
        """Bytes of all arrays of the state."""
        return sum(array.nbytes for array in arrays_of(self.state()).values())

    def before_update(self) -> int:
        """Copy the state; gives the bytes of the copy."""
        state = arrays_of(self.state())
        total = sum(array.nbytes for array in state.values())
        self._known = total <= LARGEST_SNAPSHOT
        self._before = {name: array.copy() for name, array in state.items()} if self._known else {}
        return total if self._known else 0

    def changed_bytes(self) -> float:
        """Bytes that differ from the copy, new rows included; NaN if the state was too large to copy."""
        changed = 0
        if self._known:
            for name, array in arrays_of(self.state()).items():
                changed += _changed(self._before.get(name), array)
        self._before = {}
        return float(changed) if self._known else float("nan")


def _changed(before: AnyArray | None, after: AnyArray) -> int:
    if before is None or before.shape[1:] != after.shape[1:] or before.dtype != after.dtype:
        return after.nbytes
    shared = min(len(before), len(after)) if after.ndim else 0
    if not after.ndim:
        return int(before != after) * after.nbytes
    differ = int(np.count_nonzero(before[:shared] != after[:shared]))
    return differ * after.itemsize + after[shared:].nbytes


def resident_bytes() -> int:
    """Resident memory of this process."""
    return _status("VmRSS")


def _status(field_name: str) -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(field_name + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/self/status has no {field_name}")


def growth_per_million(events: AnyArray, rss: AnyArray) -> float:
    """Theil–Sen slope: bytes of resident memory per million events, one reading per window; NaN below two."""
    if len(events) < 2:  # noqa: PLR2004
        return float("nan")
    left, right = np.triu_indices(len(events), 1)
    run = events[right] - events[left]
    rise = rss[right] - rss[left]
    return float(np.median(rise[run > 0] / run[run > 0]) * 1e6) if np.any(run > 0) else float("nan")
