from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from freshmark import FreshmarkError, stream_of
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.training.learner import Learner
from hypothesis import given
from hypothesis import strategies as st

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


def test_the_planted_weights_are_found(start_run, events):
    model = learned(clicks(), start_run, events)
    assert model.linear.detach().numpy()[:, 0] == pytest.approx(WEIGHTS, abs=0.3)


def test_what_it_learned_is_better_than_the_rate_of_clicks(start_run, events, query):
    stream = clicks()
    model = learned(stream, start_run, events)
    question, label = asked(stream, query, events)
    chance = model.predict(question)
    loss = -np.mean(np.where(label == 1, np.log(chance), np.log(1 - chance)))
    rate = label.mean()
    assert loss < -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate)) - 0.1
    assert (chance >= 0).all()
    assert (chance <= 1).all()


def test_classes_are_told_apart(start_run, events, query):
    stream = classes()
    model = learned(stream, start_run, events)
    question, label = asked(stream, query, events)
    shares = model.predict(question)
    assert shares.shape == (1500, 3)
    assert shares.sum(1) == pytest.approx(1)
    assert (shares.argmax(1) == label).mean() > 0.75


@pytest.mark.parametrize("make", [clicks, classes])
def test_before_learning_every_answer_is_as_likely(start_run, query, events, make):
    stream = make(100)
    model = Logistic(bits=10)
    model.build(start_run(stream, 50))
    question, _ = asked(stream, query, events)
    assert np.unique(model.predict(question)).tolist() == [pytest.approx(1 / max(2, len(stream.classes)))]


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


@given(cuts=st.lists(st.integers(1, 1999), max_size=4, unique=True))
def test_a_row_is_answered_alike_in_any_batch(start_run, events, query, cuts):
    stream = CLICKS
    model = Logistic(bits=10)
    model.build(start_run(stream, 50))
    with torch.no_grad():
        for weight in model.parameters():
            weight.normal_(generator=torch.Generator().manual_seed(0))
    rest = events(stream, 2000, 4000)
    whole = model.predict(query(rest.user, item=rest.item, features=rest.features))
    edges = [0, *sorted(cuts), 2000]
    for begin, end in pairwise(edges):
        part = rest[begin:end]
        answer = model.predict(query(part.user, item=part.item, features=part.features))
        assert np.array_equal(answer, whole[begin:end])


CLICKS = clicks()


def test_logits_beyond_what_exp_holds_give_certain_answers(start_run, query, events):
    stream = clicks(100)
    model = Logistic(bits=4)
    model.build(start_run(stream, 50))
    with torch.no_grad():
        model.linear.fill_(1e4)
    question, _ = asked(stream, query, events)
    assert set(np.round(model.predict(question), 6)) == {0.0, 1.0}


def test_events_without_labels_are_refused(start_run, events):
    stream = clicks(100)
    model = Logistic(bits=4)
    model.build(start_run(stream, 50))
    bare = events(stream, 0, 5)
    with pytest.raises(FreshmarkError, match="none"):
        model.loss(type(bare)(bare.time, bare.user, bare.item, None, bare.features), torch.Generator())


def test_a_table_beyond_memory_is_refused():
    with pytest.raises(FreshmarkError, match="bits=40"):
        Logistic(bits=40)
