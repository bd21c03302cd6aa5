"""A sweep: schedules from never to hardly less than always, for a stream whose good schedule nobody knows yet."""

from __future__ import annotations

from freshmark.replay.durations import UNITS, in_words
from freshmark.replay.timeline import Timeline

STEPS = (
    52 * UNITS["w"], 13 * UNITS["w"], 4 * UNITS["w"], UNITS["w"], UNITS["d"], 6 * UNITS["h"], UNITS["h"],
    10 * UNITS["m"], UNITS["m"], 10 * UNITS["s"], UNITS["s"],
)  # fmt: skip
"""Roughly geometric, and spans that people schedule by."""

FEWEST_UPDATES = 3
FEWEST_EVENTS = 20
MOST = 6


def sweep(timeline: Timeline) -> tuple[str, ...]:
    """Schedules, the rarest first: ``never``, then spans that give at least 3 updates of at least 20 events each.

    Not ``event``: a retrain for each event would take days. Ask for it where it can be.
    """
    span = int(timeline.time[-1]) - int(timeline.time[timeline.first])
    gap = span / (timeline.end - timeline.first)
    spans = [step for step in STEPS if FEWEST_EVENTS * gap <= step <= span / FEWEST_UPDATES]
    return ("never", *(in_words(step) for step in spans[:MOST]))
