from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
from freshmark import Source, stream_of
from freshmark.testing import check_dataset, failures
from freshmark.testing.streams import small_stream, with_other_future


def made(shift=0):
    return stream_of(
        name="made", task="rank", time=np.arange(9) + shift, user=np.arange(9) % 3, item=np.array(list("abcabcabd"))
    )


def test_a_stream_that_is_what_it_says_passes():
    assert not failures(check_dataset(made))
    assert not failures(check_dataset(lambda: Source("made 1", made)))


def test_a_stream_that_is_another_each_time_is_caught():
    calls = count()
    assert "two fingerprints" in str(failures(check_dataset(lambda: made(next(calls))))[0])


def test_a_key_that_is_another_each_time_is_caught():
    calls = count()
    assert "two keys" in str(failures(check_dataset(lambda: Source(f"made {next(calls)}", made)))[0])


def test_something_else_than_a_stream_is_caught():
    five: Any = 5
    text = " ".join(str(one) for one in failures(check_dataset(lambda: five)))
    assert "it gave a int" in text


def test_a_stream_with_nothing_to_test_is_caught():
    def still():
        return stream_of(name="still", task="rank", time=np.zeros(9, np.int64), user=np.arange(9), item=np.arange(9))

    assert [one.check for one in failures(check_dataset(still))] == ["there are test events"]


def test_another_future_is_another_and_the_past_is_the_same():
    stream = small_stream()
    other = with_other_future(stream, 300, "item")
    past = stream.time <= stream.time[300]
    assert (other.item[past] == stream.item[past]).all()
    assert (other.item[~past] != stream.item[~past]).any()
    assert (other.user == stream.user).all()
