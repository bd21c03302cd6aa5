"""What a buffer keeps, and how it draws, held against the definitions and against chance."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.training.buffers import (
    BUFFERS,
    ByLoss,
    ClassBalanced,
    Fifo,
    InverseDegree,
    Reservoir,
)
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats


def numbered(begin, end, *, item=None, user=None):
    time = np.arange(begin, end)
    same = np.zeros_like(time)
    return Events(time, same if user is None else np.asarray(user), same if item is None else np.asarray(item))


def filled(kind, size, parts, *, seed=0, task="rank"):
    buffer = kind(size, task, np.random.default_rng(seed))
    for part in parts:
        buffer.add(part)
    return buffer


def no_losses(events):
    raise AssertionError("nobody asked for losses")


@pytest.mark.parametrize("kind", BUFFERS.values())
@given(size=st.integers(0, 12), cuts=st.lists(st.integers(0, 9), max_size=6))
def test_it_holds_different_events_that_it_was_given_and_as_many_as_it_can(kind, size, cuts):
    edges = np.cumsum([0, *cuts])
    buffer = filled(kind, size, [numbered(a, b, item=np.arange(a, b) % 3) for a, b in pairwise(edges)])
    held = [] if buffer.held is None else buffer.held.time.tolist()
    assert len(buffer) == len(held) == len(set(held)) == min(size, edges[-1])
    assert set(held) <= set(range(edges[-1]))


@pytest.mark.parametrize("kind", BUFFERS.values())
def test_what_add_says_is_what_changed(kind):
    buffer = filled(kind, 10, [numbered(0, 30)])
    before = buffer.held.time.copy()
    slots, rows = buffer.add(numbered(30, 60))
    after = buffer.held.time
    changed = np.flatnonzero(before != after)
    assert slots.tolist() == changed.tolist()
    assert after[slots].tolist() == (30 + rows).tolist()


@pytest.mark.parametrize("kind", [Reservoir, Fifo, InverseDegree, ByLoss])
def test_it_does_not_matter_how_events_are_cut_into_updates(kind):
    if kind is Fifo:
        one, other = filled(kind, 7, [numbered(0, 50)]), filled(kind, 7, [numbered(0, 13), numbered(13, 50)])
    else:  # filling up draws as well, so cut after that
        one, other = (filled(kind, 7, [numbered(0, 20), numbered(20, 50)]) for _ in range(2))
    assert one.held.time.tolist() == other.held.time.tolist()


def test_a_reservoir_holds_every_event_with_the_same_probability():
    held = np.zeros(40)
    for seed in range(2000):
        parts = [numbered(0, 5), numbered(5, 9), numbered(9, 40)]
        held[filled(Reservoir, 8, parts, seed=seed).held.time] += 1
    assert stats.chisquare(held).pvalue > 0.01
    assert held.sum() == 8 * 2000


def test_fifo_holds_the_newest():
    held = filled(Fifo, 5, [numbered(0, 3), numbered(3, 4), numbered(4, 18)]).held.time
    assert sorted(held.tolist()) == [13, 14, 15, 16, 17]


def test_class_balance_gives_rare_items_the_room_of_frequent_ones():
    item = np.repeat([0, 1, 2], [900, 90, 10])
    np.random.default_rng(0).shuffle(item)
    held = filled(ClassBalanced, 30, [numbered(0, 1000, item=item)]).held.item
    assert np.bincount(held).tolist() == [10, 10, 10]


def test_class_balance_keeps_all_of_a_class_that_never_was_the_largest():
    held = filled(ClassBalanced, 20, [numbered(0, 100), numbered(100, 105, item=[1] * 5)]).held
    assert np.sort(held.time[held.item == 1]).tolist() == [100, 101, 102, 103, 104]


def test_class_balance_holds_a_uniform_sample_of_a_frequent_class():
    held = np.zeros(60)
    for seed in range(1500):
        held[filled(ClassBalanced, 6, [numbered(0, 60)], seed=seed).held.time] += 1
    assert stats.chisquare(held).pvalue > 0.01


def test_class_balance_counts_labels_where_they_are_asked_for():
    label = np.repeat([0.0, 1.0], [95, 5])
    events = Events(np.arange(100), np.zeros(100, int), np.arange(100), label)
    held = filled(ClassBalanced, 10, [events], task="click").held
    assert np.bincount(held.label.astype(int)).tolist() == [5, 5]


def test_labels_and_features_are_kept_with_their_event():
    time = np.arange(50)
    events = Events(time, time, time, time * 2.0, {"x": np.stack([time, time + 1], 1)})
    held = filled(Reservoir, 9, [events[:20], events[20:]]).held
    assert held.label.tolist() == (held.time * 2.0).tolist()
    assert held.features["x"].tolist() == np.stack([held.time, held.time + 1], 1).tolist()


def drawn(buffer, count, losses=no_losses, *, times=4000):
    rows = [buffer.sample(buffer.held, count, losses) for _ in range(times)]
    return np.bincount(np.concatenate(rows), minlength=len(buffer)) / times


@pytest.mark.parametrize("kind", [Reservoir, Fifo, ClassBalanced])
def test_equal_weights_draw_equally_and_never_one_twice(kind):
    buffer = filled(kind, 10, [numbered(0, 10)])
    assert all(len(set(buffer.sample(buffer.held, 4, no_losses).tolist())) == 4 for _ in range(50))
    assert drawn(buffer, 4) == pytest.approx(np.full(10, 0.4), abs=0.04)


def test_inverse_degree_draws_users_alike_however_active_they_are():
    user = np.repeat([0, 1], [9, 1])
    buffer = filled(InverseDegree, 10, [numbered(0, 10, user=user)])
    share = drawn(buffer, 1)
    assert share[:9].sum() == pytest.approx(0.5, abs=0.03)
    assert share[9] == pytest.approx(0.5, abs=0.03)


def test_degrees_count_events_that_were_not_kept_too():
    buffer = filled(InverseDegree, 2, [numbered(0, 2, user=[0, 1]), numbered(2, 100, user=[0] * 98)])
    assert buffer.degree[:2].tolist() == [99, 1]


def test_losses_are_what_events_are_drawn_by():
    buffer = filled(ByLoss, 4, [numbered(0, 4)])
    share = drawn(buffer, 1, lambda events: np.array([1.0, 2.0, 3.0, 4.0])[events.time])
    assert share == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=0.03)
