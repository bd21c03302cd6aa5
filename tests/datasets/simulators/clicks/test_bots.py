"""Bots: a burst that is told, whose clicks the oracle knows, and that changes nobody else."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.contract.streams.stream import Stream
from freshmark.errors import UsageError
from freshmark_datasets.simulators.clicks.click_stream import clicks

DAY = 86_400_000_000


@pytest.fixture(scope="module")
def plain():
    return clicks(events=20_000).load()


@pytest.fixture(scope="module")
def burst():
    return clicks(events=20_000, bots=0.4, bots_at=0.5, bots_days=3.0, bot_users=7).load()


def is_bot(stream: Stream):
    """(n,) whether each event is of a bot, by the names of users."""
    names = np.array([name.startswith("bot") for name in stream.users])
    return names[stream.user]


def test_the_burst_is_declared_with_its_time_and_its_users(burst):
    (declared,) = burst.drifts
    assert declared.kind == "bots"
    assert declared.end - declared.begin == 3 * DAY
    assert (declared.begin - burst.time[0]) / DAY == pytest.approx(30, abs=0.1)
    assert {burst.users[code] for code in declared.users} == {f"bot{row}" for row in range(7)}


def test_bots_take_their_share_of_the_burst_and_nothing_else(burst):
    (declared,) = burst.drifts
    during, bot = (burst.time >= declared.begin) & (burst.time < declared.end), is_bot(burst)
    assert bot[during].mean() == pytest.approx(0.4, abs=0.06)
    assert not bot[~during].any()


def test_everyone_else_sees_and_clicks_what_they_always_did(plain, burst):
    human = ~is_bot(burst)
    assert np.array_equal(burst.time, plain.time)
    assert np.array_equal(burst.oracle[human], plain.oracle[human])
    assert np.array_equal(burst.label[human], plain.label[human])
    assert np.array_equal(burst.features["x"][human], plain.features["x"][human])


def test_the_oracle_is_the_true_probability_of_a_bots_click_too(burst):
    bot = is_bot(burst)
    assert (burst.oracle[bot] == 0.95).all()
    assert burst.label[bot].mean() == pytest.approx(0.95, abs=4 * np.sqrt(0.95 * 0.05 / bot.sum()))


def test_bots_that_click_at_random_do():
    stream = clicks(events=20_000, bots=0.5, bot_clicks=0.5, bots_days=5.0).load()
    bot = is_bot(stream)
    assert stream.label[bot].mean() == pytest.approx(0.5, abs=4 * np.sqrt(0.25 / bot.sum()))


def test_a_burst_and_a_shift_are_declared_by_time():
    stream = clicks("prior", events=20_000, bots=0.5, bots_at=0.4).load()
    assert [drift.kind for drift in stream.drifts] == ["bots", "prior"]
    assert clicks("prior", events=20_000, bots=0.5, bots_at=0.8).load().drifts[0].kind == "prior"


def test_bots_look_at_whole_slates():
    stream = clicks(events=10_000, slate=5, bots=0.5, bots_days=10.0).load()
    bot = is_bot(stream).reshape(-1, 5)
    assert (bot == bot[:, :1]).all()
    assert bot.any()


def test_an_invalid_share_is_refused():
    with pytest.raises(UsageError, match=r"bots is 1\.5"):
        clicks(bots=1.5)
