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
    ("every", "delay", "label"),
    [
        ("1d", "0s", "every 1d"),
        ("1h", "", "every 1h"),
        ("1000", "0s", "every 1,000 events"),
        ("event", "0s", "every event"),
        ("never", "10m", "never updated"),
        ("1d", "10m", "every 1d, 10m late"),
        ("1d", "measured", "every 1d, late as measured"),
        ("1d", "measured*2000", "every 1d, late as measured ×2,000"),
    ],
)
def test_labels_of_schedules_and_rows(every, delay, label):
    assert schedule_label(every, delay) == label
    assert row_label("retrain(mf())", every, delay) == f"retrain(mf()) {label}"


def test_words_are_joined_like_a_sentence():
    assert [join_words(list(names)) for names in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


def test_labels_of_metrics():
    assert [metric_label(name) for name in ("ndcg@10", "auc", "logloss")] == ["NDCG@10", "AUC", "log loss"]
    assert [metric_label(name) for name in ("mine@5", "auc@5", "mine")] == ["mine@5", "auc@5", "mine"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.24567, "0.246"),
        (-0.05, "−0.0500"),
        (1234.5, "1,234"),
        (2.5e9, "2.50e+09"),
        (math.nan, "–"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        # Rounding up to a power of ten adds no digit.
        (9.996, "10.0"),
        (0.9996, "1.00"),
        (0.09996, "0.100"),
        (-9.996, "−10.0"),
        (999.6, "1,000"),
    ],
)
def test_numbers_have_three_significant_digits(value, text):
    assert format_number(value) == text


@given(st.floats(1e-4, 9e5))
def test_a_number_has_three_digits_below_a_thousand_and_no_decimals_above(value):
    text = format_number(value).replace(",", "")
    assert float(text) == pytest.approx(value, rel=5.1e-3)
    digits = text.replace(".", "").lstrip("0")
    assert len(digits) == (3 if float(f"{value:.2e}") < 1000 else len(f"{value:.0f}"))


def test_a_value_has_the_digits_of_its_margin():
    assert with_margin(0.241612, 0.00899) == "0.2416\u00a0±\u00a00.0090"
    assert with_margin(-0.5, 0.25) == "−0.50\u00a0±\u00a00.25"
    assert with_margin(0.25, math.nan) == with_margin(0.25, 0.0) == "0.250"
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
        # The unit is that of the rounded value.
        (0.9999999, "1.00 s"),
        (119.96, "2.00 min"),
        (7199.9, "2.00 h"),
        (0.00099996, "1.00 ms"),
    ],
)
def test_durations_in_their_unit(value, text):
    assert format_seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (512, "512 B"),
        (1500, "1.50 kB"),
        (3.42e6, "3.42 MB"),
        (4e9, "4.00 GB"),
        (math.nan, "–"),
        (999.9, "1.00 kB"),
        (999_999, "1.00 MB"),
        (999_999_999, "1.00 GB"),
    ],
)
def test_sizes_in_powers_of_ten(value, text):
    assert format_bytes(value) == text


@given(st.floats(1e-6, 1e5))
def test_a_negative_amount_is_the_positive_one_with_a_sign_and_no_unit_overflows(value):
    assert format_seconds(-value) == f"−{format_seconds(value)}"
    assert format_bytes(-value * 1e6) == f"−{format_bytes(value * 1e6)}"
    shown, unit = format_seconds(value).split(" ")
    assert float(shown.replace(",", "")) < {"µs": 1000, "ms": 1000, "s": 120, "min": 120, "h": math.inf}[unit]


@pytest.mark.parametrize(
    ("every", "label"),
    [("4w2d", "every 30d"), ("1d12h", "every 36h"), ("1h30m", "every 90m"), ("1w", "every 1w"), ("2w", "every 2w")],
)
def test_durations_are_shown_in_one_unit_as_people_type_them(every, label):
    assert schedule_label(every) == label
