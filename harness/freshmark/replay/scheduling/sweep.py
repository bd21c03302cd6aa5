"""A sweep of schedules from never to almost always, to find a good range on a new stream."""

from __future__ import annotations

from freshmark.contract.delays import UNITS
from freshmark.replay.durations import format_duration
from freshmark.replay.timeline import Timeline

STEPS = (
    52 * UNITS["w"], 13 * UNITS["w"], 4 * UNITS["w"], UNITS["w"], UNITS["d"], 6 * UNITS["h"], UNITS["h"],
    10 * UNITS["m"], UNITS["m"], 10 * UNITS["s"], UNITS["s"],
)  # fmt: skip
"""Roughly geometric, and periods that people schedule by."""

FEWEST_UPDATES = 3
FEWEST_EVENTS = 20
MOST = 6


def sweep(timeline: Timeline) -> tuple[str, ...]:
    """Schedules, rarest first: ``never``, then periods that give at least 3 updates of at least 20 events each.

    Not ``event``: a retrain per event would take days. Request it explicitly where it is feasible.
    """
    span = int(timeline.time[-1]) - int(timeline.time[timeline.first])
    gap = span / (timeline.end - timeline.first)
    spans = [step for step in STEPS if FEWEST_EVENTS * gap <= step <= span / FEWEST_UPDATES]
    return ("never", *(format_duration(step) for step in spans[:MOST]))
