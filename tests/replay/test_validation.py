"""Validation knows the warm-up alone, and replays the last quarter of its time span."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.errors import UsageError
from freshmark.replay.timeline import Settings, Timeline
from freshmark.replay.validation import validation

HOUR = 3_600_000_000


def log(time, **columns):
    at = np.arange(len(time))
    return stream_of(name="log", task="rank", time=np.asarray(time), user=at % 5, item=at * at % 11, **columns)


def test_the_last_quarter_of_the_time_span_is_replayed_however_many_events_it_has():
    time = np.concatenate([np.arange(0, 30), np.arange(30, 40, 0.1)]) * HOUR  # most events are late
    line = Timeline(log(time.astype(np.int64)), Settings(warmup=0.9))
    tail = validation(line)
    assert tail.end == line.first
    assert tail.time[tail.first - 1] < 0.75 * line.time[line.first - 1] <= tail.time[tail.first]


def test_it_holds_nothing_of_the_test_events():
    stream = log(np.arange(1000) * HOUR)
    line = Timeline(stream, Settings())
    other = replace(stream, user=np.where(np.arange(1000) < line.first, stream.user, 0))
    tails = [validation(Timeline(one, Settings())) for one in (stream, other)]
    assert tails[0].stream.fingerprint == tails[1].stream.fingerprint
    assert len(tails[0].stream) == 300


def test_labels_that_were_not_known_when_the_test_began_are_left_out():
    line = Timeline(log(np.arange(1000) * HOUR), Settings(label_delay="10h"))
    tail = validation(line)
    assert tail.end == line.first - 10 == line.warm
    delays = np.where(np.arange(1000) == 200, 200 * HOUR, 0)
    assert validation(Timeline(log(np.arange(1000) * HOUR, label_delay=delays), Settings())).end == 200


@pytest.mark.parametrize(
    ("time", "settings"),
    [
        (np.arange(100) * HOUR, Settings(warmup=0.0)),
        (np.repeat([0, HOUR], 50), Settings(warmup=0.5)),
        (np.arange(100) * HOUR, Settings(label_delay="30d")),
    ],
)
def test_a_warm_up_without_two_times_is_refused(time, settings):
    with pytest.raises(UsageError) as refused:
        validation(Timeline(log(time), settings))
    assert refused.value.code == "FM132"


def test_nothing_but_the_outcomes_is_measured():
    tail = validation(Timeline(log(np.arange(1000) * HOUR), Settings(window="1000w", probes=50, matrix=3)))
    assert (tail.settings.probes, tail.settings.panel, tail.settings.matrix) == (0, 0, 0)
    assert len(tail.edges) > 20
