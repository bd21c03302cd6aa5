import numpy as np
import pytest
from freshmark import Outcomes
from freshmark.contract.outcomes import (
    answer_columns,
    blank,
    decoded,
    encoded,
    has_free_pass,
    oracle_outcomes,
    with_free_pass,
)

EVENTS = {
    "position": np.array([10, 11, 12]),
    "time": np.array([5, 6, 6]),
    "user": np.array([0, 1, 0], np.int32),
    "item": np.array([2, 2, 3], np.int32),
    "candidates": np.array([3, 3, 3], np.int32),
    "label": np.array([0, 2, 1]),
}
AGE = np.array([1, 2, 2])


def answers(task, shift=0.0):
    table = blank(task, 3)
    for column in table.values():
        column[:] = np.arange(3) + (shift if column.dtype.kind == "f" else 0)
    return table


@pytest.mark.parametrize("task", ["rank", "click", "rate", "classify"])
def test_what_is_stored_is_what_is_read_and_both_passes_of_it(task):
    served = encoded(answers(task), AGE)
    table = with_free_pass(task, served, encoded(answers(task, 0.5), AGE))
    assert set(table) == {*answer_columns(task), "age", *(f"free_{name}" for name in answer_columns(task))}
    assert (has_free_pass(served), has_free_pass(table)) == (False, True)
    outcomes, free = decoded(task, table, EVENTS), decoded(task, table, EVENTS, free=True)
    for name, dtype in answer_columns(task).items():
        assert getattr(outcomes, name).tolist() == [0, 1, 2]
        assert getattr(outcomes, name).dtype == dtype
        assert getattr(free, name).tolist() == ([0.5, 1.5, 2.5] if dtype == "f8" else [0, 1, 2])
    assert outcomes.age is AGE
    assert free.age is None


def test_columns_of_version_0_1():
    assert answer_columns("rank") == {"rank": "f8"}
    assert answer_columns("click") == answer_columns("rate") == {"prediction": "f8"}
    assert answer_columns("classify") == {"prediction": "f8", "predicted": "i8"}


def test_outcomes_say_whose_event_it_is_and_rows_of_them_too():
    some = decoded("rank", answers("rank"), EVENTS).rows(np.array([True, False, True]))
    assert (len(some), some.user.tolist(), some.item.tolist()) == (2, [0, 0], [2, 3])
    assert (some.time.tolist(), some.index.tolist(), some.candidates.tolist()) == ([5, 6], [10, 12], [3, 3])
    assert {some.user.dtype, some.item.dtype, some.index.dtype, some.candidates.dtype} == {np.dtype(np.int64)}


def test_other_answers_leave_the_events_as_they_are():
    outcomes = decoded("rank", answers("rank"), EVENTS).answered({"rank": np.ones(3), "block": np.zeros(3)})
    assert (outcomes.rank.tolist(), outcomes.user.tolist()) == ([1, 1, 1], [0, 1, 0])


def test_without_columns_there_are_no_events():
    assert len(Outcomes("rank")) == 0


def test_the_best_achievable_answers_are_outcomes_where_the_stream_knows_them():
    best = EVENTS | {"oracle": np.array([0.1, 0.2, 0.3])}
    assert oracle_outcomes("rank", best).rank.tolist() == oracle_outcomes("click", best).prediction.tolist()
    assert oracle_outcomes("classify", best | {"oracle_class": np.arange(3)}).predicted.tolist() == [0, 1, 2]
    assert oracle_outcomes("classify", best) is None  # a run of version 0.1
    assert oracle_outcomes("rate", best) is None
    assert oracle_outcomes("rank", EVENTS) is None
