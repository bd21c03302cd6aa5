from __future__ import annotations

import numpy as np
from freshmark_plugins.histories.recency_lists import RecencyLists
from hypothesis import given
from hypothesis import strategies as st


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6)), max_size=80),
    st.integers(1, 5),
    st.integers(1, 7),
)
def test_lists_are_the_newest_distinct_items_however_events_are_cut(events, size, chunk):
    histories = RecencyLists(size)
    plain: dict[int, list[int]] = {}
    for user, item in events:
        items = [one for one in plain.get(user, []) if one != item]
        plain[user] = [item, *items][:size]
    for begin in range(0, len(events), chunk):
        part = np.array(events[begin : begin + chunk])
        histories.append(part[:, 0], part[:, 1])
    for user in range(4):
        assert histories.of(user) == plain.get(user, [])


def test_nodes_do_not_grow_with_events_once_lists_are_full():
    histories = RecencyLists(4)
    histories.append(np.zeros(1000, np.int64), np.arange(1000) % 9)
    assert histories.lists.nodes[0] == 4
    assert histories.state("had")["had.item"].shape == (4,)
