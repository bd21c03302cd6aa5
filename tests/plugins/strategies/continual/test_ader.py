"""ADER's exemplars, its weight, and that its teacher stays what it was."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pytest
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.continual import ader
from freshmark_plugins.strategies.continual.ader import ADER
from freshmark_plugins.training.herding import herd
from freshmark_plugins.training.teacher import Teacher

LIKE: dict[str, Any] = {"batch": 32, "lr": 0.05, "epochs": 2, "warmup_epochs": 2}


@pytest.fixture
def teachers(monkeypatch):
    """Those that were made, each with the events it was asked about."""
    made = []

    class Watched(Teacher):
        def __init__(self, model, task, *, outputs):
            super().__init__(model, task, outputs=outputs)
            self.asked, self.began = [], model.state()["items.weight"].copy()
            made.append(self)

        def outputs(self, events):
            self.asked.append(events)
            return super().outputs(events)

    monkeypatch.setattr(ader, "Teacher", Watched)
    return made


@pytest.mark.parametrize("selection", ader.SELECTIONS)
def test_exemplars_are_events_that_happened_and_no_more_than_wanted(walk, stream, selection):
    walked = walk(ADER(MF(dim=4), exemplars=60, selection=selection, **LIKE), stream)
    for end in (300, 600):
        held = walked.update(end).held
        assert 30 <= len(held) <= 60
        past = set(zip(stream.time[:end], stream.user[:end], stream.item[:end], strict=True))
        assert set(zip(held.time, held.user, held.item, strict=True)) <= past
        assert (np.diff(held.time) >= 0).all() or end == 600


def test_room_for_everything_holds_everything_that_herding_wants(walk, stream):
    held = walk(ADER(MF(dim=4), exemplars=10**6, **LIKE), stream).strategy.held
    assert np.array_equal(held.item, stream.item[:200])


def test_the_share_of_an_item_is_that_of_its_events(walk, stream):
    walked = walk(ADER(MF(dim=4), exemplars=100, selection="random", **LIKE), stream)
    shares = []
    for seed in range(200):
        walked.strategy.draw = np.random.default_rng(seed)
        shares.append(np.bincount(walked.strategy._selected(walked.run.past[:]).item, minlength=60))
    counts = np.bincount(stream.item[:200], minlength=60)
    frequent = counts >= 6  # of which there always are as many as wanted
    assert np.mean(shares, 0)[frequent] == pytest.approx(counts[frequent] / 2, rel=0.15)


def test_exemplars_of_an_item_are_those_that_herding_chooses(walk, stream):
    strategy = walk(ADER(MF(dim=4), **LIKE), stream).strategy
    past = strategy.run.past[:]
    worth = strategy._basis(past)
    assert worth.shape == (200, 4)
    assert np.array_equal(strategy._best(worth, 9), herd(worth, 9))


def test_one_teacher_an_update_is_asked_about_exemplars_alone(walk, stream, teachers):
    walked = walk(ADER(MF(dim=4), exemplars=60, **LIKE), stream)
    for number, end in enumerate((300, 400)):
        held = walked.strategy.held
        walked.update(end)
        assert len(teachers) == number + 1
        asked = teachers[-1].asked
        assert len(asked) == 2 * 4  # epochs, batches
        assert {*zip(*(np.concatenate([getattr(a, c) for a in asked]) for c in ("time", "item")), strict=True)} <= {
            *zip(held.time, held.item, strict=True)
        }
        assert sum(map(len, asked)) == pytest.approx(2 * len(held), abs=8)


def test_the_teacher_is_the_model_before_the_update_and_stays_it(walk, stream, teachers):
    walked = walk(ADER(MF(dim=4), exemplars=60, **LIKE), stream)
    before = walked.strategy.model.state()["items.weight"].copy()
    after = walked.update(300).model.state()["items.weight"]
    (teacher,) = teachers
    assert np.array_equal(teacher.began[: len(before)], before)
    assert np.array_equal(teacher.model.state()["items.weight"], teacher.began)
    assert not np.array_equal(after[: len(before)], before)
    assert teacher.known == len(before) < len(after)


def test_the_weight_is_the_less_the_more_is_new(walk, stream, monkeypatch):
    walked = walk(ADER(MF(dim=4), exemplars=60, lambda_base=0.8, **LIKE), stream)
    known, held = walked.strategy.learner.items, walked.strategy.held
    terms, learn = [], walked.strategy.learner.learn

    def record(events, **how):
        terms.extend(how["terms"])
        learn(events, **how)

    monkeypatch.setattr(walked.strategy.learner, "learn", record)
    strategy = walked.update(600)
    grown = strategy.learner.items
    monkeypatch.setattr(Teacher, "distance", lambda self, model, some: np.float64(1.0) * np.ones(len(some)))
    assert grown > known
    weight = terms[0](None, np.arange(32))
    assert weight == pytest.approx(0.8 * sqrt(known / grown * len(held) / 400))
