from __future__ import annotations

import pytest
from freshmark.contract.streams.validity import LAST_TIME
from freshmark.errors import UsageError
from freshmark.replay.durations import format_duration, parse_duration
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1w", 604_800_000_000),
        ("1d", 86_400_000_000),
        ("1d12h", 129_600_000_000),
        ("1.5h", 5_400_000_000),
        ("250ms", 250_000),
        ("10m", 600_000_000),
        ("3us", 3),
    ],
)
def test_spans_are_read_as_people_write_them(text, span):
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "d", "1", "1 d", "one day", "-1d", "1y", "1dd", "d1"])
def test_what_is_no_span_is_refused_with_an_example(text):
    with pytest.raises(UsageError, match="1w, 1d, 6h"):
        parse_duration(text)


@given(st.integers(0, 10**15))
def test_words_are_read_back_as_the_same_span(span):
    assert parse_duration(format_duration(span)) == span


def test_the_words_are_the_shortest():
    assert format_duration(86_400_000_000) == "1d"
    assert format_duration(parse_duration("24h")) == "1d"
    assert format_duration(0) == "0s"


@pytest.mark.parametrize("text", ["1000001w", "99999999999999d", "400000d", "9" * 400 + "s"])
def test_a_span_that_overflows_when_added_to_a_time_is_refused(text):
    with pytest.raises(UsageError, match="at most a thousand years") as refused:
        parse_duration(text)
    assert refused.value.code == "FM102"


def test_a_thousand_years_is_a_span_and_sums_of_it_and_any_time_fit():
    assert parse_duration("365000d") + LAST_TIME + parse_duration("365000d") < 2**63


@pytest.mark.parametrize("text", ["٣d", "²d", "1٫5h"])
def test_digits_of_other_scripts_are_no_numbers_here(text):
    with pytest.raises(UsageError):
        parse_duration(text)


@given(st.text(max_size=8))
def test_any_text_is_a_span_or_refused_as_none(text):
    try:
        span = parse_duration(text)
    except UsageError:
        return
    assert 0 <= span < 2**62
    assert parse_duration(format_duration(span)) == span
