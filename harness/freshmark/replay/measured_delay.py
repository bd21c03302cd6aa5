"""Measured delay: what is lost because updates take time. The second pass uses the durations that the first measured.

The free pass makes every update at its boundary, as if it took no time. The served pass delays the same updates by
their own durations, times ``time_scale``: 1 is the speed of this machine against the clock of the stream. Boundaries
that fall while an update runs are merged into one, which starts, with what is known then, when the running one goes
live. It takes as long as the last of the merged ones took in the free pass, whose knowledge is closest to its own.

The durations are a table of the cell: passing them again gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray
from freshmark.contract.delays import time_scale
from freshmark.contract.outcomes import with_free_pass
from freshmark.contract.streams.stream import SECOND
from freshmark.errors import UsageError
from freshmark.replay.loop import Replay, replay
from freshmark.replay.scheduling.agenda import Agenda
from freshmark.replay.scheduling.schedule import Schedule, Updates
from freshmark.replay.timeline import Timeline

Durations = Mapping[str, AnyArray]
"""``due`` (u,) int64 µs and ``seconds`` (u,) float64 of each update in the free pass."""


def measured_replay(
    timeline: Timeline,
    build: Callable[[], Any],
    schedule: Schedule,
    *,
    durations: Durations | None = None,
    **options: Any,
) -> Replay:
    """Both passes: the tables of the served one, and the outcomes of the free one as columns ``free_…``.

    Args:
        timeline: the stream, under the settings of the run.
        build: builds a fresh strategy, called once per pass.
        schedule: with a delay ``measured`` or ``measured*SCALE``.
        durations: from an earlier run; measured if None.
        options: as of ``replay``.

    Raises:
        UsageError: the delay is not ``measured``, or the durations belong to other updates.
    """
    scale = time_scale(schedule.delay)
    if scale is None:
        raise UsageError(f"delay={schedule.delay!r} is not measured", remedy="measured, or measured*60")
    at_once = Schedule(schedule.every)
    updates = at_once.updates(timeline.time, timeline.first, known=timeline.known)
    free = replay(timeline, build(), at_once, matrix=False, **options)
    if durations is None:
        durations = {"due": updates.due, "seconds": free.tables["updates"]["seconds"][1:]}
    elif not np.array_equal(durations["due"], updates.due):
        raise UsageError(
            f"the durations belong to {len(durations['due'])} other updates", remedy="use those of the same cell"
        )
    delayed = delayed_by(updates, durations["seconds"] * scale, timeline)
    served = replay(timeline, build(), schedule, agenda=Agenda(delayed, timeline.warm), **options)
    outcomes = with_free_pass(timeline.stream.task, served.tables["outcomes"], free.tables["outcomes"])
    tables = {**served.tables, "outcomes": outcomes, "durations": dict(durations)}
    free_costs = {f"free_{name}": free.summary[name] for name in ("update_seconds", "updates")}
    return Replay(tables, {**served.summary, **free_costs})


def delayed_by(updates: Updates, seconds: FloatArray, timeline: Timeline) -> Updates:
    """The updates of the served pass, merged where they would overlap; ``seconds``: (u,) duration of each."""
    spans = np.rint(seconds * SECOND).astype(np.int64)
    rows: list[tuple[int, int, int]] = []
    busy_until, given = np.iinfo(np.int64).min, timeline.warm
    place = 0
    while place < len(updates):
        start = int(updates.due[place])
        if start < busy_until:
            start = int(busy_until)
            place = int(np.searchsorted(updates.due, start, "right")) - 1
        known = int(np.searchsorted(timeline.known, start, "left"))
        # A merged update may already include the events of the next boundary.
        if known > given:
            busy_until, given = start + int(spans[place]), known
            rows.append((start, known, int(np.searchsorted(timeline.time, busy_until, "left"))))
        place += 1
    due, known_by, live = np.array([row for row in rows if row[2] < timeline.end], np.int64).reshape(-1, 3).T
    return Updates(due.copy(), known_by.copy(), live.copy())
