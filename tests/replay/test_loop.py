"""The protocol, point by point."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import Strategy
from freshmark.errors import InvalidAnswer, PluginError
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from hypothesis import given, settings
from hypothesis import strategies as st

BATCHES = [1, 7, 4096]


def ranks(stream, strategy, every="never", delay="0s", **options):
    """Ranks of the test events."""
    line = Timeline(stream, Settings(probes=options.pop("probes", 0), panel=0, **options))
    return replay(line, strategy, Schedule.parse(every, delay)).tables["outcomes"]["rank"]


class Diary(Strategy):
    """Writes down what it is told, in order."""

    def __init__(self, way="score"):
        self.pages = []

    def start(self, run):
        self.run = run
        self.pages.append(("start", run.users, run.items))

    def fit(self, history):
        self.pages.append(("fit", history.item.tolist()))

    def observe(self, events):
        self.pages.append(("observe", events.item.tolist()))

    def update(self, events):
        self.pages.append(("update", events.item.tolist(), len(self.run.past)))

    def score(self, query):
        self.pages.append(("ask", (query.time // 1_000_000).tolist()))
        return np.zeros((len(query), 0))


def test_the_order_is_ask_observe_update_and_no_tie_is_split(make_stream):
    stream = make_stream([0, 1, 2, 2, 3], "abcab", "vwxyz")
    diary = Diary()
    ranks(stream, diary, "event", warmup=0.4)
    assert diary.pages == [
        ("start", 2, 2),
        ("fit", [0, 1]),
        ("ask", [2, 2]),
        ("observe", [2, 3]),
        ("update", [2, 3], 4),
        ("ask", [3]),
        ("observe", [4]),
    ]


def test_the_past_holds_what_was_given_and_nothing_more(make_stream):
    stream = make_stream(range(10), "aaaaaaaaaa", "abcdefghij")
    seen = []

    class Reader(Diary):
        def update(self, events):
            seen.append((len(self.run.past), self.run.past[:].item.tolist(), self.run.past[-1:].item.tolist()))

    ranks(stream, Reader(), "2", warmup=0.3)
    assert seen == [
        (5, [0, 1, 2, 3, 4], [4]),
        (7, [0, 1, 2, 3, 4, 5, 6], [6]),
        (9, list(range(9)), [8]),
    ]


def test_the_past_has_no_way_to_the_future(make_stream):
    stream = make_stream(range(10), "aaaaaaaaaa", "abcdefghij")
    longest = []

    class Thief(Diary):
        def update(self, events):
            array = self.run.past[:].item
            while array.base is not None:
                array = array.base
            longest.append(len(array) - len(self.run.past))

    ranks(stream, Thief(), "2")
    assert longest == [0, 0, 0]


def test_a_delayed_update_is_made_late_with_what_was_known(make_stream):
    stream = make_stream([0, 1, 5, 11, 12, 16, 30], "abcdefg", "tuvwxyz")

    class Contextless(Diary):
        observe = Strategy.observe

    diary = Contextless()
    ranks(stream, diary, "10s", delay="5s", warmup=0.15)
    assert diary.pages[2:] == [
        ("ask", [1, 5, 11, 12]),
        ("update", [1, 2], 3),  # due at 11, live from 16 on, and 11 and 12 were not known at 11
        ("ask", [16]),
        ("update", [3, 4, 5], 6),
        ("ask", [30]),
    ]


def test_updates_that_went_live_together_are_made_one_after_the_other(make_stream):
    stream = make_stream([0, 1, 5, 12, 100], "abcde", "vwxyz")
    diary = Diary()
    ranks(stream, diary, "10s", warmup=0.2)
    assert [page[1] for page in diary.pages if page[0] == "update"] == [[1, 2], [3]]


def test_a_strategy_with_context_is_asked_before_its_users_come_again(make_stream):
    stream = make_stream([0, 1, 2, 3, 3, 4], "zababb", "uvwxyz")
    diary = Diary()
    ranks(stream, diary, warmup=0.15)
    assert [page[1] for page in diary.pages if page[0] == "ask"] == [[1, 2], [3, 3], [4]]


def test_a_strategy_without_context_is_asked_as_much_as_possible_at_once(make_stream, counts: Any):
    stream = make_stream(range(10), "aaaaaaaaaa", "aaaaaaaaaa")
    asked = []

    class Watched(counts):
        def score(self, query):
            asked.append(len(query))
            return super().score(query)

    ranks(stream, Watched())
    assert asked == [7]


def test_a_global_context_is_asked_one_time_at_a_time(make_stream):
    class Everybodys(Diary):
        context = "global"

    diary = Everybodys()
    ranks(make_stream([0, 1, 2, 2, 3], "abcde", "vwxyz"), diary, warmup=0.2)
    assert [page[1] for page in diary.pages if page[0] == "ask"] == [[1], [2, 2], [3]]


def test_popularity_by_hand(make_stream, counts):
    stream = make_stream([0, 1, 2, 3, 4, 5], "abcdef", "xxyyyx")
    assert ranks(stream, counts(), "never", warmup=0.5).tolist() == [2.0, 2.0, 1.0]
    # After x x y | y: 2:2 → rank 1.5; then y leads.
    assert ranks(stream, counts(), "event", warmup=0.5).tolist() == [2.0, 1.5, 2.0]


def test_own_items_leave_where_the_stream_does_not_repeat(make_stream, counts):
    stream = make_stream([0, 1, 2, 3, 4], "aabba", "xyxyz", repeats=False)
    assert ranks(stream, counts(), warmup=0.4).tolist() == [1.5, 1.0, float("inf")]


@pytest.mark.parametrize("every", ["never", "7s", "13", "event"])
@pytest.mark.parametrize("repeats", [True, False])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=6, deadline=None)
def test_the_size_of_batches_changes_no_number(random_stream, counts, last_item, every, repeats, seed):
    stream = random_stream(seed, 120, repeats=repeats)
    for strategy in (counts, last_item):
        tables = [ranks(stream, strategy(), every, batch=batch).tobytes() for batch in BATCHES]
        assert tables[0] == tables[1] == tables[2]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_timing_single_requests_changes_no_number(random_stream, last_item, seed):
    stream = random_stream(seed, 120)
    alone = ranks(stream, last_item(), "5s")
    assert alone.tobytes() == ranks(stream, last_item(), "5s", probes=50).tobytes()


@given(seed=st.integers(0, 10_000), place=st.floats(0.35, 0.95))
@settings(max_examples=20, deadline=None)
def test_what_comes_later_changes_no_earlier_answer(make_stream, counts, last_item, seed, place):
    draw = np.random.default_rng(seed)
    n = 120
    seconds = np.sort(draw.integers(0, 60, n))
    users, items = draw.integers(0, 9, n), draw.integers(0, 15, n)
    cut = int(np.searchsorted(seconds, seconds[int(place * n)], "right"))
    other = np.concatenate([items[:cut], draw.integers(0, 15, n - cut)])
    for strategy in (counts, last_item):
        one, two = (
            ranks(make_stream(seconds, users, column), strategy(), "event")[: cut - n or None]
            for column in (items, other)
        )
        assert one.tobytes() == two.tobytes()


def test_anything_with_update_and_one_way_to_answer_is_a_strategy(make_stream):
    class Plain:
        def update(self, events):
            self.newest = events.item[-1:]

        def recommend(self, query, k):
            return np.tile(self.newest, (len(query), 1))

    stream = make_stream(range(6), "aaaaaa", "xyxyyx")
    assert ranks(stream, Plain(), "event", warmup=0.5).tolist() == [float("inf"), 1.0, float("inf")]


def test_what_has_no_update_is_no_strategy(make_stream):
    with pytest.raises(PluginError, match="needs update"):
        ranks(make_stream(range(6), "aaaaaa", "xyxyyx"), object())


def test_a_strategy_without_a_way_to_answer_is_an_error_that_lists_the_ways(make_stream):
    with pytest.raises(PluginError, match="factors, score, recommend"):
        ranks(make_stream(range(6), "aaaaaa", "xyxyyx"), Strategy())


def test_an_answer_of_another_kind_fails_the_cell(make_stream):
    class Silent(Strategy):
        def score(self, query):
            return None

    with pytest.raises(InvalidAnswer, match="score gave NoneType"):
        ranks(make_stream(range(6), "aaaaaa", "xyxyyx"), Silent())


class Constant(Strategy):
    """Predicts one value."""

    def __init__(self, value):
        self.value = value

    def predict(self, query):
        return np.full(len(query), self.value) if np.ndim(self.value) == 0 else np.tile(self.value, (len(query), 1))


def outcomes(stream, strategy):
    return replay(Timeline(stream, Settings(warmup=0.5)), strategy, Schedule.parse("event")).tables["outcomes"]


def test_clicks_and_ratings_keep_the_prediction(make_stream):
    for task in ("click", "rate"):
        stream = make_stream(range(4), "abab", "xyxy", task=task, label=np.array([0.0, 1, 1, 0]))
        assert outcomes(stream, Constant(0.25))["prediction"].tolist() == [0.25, 0.25]


def test_classes_keep_the_probability_of_the_true_one_and_the_choice(make_stream):
    stream = make_stream(
        range(4), "aaaa", "xxxx", task="classify", label=np.array([0, 1, 1, 0]), classes=("ham", "spam")
    )
    table = outcomes(stream, Constant(np.array([0.3, 0.7])))
    assert table["prediction"].tolist() == [0.7, 0.3]
    assert table["predicted"].tolist() == [1, 1]


@pytest.mark.parametrize(("value", "why"), [(1.5, "probabilities"), (np.nan, "not finite"), ([0.5, 0.5], "shape")])
def test_what_is_no_probability_fails_the_cell(make_stream, value, why):
    stream = make_stream(range(4), "abab", "xyxy", task="click", label=np.array([0.0, 1, 1, 0]))
    with pytest.raises(InvalidAnswer, match=why):
        outcomes(stream, Constant(np.array(value)))


def test_the_age_of_knowledge_is_counted_from_the_boundary_it_was_made_at(make_stream, counts):
    stream = make_stream([0, 1, 5, 11, 12, 16, 30], "abcdefg", "tuvwxyz")
    line = Timeline(stream, Settings(warmup=0.15))
    table = replay(line, counts(), Schedule.parse("10s", "5s")).tables["outcomes"]
    assert (table["age"] // 1_000_000).tolist() == [0, 4, 10, 11, 5, 9]


@pytest.mark.parametrize("draws", [True, False])
def test_whether_a_strategy_draws_at_random_is_recorded(make_stream, counts: Any, draws):
    strategy = counts()
    strategy.draws = draws
    line = Timeline(make_stream([0, 1, 2, 3], "aabb", "xyxy"), Settings(warmup=0.5, probes=0))
    assert replay(line, strategy, Schedule.parse("never")).summary["draws"] == draws
