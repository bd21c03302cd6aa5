from __future__ import annotations

import numpy as np
import pytest
from freshmark import SECOND, stream_of
from freshmark.runs.cards.time_span import span, span_warnings

NOW = 1_700_000_000


def stream(begin, end):
    time = np.linspace(begin, end, 5).astype(np.int64) * SECOND
    return stream_of(name="s", task="rank", time=time, user=np.arange(5), item=np.arange(5))


def test_the_span_is_said_in_days_or_seconds():
    assert span(stream(86_400, 259_200)) == "2.0 days, from 1970-01-02 00:00:00 to 1970-01-04 00:00:00"
    assert span(stream(NOW, NOW + 5)).startswith("5 seconds, from 2023-11-14 22:13:20")


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [
        (NOW - 30 * 86_400, NOW, []),
        (NOW / 1e3 - 2_592, NOW / 1e3, ["in 1970", "within 2,592 seconds"]),  # 30 days, read 1,000 times too small
        (NOW - 3_600, NOW, ["within 3,600 seconds"]),
        (NOW - 30 * 86_400, NOW + 90_000, ["in the future, 2023-11-15"]),
    ],
)
def test_times_of_1970_of_less_than_a_day_and_of_the_future_are_warned_of(begin, end, words):
    warnings = list(span_warnings(stream(begin, end), NOW))
    assert len(warnings) == len(words)
    assert all(word in text for word, text in zip(words, warnings, strict=True))
