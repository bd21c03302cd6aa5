"""What single gradients amount to, against formulas and against autograd event by event."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark import Events, Run
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.training.importance import importance
from freshmark_plugins.training.learner import Learner


def clicks(n=40):
    draw = np.random.default_rng(1)
    none = np.zeros(n, np.int64)
    return Events(none, none, none, (draw.random(n) < 0.4).astype(float), {"x": draw.standard_normal((n, 3))})


def logistic(events):
    model = Logistic(bits=4)
    run = Run("click", 0, np.random.default_rng(0), None, 1, 1, features={"x": np.zeros((0, 3))})
    model.build(run)
    with torch.no_grad():
        model.linear[:, 0] = torch.tensor([0.3, -0.2, 0.1])
        model.bias[0] = 0.5
    return model


def slope(model, events):
    """(n,) ∂ℓ/∂logit = σ(f) − y."""
    return model.predict(events) - events.label


def test_fisher_of_logistic_regression_is_the_mean_of_squared_errors_times_inputs():
    events = clicks()
    model, draw = logistic(events), torch.Generator()
    found = importance(model, events, lambda event: model.loss(event, draw), power=2)
    error = slope(model, events)
    assert found["bias"].numpy() == pytest.approx([(error**2).mean()], rel=1e-5)
    assert found["linear"].numpy()[:, 0] == pytest.approx(
        (error[:, None] * events.features["x"]).__pow__(2).mean(0), rel=1e-5
    )


def test_importance_of_answers_needs_no_label():
    events = clicks()
    model = logistic(events)
    unlabelled = Events(events.time, events.user, events.item, None, events.features)
    found = importance(model, unlabelled, lambda event: model.outputs(event).square(), power=1)
    chance = model.predict(events)
    logit = np.log(chance / (1 - chance))
    assert found["bias"].numpy() == pytest.approx([np.abs(2 * logit).mean()], rel=1e-5)
    assert found["linear"].numpy()[:, 0] == pytest.approx(
        np.abs(2 * logit[:, None] * events.features["x"]).mean(0), rel=1e-5
    )


@pytest.fixture
def trained(stream, start_run, events):
    learner = Learner(MF(dim=3), optimiser="adam", lr=0.05, batch=16)
    learner.start(start_run(stream, 200))
    learner.learn(events(stream, 0, 200))
    return learner


def test_it_is_what_autograd_gives_event_by_event(trained, stream, events):
    some, model = events(stream, 150, 200), trained.model
    once, again = (torch.Generator().manual_seed(7) for _ in range(2))
    found = importance(model, some, lambda event: model.loss(event, once), power=2)
    parameters = list(model.parameters())
    total = [torch.zeros_like(one) for one in parameters]
    for row in range(len(some)):
        gradients = torch.autograd.grad(model.loss(some[row : row + 1], again).sum(), parameters)
        total = [one + gradient.square() for one, gradient in zip(total, gradients, strict=True)]
    for name, expected in zip(dict(model.named_parameters()), total, strict=True):
        assert torch.allclose(found[name], expected / len(some), rtol=1e-6, atol=1e-12), name


def test_it_changes_nothing_and_leaves_no_gradient(trained, stream, events):
    before = {name: array.copy() for name, array in trained.model.state().items()}
    importance(trained.model, events(stream, 0, 20), lambda event: trained.model.outputs(event).square(), power=1)
    assert all(np.array_equal(array, trained.model.state()[name]) for name, array in before.items())
    assert all(one.grad is None for one in trained.model.parameters())
    assert not trained.model.users.sparse


def test_dense_gradients_are_asked_for_again_also_where_it_fails(trained, stream, events):
    with pytest.raises(TypeError):
        importance(trained.model, events(stream, 0, 2), lambda event: trained.model.outputs(), power=1)
    assert not trained.model.items.sparse
