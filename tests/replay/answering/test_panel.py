"""The panel: the same users all along, asked with what is known as a window ends, whatever the batches."""

from __future__ import annotations

from typing import Any

import numpy as np
from freshmark.replay.answering.panel import MOST
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline

SECOND = 1_000_000


def panel_of(stream, strategy, every="3s", seed=0, **settings):
    chosen: Any = {"probes": 0, "panel": 3, "window": "5s", "top": 4} | settings
    line = Timeline(stream, Settings(**chosen))
    return replay(line, strategy, Schedule.parse(every), seed=seed).tables.get("panel"), line


def places(panel):
    return np.stack([panel[name] for name in panel if name.isdigit()], 1)


def test_the_same_users_are_asked_as_every_window_ends(random_stream, counts):
    panel, line = panel_of(random_stream(1), counts())
    users = panel["user"].reshape(-1, 3)
    assert (users == users[0]).all()
    assert set(users[0]) <= set(line.stream.user[: line.first])
    assert panel["time"][::3].tolist() == line.edges[1:].tolist()


def test_the_seed_draws_them(random_stream, counts):
    drawn = [panel_of(random_stream(1), counts(), seed=seed)[0]["user"][:3].tolist() for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_lists_hold_what_was_learned_before_the_window_ended(make_stream, counts):
    # An update every 5 s; as a window ends, the list is that of the update at its begin.
    stream = make_stream(range(20), "u" * 20, "a" * 10 + "b" * 5 + "c" * 5)
    panel, line = panel_of(stream, counts(since_update=True), every="5s", warmup=0.5)
    codes = {"a": 0, "b": 1, "c": 2}
    assert panel["time"].tolist() == [15 * SECOND, 20 * SECOND]
    # At 15 s only the warm-up is learned; at 20 s what came from 10 to 15.
    assert places(panel)[0].tolist() == [codes["a"], -1, -1, -1]
    assert places(panel)[1][0] == codes["b"]
    assert line.first == 10


def test_what_a_user_had_is_not_listed_where_items_do_not_repeat(make_stream, counts):
    stream = make_stream(range(8), "uvuvuvuv", "aabbccdd", repeats=False)
    panel, _ = panel_of(stream, counts(), every="event", warmup=0.5, window="2s", panel=2)
    lists = places(panel)
    at_six = panel["time"] == 6 * SECOND
    # By 6 s both had a, b and c, and nothing else is known.
    assert lists[at_six].tolist() == [[-1] * 4] * 2


def test_batches_change_no_list(random_stream, counts, last_item):
    stream = random_stream(4)
    for build in (counts, last_item):
        for every in ("event", "never", "7"):
            tables = [panel_of(stream, build(), every=every, batch=batch)[0] for batch in (1, 7, 4096)]
            assert places(tables[0]).tobytes() == places(tables[1]).tobytes() == places(tables[2]).tobytes()


def test_of_many_windows_some_are_asked_the_last_among_them(random_stream, counts):
    panel, line = panel_of(random_stream(2, n=900), counts(), window="1s", panel=1)
    assert len(line.edges) - 1 > MOST
    assert len(panel["time"]) == MOST
    assert panel["time"][-1] == line.edges[-1]
    assert (np.diff(panel["time"]) > 0).all()


def test_no_user_is_asked_if_none_is_known_or_wanted(random_stream, counts):
    assert panel_of(random_stream(1), counts(), panel=0)[0] is None
    assert panel_of(random_stream(1), counts(), warmup=0.0)[0] is None
