import math

import pytest
from freshmark.results.naming import (
    format_bytes,
    format_number,
    format_seconds,
    join_words,
    metric_label,
    row_label,
    schedule_label,
    with_margin,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("every", "delay", "words"),
    [
        ("1d", "0s", "every 1d"),
        ("1000", "0s", "every 1,000 events"),
        ("event", "0s", "every event"),
        ("never", "0s", "never updated"),
        ("1d", "10m", "every 1d, 10m late"),
        ("1d", "measured", "every 1d, late as measured"),
        ("1d", "measured*2000", "every 1d, late as measured ×2,000"),
        ("never", "10m", "never updated"),
        ("1h", "", "every 1h"),
    ],
)
def test_a_schedule_in_words(every, delay, words):
    assert schedule_label(every, delay) == words
    assert row_label("retrain(mf())", every, delay) == f"retrain(mf()) {words}"


def test_lists_read_like_a_sentence():
    assert join_words([]) == ""
    assert join_words(["a"]) == "a"
    assert join_words(["a", "b"]) == "a and b"
    assert join_words(["a", "b", "c"]) == "a, b and c"


def test_metrics_are_written_as_people_write_them():
    assert [metric_label(name) for name in ("ndcg@10", "auc", "logloss")] == ["NDCG@10", "AUC", "log loss"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.24567, "0.246"),
        (-0.05, "−0.0500"),
        (1234.5, "1,234"),
        (3.14159, "3.14"),
        (2.5e9, "2.50e+09"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
    ],
)
def test_a_number_to_three_digits(value, text):
    assert format_number(value) == text


@given(st.floats(1e-4, 9e5))
def test_a_number_is_within_half_a_percent_of_what_it_says(value):
    assert float(format_number(value).replace(",", "")) == pytest.approx(value, rel=5.1e-3)


def test_a_value_has_as_many_digits_as_its_margin_carries():
    assert with_margin(0.241612, 0.00899) == "0.2416\u00a0±\u00a00.0090"
    assert with_margin(0.241612, 0.11) == "0.24\u00a0±\u00a00.11"
    assert with_margin(-0.5, 0.25) == "−0.50\u00a0±\u00a00.25"
    assert with_margin(0.25, math.nan) == "0.250"
    assert with_margin(0.25, 0.0) == "0.250"
    assert with_margin(math.nan, 0.1) == "–"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 s"),
        (2.5e-5, "25.0 µs"),
        (0.0124, "12.4 ms"),
        (3.1, "3.10 s"),
        (720, "12.0 min"),
        (36_000, "10.0 h"),
        (math.nan, "–"),
        (math.inf, "–"),
    ],
)
def test_durations_in_their_unit(value, text):
    assert format_seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(512, "512 B"), (3.42e6, "3.42 MB"), (1500, "1.50 kB"), (4e9, "4.00 GB"), (math.nan, "–")]
)
def test_sizes_in_powers_of_ten(value, text):
    assert format_bytes(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(9.996, "10.0"), (99.96, "100"), (0.9996, "1.00"), (0.09996, "0.100"), (-9.996, "−10.0"), (999.6, "1,000")],
)
def test_a_number_that_is_rounded_up_to_a_power_of_ten_has_no_digit_too_many(value, text):
    assert format_number(value) == text


@given(st.floats(1e-4, 9e5))
def test_a_number_below_a_thousand_has_three_digits_and_above_it_no_decimals(value):
    digits = format_number(value).replace(",", "").replace(".", "").lstrip("0")
    assert len(digits) == (3 if float(f"{value:.2e}") < 1000 else len(f"{value:.0f}"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9999999, "1.00 s"),
        (119.96, "2.00 min"),
        (7199.9, "2.00 h"),
        (0.00099996, "1.00 ms"),
        (-0.05, "−50.0 ms"),
        (-2.0, "−2.00 s"),
        (-3600.0, "−60.0 min"),
    ],
)
def test_a_duration_takes_the_unit_of_what_is_shown_and_a_shorter_one_the_same_with_a_sign(value, text):
    assert format_seconds(value) == text


@given(st.floats(1e-6, 1e5))
def test_less_by_so_much_is_written_as_more_by_so_much_with_a_sign(value):
    assert format_seconds(-value) == f"−{format_seconds(value)}"
    assert format_bytes(-value * 1e6) == f"−{format_bytes(value * 1e6)}"


@given(st.floats(1e-6, 1e5))
def test_no_duration_is_written_as_a_thousand_of_a_unit_that_has_a_larger_one(value):
    shown, unit = format_seconds(value).split(" ")
    most = {"µs": 1000, "ms": 1000, "s": 120, "min": 120, "h": math.inf}[unit]
    assert float(shown.replace(",", "")) < most


@pytest.mark.parametrize(("value", "text"), [(999.9, "1.00 kB"), (999_999, "1.00 MB"), (999_999_999, "1.00 GB")])
def test_a_size_takes_the_unit_of_what_is_shown(value, text):
    assert format_bytes(value) == text
