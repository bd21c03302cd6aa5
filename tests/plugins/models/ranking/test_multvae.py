from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.multvae import MultVAE
from scipy.special import logsumexp


def generator(seed=3):
    return torch.Generator().manual_seed(seed)


def built(stream, start_run, events, **options):
    model = MultVAE(hidden=5, dim=3, scale=0.5, **{"length": 6, "anneal": 10, **options})
    model.build(start_run(stream, 200))
    model.observe(events(stream, 0, 200))
    with torch.no_grad():
        for number, parameter in enumerate(model.parameters()):
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator(number)))
    return model.eval()


def posterior(w, items):
    own = np.unique(items)
    bag = w["inputs.weight"][own].sum(0) / np.sqrt(max(len(own), 1))
    code = w["encoder.weight"] @ np.tanh(bag + w["offset"]) + w["encoder.bias"]
    return code[:3], code[3:], len(own)


def decoded(w, z):
    hidden = np.tanh(w["decoder.weight"] @ z + w["decoder.bias"])
    return hidden, w["items.weight"] @ hidden + w["bias.weight"][:, 0]


def had(stream, user, time):
    return stream.item[:200][(stream.user[:200] == user) & (stream.time[:200] < time)][-6:]


def test_answers_are_decoded_from_the_mean_of_the_code(stream, start_run, events, query):
    model = built(stream, start_run, events)
    w, answer = {name: v.astype(float) for name, v in model.state().items()}, model.factors(query([0, 3, 900]))
    for row, user in enumerate([0, 3, 900]):
        mean, _, _ = posterior(w, had(stream, user, 10**15))
        assert answer.user[row] == pytest.approx(decoded(w, mean)[0], abs=1e-6)


def test_the_loss_is_the_formula(stream, start_run, events):
    model, batch = built(stream, start_run, events, dropout=0.0, cap=0.4), events(stream, 150, 160)
    model.train()
    model.steps.fill_(4)
    loss = model.loss(batch, generator()).detach().numpy()
    noise = torch.randn(10, 3, generator=generator()).numpy()
    w = {name: v.astype(float) for name, v in model.state().items()}
    for row, (user, item, time) in enumerate(zip(batch.user, batch.item, batch.time, strict=True)):
        mean, log_variance, count = posterior(w, had(stream, user, time))
        _, scores = decoded(w, mean + noise[row] * np.exp(log_variance / 2))
        divergence = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum()
        beta = 0.4 * 5 / 10  # this step is the fifth of ten
        expected = logsumexp(scores) - scores[item] + beta * divergence / max(count, 1)
        assert loss[row] == pytest.approx(expected, abs=1e-4)


def test_the_weight_of_the_divergence_rises_to_its_cap_step_by_step(stream, start_run, events):
    model, batch = built(stream, start_run, events, dropout=0.0, cap=0.4), events(stream, 150, 160)
    seen = []
    for step in range(1, 13):
        model.train()
        model.loss(batch, generator())
        assert model.steps.item() == step
        model.eval()
        seen.append(model.loss(batch, generator()).sum().item())
    rises = np.diff(seen)
    assert rises[:9] == pytest.approx(rises[0], rel=1e-2)
    assert rises[9:] == pytest.approx(0.0, abs=1e-4)


def test_a_loss_that_is_only_looked_at_is_no_step(stream, start_run, events):
    model = built(stream, start_run, events)
    model.loss(events(stream, 150, 160), generator())
    assert model.steps.item() == 0


def test_neither_order_nor_how_often_matters(stream, start_run, events, query):
    answers = []
    for items in ([1, 2, 3], [3, 2, 1], [1, 1, 2, 3, 3]):
        model = built(stream, start_run, events, length=5)
        seen = events(stream, 200, 200 + len(items))
        seen.user[:], seen.item[:] = 700, items
        model.observe(seen)
        answers.append(model.factors(query([700])).user)
    assert answers[0] == pytest.approx(answers[1], abs=1e-6)
    assert answers[0] == pytest.approx(answers[2], abs=1e-6)
