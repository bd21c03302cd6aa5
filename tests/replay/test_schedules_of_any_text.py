"""Whatever text a schedule is given: it is one, written in one way, or it is refused; and no sum of times overflows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from freshmark.errors import UsageError
from freshmark.replay.durations import parse_duration
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.runs.plan.limits import byte_count, seconds
from hypothesis import given
from hypothesis import strategies as st

SPANS = st.builds("{}{}".format, st.integers(1, 400_000), st.sampled_from(["ms", "s", "m", "h", "d"]))
COUNTS = st.integers(1, 10**15 - 1).map(str)
TIMES = st.lists(st.integers(-9 * 10**15, 9 * 10**15), min_size=2, max_size=30).map(sorted)


@given(st.text(max_size=10) | st.sampled_from(["²", "①", "1²", "٣", "0x10", "1_000", "+5", " 7 "]))
def test_any_text_is_a_schedule_or_refused(text):
    try:
        schedule = Schedule.parse(text)
    except UsageError:
        return
    assert Schedule.parse(schedule.every) == schedule
    assert schedule.every.isascii()


@given(TIMES, SPANS | COUNTS | st.sampled_from(["event", "never"]), st.just("0s") | SPANS, st.data())
def test_an_update_knows_only_what_came_before_it_and_goes_live_no_earlier_whatever_the_times(
    times, every, delay, data
):
    time = np.array(times, np.int64)
    first = data.draw(st.integers(0, len(time) - 1))
    try:
        schedule = Schedule.parse(every, delay)
    except UsageError:
        return  # longer than a thousand years
    updates = schedule.updates(time, first)
    assert (np.diff(updates.due) > 0).all()
    assert (np.diff(updates.known) >= 0).all()
    assert (np.diff(updates.live) >= 0).all()
    for due, known, live in zip(updates.due, updates.known, updates.live, strict=True):
        assert (time[:known] < due).all()
        assert (time[known:] >= due).all()
        assert time[live] >= due
        assert live >= known > first
        assert live >= first


@given(TIMES, st.integers(1, 40))
def test_between_two_updates_of_a_count_lie_at_least_so_many_events(times, count):
    time = np.array(times, np.int64)
    known = [0, *Schedule.parse(count).updates(time, 0).known]
    assert all(after - before >= count for before, after in pairwise(known))


@given(TIMES, SPANS)
def test_boundaries_of_a_span_are_whole_spans_after_the_first_test_event(times, every):
    time = np.array(times, np.int64)
    try:
        schedule = Schedule.parse(every)
    except UsageError:
        return
    span = parse_duration(schedule.every)
    for due in schedule.updates(time, 0).due:
        assert (int(due) - int(time[0])) % span == 0


@pytest.mark.parametrize("text", ["9" * 400 + "GB", "99999999TB", "0", "0.4", "-1", "nan", "inf", "1e9", "٣GB²"])
def test_a_size_that_no_machine_has_is_refused(text):
    with pytest.raises(UsageError) as refused:
        byte_count(text)
    assert refused.value.code == "FM107"


@given(st.integers(1, 10**15))
def test_a_plain_number_of_bytes_is_itself(size):
    assert byte_count(size) == byte_count(str(size)) == byte_count(f"{size}B") == size


@pytest.mark.parametrize("span", [0, -1, float("inf"), float("nan"), "0s"])
def test_a_limit_of_no_time_or_of_all_time_is_refused(span):
    with pytest.raises(UsageError) as refused:
        seconds(span)
    assert refused.value.code == "FM107"
