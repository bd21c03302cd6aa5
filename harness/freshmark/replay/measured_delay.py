"""Served: what is lost because updates take time. Two passes, the second with the durations that the first measured.

The free pass makes every update at its boundary, as if it took no time. The served pass makes the same updates wait for
their own durations, times ``time_scale``: 1 is this machine's speed against the stream's clock. Boundaries that fall
while an update is under way are merged into one, which starts, with what is known then, when the running one goes live;
it takes as long as the last of those that it merges took in the free pass, whose knowledge is nearest to its own.

The durations are a table of the cell: given again, they give the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray
from freshmark.contract.delays import time_scale
from freshmark.contract.stream import SECOND
from freshmark.errors import UsageError
from freshmark.replay.loop import Replay, replay
from freshmark.replay.scheduling.agenda import Agenda
from freshmark.replay.scheduling.schedule import Schedule, Updates
from freshmark.replay.timeline import Timeline

Durations = Mapping[str, AnyArray]
"""``due`` (u,) int64 µs and ``seconds`` (u,) float64 of every update of the free pass."""


def replay_served(
    timeline: Timeline,
    build: Callable[[], Any],
    schedule: Schedule,
    *,
    durations: Durations | None = None,
    **options: Any,
) -> Replay:
    """Both passes: the tables of the served one, with the outcomes of the free one beside, as ``free_…``.

    Args:
        timeline: the stream, under the settings of the run.
        build: gives a fresh strategy, for each pass one.
        schedule: with a delay ``measured`` or ``measured*SCALE``.
        durations: of an earlier run, instead of measuring them.
        options: as of ``replay``.

    Raises:
        UsageError: the delay is not measured, or the durations are those of other updates.
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
            f"the durations are of {len(durations['due'])} other updates", remedy="take those of the same cell"
        )
    delayed = delayed_by(updates, durations["seconds"] * scale, timeline)
    served = replay(timeline, build(), schedule, agenda=Agenda(delayed, timeline.warm), **options)
    outcomes = dict(served.tables["outcomes"])
    outcomes |= {f"free_{name}": column for name, column in free.tables["outcomes"].items() if name != "age"}
    tables = {**served.tables, "outcomes": outcomes, "durations": dict(durations)}
    free_costs = {f"free_{name}": free.summary[name] for name in ("update_seconds", "updates")}
    return Replay(tables, {**served.summary, **free_costs})


def delayed_by(updates: Updates, seconds: FloatArray, timeline: Timeline) -> Updates:
    """The updates of the served pass, merged where they would overlap.

    Args:
        updates: those of the free pass.
        seconds: (u,) how long each is under way.
        timeline: of the stream.
    """
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
        # A merged update may have taken what the next boundary would have been for.
        if known > given:
            busy_until, given = start + int(spans[place]), known
            rows.append((start, known, int(np.searchsorted(timeline.time, busy_until, "left"))))
        place += 1
    due, known_by, live = np.array([row for row in rows if row[2] < timeline.end], np.int64).reshape(-1, 3).T
    return Updates(due.copy(), known_by.copy(), live.copy())
