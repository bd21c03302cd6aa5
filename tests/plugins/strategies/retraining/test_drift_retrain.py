from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import FreshmarkError, stream_of
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining import drift_retrain
from freshmark_plugins.strategies.retraining.drift_retrain import DriftRetrain
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.retraining.retrain import Retrain

LIKE: dict[str, Any] = {"batch": 32, "optimiser": "adagrad", "lr": 0.1, "epochs": 2}


def mf():
    return MF(dim=4)


class Told:
    """A detector that finds what it is told to find, and keeps what it was shown."""

    def __init__(self, finds):
        self.finds, self.shown = finds, []

    def rose(self, loss):
        self.shown.append(loss)
        return self.finds(len(self.shown))


@pytest.fixture
def detect(monkeypatch):
    def told(finds):
        detector = Told(finds)
        monkeypatch.setattr(drift_retrain, "detector_of", lambda name: detector)
        return detector

    return told


def test_with_a_detector_that_finds_nothing_it_is_finetune(walk, stream, assert_same_state, detect):
    detect(lambda n: False)
    one = walk(DriftRetrain(mf(), **LIKE), stream).update(300, 450, 600)
    assert_same_state(one, walk(Finetune(mf(), warmup_epochs=2, **LIKE), stream).update(300, 450, 600))


@pytest.mark.parametrize("options", [{}, {"init": "warm"}, {"window": "1d"}, {"window": 100, "init": "warm"}])
def test_with_a_detector_that_always_finds_something_it_is_retrain(walk, stream, assert_same_state, detect, options):
    detect(lambda n: True)
    one = walk(DriftRetrain(mf(), **LIKE, **options), stream).update(300, 450, 600)
    assert_same_state(one, walk(Retrain(mf(), **LIKE, **options), stream).update(300, 450, 600))


def test_without_learning_in_between_it_is_frozen_until_a_detection(walk, stream, detect):
    detect(lambda n: False)
    one = walk(DriftRetrain(mf(), online=False, **LIKE), stream).update(300, 600).model.state()
    for name, array in walk(Frozen(mf(), **LIKE), stream).strategy.model.state().items():
        assert np.array_equal(one[name][: len(array)], array), name


def test_one_find_among_the_events_of_an_update_is_enough_and_all_are_shown(walk, stream, assert_same_state, detect):
    detector = detect(lambda n: n == 120)
    one = walk(DriftRetrain(mf(), **LIKE), stream).update(300, 450)
    assert len(detector.shown) == 250
    other = walk(Retrain(mf(), **LIKE), stream)
    other.reveal(300)
    other.strategy.learn(other.run.past[200:300], epochs=2)  # as finetune
    other.known = 300
    assert_same_state(one, other.update(450))


def test_losses_lie_between_0_and_1_and_are_those_before_learning(walk, stream, events, detect):
    detector = detect(lambda n: False)
    learned = walk(DriftRetrain(mf(), **LIKE), stream)
    learner = learned.strategy.learner
    learner.grow_vocabulary(events(stream, 200, 300))
    expected = 1 - np.exp(-learner.losses(events(stream, 200, 300)))
    learned.update(300)
    assert detector.shown == expected.tolist()
    assert 0 < min(detector.shown) < 0.5 < max(detector.shown) < 1


@pytest.mark.slow
@pytest.mark.parametrize("detector", ["adwin", "page_hinkley"])
def test_a_change_of_taste_is_detected_by_the_detectors_of_river(walk, detector):
    pytest.importorskip("river", reason="the detectors are an extra")
    retrained: list[int] = []
    walked = _turning(walk, detector)
    walked.strategy.retrain = retrained.append
    for end in range(1300, 4001, 100):
        walked.update(end)
    assert retrained
    assert min(retrained) > 2000, "nothing changes before"
    assert min(retrained) <= 2800


def _turning(walk, detector):
    """Users who take items of one half until event 2000, then of the other."""
    draw = np.random.default_rng(0)
    n = 4000
    user = draw.integers(0, 20, n)
    item = (2 * draw.integers(0, 10, n) + (user + (np.arange(n) >= 2000)) % 2) % 20
    stream = stream_of(name="turning", task="rank", time=np.arange(n), user=user, item=item)
    return walk(DriftRetrain(mf(), detector=detector, **LIKE), stream, known=1200)


def test_without_river_it_is_refused_when_it_is_built(monkeypatch):
    monkeypatch.setattr(drift_retrain, "find_spec", lambda name: None)
    with pytest.raises(FreshmarkError) as refused:
        DriftRetrain(mf())
    assert refused.value.code == "FM116"
