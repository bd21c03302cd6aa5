from __future__ import annotations

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.scheduling.sweep import sweep
from freshmark.replay.timeline import Settings, Timeline

SECOND = 1_000_000


def line_of(seconds_of_span, events):
    time = np.linspace(0, seconds_of_span, events).astype(np.int64) * SECOND
    return Timeline(
        stream_of(name="even", task="rank", time=time, user=np.zeros(events), item=np.zeros(events)),
        Settings(warmup=0, window=f"{max(1, seconds_of_span // 30)}s"),
    )


def test_half_a_year_is_swept_from_a_month_to_an_hour():
    assert sweep(line_of(185 * 86_400, 100_000)) == ("never", "4w", "1w", "1d", "6h", "1h")


def test_an_hour_is_swept_by_minutes():
    assert sweep(line_of(3600, 100_000)) == ("never", "10m", "1m", "10s", "1s")


def test_a_stream_of_few_events_is_not_swept_finer_than_its_events():
    assert sweep(line_of(185 * 86_400, 200)) == ("never", "4w")


@pytest.mark.parametrize(("span", "events"), [(60, 50), (86_400, 1000), (10**8, 10**5)])
def test_every_step_is_a_schedule_that_makes_updates(span, events):
    line = line_of(span, events)
    for every in sweep(line)[1:]:
        assert len(Schedule.parse(every).updates(line.time, line.first)) >= 2
