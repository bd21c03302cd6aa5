from __future__ import annotations

import mmap

import numpy as np
import pytest
from freshmark import Past, stream_of
from freshmark.contract.streams.prepared import open_stream, save_stream


@pytest.fixture(params=["in memory", "on disk"])
def stream(request, tmp_path):
    made = stream_of(
        name="ten",
        task="rate",
        time=np.arange(10) * 1_000_000,
        user=np.arange(10) % 3,
        item=np.arange(10),
        label=np.arange(10.0),
        features={"x": np.arange(20.0).reshape(10, 2)},
    )
    if request.param == "in memory":
        return made
    save_stream(made, tmp_path)
    return open_stream(tmp_path)


def past_of(stream, length):
    past, reveal = Past.with_writer(stream)
    reveal(length)
    return past


def test_it_has_what_was_given_and_no_more(stream):
    past = past_of(stream, 4)
    assert len(past) == 4
    assert past[:].item.tolist() == [0, 1, 2, 3]
    assert past[2:99].label.tolist() == [2.0, 3.0]
    assert past[-2:].features["x"].tolist() == [[4.0, 5.0], [6.0, 7.0]]


def test_before_anything_was_given_it_is_empty(stream):
    assert len(past_of(stream, 0)[:]) == 0


def test_ids_are_those_of_what_was_given_and_no_more(stream):
    assert past_of(stream, 2).ids("item") == ["0", "1"]
    assert past_of(stream, 2).ids("user") == ["0", "1"]
    assert past_of(stream, 7).ids("user", begin=1) == ["1", "2"]
    assert past_of(stream, 4).ids("item", begin=4) == []
    assert past_of(stream, 0).ids("item") == []


def test_since_is_by_time(stream):
    assert past_of(stream, 6).since(4_000_000).item.tolist() == [4, 5]
    assert past_of(stream, 6).since(99_000_000).item.tolist() == []


def everything_behind(array):
    """The memory that can be reached from an array, in bytes."""
    while getattr(array, "base", None) is not None:
        array = array.base
    return len(array) if isinstance(array, mmap.mmap) else array.nbytes


def test_no_array_leads_to_the_rest_of_the_stream(stream):
    events = past_of(stream, 4)[:]
    header = 128
    assert everything_behind(events.time) <= 4 * 8 + header
    assert everything_behind(events.item) <= 4 * 4 + header
    assert everything_behind(events.features["x"]) <= 4 * 16 + header


def test_a_map_is_not_a_copy(tmp_path):
    made = stream_of(name="m", task="rank", time=np.arange(9), user=np.arange(9), item=np.arange(9))
    save_stream(made, tmp_path)
    assert isinstance(past_of(open_stream(tmp_path), 5)[:].time, np.memmap)
