"""Merging: one stream by time, ids matched or apart, columns that all have, and nothing left out unsaid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark.contract.streams.drift import Drift
from freshmark.errors import DataError
from freshmark_datasets.simulators.clicks.click_stream import clicks
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_datasets.transforms.derived import only
from freshmark_datasets.transforms.merging import merge
from hypothesis import given
from hypothesis import strategies as st

SECOND = 1_000_000
LOGS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("uvw"), st.sampled_from("xyz")), min_size=1, max_size=12)
"""(second, user, item)."""


def words(stream):
    names = zip(stream.user.tolist(), stream.item.tolist(), stream.time.tolist(), strict=True)
    return [(time // SECOND, stream.users[user], stream.items[item]) for user, item, time in names]


def test_events_are_sorted_by_time_and_in_ties_by_stream(pairs):
    one = pairs((1, "u", "x"), (3, "v", "x"))
    other = pairs((1, "u", "x"), (2, "w", "y"), (3, "w", "x"))
    result = merge(other, one, domains=("films", "books")).load()
    assert words(result) == [
        (1, "u", "films/x"),
        (1, "u", "books/x"),
        (2, "w", "films/y"),
        (3, "w", "films/x"),
        (3, "v", "books/x"),
    ]
    assert result.about["merge matched"] == "1 users, 0 items"
    assert result.about["merge of films"] == "3 events, 1970-01-01 to 1970-01-01"


@pytest.mark.parametrize(
    ("users", "items", "first"),
    [
        ("matched", "matched", [(0, "u", "x"), (0, "u", "x")]),
        ("apart", "matched", [(0, "a/u", "x"), (0, "b/u", "x")]),
        ("apart", "apart", [(0, "a/u", "a/x"), (0, "b/u", "b/x")]),
    ],
)
def test_ids_are_one_or_of_a_domain(pairs, users, items, first):
    assert words(merge(pairs((0, "u", "x")), pairs((0, "u", "x")), users=users, items=items).load()) == first


@given(LOGS, LOGS, st.integers(0, 11), st.sampled_from(["matched", "apart"]))
def test_a_cut_merge_is_the_merge_of_what_is_cut(pairs, rows, others, until, users):
    one, other = pairs(*rows), pairs(*others)
    cut = [only(part, part.time < until * SECOND) for part in (one, other) if part.time[0] < until * SECOND]
    if len(cut) < 2:
        return
    whole = merge(one, other, users=users).load()
    early = merge(*cut, users=users).load()
    assert only(whole, whole.time < until * SECOND).fingerprint == early.fingerprint
    assert words(early) == words(whole)[: len(early)]


@given(st.tuples(LOGS, LOGS, LOGS))
def test_three_at_once_are_two_and_then_the_third(pairs, rows):
    one, two, three = (pairs(*mine) for mine in rows)
    whole = merge(one, two, three, items="matched").load()
    assert whole.fingerprint == merge(merge(one, two, items="matched"), three, items="matched").load().fingerprint
    assert sorted(words(whole)) == sorted(words(one) + words(two) + words(three))


def test_streams_of_two_tasks_are_refused(pairs, some):
    with pytest.raises(DataError, match=r"agree in task: a 'rank', b 'rate' .*relabel"):
        merge(pairs((0, "u", "x")), some()).load()


def test_streams_of_other_classes_are_refused(pairs):
    one, other = (
        pairs((0, "u", "x"), task="classify", label=np.zeros(1, np.int64), classes=names)
        for names in (("no", "yes"), ("yes", "no"))
    )
    with pytest.raises(DataError, match="agree in classes"):
        merge(one, other).load()
    assert merge(one, one).load().classes == ("no", "yes")


def test_a_common_feature_stays_and_what_is_left_out_is_reported(pairs):
    one = pairs(
        (0, "u", "x"), (2, "u", "y"), features={"x": np.array([0.0, 2.0]), "p": np.ones(2), "w": np.ones((2, 3))}
    )
    other = pairs((1, "v", "z"), features={"x": np.array([1.0], np.float32), "w": np.ones((1, 4)), "q": np.ones(1)})
    result = merge(one, other).load()
    assert {name: column.tolist() for name, column in result.features.items()} == {"x": [0.0, 1.0, 2.0]}
    assert result.about["merge left out"] == (
        "feature p (only in a), feature w (a float64(3,), b float64(4,)), feature q (only in b)"
    )


def test_numbers_and_whole_numbers_are_two_kinds_of_a_feature(pairs):
    one, other = (pairs((0, "u", "x"), features={"x": column}) for column in (np.ones(1), np.ones(1, np.int32)))
    assert merge(one, other).load().about["merge left out"] == "feature x (a float64(), b int32())"


def test_labels_of_a_ranking_stay_where_all_have_them(pairs):
    one, other = pairs((0, "u", "x"), (2, "u", "y"), label=np.array([1.0, 3.0])), pairs((1, "v", "z"))
    result = merge(one, other).load()
    assert result.label is None
    assert result.about["merge left out"] == "label (only in a)"
    assert merge(one, replace(other, label=np.array([2.0]))).load().label.tolist() == [1, 2, 3]


def test_labels_may_be_late_in_one(pairs):
    one, other = pairs((0, "u", "x"), label_delay=np.array([7])), pairs((1, "v", "z"))
    assert merge(other, one).load().label_delay.tolist() == [7, 0]
    assert merge(other, other).load().label_delay is None


def test_the_best_click_stays_the_best_and_the_best_rank_does_not():
    one, other = clicks("prior", events=100).load(), clicks("prior", events=90, seed=1).load()
    result = merge(one, other).load()
    assert sorted(result.oracle.tolist()) == sorted([*one.oracle.tolist(), *other.oracle.tolist()])
    assert result.oracle[np.argsort(result.oracle)].shape == (190,)
    ranked = merge(drift("tiny"), drift("tiny", seed=1)).load()
    assert ranked.oracle is None
    assert "oracle (its ranks count the items of one stream)" in ranked.about["merge left out"]


def test_drifts_of_all_are_kept_with_those_whom_they_concern(pairs):
    one = pairs((3, "u", "x"), (5, "v", "y"), drifts=(Drift(4, 4, "sudden", (1,), (0, 1)),))
    other = pairs((1, "w", "z"), (4, "u", "z"), drifts=(Drift(2, 3, "gradual", (0,), (0,)),))
    result = merge(one, other).load()
    named = [
        (one.kind, [result.users[code] for code in one.users], [result.items[code] for code in one.items])
        for one in result.drifts
    ]
    assert named == [("gradual", ["w"], ["b/z"]), ("sudden", ["v"], ["a/x", "a/y"])]


@pytest.mark.parametrize(
    ("repeats", "ways", "expected"),
    [
        ((False, False), {}, False),
        ((False, True), {}, True),
        ((False, False), {"users": "apart", "items": "matched"}, False),
        ((False, False), {"items": "matched"}, True),
    ],
)
def test_a_merge_repeats_where_one_does_or_where_all_is_matched(pairs, repeats, ways, expected):
    one, other = (pairs((0, "u", "x"), repeats=mine) for mine in repeats)
    assert merge(one, other, **ways).load().repeats is expected


def test_the_facts_of_each_stream_are_kept_under_its_name(pairs):
    one, other = (pairs((0, "u", "x"), about={"licence": mine}) for mine in ("free", "none"))
    result = merge(one, other, domains=["books", "films"]).load()
    assert (result.about["books: licence"], result.about["films: licence"]) == ("free", "none")
    assert result.name == "merge(s, s, users='matched', items='apart', domains=('books', 'films'))"


def test_one_shop_in_two_parts_is_the_shop_again():
    whole = drift("tiny").load()
    early = np.arange(len(whole)) < 700
    again = merge(only(whole, early), only(whole, ~early), items="matched").load()
    assert again.fingerprint == whole.fingerprint
    assert list(again.users) == list(whole.users)
