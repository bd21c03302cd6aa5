from __future__ import annotations

import numpy as np
import pytest
from freshmark import Strategy
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline


class Fixed(Strategy):
    """One list for all."""

    def __init__(self, items):
        self.items = np.array(items)
        self.asked = []

    def update(self, events):
        pass

    def recommend(self, query, k):
        if len(query) == 1:
            self.asked.append(k)
        return np.tile(self.items[:k], (len(query), 1))


def windows_of(stream, strategy, *, probes=200, window="5s"):
    line = Timeline(stream, Settings(window=window, top=2, warmup=0.5, probes=probes, panel=0))
    return replay(line, strategy, Schedule.parse("never")).tables


def test_what_lists_look_like(make_stream):
    # Before the window: w 4, x 2, y 1, z 1. The head is one item of four: w.
    stream = make_stream([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], "a" * 16, "wwwwxxyz" + "w" * 8)
    windows = windows_of(stream, Fixed([0, 3]))["windows"]
    assert windows["coverage"].tolist() == [0.5, 0.5]
    assert windows["popularity_share"].tolist() == [0.5, 0.5]
    first = -(np.log2(5 / 12) + np.log2(2 / 12)) / 2
    assert windows["novelty"][0] == pytest.approx(first)


def test_a_window_with_no_list_has_no_numbers_rather_than_zeros(make_stream):
    stream = make_stream([0, 1, 2, 3, 20], "aaaaa", "wwxyz")
    windows = windows_of(stream, Fixed([-1]))["windows"]
    assert np.isnan(windows["coverage"]).all()
    assert windows["events"].tolist() == [2, 0, 0, 1][: len(windows["events"])]


def test_requests_are_drawn_by_seed_and_at_most_all_events_of_a_window(make_stream, counts):
    stream = make_stream(range(40), "a" * 40, "x" * 40)
    line = Timeline(stream, Settings(probes=3, window="10s", warmup=0.5))

    def positions(seed):
        return replay(line, counts(), Schedule.parse("never"), seed=seed).tables["latencies"]["position"].tolist()

    assert positions(1) == positions(1)
    assert positions(1) != positions(2)
    assert len(positions(1)) == 6
    every = replay(Timeline(stream, Settings(probes=500, warmup=0.5)), counts(), Schedule.parse("never"))
    assert every.tables["latencies"]["position"].tolist() == list(range(20, 40))


def test_a_request_asks_for_as_many_more_as_the_user_had(make_stream):
    stream = make_stream(range(8), "aaaaaaab", "uvwxyzst", repeats=False)
    fixed = Fixed(range(4))
    windows = windows_of(stream, fixed, probes=100)["windows"]
    assert fixed.asked == [2 + 4, 2 + 5, 2 + 6, 2 + 0]
    # User a had the four items that are in every list; b had none, and is shown two of the four known by then.
    assert windows["coverage"][-1] == 0.5


def test_where_lists_wait_for_a_later_window_they_are_counted_there(make_stream):
    # One batch of eight events reaches over two windows.
    stream = make_stream(range(16), "a" * 16, "wwwwxxyz" + "w" * 8)
    tables = windows_of(stream, Fixed([0]), probes=100, window="4s")
    assert tables["latencies"]["window"].tolist() == [0] * 4 + [1] * 4
    assert tables["windows"]["coverage"].tolist() == [0.25, 0.25]
