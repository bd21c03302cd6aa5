from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from freshmark_datasets.logs.numerals import numbers, text_of


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.array(["1", " 2 ", "-3"]), [1, 2, -3]),
        (pa.array([b"9007199254740993"]), [2**53 + 1]),
        (pa.array([1, 2], pa.uint8()), [1, 2]),
        (pa.array(["7", "7"]).dictionary_encode(), [7, 7]),
    ],
)
def test_whole_numbers_are_exact(column, values):
    result, wrong = numbers(column)
    assert result.dtype == np.int64
    assert result.tolist() == values
    assert not wrong.any()


def test_one_broken_number_makes_the_batch_floats():
    result, wrong = numbers(pa.array(["1", "2.5", "1e3", "inf"]))
    assert result.dtype == np.float64
    assert result.tolist() == [1.0, 2.5, 1000.0, np.inf]
    assert not wrong.any()


@pytest.mark.parametrize("text", ["", "x", "0x10", "1_000", "1,5", "--1", "١٢", "True", "1 2"])
def test_values_that_are_not_numbers_are_detected_among_numbers(text):
    result, wrong = numbers(pa.array(["1", text, "2.5"]))
    assert wrong.tolist() == [False, True, False]
    assert result[[0, 2]].tolist() == [1.0, 2.5]


def test_nan_is_a_number_that_others_must_refuse_and_missing_is_none():
    assert numbers(pa.array(["nan", "x"]))[1].tolist() == [False, True]
    assert numbers(pa.array([1.0, None]))[1].tolist() == [False, True]
    assert numbers(pa.array([1, None]))[1].tolist() == [False, True]
    assert numbers(pa.array(["1", None]))[1].tolist() == [False, True]


def test_a_column_of_something_else_holds_no_number():
    assert numbers(pa.array([[1], [2]]))[1].tolist() == [True, True]


def test_numbers_beyond_int64_become_floats():
    assert numbers(pa.array(["9" * 25]))[0].tolist() == [1e25]
    assert numbers(pa.array([2**63], pa.uint64()))[0].tolist() == [2.0**63]


def test_text_that_is_not_utf_8_counts_as_missing():
    assert text_of(pa.array([b" a ", b"\xff"])).to_pylist() == ["a", None]
