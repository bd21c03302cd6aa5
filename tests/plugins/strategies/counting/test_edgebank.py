from __future__ import annotations

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.strategies.counting.edgebank import EdgeBank

DAY = 86_400_000_000


@pytest.mark.parametrize("ends", [(600,), (201, 202, 350, 600)])
@pytest.mark.parametrize("window", [None, "1d", "5h", "5000d"])
def test_the_score_is_the_number_of_events_of_the_edge_in_the_window(walk, stream, query, window, ends):
    learned = walk(EdgeBank(window), stream).update(*ends)
    span = {None: 10**18, "1d": DAY, "5h": DAY * 5 // 24, "5000d": 5000 * DAY}[window]
    inside = stream.time >= stream.time[-1] - span
    expected = np.zeros((len(stream.users), len(stream.items)))
    np.add.at(expected, (stream.user[inside], stream.item[inside]), 1.0)
    assert np.array_equal(learned.score(query(np.arange(len(stream.users)))), expected)


def test_an_edge_that_comes_again_stays_until_its_last_event_leaves(query):
    one = EdgeBank("1d")
    for time in (0, DAY, 2 * DAY, 3 * DAY + 1):
        user = 0 if time <= DAY else 1
        one.update(Events(np.array([time]), np.array([user]), np.array([0])))
        assert (one.score(query([0]))[0, 0] > 0) == (time <= 2 * DAY)


def test_its_memory_is_what_is_learned_so_that_it_grows_stale(make_log, ranks):
    stream = make_log(2000, items=400)
    hits = {every: (ranks(EdgeBank(), stream, every=every) <= 10).mean() for every in ("never", "6h", "event")}
    assert hits["never"] < 0.8 * hits["6h"]
    assert hits["6h"] < hits["event"]
