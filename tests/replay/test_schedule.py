from __future__ import annotations

import numpy as np
import pytest
from freshmark.errors import UsageError
from freshmark.replay.schedule import Schedule
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


def test_an_update_that_nobody_would_ask_is_not_made():
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
def test_what_is_no_schedule_is_refused_with_the_four_kinds(every):
    with pytest.raises(UsageError, match="'event' or 'never'"):
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
