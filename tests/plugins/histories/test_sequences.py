from __future__ import annotations

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.histories.sequences import Sequences
from hypothesis import given
from hypothesis import strategies as st

EVENTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 6)), min_size=1, max_size=60)


def events_of(rows) -> Events:
    time, user, item = np.array(rows, np.int64).reshape(-1, 3).T
    return Events(time, user, item)


def had(rows, user, time, known=99) -> list[int]:
    """The plain answer: items of the user's earlier events, the oldest first."""
    return [i for t, u, i in rows if u == user and t < time and i < known]


def seen(windows, row) -> list[int]:
    return list(windows.item[windows.row[row], : windows.column[row]])


def filled(rows, chunk=1000) -> Sequences:
    sequences = Sequences()
    for begin in range(0, len(rows), chunk):
        sequences.append(events_of(rows[begin : begin + chunk]))
    return sequences


@given(EVENTS, st.integers(1, 9), st.integers(1, 5), st.integers(1, 7))
def test_a_context_is_the_newest_known_items_before_the_time_however_events_were_cut(rows, chunk, length, known):
    rows = sorted(rows, key=lambda row: row[0])
    windows = filled(rows, chunk).windows(events_of(rows), length=length, least=length, known=known)
    for at, (time, user, _) in enumerate(rows):
        assert seen(windows, at) == had(rows, user, time, known)[-length:]


@given(EVENTS, st.integers(1, 6), st.integers(0, 30))
def test_rows_that_share_a_window_each_see_at_least_the_newest_half(rows, length, shift):
    rows = sorted(rows, key=lambda row: row[0])
    mixed = [rows[(5 * at + shift) % len(rows)] for at in range(len(rows))]
    least = (length + 1) // 2
    windows = filled(rows).windows(events_of(mixed), length=length, least=least, known=99)
    for at, (time, user, _) in enumerate(mixed):
        before, got = had(rows, user, time), seen(windows, at)
        assert len(got) >= min(least, len(before))
        assert got == before[len(before) - len(got) :]


def test_events_of_one_time_do_not_see_each_other():
    rows = [(1, 0, 3), (2, 0, 4), (2, 0, 5), (2, 1, 6)]
    windows = filled(rows).windows(events_of(rows), length=4, least=4, known=9)
    assert [seen(windows, at) for at in range(4)] == [[], [3], [3], []]


def test_events_in_another_order_than_that_of_time_are_put_in_order():
    rows = [(3, 0, 2), (1, 0, 1), (2, 0, 5)]
    assert seen(filled(rows).windows(events_of([(9, 0, 0)]), length=5, least=5, known=9), 0) == [1, 5, 2]


def test_items_that_are_not_known_are_passed_over():
    rows = [(0, 0, 1), (1, 0, 8), (2, 0, 2), (3, 0, 9)]
    sequences, asked = filled(rows), events_of([(9, 0, 0), (9, 1, 0)])
    assert seen(sequences.windows(asked, length=2, least=2, known=5), 0) == [1, 2]
    assert sequences.known(asked, items=5).tolist() == [True, False]
    assert sequences.known(asked, items=1).tolist() == [False, False]


def test_an_old_moment_is_found_in_few_steps():
    """Jump pointers: of a chain of 2^14 events, a walk back would take thousands of steps."""
    n = 1 << 14
    sequences = filled([(t, 0, 0) for t in range(n)])
    log, steps = sequences.log, []
    for moment in (1, 77, n // 2, n - 3):
        node, count = int(log.last[0]), 0
        while node >= 0 and log.time[node] >= moment:
            far = int(log.jump[node])
            node = far if far != node and log.time[far] >= moment else int(log.before[node])
            count += 1
        assert log.time[node] == moment - 1
        steps.append(count)
    assert max(steps) <= 60


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_the_state_is_the_same_however_events_were_cut_and_enough_to_go_on(chunk):
    rows = [(t, t % 3, t % 7) for t in range(40)]
    whole, cut = filled(rows).state("history"), filled(rows, chunk).state("history")
    for name in whole:
        known = min(len(whole[name]), len(cut[name]))
        assert np.array_equal(whole[name][:known], cut[name][:known]), name
    assert len(whole["history.item"]) == 40
