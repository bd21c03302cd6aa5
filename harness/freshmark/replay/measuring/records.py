"""Records: everything measured while a cell runs, and the tables made from it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray
from freshmark.contract.events import Events
from freshmark.contract.hookspecs import Meter
from freshmark.contract.outcomes import Outcomes, blank, encoded
from freshmark.contract.windows import WINDOW_COLUMNS
from freshmark.errors import PluginError
from freshmark.replay.answering.answers import Answers
from freshmark.replay.answering.calls import Calls
from freshmark.replay.measuring.background import BackgroundMeter
from freshmark.replay.measuring.meters import (
    NANO,
    Clock,
    CollectorMeter,
    MemoryMeter,
    StateMeter,
    Stopwatch,
    growth_per_million,
    resident_bytes,
)
from freshmark.replay.measuring.requests import Requests
from freshmark.replay.scheduling.agenda import Agenda
from freshmark.replay.scheduling.detectors import losses
from freshmark.replay.timeline import Timeline

Table = dict[str, AnyArray]
OnWindow = Callable[[Mapping[str, float]], None]
OnAnswers = Callable[[Mapping[str, AnyArray], float], None]


class Records:
    """Times the calls, stores the outcomes, reads the meters at the end of each window."""

    def __init__(
        self,
        timeline: Timeline,
        calls: Calls,
        answers: Answers,
        agenda: Agenda,
        *,
        seed: int,
        clock: Clock,
        meters: Mapping[str, Meter],
    ) -> None:
        self._timeline = timeline
        self._answers = answers
        self._agenda = agenda
        self._clock = clock
        self._ask, self._learn = Stopwatch(clock), Stopwatch(clock)
        self._memory, self._background = MemoryMeter(), BackgroundMeter()
        self._state = StateMeter(calls.state)
        self._meters, self._readings = meters, calls.readings
        self._requests = Requests(timeline, answers, seed=seed, clock=clock)
        # Filled here, so that the pages count for the harness, not for the strategy.
        self._outcomes: Table = blank(timeline.stream.task, timeline.end - timeline.first)
        # Row 0 is the warm-up.
        self._update_nanoseconds = array("q")
        self._update_cpu_seconds = array("d")
        self._rows: list[dict[str, float]] = []
        self._window = 0
        self._window_stop = self._stop_of(0)
        self._changed_in_window, self._unmeasured = float("nan"), True
        self._marks = dict.fromkeys(("update_seconds", "update_cpu_seconds", "answer_seconds", "gc_seconds"), 0.0)
        self._updates_before = 0

    def begin(self, collector: CollectorMeter, on_window: OnWindow | None, on_answers: OnAnswers | None) -> None:
        """Start measuring, just before the strategy starts."""
        self._collector, self._on_window, self._on_answers = collector, on_window, on_answers
        self._memory.begin()
        self._background.begin()
        for meter in self._meters.values():
            meter.begin()

    def learn_warmup(self, fit: Callable[[Events], Any], history: Events) -> None:
        """Call ``fit``, timed."""
        warmup = Stopwatch(self._clock)
        warmup.time(fit, history)
        self._update_nanoseconds.append(warmup.nanoseconds)
        self._update_cpu_seconds.append(warmup.cpu_seconds)

    def learn(self, update: Callable[[Events], Any], events: Events) -> None:
        """Call ``update``, timed; once per window, also measure how much of the state it changed."""
        measured = self._unmeasured
        if measured:
            self._unmeasured = False
            # The copy of the state belongs to the harness: it must not show in the strategy's peak.
            self._memory.pause()
            copy = self._state.before_update()
            self._memory.resume()
        self._learn.time(update, events)
        self._update_nanoseconds.append(self._learn.last)
        self._update_cpu_seconds.append(self._learn.last_cpu_seconds)
        if measured:
            self._memory.pause(less=copy)
            self._changed_in_window = self._state.changed_bytes()
            self._memory.resume()

    def ask(self, at: int, stop: int) -> None:
        """Ask the queries [at, stop) in one timed call, and judge the answer."""
        call, arguments = self._answers.ask(at, stop)
        answer = self._ask.time(call, *arguments)
        self._answers.judge(answer, at, stop, self._outcomes)

    def losses(self, positions: IntArray) -> FloatArray:
        """The losses of the answers to these events; NaN for those of the warm-up."""
        line = self._timeline
        values = np.full(len(positions), np.nan)
        asked = positions >= line.first
        rows = positions[asked] - line.first
        outcomes = Outcomes(line.stream.task, label=line.truth[positions[asked]])
        values[asked] = losses(outcomes.answered({name: column[rows] for name, column in self._outcomes.items()}))
        return values

    def passed(self, stop: int) -> None:
        """The events before ``stop`` are past: the single requests among them are served, windows closed."""
        self._requests.serve(stop)
        while stop >= self._window_stop and self._window < len(self._timeline.edges) - 1:
            self._close_window(stop)

    def unmeasured(self, call: Callable[[], object]) -> None:
        """Make a call that is not the strategy's to answer for: no clock runs, and its memory does not count."""
        self._memory.pause()
        self._background.pause()
        call()
        self._background.resume()
        self._memory.resume()

    def tables(self) -> dict[str, Table]:
        """The tables of the cell."""
        names = dict.fromkeys(name for row in self._rows for name in row)
        windows = {name: np.array([row.get(name, np.nan) for row in self._rows]) for name in names}
        for name in ("window", "begin", "end", "events", "updates"):
            windows[name] = windows[name].astype(np.int64)
        return {
            "outcomes": encoded(self._outcomes, self._ages()),
            "windows": windows,
            "updates": self._update_table(),
            **self._requests.tables(),
        }

    def summary(self) -> dict[str, float]:
        """Seconds and bytes of the whole cell."""
        seen = np.cumsum([row["events"] for row in self._rows])
        resident = np.array([row["rss_bytes"] for row in self._rows])
        return {
            "start_rss_bytes": float(self._memory.start_bytes),
            "peak_rss_bytes": float(self._memory.peak_bytes()),
            "state_bytes": float(self._state.total_bytes()),
            "growth_bytes_per_million_events": growth_per_million(seen, resident),
            "fit_seconds": self._update_nanoseconds[0] * NANO,
            "fit_cpu_seconds": self._update_cpu_seconds[0],
            "update_seconds": self._learn.seconds,
            "update_cpu_seconds": self._learn.cpu_seconds,
            "answer_seconds": self._ask.seconds,
            "answer_cpu_seconds": self._ask.cpu_seconds,
            "background_cpu_seconds": self._background.seconds,
            "gc_seconds": self._collector.seconds,
            "updates": float(len(self._update_nanoseconds) - 1),
            "events": float(self._timeline.end - self._timeline.first),
            "threads": float(sum(1 for _ in Path("/proc/self/task").iterdir())),
        }

    def _stop_of(self, window: int) -> int:
        return int(np.searchsorted(self._timeline.time, self._timeline.edges[window + 1], "left"))

    def _close_window(self, stop: int) -> None:
        """Read every meter. If a batch ends after the edge of the window, meters are read at the end of the batch."""
        window, edges, line = self._window, self._timeline.edges, self._timeline
        begin = int(np.searchsorted(line.time, edges[window], "left"))
        row: dict[str, float] = {
            "window": window,
            "begin": int(edges[window]),
            "end": int(edges[window + 1]),
            "events": self._window_stop - max(begin, line.first),
            "updates": len(self._update_nanoseconds) - 1 - self._updates_before,
            **self._since_last_window(),
            "rss_bytes": resident_bytes(),
            "state_bytes": self._state.total_bytes(),
            "changed_bytes": self._changed_in_window,
            **self._requests.close_window(window),
        }
        for name, meter in self._meters.items():
            row |= _checked(f"meter {name!r}", meter.window(), row)
        row |= _checked("the strategy", self._readings(), row)
        self._rows.append(row)
        self._updates_before = len(self._update_nanoseconds) - 1
        self._changed_in_window, self._unmeasured = float("nan"), True
        self._window += 1
        if self._window < len(edges) - 1:
            self._window_stop = self._stop_of(self._window)
        if self._on_window is not None:
            self._on_window(row)
        if self._on_answers is not None:
            cpu_seconds = self._update_cpu_seconds[0] + self._learn.cpu_seconds + self._ask.cpu_seconds
            self._on_answers({name: one[: stop - line.first] for name, one in self._outcomes.items()}, cpu_seconds)

    def _since_last_window(self) -> dict[str, float]:
        now = {
            "update_seconds": self._learn.seconds,
            "update_cpu_seconds": self._learn.cpu_seconds,
            "answer_seconds": self._ask.seconds,
            "gc_seconds": self._collector.seconds,
        }
        since = {name: value - self._marks[name] for name, value in now.items()}
        self._marks = now
        return since

    def _ages(self) -> IntArray:
        """(n_test,) µs: age of the knowledge that answered each event, since the boundary of its update."""
        line = self._timeline
        updates = self._agenda.updates()
        dues = np.concatenate([[line.time[line.first]], updates.due])
        places = np.searchsorted(updates.live, np.arange(line.first, line.end), "right")
        return np.asarray(line.time[line.first :] - dues[places], np.int64)

    def _update_table(self) -> Table:
        line, updates = self._timeline, self._agenda.updates()
        start = int(line.time[line.first])
        due = np.concatenate([[start], updates.due])
        live = np.concatenate([[start], line.time[updates.live]])
        known = np.concatenate([[line.warm], updates.known])
        number = np.arange(len(due))
        return {
            "fit": number == 0,
            "due": due,
            "live": live,
            "window": ((live - line.edges[0]) // line.span).astype(np.int32),
            "events": np.diff(known, prepend=0),
            "seconds": np.array(self._update_nanoseconds) * NANO,
            "cpu_seconds": np.array(self._update_cpu_seconds),
            "first": number == 1,
        }


def _checked(source: str, numbers: Mapping[str, float], row: Mapping[str, float]) -> dict[str, float]:
    """The numbers of a meter or of the strategy, if their names are free."""
    taken = sorted(numbers.keys() & (WINDOW_COLUMNS | row.keys()))
    if taken:
        what = f"{source} gives {taken[0]!r}, which freshmark or another meter measures"
        raise PluginError(what, remedy="another name", code="FM307")
    return {name: float(number) for name, number in numbers.items()}
