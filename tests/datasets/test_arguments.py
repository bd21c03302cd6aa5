"""Arguments: a date is one moment wherever it is told, and what is none is refused with what would be right."""

from __future__ import annotations

import pytest
from freshmark.errors import UsageError
from freshmark_datasets.arguments import check_number, check_whole, moment
from freshmark_datasets.logs.file import file


@pytest.mark.parametrize(
    ("date", "micros"),
    [
        ("1970-01-01", 0),
        ("1970-01-02", 86_400_000_000),
        ("1969-12-31T23:59:59.999999", -1),
        ("1970-01-01T01:00+01:00", 0),
        ("2024-01-01T00:00:00.000001Z", 1_704_067_200_000_001),
    ],
)
def test_a_date_is_utc_where_it_names_no_zone(date, micros):
    assert moment("since", date) == micros


@pytest.mark.parametrize("date", ["", "yesterday", 20170101, None, "2017-13-01"])
def test_an_invalid_date_is_refused(date):
    with pytest.raises(UsageError, match=r"since=.*an ISO date, such as 2017-11-25"):
        moment("since", date)


def test_a_number_is_not_a_date_of_a_log_either(tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("user,item,time\na,x,1700000000\n")
    with pytest.raises(UsageError, match="since=20170101"):
        file(log, unit="s", since=20170101)  # type: ignore[arg-type]  # what is refused here


@pytest.mark.parametrize("wrong", [True, 1.0, "2", None, 0])
def test_a_whole_number_is_whole_and_not_below_the_least(wrong):
    with pytest.raises(UsageError, match=r"users=.*a whole number of at least 1"):
        check_whole("users", wrong, 1)


@pytest.mark.parametrize("wrong", [True, "2", None, float("nan"), float("inf"), -1])
def test_a_number_is_finite_and_not_below_the_least(wrong):
    with pytest.raises(UsageError, match=r"seconds=.*a number of at least 0"):
        check_number("seconds", wrong, 0)
    check_number("seconds", 0.5, 0)
    check_whole("users", 3, 1)
