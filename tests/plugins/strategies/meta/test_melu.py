"""MeLU is finetune where users are not adapted to; where they are, their histories answer."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from freshmark import stream_of
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.meta.melu import MeLU
from freshmark_plugins.strategies.retraining.finetune import Finetune

LIKE: dict[str, Any] = {"batch": 50, "epochs": 1, "warmup_epochs": 1}


def melu(**options):
    return MeLU(Logistic(bits=6), **{**LIKE, **options})


def tastes(n=1500, seed=0):
    """Users who like what others dislike, half and half: only a user's own history tells."""
    draw = np.random.default_rng(seed)
    user, x = draw.integers(0, 60, n), draw.standard_normal((n, 2)).astype(np.float32)
    chance = 1 / (1 + np.exp(-2 * x[:, 0] * np.where(user % 2, 1.0, -1.0)))
    return stream_of(
        name="tastes", task="click", time=np.arange(n) * 3_600_000_000, user=user, item=draw.integers(0, 9, n),
        label=(draw.random(n) < chance).astype(float), features={"x": x},
    )  # fmt: skip


def played(strategy, stream, *, every="100h", batch=4096):
    line = Timeline(stream, Settings(probes=3, batch=batch))
    return replay(line, strategy, Schedule.parse(every)).tables["outcomes"]["prediction"]


def logloss(prediction, stream):
    label = stream.label[-len(prediction) :]
    return -np.log(np.where(label > 0, prediction, 1 - prediction)).mean()


def test_a_user_without_a_history_is_not_adapted_to(walk, click_log, query, events):
    stream = click_log()
    one = walk(melu(), stream).strategy
    some = events(stream, 0, 5)
    asked = query([10_000] * 5, item=some.item, features=some.features)
    assert np.array_equal(one.predict(asked), one.model.predict(asked))


def test_the_answer_is_that_of_a_step_on_the_users_own_events(walk, click_log, query, events):
    stream = click_log()
    one = walk(melu(support=7, local_lr=0.5), stream).strategy
    mine = events(stream, 0, 200)
    mine = mine[mine.user == 3][-7:]
    asked = query([3], item=[1], features={"x": np.ones((1, 2), np.float32)})
    answer = one.predict(asked)
    model = copy.deepcopy(one.model)
    model.zero_grad()
    model.loss(mine, torch.Generator()).mean().backward()
    with torch.no_grad():
        model.linear -= 0.5 * model.linear.grad
        model.bias -= 0.5 * model.bias.grad
    assert answer == pytest.approx(model.predict(asked), abs=1e-6)
    assert answer != pytest.approx(one.model.predict(asked), abs=1e-6)


def test_what_is_observed_is_adapted_to_before_it_is_learned(walk, click_log, query, events):
    stream = click_log()
    one = walk(melu(), stream).strategy
    asked = query([3], item=[1], features={"x": np.ones((1, 2), np.float32)})
    before, weights = one.predict(asked), one.model.state()["linear"].copy()
    mine = events(stream, 200, 600)
    one.observe(mine[mine.user == 3])
    assert one.predict(asked) != before
    assert np.array_equal(one.model.state()["linear"], weights)


def test_only_what_is_local_is_adapted(walk, click_log):
    one = walk(melu(), click_log()).strategy
    assert one.local == ["linear", "bias"]
    assert walk(melu(local="bias"), click_log()).strategy.local == ["bias"]


@pytest.mark.slow
def test_tastes_of_users_are_learned_from_their_histories_alone():
    stream = tastes()
    plain = logloss(played(Finetune(Logistic(bits=10), batch=50, epochs=1), stream), stream)
    own = logloss(played(MeLU(Logistic(bits=10), local_lr=1.0, batch=50), stream), stream)
    assert own < plain - 0.05


@pytest.mark.slow
def test_labels_that_come_late_make_history_when_they_come(click_log):
    stream, one = click_log(300), melu(support=1000)
    late = replace(stream, label_delay=np.full(len(stream), 40 * 3_600_000_000))
    played(one, late, every="10h")
    held = sorted(np.concatenate([some.time for some in one.supports.of.values()]).tolist())
    assert held == stream.time[: len(held)].tolist()
    assert 240 < len(held) < 270


def test_a_model_of_tables_takes_the_name_of_what_is_local(walk, stream, query, scores):
    one = walk(MeLU(MF(dim=4), local="users", local_lr=5.0), stream).update(300)
    plain = one.model.factors(query([3]))
    own = scores(one, query([3]))
    assert own.shape == (1, len(one.model.items))
    assert not np.allclose(own, plain.user @ plain.item.T + plain.bias)


def test_who_is_new_to_a_model_of_users_is_answered_by_popularity(walk, stream, query, scores):
    one = walk(MeLU(MF(dim=4), local="users"), stream).strategy
    counts = np.bincount(stream.item[:200])
    assert scores(one, query([10_000]))[0][: len(counts)].tolist() == counts.tolist()
