"""Cleaning: bots from the event on that shows them, ids by pattern, times, numbers; each counted once."""

from __future__ import annotations

import numpy as np
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_datasets.transforms.cleaning import clean, too_fast
from hypothesis import given
from hypothesis import strategies as st


def seconds(source):
    return (source.load().time // 1_000_000).tolist()


def test_nothing_is_left_out_by_default(some):
    result = clean(some()).load()
    assert result.fingerprint == some().fingerprint
    assert result.about["clean left out"] == "nothing"


def test_a_bot_is_left_out_from_the_event_on_that_shows_it(pairs):
    stream = pairs((0, "a", "x"), (0, "b", "x"), (30, "a", "y"), (59.9, "a", "z"), (61, "b", "y"), (9000, "a", "x"))
    result = clean(stream, per_minute=2)
    assert seconds(result) == [0, 0, 30, 61]
    assert result.load().about["clean left out"] == "2 of users with more than 2 in a minute"
    assert len(clean(stream, per_minute=3).load()) == 6


def test_a_minute_later_is_not_within_a_minute(pairs):
    stream = pairs((0, "a", "x"), (60, "a", "y"), (120, "a", "z"))
    assert len(clean(stream, per_minute=1).load()) == 3


def test_rows_of_one_time_count_one_by_one(pairs):
    stream = pairs((0, "a", "x"), (0, "a", "y"), (0, "a", "z"))
    assert len(clean(stream, per_minute=2).load()) == 2


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 2)), min_size=1, max_size=40), st.integers(1, 4))
def test_bots_are_those_that_counting_finds(pairs, rows, most):
    stream = pairs(*((second, user, 0) for second, user in sorted(rows)))
    time, user = stream.time.tolist(), stream.user.tolist()
    expected: list[bool] = []
    for row in range(len(stream)):
        near = [user[one] == user[row] and time[row] - time[one] < 60_000_000 for one in range(row + 1)]
        before = any(expected[one] and user[one] == user[row] for one in range(row))
        expected.append(sum(near) > most or before)
    assert too_fast(stream, most).tolist() == expected


def test_ids_that_match_are_left_out(pairs):
    stream = pairs((0, "bot-1", "x"), (1, "robot", "y"), (2, "a", "test"), (3, "b", "x"))
    assert seconds(clean(stream, without_users="^bot")) == [1, 2, 3]
    assert seconds(clean(stream, without_users="bot", without_items="^test$")) == [3]
    assert list(clean(stream, without_users="bot").load().users) == ["a", "b"]


def test_times_are_kept_from_since_and_before_until_in_utc(pairs):
    stream = pairs((0, "a", "x"), (86_400, "a", "y"), (2 * 86_400, "a", "z"))
    assert seconds(clean(stream, since="1970-01-02", until="1970-01-03")) == [86_400]
    assert seconds(clean(stream, since="1970-01-02T00:00:01")) == [172_800]
    assert seconds(clean(stream, since="1970-01-02T02:00:00+02:00", until="1970-01-02T00:00:00.000001")) == [86_400]


def test_features_that_are_not_finite_go_with_their_events(pairs):
    wide = np.array([[0, 1], [np.nan, 1], [2, 1], [3, -np.inf]])
    stream = pairs(*((one, "a", "x") for one in range(4)), features={"x": wide, "words": np.arange(4)})
    result = clean(stream, finite=True).load()
    assert result.features["words"].tolist() == [0, 2]
    assert result.about["clean left out"] == "2 with a feature that is not finite"
    assert len(clean(stream).load()) == 4


def test_an_event_is_counted_with_the_first_option_that_leaves_it_out(pairs):
    stream = pairs((0, "bot", "test"), (1, "a", "test"), (2, "a", "x"), (90, "a", "x"))
    result = clean(stream, without_users="bot", without_items="test", until="1970-01-01T00:01").load()
    counts = "1 by without_users='bot', 1 by without_items='test', 1 at or after 1970-01-01T00:01"
    assert result.about["clean left out"] == counts
    assert result.name == "clean(s, without_users='bot', without_items='test', until='1970-01-01T00:01')"


def test_planted_drifts_stay():
    stream = drift("tiny").load()
    assert len(clean(stream, per_minute=1).load().drifts) == len(stream.drifts) > 0
