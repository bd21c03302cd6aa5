"""Events of several times, put together, and told of by column."""

from __future__ import annotations

import numpy as np
from freshmark import Events
from freshmark_plugins.training.event_sets import columns_of, concatenated


def events(times, label=None, **features):
    count = np.arange(len(times))
    told = None if label is None else np.array(label, float)
    return Events(np.array(times), count, count, told, {name: np.array(one) for name, one in features.items()})


def test_events_stand_one_after_the_other_whatever_their_times():
    both = concatenated([events([5, 6], [1, 0], x=[0.1, 0.2]), events([1], [1], x=[0.3])])
    assert both.time.tolist() == [5, 6, 1]
    assert both.label.tolist() == [1, 0, 1]
    assert both.features["x"].tolist() == [0.1, 0.2, 0.3]


def test_every_column_that_is_held_is_listed_and_no_other():
    told = columns_of("held", events([3], x=[0.5]))
    assert {name: column.tolist() for name, column in told.items()} == {
        "held.time": [3],
        "held.user": [0],
        "held.item": [0],
        "held.x": [0.5],
    }
    assert "held.label" in columns_of("held", events([3], [1]))
