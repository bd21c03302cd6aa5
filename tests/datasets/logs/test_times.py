from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from freshmark.contract.arrays import IntArray
from freshmark.errors import DataError
from freshmark_datasets.logs.times import Clock


def place(row: int) -> str:
    return f"row {row}"


def clocked(*batches: Any, unit: str | None = None) -> tuple[IntArray, dict[str, str]]:
    clock = Clock(unit)
    for batch in batches:
        values, wrong = clock.parse(batch)
        assert not wrong.any()
        clock.append(values)
    return clock.microseconds(place)


def texts(*values: object) -> Any:
    return pa.array([str(value).encode() for value in values], pa.binary())


def test_batches_of_whole_and_of_broken_numbers_are_one_column():
    micros, said = clocked(texts(1_400_000_000, 1_400_000_001), texts(1_400_000_001.25))
    assert micros.tolist() == [1_400_000_000_000_000, 1_400_000_001_000_000, 1_400_000_001_250_000]
    assert said == {"time": "seconds counted from 1970 (detected)", "resolution": "1 millisecond"}


@pytest.mark.parametrize("empty", [texts(), pa.array([], pa.int64())])
def test_an_empty_batch_decides_nothing(empty):
    micros, _ = clocked(empty, texts("2016-05-06"), empty)
    assert micros.tolist() == [1_462_492_800_000_000]


def test_without_a_batch_there_are_no_times():
    assert len(Clock(None).microseconds(place)[0]) == 0


def test_the_first_batch_decides_between_numbers_and_dates():
    clock = Clock(None)
    assert clock.parse(texts("2016-05-06", "2016-05-07", "1400000000"))[1].tolist() == [False, False, True]
    assert clock.parse(texts("1400000000", "2016-05-06"))[1].tolist() == [True, False]
    clock = Clock(None)
    assert clock.parse(texts("1400000000", "soon", "2016-05-06"))[1].tolist() == [False, True, True]
    assert clock.parse(texts("2016-05-06"))[1].tolist() == [True]


def test_days_without_dashes_are_dates_only_where_all_are():
    assert clocked(texts(20160506, 20161231))[1]["time"].startswith("ISO")
    assert clocked(texts(20160506, 20161332))[1]["time"].startswith("seconds counted from 0")


@pytest.mark.parametrize("instant", ["now", "today", "NaT", "nan", "2016", "16-05-06", "2016-13-01", "٢٠١٦-٠٥-٠٦"])
def test_what_pandas_would_take_for_a_date_is_none(instant):
    clock = Clock("iso")
    assert clock.parse(texts(instant))[1].tolist() == [True]


@pytest.mark.parametrize(
    ("values", "row"),
    [
        ([1_400_000_000, 1_400_000_000_000, 1_400_000_001], 1),
        ([0, 1_400_000_000, 1_400_000_001], 0),
        ([1_400_000_000] * 3 + [90], 3),
        ([1.4e9, 1.4e9, 1e30], 2),
        ([5e10, 5e10], 0),
    ],
)
def test_a_time_in_another_unit_than_most_is_refused_with_its_row(values, row):
    with pytest.raises(DataError) as caught:
        clocked(pa.array(values))
    assert (caught.value.where, caught.value.code) == (place(row), "FM215")


def test_a_log_from_zero_may_last_for_years_but_not_jump():
    steps = pa.array(np.arange(0, 10**9, 10**7))
    micros, said = clocked(steps)
    assert said["time"].startswith("seconds counted from 0")
    assert micros[-1] == 990_000_000 * 1_000_000
    with pytest.raises(DataError, match="another unit"):
        clocked(pa.array([0, 10**7, 4 * 10**8]))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns", "min", "h", "d"])
def test_units_agree_on_a_day(unit):
    per_day = {"s": 86_400, "ms": 86_400_000, "us": 86_400 * 10**6, "ns": 86_400 * 10**9, "min": 1440, "h": 24, "d": 1}
    micros, said = clocked(pa.array([16_000 * per_day[unit]]), unit=unit)
    assert micros.tolist() == [16_000 * 86_400_000_000]
    assert said["resolution"] == "1 day"
    assert said["time"].endswith("(as given)")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1, -0.5])
def test_a_time_that_is_not_finite_or_before_1970_is_refused_in_any_unit(value):
    for unit in (None, "s", "ms"):
        with pytest.raises(DataError) as caught:
            clocked(pa.array([1.0, value, value]), unit=unit)
        assert caught.value.where == place(1)


def test_broken_seconds_are_exact_to_the_microsecond():
    wanted = 1_400_000_000_000_000 + np.arange(0, 10**6, 997)
    written = texts(*(f"{micros // 10**6}.{micros % 10**6:06d}" for micros in wanted.tolist()))
    assert clocked(written)[0].tolist() == wanted.tolist()


def test_why_says_what_stood_there():
    clock = Clock(None)
    column = texts("2016-05-06", "", "x" * 1000)
    clock.parse(column)
    assert clock.explain(column, 1).what == "the time is empty"
    assert "ISO date, as the others are" in clock.explain(column, 2).what
    assert len(clock.explain(column, 2).what) < 150


def test_a_number_too_large_for_any_unit_is_refused_without_overflow():
    for unit in (None, "s", "ns", "d"):
        with pytest.raises(DataError, match=r"beyond the year 2262|unit"):
            clocked(texts(2**63 - 1), unit=unit)
