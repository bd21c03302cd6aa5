from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.errors import DataError, UsageError
from freshmark.replay.events_table import events_table
from freshmark.replay.timeline import Settings, Timeline
from hypothesis import given
from hypothesis import strategies as st

SECOND = 1_000_000


def test_the_warmup_is_lengthened_until_time_changes(make_stream):
    stream = make_stream([0, 1, 2, 2, 2, 3, 4, 5, 6, 7], "abcdefghij", "xxxxxxxxxx")
    assert Timeline(stream, Settings(warmup=0.3)).first == 5
    assert Timeline(stream, Settings(warmup=0.2)).first == 2
    assert Timeline(stream, Settings(warmup=0)).first == 0


def test_a_share_that_floats_cannot_hold_loses_no_event():
    stream = stream_of(name="hundred", task="rank", time=np.arange(100), user=np.zeros(100), item=np.zeros(100))
    assert Timeline(stream, Settings(warmup=0.29)).first == 29


def test_a_stream_of_one_time_has_nothing_to_test(make_stream):
    with pytest.raises(DataError, match="all events have one time"):
        Timeline(make_stream([5, 5, 5], "abc", "xyz"))


def test_candidates_are_the_items_seen_before_the_time(make_stream):
    stream = make_stream([0, 1, 1, 2, 3], "aabca", "xyzxw")
    assert Timeline(stream, Settings(warmup=0)).candidates.tolist() == [0, 1, 1, 3, 3]


def test_a_query_shows_everything_but_the_answer(make_stream):
    line = Timeline(make_stream([0, 1, 2, 3], "abab", "xyzx"))
    query = line.query(2, 4)
    assert query.item is None
    assert query.user.tolist() == [0, 1]
    for column in (query.time, query.user, query.candidates):
        assert column.base is None or column.base.shape == (3, 2), "a view would carry the rest of the stream"


def test_a_click_is_asked_with_the_item_that_was_shown(make_stream):
    line = Timeline(make_stream([0, 1, 2], "aba", "xyx", task="click", label=np.array([1.0, 0.0, 1.0])))
    assert line.query(1, 3).item.tolist() == [1, 0]


def test_the_events_table_says_what_is_the_same_for_every_strategy(make_stream):
    stream = make_stream([0, 1, 2, 2, 13, 14, 14], "aababba", "xyxxzxz")
    table = events_table(Timeline(stream, Settings(warmup=0.28, window="10s")))
    assert table["position"].tolist() == [1, 2, 3, 4, 5, 6]
    assert table["window"].tolist() == [0, 0, 0, 1, 1, 1]
    assert table["user_events"].tolist() == [1, 0, 2, 1, 2, 3]
    assert table["item_events"].tolist() == [0, 1, 1, 0, 3, 1]


def test_the_oracle_of_classes_is_kept_as_what_the_true_one_got_and_which_was_likeliest(make_stream):
    oracle = np.array([[0.2, 0.8], [0.6, 0.4], [0.1, 0.9], [0.5, 0.5]])
    label = np.array([0, 1, 1, 0])
    stream = make_stream([0, 1, 2, 3], "aaaa", "xxxx", task="classify", label=label, classes=("p", "q"), oracle=oracle)
    table = events_table(Timeline(stream, Settings(warmup=0.25, window="1s")))
    assert table["oracle"].tolist() == [0.4, 0.9, 0.5]
    assert table["oracle_class"].tolist() == [0, 1, 0]


def test_the_oracle_of_clicks_is_kept_as_it_is_and_where_there_is_none_no_column(make_stream):
    told = {"task": "click", "label": np.array([1.0, 0.0])}
    known = make_stream([0, 1], "aa", "xx", **told, oracle=np.array([0.3, 0.7]))
    assert events_table(Timeline(known, Settings(warmup=0.5)))["oracle"].tolist() == [0.7]
    assert "oracle" not in events_table(Timeline(make_stream([0, 1], "aa", "xx", **told), Settings(warmup=0.5)))


def test_features_that_segments_asked_for_are_columns_of_the_events_table():
    plain = stream_of(
        name="features", task="click", time=np.arange(4), user=np.array([7, 8, 8, 7]), item=np.array([1, 1, 2, 2]),
        label=np.array([0.0, 1.0, 0.0, 1.0]), of={"device": "context"},
        features={"device": np.array([3, 4, 5, 6]), "pixels": np.zeros((4, 2))},
    )  # fmt: skip
    country, price = {"country": np.array([30, 40])}, {"price": np.array([1.5, 2.5])}
    stream = replace(plain, user_features=country, item_features=price)
    names = ["price", "device", "country", "pixels", "none", "price"]
    table = events_table(Timeline(stream, Settings(warmup=0.25)), names)
    assert {name: column.tolist() for name, column in table.items() if name.startswith("feature_")} == {
        "feature_country": [40, 40, 30],
        "feature_device": [4, 5, 6],
        "feature_price": [1.5, 2.5, 2.5],
    }
    assert not any(name.startswith("feature_") for name in events_table(Timeline(stream, Settings(warmup=0.25))))


def test_the_head_is_a_fifth_of_what_was_known_when_the_window_began(make_stream):
    # Before the second window: x 3, y 2, z, v, w 1 each; a fifth of 5 items is x alone.
    stream = make_stream([0, 1, 2, 3, 4, 5, 6, 7, 20, 21], "aaaaaaaaaa", "xxxyyzvwxy")
    table = events_table(Timeline(stream, Settings(warmup=0.1, window="10s")))
    assert table["head"][-2:].tolist() == [True, False]


def test_of_equals_the_head_takes_those_that_came_first(make_stream):
    stream = make_stream([0, 1, 2, 3, 4, 20, 21], "aaaaaaa", "vwxyzvw")
    table = events_table(Timeline(stream, Settings(warmup=0.1, window="10s")))
    assert table["head"][-2:].tolist() == [True, False]


def test_windows_are_the_longest_usual_span_that_gives_twenty():
    days = stream_of(
        name="days", task="rank", time=np.arange(100) * 86_400 * SECOND, user=np.zeros(100), item=np.zeros(100)
    )
    line = Timeline(days, Settings(warmup=0.3))
    assert line.span == 2 * 86_400 * SECOND
    assert len(line.edges) == 36
    assert line.edges[0] == line.time[line.first]
    assert line.edges[-1] > line.time[-1] >= line.edges[-2]


def test_a_window_that_cuts_too_fine_is_refused():
    stream = stream_of(name="years", task="rank", time=np.arange(9) * 10**13, user=np.zeros(9), item=np.zeros(9))
    with pytest.raises(UsageError, match="choose a longer window"):
        Timeline(stream, Settings(window="1s"))


@pytest.mark.parametrize(
    "wrong",
    [{"warmup": 1.0}, {"warmup": -0.1}, {"depth": 0}, {"top": 0}, {"probes": -1}, {"batch": 0}, {"window": "0s"}],
)
def test_settings_that_measure_nothing_are_refused(wrong):
    with pytest.raises(UsageError):
        Settings(**wrong)


@given(st.integers(0, 10_000))
def test_earlier_events_are_those_of_a_smaller_time(seed):
    draw = np.random.default_rng(seed)
    n = 60
    stream = stream_of(
        name="drawn",
        task="rank",
        time=np.sort(draw.integers(0, 20, n)) * SECOND,
        user=draw.integers(0, 5, n),
        item=draw.integers(0, 9, n),
    )
    line = Timeline(stream, Settings(warmup=0.1))
    table = events_table(line)
    for row, e in enumerate(table["position"]):
        earlier = stream.time < stream.time[e]
        same_user = earlier & (stream.user == stream.user[e])
        assert table["user_events"][row] == same_user.sum()
        assert table["item_events"][row] == (earlier & (stream.item == stream.item[e])).sum()
        assert table["candidates"][row] == len(np.unique(stream.item[earlier]))
        assert line.had_items[line.had_begin[e] : line.had_end[e]].tolist() == stream.item[same_user].tolist()
        assert line.user_before[e] == (np.flatnonzero(same_user)[-1] if same_user.any() else -1)
