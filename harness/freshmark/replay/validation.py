"""Validation: the warm-up alone as a stream, whose tail is replayed to choose options before anything is measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from freshmark.contract.streams.prefix import first_events
from freshmark.contract.streams.stream import Stream
from freshmark.errors import UsageError
from freshmark.replay.durations import parse_duration
from freshmark.replay.timeline import Timeline

TAIL = 0.25
"""The share of the warm-up's time span that is replayed. ``fit`` gets the rest, three times as long: models are then
nearly as large as in the run, and the tail still has room for some updates."""


def validation(timeline: Timeline) -> Timeline:
    """What was known when the first query of a run was asked, as a timeline of its own.

    Its warm-up is the first three quarters of the time span, its test events are the rest. An event whose label was
    not known by then ends it: what came later is the run's to ask.

    Raises:
        UsageError: the warm-up has no events, or all of them have one time.
    """
    known = _known(timeline)
    time = timeline.time[:known]
    begin = int(np.searchsorted(time, time[0] + (1 - TAIL) * (time[-1] - time[0]), "left")) if known else 0
    if not begin:
        raise UsageError(
            "there is nothing to tune on: tuning replays the end of the warm-up, which has too few events",
            where=timeline.stream.name,
            remedy="a longer warm-up: --warmup 0.3",
            code="FM132",
        )
    share = (begin + 0.5) / known  # a half more, so that rounding cannot lose an event
    settings = replace(timeline.settings, warmup=share, window="auto", probes=0, panel=0, matrix=0)
    return Timeline(first_events(timeline.stream, known), settings)


def _known(timeline: Timeline) -> int:
    """How many events precede the first whose label is not known when the first test event happens."""
    stream: Stream = timeline.stream
    shift = parse_duration(timeline.settings.label_delay)
    if stream.label_delay is None and not shift:
        return timeline.first
    own = 0 if stream.label_delay is None else stream.label_delay[: timeline.first]
    late = timeline.time[: timeline.first] + own + shift >= timeline.time[timeline.first]
    return int(late.argmax()) if late.any() else timeline.first
