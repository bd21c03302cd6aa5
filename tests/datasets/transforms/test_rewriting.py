"""Rewriting: the same events said otherwise, held against what that means."""

from __future__ import annotations

import numpy as np
from freshmark.contract.streams.raw_columns import stream_of
from freshmark_datasets.simulators.clicks.click_stream import clicks
from freshmark_datasets.transforms.rewriting import normalise, relabel, sessionise, time_shift

SECOND = 1_000_000
HOUR = 3_600 * SECOND


def test_a_session_ends_with_a_gap(pairs):
    stream = pairs((0, "a", "x"), (10, "b", "x"), (60, "a", "y"), (1000, "a", "x"))
    sessions = sessionise(stream, minutes=2).load()
    assert sessions.user.tolist() == [0, 1, 0, 2]
    assert list(sessions.users) == ["a/0", "b/0", "a/1"]


def test_the_longest_gap_is_still_within_a_session(pairs):
    stream = pairs((0, "a", "x"), (120, "a", "y"), (241, "a", "x"))
    assert sessionise(stream, minutes=2).load().user.tolist() == [0, 0, 1]


def test_an_endless_gap_leaves_every_user_one_session(some):
    assert np.array_equal(sessionise(some(), minutes=1e6).load().user, some().user)


def test_numbers_are_measured_by_the_events_of_earlier_times(some):
    stream = some()
    x, time = stream.features["x"].astype(float), stream.time
    result = normalise(stream, feature="x").load().features["x"]
    for row in (50, 200, 399):
        past = x[time < time[row]]
        np.testing.assert_allclose(result[row], (x[row] - past.mean(0)) / past.std(0), rtol=1e-4, atol=1e-5)
    assert not result[time == time[0]].any()


def test_a_feature_that_never_changes_becomes_zero():
    stream = stream_of(name="s", task="rank", time=np.arange(9), features={"x": np.full(9, 7.0)})
    assert not normalise(stream, feature="x").load().features["x"].any()


def test_labels_become_two_classes(some):
    result = relabel(some(), least=4, classes=("bad", "good")).load()
    assert (result.task, result.classes) == ("classify", ("bad", "good"))
    assert np.array_equal(result.label, some().label >= 4)


def test_a_shift_in_time_moves_times_and_drifts_and_back_is_where_it_was():
    stream = clicks("prior", events=100).load()
    there = time_shift(stream, days=2.5).load()
    assert (there.time - stream.time == 60 * HOUR).all()
    assert there.drifts[0].begin - stream.drifts[0].begin == 60 * HOUR
    assert time_shift(there, days=-2.5).load().fingerprint == stream.fingerprint
