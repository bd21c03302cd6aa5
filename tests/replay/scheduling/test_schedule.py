from __future__ import annotations

import numpy as np
import pytest
from freshmark.errors import UsageError
from freshmark.replay.scheduling.schedule import Schedule
from hypothesis import given
from hypothesis import strategies as st

SECOND = 1_000_000


def made(every, times, first, delay="0s"):
    """(due in seconds, known, live) of each update."""
    updates = Schedule.parse(every, delay).updates(np.array(times, np.int64) * SECOND, first)
    return [
        (due / SECOND, known, live)
        for due, known, live in zip(updates.due.tolist(), updates.known.tolist(), updates.live.tolist(), strict=True)
    ]


def test_boundaries_are_counted_from_the_first_test_event():
    # The first test event is at 3: boundaries at 13, 23, 33.
    assert made("10s", [0, 3, 5, 12, 13, 22, 30, 34], first=1) == [(13, 4, 4), (23, 6, 6), (33, 7, 7)]


def test_an_update_at_a_boundary_knows_only_what_came_before_it():
    # The event at 13 is not before the boundary at 13.
    assert made("10s", [3, 13, 14], first=0) == [(13, 1, 1)]


def test_a_boundary_without_new_events_makes_no_update():
    assert made("10s", [0, 1, 95, 96], first=0) == [(10, 2, 2)]


def test_an_update_that_no_request_would_see_is_not_made():
    assert made("10s", [0, 1, 5], first=0) == []


def test_each_event_updates_after_each_distinct_time():
    assert [(known, live) for _, known, live in made("event", [0, 1, 1, 2, 2, 3], first=1)] == [(3, 3), (5, 5)]


def test_a_count_is_lengthened_until_time_changes():
    assert [known for _, known, _ in made("2", [0, 1, 1, 1, 2, 3, 4, 5], first=0)] == [4, 6]


def test_every_one_event_is_every_event():
    times = [0, 1, 1, 2, 4, 4, 9]
    assert made("1", times, first=0) == made("event", times, first=0)


def test_never_is_never():
    assert made("never", [0, 1, 2], first=0) == []


def test_a_delayed_update_answers_later_with_what_was_known_when_it_was_due():
    assert made("10s", [0, 9, 10, 12, 13, 25], first=0, delay="3s") == [(10, 2, 4), (20, 5, 5)]


def test_spans_that_are_equal_are_one_schedule():
    assert Schedule.parse("24h") == Schedule.parse("1d")
    assert Schedule.parse("1d").every == "1d"
    assert Schedule.parse(1000).every == "1000"
    assert Schedule.parse("1d", "60s").delay == "1m"


@pytest.mark.parametrize("every", ["", "0", "0s", "daily", "-5", "1.5", "sometimes"])
def test_what_is_no_schedule_is_refused_with_the_kinds_that_there_are(every):
    with pytest.raises(UsageError, match="'event', 'never', a clock"):
        Schedule.parse(every)


@given(
    st.lists(st.integers(0, 60), min_size=2, max_size=40).map(sorted),
    st.sampled_from(["1s", "7s", "30s", "1", "3", "event"]),
    st.sampled_from(["0s", "4s"]),
    st.data(),
)
def test_no_update_splits_a_tie_nor_knows_what_it_answers(times, every, delay, data):
    time = np.array(times, np.int64) * SECOND
    first = int(np.searchsorted(time, time[data.draw(st.integers(0, len(times) - 1))], "left"))
    updates = Schedule.parse(every, delay).updates(time, first)
    assert np.all(np.diff(updates.known, prepend=first) > 0)
    for due, known, live in zip(updates.due, updates.known, updates.live, strict=True):
        assert np.all(time[:known] < due)
        assert np.all(time[known:] >= due)
        assert time[live] >= due
        assert live == 0 or time[live] != time[live - 1]
        assert known <= live


DAY = 86_400


@pytest.mark.parametrize(
    ("every", "boundaries"),
    [
        ("daily@03:00", [DAY + 3 * 3600, 2 * DAY + 3 * 3600]),
        ("hourly@30", [DAY + 1800, DAY + 5 * 3600 + 1800, 2 * DAY + 1800]),
        ("weekly@sat-00:00", [2 * DAY]),  # 1970-01-01 was a Thursday
    ],
)
def test_a_clock_makes_boundaries_in_utc_whenever_the_test_begins(every, boundaries):
    times = [0, DAY + 60, DAY + 5 * 3600, 2 * DAY, 2 * DAY + 4 * 3600, 9 * DAY]
    assert [due for due, _, _ in made(every, times, first=1)][: len(boundaries)] == boundaries


def test_clocks_are_written_in_one_way():
    assert Schedule.parse("daily@3:00") == Schedule.parse("daily@03:00")
    assert Schedule.parse("weekly@mon-7:05").every == "weekly@mon-07:05"


@pytest.mark.parametrize("every", ["daily@24:00", "daily@3", "hourly@60", "weekly@noday-03:00", "monthly@1"])
def test_what_no_clock_shows_is_refused(every):
    with pytest.raises(UsageError, match="is not a valid schedule"):
        Schedule.parse(every)


def test_labels_that_come_later_are_learned_later():
    # Known for learning at 4, 9, 14: at the boundary at 10 only the first two are.
    time = np.array([0, 5, 10, 15], np.int64) * SECOND
    updates = Schedule.parse("10s").updates(time, 0, known=time + 4 * SECOND)
    assert (updates.due // SECOND).tolist() == [10]
    assert updates.known.tolist() == [2]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("drift()", "drift(detector='adwin')"),
        ('drift(detector="page_hinkley", on="loss")', "drift(detector='page_hinkley')"),
        ("budget(20)", "budget(20, detector='adwin')"),
        ("budget(3,detector='page_hinkley')", "budget(3, detector='page_hinkley')"),
    ],
)
def test_detectors_are_schedules(text, canonical):
    schedule = Schedule.parse(text)
    assert schedule.every == canonical
    assert schedule.kind == "loss"
    assert Schedule.parse(canonical) == schedule


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("drift(detector='adwine')", "did you mean 'adwin'"),
        ("drift(detectr='adwin')", "did you mean 'detector'"),
        ("drift(on='clicks')", "on='loss'"),
        ("drift(20)", "takes only a detector"),
        ("budget()", "at most 20 updates"),
        ("budget(0)", "at most 20 updates"),
        ("budget('x')", "at most 20 updates"),
    ],
)
def test_a_wrong_detector_is_refused_with_what_would_be_right(text, told):
    with pytest.raises(UsageError, match=told):
        Schedule.parse(text)
