from __future__ import annotations

import pytest
from freshmark.errors import UsageError
from freshmark.replay.durations import in_words, microseconds
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
    assert microseconds(text) == span


@pytest.mark.parametrize("text", ["", "d", "1", "1 d", "one day", "-1d", "1y", "1dd", "d1"])
def test_what_is_no_span_is_refused_with_an_example(text):
    with pytest.raises(UsageError, match="1w, 1d, 6h"):
        microseconds(text)


@given(st.integers(0, 10**15))
def test_words_are_read_back_as_the_same_span(span):
    assert microseconds(in_words(span)) == span


def test_the_words_are_the_shortest():
    assert in_words(86_400_000_000) == "1d"
    assert in_words(microseconds("24h")) == "1d"
    assert in_words(0) == "0s"
