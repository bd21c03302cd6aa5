"""Agenda: the updates of one cell in order, known in advance or triggered by a detector."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from freshmark.contract.arrays import FloatArray, IntArray
from freshmark.replay.durations import parse_duration
from freshmark.replay.scheduling.detectors import Detector, detector_of
from freshmark.replay.scheduling.schedule import Schedule, Updates
from freshmark.replay.timeline import Timeline

Losses = Callable[[IntArray], FloatArray]
"""Losses of the answers to the events at these positions; NaN for the warm-up, which has no answers."""


class Agenda:
    """Updates that are known in advance.

    due, known, live: as in Updates; a memoryview gives a number faster than an array
    warm: number of events known when the first query is asked
    watches: whether ``watch`` may add updates
    """

    watches = False

    def __init__(self, updates: Updates, warm: int) -> None:
        self.due: Sequence[int] = updates.due.data
        self.known: Sequence[int] = updates.known.data
        self.live: Sequence[int] = updates.live.data
        self.warm = warm

    def watch(self, stop: int, losses: Losses) -> int:
        """Look at the answers to the events before ``stop``; gives where knowledge changes, at most ``stop``."""
        del losses
        return stop

    def updates(self) -> Updates:
        """The updates so far."""
        return Updates(*(np.array(column, np.int64) for column in (self.due, self.known, self.live)))


class WatchingAgenda(Agenda):
    """Updates that a detector triggers.

    Each loss is passed to the detector when its event becomes known for learning, in order. When the detector finds a
    rise, an update is due just after; answers of the same batch that it would have changed are requested again.
    """

    watches = True

    def __init__(self, timeline: Timeline, detector: Detector, *, delay: int, most: int | None) -> None:
        self.due, self.known, self.live = [], [], []
        self.warm = timeline.warm
        self._timeline = timeline
        self._detector = detector
        self._delay = delay
        self._most = timeline.end if most is None else most
        self._next = timeline.warm

    def watch(self, stop: int, losses: Losses) -> int:
        """See Agenda."""
        line = self._timeline
        begin = self._next
        end = int(np.searchsorted(line.known, line.time[stop - 1], "right"))
        values = losses(line.positions(begin, end)) if end > begin else np.empty(0)
        while self._next < end and line.known[self._next] <= line.time[stop - 1]:
            loss = float(values[self._next - begin])
            rose = not math.isnan(loss) and self._detector.rose(loss)
            if rose and len(self.due) < self._most:
                stop = min(stop, self._plan(int(line.known[self._next]) + 1))
            self._next += 1
        return stop

    def _plan(self, due: int) -> int:
        """Add an update that is due then; gives the first event that it answers."""
        line = self._timeline
        known = int(np.searchsorted(line.known, due, "left"))
        live = int(np.searchsorted(line.time, due + self._delay, "left"))
        before = self.known[-1] if self.known else self.warm
        if known > before and live < line.end:
            for column, value in ((self.due, due), (self.known, known), (self.live, live)):
                column.append(value)  # type: ignore[attr-defined]
            return live
        return line.end


def agenda_of(schedule: Schedule, timeline: Timeline) -> Agenda:
    """The updates of this schedule on this stream.

    Raises:
        UsageError: its detector is not installed.
    """
    watched = schedule.watching
    if watched is None:
        return Agenda(schedule.updates(timeline.time, timeline.first, known=timeline.known), timeline.warm)
    return WatchingAgenda(
        timeline, detector_of(watched.detector), delay=parse_duration(schedule.delay), most=watched.most
    )
