"""New items and changing lists, small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.results.dynamics.arrivals import arrivals
from freshmark.results.dynamics.churn import churn

SECOND = 1_000_000


def events():
    """Item 0 is old. Item 1 comes at 10 s and again at 40 and 50 s; item 2 comes at 20 s and never again."""
    return {
        "position": np.arange(100, 106),
        "time": np.array([0, 10, 20, 40, 50, 60]) * SECOND,
        "item": np.array([0, 1, 2, 1, 1, 0]),
        "item_events": np.array([7, 0, 0, 1, 2, 8]),
    }


def found(rank, asked, lists, top=10):
    columns = {str(place + 1): np.array(column) for place, column in enumerate(zip(*lists, strict=True))}
    return arrivals(events(), np.array(rank, np.float64), np.array(asked), columns, top)


def test_time_runs_from_the_first_event_of_an_item():
    numbers = found([1, np.inf, np.inf, 50, 3, 1], [102, 103, 105], [[0, -1], [0, 1], [2, 1]])
    # Item 1 is first listed at 40 s, 30 s after it came; item 2 at 60 s, 40 s after.
    assert (numbers["items"], numbers["recommended_share"]) == (2, 1.0)
    assert numbers["recommended_seconds"] == 30.0
    # Item 1 alone came back, was missed at 40 s and hit at 50 s.
    assert (numbers["returning"], numbers["hit_share"], numbers["hit_seconds"]) == (1, 1.0, 40.0)


def test_what_never_happens_is_infinite_and_old_items_do_not_count():
    numbers = found([1, np.inf, np.inf, 50, 30, 1], [101, 105], [[0, -1], [0, -1]])
    assert numbers["recommended_share"] == numbers["hit_share"] == 0.0
    assert numbers["recommended_seconds"] == numbers["hit_seconds"] == np.inf


def tables(lists, live):
    """One user, asked every 10 s."""
    lists = np.array(lists)
    panel = {"time": (np.arange(len(lists)) + 1) * 10 * SECOND, "user": np.zeros(len(lists), np.int32)}
    panel |= {str(place + 1): lists[:, place] for place in range(lists.shape[1])}
    live = np.array([0, *live]) * SECOND
    return panel, {"live": live, "fit": np.arange(len(live)) == 0}


def test_lists_with_and_without_an_update_in_between_are_counted_apart():
    numbers = churn(*tables([[1, 2], [1, 2], [3, 4], [3, 4]], live=[25]))
    assert (numbers["pairs"], numbers["users"], numbers["interval_seconds"]) == (3, 1, 10)
    assert numbers["churn"] == pytest.approx(1.0)
    assert numbers["churn_without_update"] == pytest.approx(0.0)
    assert numbers["updates"] == pytest.approx(1 / 3)


def test_an_update_at_the_time_of_a_list_counts_for_the_next():
    # The panel is asked before an update that is live at its own time.
    numbers = churn(*tables([[1, 2], [3, 4], [3, 4]], live=[10]))
    assert numbers["churn"] == pytest.approx(1.0)
    assert numbers["churn_without_update"] == pytest.approx(0.0)


def test_without_updates_churn_is_nan():
    assert np.isnan(churn(*tables([[1, 2], [1, 2]], live=[]))["churn"])
