"""Transfer on matrices made by hand, and the matrix as it is read from a cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark.results.dynamics.learning import backward_transfer, forward_transfer, score_matrix
from freshmark.results.metrics.named import Metrics
from freshmark.results.metrics.per_event import per_event_metric

metric_named = Metrics().named

HAND = np.array(
    [
        [0.2, 0.1, 0.1],
        [0.5, 0.3, 0.2],
        [0.4, 0.6, 0.4],
        [0.1, 0.5, 0.7],
    ]
)
"""Rows: after 0 to 3 blocks; columns: blocks 1 to 3."""


def test_backward_transfer_compares_the_end_with_just_after_each_block():
    # Block 1: 0.1 − 0.5; block 2: 0.5 − 0.6; block 3 is the end itself.
    assert backward_transfer(HAND) == pytest.approx((-0.4 - 0.1) / 2)


def test_forward_transfer_compares_just_before_each_block_with_the_warm_up():
    # Block 2: 0.3 − 0.1; block 3: 0.4 − 0.1; before block 1 there is the warm-up only.
    assert forward_transfer(HAND) == pytest.approx((0.2 + 0.3) / 2)


def test_where_lower_is_better_signs_turn():
    assert backward_transfer(HAND, -1) == pytest.approx(0.25)
    assert forward_transfer(HAND, -1) == pytest.approx(-0.25)


def test_a_model_that_never_changes_has_no_transfer():
    still = np.tile([0.3, 0.2, 0.5], (4, 1))
    assert backward_transfer(still) == forward_transfer(still) == 0.0


def test_what_was_not_asked_again_leaves_backward_transfer_unknown():
    ahead = HAND.copy()
    ahead[np.tril_indices(4, -1, 3)] = np.nan
    assert np.isnan(backward_transfer(ahead))
    assert forward_transfer(ahead) == forward_transfer(HAND)


class Recorded:
    """What ``score_matrix`` asks of what was recorded: two blocks of two events each, the second after the first."""

    def __init__(self, rows: Any) -> None:
        self.rows = np.asarray(rows, np.float64)

    def has_table(self, key, name):
        return (key, name) == ("cell", "matrix")

    def stream_of(self, key):
        return key

    def events(self, stream):
        del stream
        return {"time": np.array([10, 20, 30, 40])}

    def table(self, key, name):
        del key, name
        after = np.repeat(np.arange(3, dtype=np.int32), 4)
        return {"after": after, "block": np.tile(np.array([1, 1, 2, 2], np.int32), 3), "rank": self.rows.ravel()}

    def outcomes(self, key):
        from freshmark.contract.metric import Outcomes  # noqa: PLC0415  (beside its only use)

        del key
        return Outcomes("rank", rank=np.array([1.0, 20, 1, 1]))


def test_the_grid_is_the_metric_of_each_block_in_each_row():
    recorded: Any = Recorded([[1, np.inf, 11, 12], [1, 2, 1, 50], [np.nan, np.nan, 3, 3]])
    grid = score_matrix(recorded, "cell", per_event_metric(metric_named("hr@10")))
    assert grid is not None
    assert np.nan_to_num(grid.scores, nan=-1).tolist() == [[0.5, 0.0], [1.0, 0.5], [-1.0, 1.0]]
    assert grid.live_scores.tolist() == [0.5, 1.0]
    assert (grid.begin.tolist(), grid.end.tolist()) == ([10, 30], [20, 40])


def test_a_cell_without_a_matrix_has_no_grid():
    recorded: Any = Recorded(np.ones((3, 4)))
    assert score_matrix(recorded, "another", per_event_metric(metric_named("hr@10"))) is None
