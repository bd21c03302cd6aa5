"""What a strategy gives is taken as an array, or refused with its name and what would be right."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.errors import InvalidAnswer
from freshmark.replay.answering.numbers import arrays_of, check_list, numbers, only_row
from hypothesis import given
from hypothesis import strategies as st


def test_an_array_is_taken_as_it_is_and_not_copied():
    given = np.arange(3.0)
    assert numbers(given, "score") is given


def test_lists_and_tensors_are_arrays():
    torch = pytest.importorskip("torch")
    for answer in ([[1, 2]], ((1.0, 2.0),), torch.tensor([[1.0, 2.0]], requires_grad=True)):
        assert numbers(answer, "score").tolist() == [[1, 2]]


@pytest.mark.parametrize(
    "answer",
    [None, "text", {"a": 1}, [[1], [1, 2]], (one for one in "ab"), np.array([None]), np.array(["a"]), 1j, [b"x"]],
)
def test_what_is_no_array_of_numbers_is_refused_by_the_name_of_the_method_and_its_type(answer):
    with pytest.raises(InvalidAnswer, match=rf"recommend gave {type(answer).__name__}") as refused:
        numbers(answer, "recommend")
    assert "an array of numbers" in refused.value.remedy
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("shape", [(), (3,), (0, 3), (2, 3), (1, 3, 1)])
def test_one_query_is_answered_with_one_row(shape):
    with pytest.raises(InvalidAnswer, match=r"to 1 query"):
        only_row(np.zeros(shape), "score")


@given(st.lists(st.integers(-3, 12), max_size=8), st.integers(0, 10))
def test_a_list_passes_if_and_only_if_its_items_are_known_and_differ(items, known):
    fine = len(set(items)) == len(items) and all(0 <= one < known for one in items)
    try:
        check_list(np.array(items, np.int64), known)
    except InvalidAnswer:
        assert not fine
    else:
        assert fine


def test_a_list_of_floats_is_no_list_of_items():
    with pytest.raises(InvalidAnswer, match="recommend gave float64"):
        check_list(np.array([1.0, 2.0]), 5)


def test_a_code_that_no_catalogue_has_is_refused_and_not_counted_up_to():
    with pytest.raises(InvalidAnswer, match="1000000000000"):
        check_list(np.array([10**12]), 5)


def test_a_state_is_arrays_by_name_whatever_their_numbers():
    state = {"scalar": 3, "mask": [True], "ids": np.array(["a", "bc"]), "empty": []}
    assert {name: array.nbytes for name, array in arrays_of(state).items()} == {
        "scalar": 8,
        "mask": 1,
        "ids": 16,
        "empty": 0,
    }


@pytest.mark.parametrize("state", [None, [np.zeros(2)], 3, "weights"])
def test_a_state_without_names_is_refused(state):
    with pytest.raises(InvalidAnswer, match=f"state gave {type(state).__name__}") as refused:
        arrays_of(state)
    assert refused.value.code == "FM313"


@pytest.mark.parametrize("value", [lambda: 0, None, [{}], [[1], [1, 2]], object()])
def test_a_state_with_something_in_it_that_has_no_bytes_names_it(value):
    with pytest.raises(InvalidAnswer, match=r"state gave 'it' of") as refused:
        arrays_of({"fine": np.zeros(2), "it": value})
    assert refused.value.code == "FM313"
