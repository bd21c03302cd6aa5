"""Two further models that learn how late clicks are."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark import Events
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.delayed.corrections import fake_negative_weights
from freshmark_plugins.strategies.delayed.delay_models import DelayModels, chances
from freshmark_plugins.strategies.delayed.pending_impressions import Entries
from freshmark_plugins.training.learner import Learner


def labelled(n, seed=0):
    """Labelled impressions: x < 0 is clicked late, or not at all; x > 0 is clicked in time, or not at all."""
    draw = np.random.default_rng(seed)
    x = np.where(np.arange(n) % 2, 1.0, -1.0).astype(np.float32)[:, None] * np.ones((1, 2), np.float32)
    label = (draw.random(n) < 0.5).astype(float)
    code = np.zeros(n, np.int64)
    some = Events(np.arange(n), code, code, label, {"x": x})
    return Entries(some[:0], np.zeros(0, bool), some, (x[:, 0] < 0))


@pytest.fixture
def started(start_run, click_log):
    def start(*, repeats):
        delays = DelayModels(Learner(Logistic(bits=4), optimiser="adam", lr=0.05, batch=64), repeats=repeats)
        delays.start(start_run(click_log(), 200))
        for seed in range(3):
            delays.learn(labelled(400, seed), epochs=5)
        return delays

    return start


LATE, SOON = slice(0, None, 2), slice(1, None, 2)


def test_esdfm_learns_who_clicks_late_and_what_is_no_negative(started):
    delays, some = started(repeats=True), labelled(10).labelled
    late, negative = chances(delays.first, some), chances(delays.negative, some)
    assert late[LATE] == pytest.approx(0.5, abs=0.1)
    assert late[SOON] == pytest.approx(0.0, abs=0.1)
    assert negative[LATE] == pytest.approx(0.5, abs=0.1)
    weights = delays.weights(some, np.array([1.0, 0.0] * 5), p=np.zeros(10), q=0.0)
    assert weights[LATE] == pytest.approx(1.5, abs=0.1)


def test_fsiw_learns_who_clicks_in_time(started):
    delays, some = started(repeats=False), labelled(10).labelled
    in_time = chances(delays.first, some)
    assert in_time[LATE] == pytest.approx(0.0, abs=0.1)
    assert in_time[SOON] == pytest.approx(1.0, abs=0.1)
    assert delays.weights(some, np.ones(10), p=np.zeros(10), q=0.0)[SOON] == pytest.approx(1.0, abs=0.1)


def clicked(time, label, entered):
    """Entries that tell of impressions of these times."""
    code = np.zeros(len(time), np.int64)
    some = Events(np.array(time), code, code, np.array(label, float), {"x": np.zeros((len(time), 2), np.float32)})
    return Entries(some[:0], np.zeros(0, bool), some, np.array(entered))


def test_clicks_wait_until_an_equally_new_impression_is_known_not_to_be_clicked(
    start_run, click_log, assert_same_state
):
    """Else the models would believe for a whole window that everything is clicked."""
    whole, parts = (DelayModels(Learner(Logistic(bits=4), shuffle=False), repeats=True) for _ in range(2))
    for one in (whole, parts):
        one.start(start_run(click_log(), 200))
    whole.learn(clicked([1, 2, 3], [1, 0, 0], [True, True, True]), epochs=1)
    parts.learn(clicked([1], [1], [True]), epochs=1)
    early = parts.known
    assert not parts.first.model.state()["bias"].any()
    assert parts.state()["delays.told.time"].tolist() == [1]
    parts.learn(clicked([2, 3], [0, 0], [True, True]), epochs=1)
    assert (early, parts.known) == (False, True)
    assert_same_state(whole.first, parts.first)
    assert_same_state(whole.negative, parts.negative)


def test_a_click_of_the_moment_of_one_that_is_not_clicked_waits_no_longer(start_run, click_log):
    delays = DelayModels(Learner(Logistic(bits=4)), repeats=True)
    delays.start(start_run(click_log(), 200))
    delays.learn(clicked([1, 1, 2], [1, 0, 1], [True, True, True]), epochs=1)
    assert delays.state()["delays.told.time"].tolist() == [2]
    told = {name.rpartition(".")[2] for name in delays.state() if name.startswith("delays.told.")}
    assert told >= {"time", "user", "item", "label", "entered"}  # all that is held counts as memory


@pytest.mark.parametrize("repeats", [True, False])
def test_until_something_is_learned_all_clicks_are_taken_for_equally_late(repeats, start_run, click_log):
    delays, p, q = DelayModels(Learner(Logistic(bits=4)), repeats=repeats), np.array([0.2, 0.4, 0.4]), 0.5
    delays.start(start_run(click_log(), 200))
    found = delays.weights(labelled(3).labelled, np.array([1.0, 0.0, 1.0]), p=p, q=q)
    if repeats:
        assert found == pytest.approx(fake_negative_weights(np.array([1.0, 0.0, 1.0]), p, q))
    else:
        assert found == pytest.approx([2, 0.6 / 0.8, 2])
