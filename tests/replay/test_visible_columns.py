"""What is shown are copies of the right rows, however they are asked for, and they lead to no other rows."""

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.replay.visible_columns import STRETCH, VisibleColumns
from hypothesis import given
from hypothesis import strategies as st

N = 2 * STRETCH + 100
TIME = np.arange(N) * 10
USER = (np.arange(N) % 97).astype(np.int32)
ITEM = (np.arange(N) % 89).astype(np.int32)
CANDIDATES = np.minimum(np.arange(N), 89).astype(np.int32)
LABEL = np.arange(N) % 2.0
WORDS = np.arange(2 * N).reshape(N, 2)


def shown(*, order=None, task="click", delayed=False):
    label = None if task == "rank" else LABEL
    stream = stream_of(
        name="rows", task=task, time=TIME, user=USER, item=ITEM, label=label,
        features={"words": WORDS}, of={"words": "context"},
    )  # fmt: skip
    return VisibleColumns(stream, CANDIDATES, order=order, delayed=delayed)


def places():
    return st.lists(
        st.tuples(st.integers(0, N), st.sampled_from([0, 1, 2, 50, STRETCH, STRETCH + 1, N])), min_size=1, max_size=12
    ).map(lambda rows: [(begin, min(N, begin + size)) for begin, size in rows])


@given(places())
def test_queries_are_the_rows_of_the_columns_in_whatever_order_they_are_asked_for(ranges):
    show = shown()
    for begin, end in ranges:
        query = show.query(begin, end)
        assert np.array_equal(query.time, TIME[begin:end])
        assert np.array_equal(query.user, USER[begin:end])
        assert np.array_equal(query.item, ITEM[begin:end])
        assert np.array_equal(query.candidates, CANDIDATES[begin:end])
        assert np.array_equal(query.features["words"], WORDS[begin:end])
        assert {query.time.dtype, query.user.dtype, query.item.dtype, query.candidates.dtype} == {np.dtype(np.int64)}


@given(places())
def test_events_are_the_rows_of_the_columns_in_whatever_order_they_are_asked_for(ranges):
    show = shown()
    for begin, end in ranges:
        for events in (show.given(begin, end), show.context(begin, end)):
            assert np.array_equal(events.time, TIME[begin:end])
            assert np.array_equal(events.user, USER[begin:end])
            assert np.array_equal(events.item, ITEM[begin:end])
            assert np.array_equal(events.label, LABEL[begin:end])
            assert events.item.dtype == np.int64


@pytest.mark.parametrize("size", [1, 7, STRETCH, STRETCH + 1])
@pytest.mark.parametrize("way", ["query", "given", "context"])
def test_no_column_leads_to_other_rows(way, size):
    part = getattr(shown(), way)(3, 3 + size)
    for column in (part.time, part.user, part.item, part.features["words"]):
        root = column
        while root.base is not None:
            root = root.base
        assert root.nbytes <= 3 * column.nbytes


@pytest.mark.parametrize("way", ["query", "given", "context"])
def test_writing_into_what_was_shown_changes_nothing_that_is_shown_later(way):
    show = shown()
    first = getattr(show, way)(5, 8)
    for column in (first.time, first.user, first.item, first.features["words"]):
        column[:] = -1
    again = getattr(show, way)(5, 8)
    assert np.array_equal(again.user, USER[5:8])
    assert np.array_equal(again.time, TIME[5:8])
    assert np.array_equal(again.features["words"], WORDS[5:8])


def test_a_query_for_the_next_item_does_not_hold_it():
    assert shown(task="rank").query(5, 8).item is None


def test_labels_that_are_late_are_not_part_of_the_context():
    show = shown(delayed=True)
    assert show.context(5, 8).label is None
    assert np.array_equal(show.given(5, 8).label, LABEL[5:8])


def test_events_known_in_another_order_are_given_in_that_order():
    order = np.arange(N)[::-1].copy()
    events = shown(order=order).given(2, 5)
    assert np.array_equal(events.time, TIME[order[2:5]])
    assert np.array_equal(events.features["words"], WORDS[order[2:5]])
    assert events.user.dtype == np.int64
