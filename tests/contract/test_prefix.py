"""The beginning of a stream is a stream, and leads to nothing after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.contract.streams.prefix import first_events


@pytest.fixture
def whole():
    """A thousand events, with every column that a stream may have."""
    at = np.arange(1000)
    stream = stream_of(
        name="log",
        task="click",
        time=at,
        user=at % 7,
        item=at // 5,
        label=at % 2.0,
        features={"x": np.zeros((1000, 2))},
    )
    return replace(
        stream,
        oracle=at / 1000,
        label_delay=at,
        item_features={"y": np.arange(200)},
        user_features={"z": np.arange(7)},
    )


def test_the_beginning_is_a_stream_of_the_same_kind(whole):
    some = first_events(whole, 200)
    assert (len(some), some.task, some.repeats, len(some.users), len(some.items)) == (200, "click", True, 7, 40)
    for name in ("time", "user", "item", "label", "oracle", "label_delay"):
        assert np.array_equal(getattr(some, name), getattr(whole, name)[:200])
    assert some.features["x"].shape == (200, 2)
    assert some.item_features["y"].tolist() == list(range(40))
    assert list(some.items) == list(whole.items)[:40]


def test_all_events_of_a_stream_are_the_stream(whole):
    assert first_events(whole, 1000).fingerprint == whole.fingerprint


def test_no_column_leads_to_later_events_or_can_be_written(whole):
    some = first_events(whole, 200)
    columns = [some.time, some.user, some.item, some.label, some.features["x"], some.item_features["y"]]
    assert all(column.base is None and not column.flags.writeable for column in columns)
    assert len(some.items.text) == int(whole.items.ends[39])
    assert some.fingerprint != whole.fingerprint, "what was computed of the whole does not stay"
