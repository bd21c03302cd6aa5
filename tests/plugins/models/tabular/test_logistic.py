from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark import stream_of
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.training.learner import Learner

WEIGHTS = np.array([1.5, -1.0, 0.5])


def clicks(n=4000, seed=0):
    draw = np.random.default_rng(seed)
    x, device = draw.standard_normal((n, 3)).astype(np.float32), draw.choice(["phone", "tablet"], n)
    item = draw.integers(0, 20, n)
    logit = x @ WEIGHTS + (device == "phone") * 1.0 - 0.5 + (item == 3) * 2.0
    label = (draw.random(n) < 1 / (1 + np.exp(-logit))).astype(float)
    return stream_of(
        name="clicks", task="click", time=np.arange(n), user=draw.integers(0, 50, n), item=item, label=label,
        features={"x": x, "device": device},
    )  # fmt: skip


def classes(n=3000, seed=0):
    draw = np.random.default_rng(seed)
    label = draw.integers(0, 3, n)
    x = (np.eye(3)[label] * 2 + draw.standard_normal((n, 3))).astype(np.float32)
    return stream_of(
        name="classes", task="classify", time=np.arange(n), label=label, features={"x": x}, classes=("a", "b", "c")
    )


def learned(stream, start_run, events, **options):
    learner = Learner(Logistic(bits=12), lr=0.1, batch=256, **options)
    learner.start(start_run(stream, len(stream) // 2))
    learner.learn(events(stream, 0, len(stream) // 2), epochs=20)
    return learner.model


def asked(stream, query, events):
    rest = events(stream, len(stream) // 2, len(stream))
    return query(rest.user, item=rest.item, features=rest.features), rest.label


def test_the_planted_weights_are_recovered(start_run, events):
    model = learned(clicks(), start_run, events)
    assert model.linear.detach().numpy()[:, 0] == pytest.approx(WEIGHTS, abs=0.3)


def test_classes_are_distinguished(start_run, events, query):
    stream = classes()
    model = learned(stream, start_run, events)
    question, label = asked(stream, query, events)
    shares = model.predict(question)
    assert shares.shape == (1500, 3)
    assert shares.sum(1) == pytest.approx(1)
    assert (shares.argmax(1) == label).mean() > 0.75


@pytest.mark.parametrize("make", [clicks, classes])
def test_predictions_and_the_loss_agree(start_run, query, events, make):
    stream = make()
    model = learned(stream, start_run, events)
    question, label = asked(stream, query, events)
    loss = model.loss(events(stream, len(stream) // 2, len(stream)), torch.Generator()).detach().numpy()
    shares = model.predict(question)
    true = shares[np.arange(len(label)), label] if make is classes else np.where(label == 1, shares, 1 - shares)
    assert loss == pytest.approx(-np.log(true), abs=1e-4)


@pytest.mark.parametrize("make", [clicks, classes])
def test_gradients_agree_with_differences(start_run, events, make):
    stream = make(40)
    model = Logistic(bits=3)
    model.build(start_run(stream, 20))
    model.double()
    batch = events(stream, 0, 8)
    assert torch.autograd.gradcheck(
        lambda *_: model.loss(batch, torch.Generator()).sum(), list(model.parameters()), atol=1e-5, eps=1e-3
    )


def test_logits_beyond_what_exp_holds_give_certain_answers(start_run, query, events):
    stream = clicks(100)
    model = Logistic(bits=4)
    model.build(start_run(stream, 50))
    with torch.no_grad():
        model.linear.fill_(1e4)
    question, _ = asked(stream, query, events)
    assert set(np.round(model.predict(question), 6)) == {0.0, 1.0}
