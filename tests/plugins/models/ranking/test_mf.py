from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.mf import MF


def built(stream, start_run, **options):
    model = MF(dim=4, scale=0.5, **options)
    model.build(start_run(stream, 200))
    with torch.no_grad():
        model.bias.weight.normal_(generator=torch.Generator().manual_seed(1))
    return model


def drawn(model, size, seed=3):
    return torch.randint(len(model.items), (size,), generator=torch.Generator().manual_seed(seed)).numpy()


def test_bpr_is_the_formula_of_the_paper(stream, start_run, events):
    model, batch = built(stream, start_run, negatives=2, reg=0.3), events(stream, 0, 7)
    loss = model.loss(batch, torch.Generator().manual_seed(3)).detach().numpy()
    p, q, b = (w.detach().numpy().astype(float) for w in (model.users.weight, model.items.weight, model.bias.weight))
    others = drawn(model, 14).reshape(2, 7)
    for row, (u, i) in enumerate(zip(batch.user, batch.item, strict=True)):
        own, reg, total = p[u] @ q[i] + b[i, 0], (p[u] ** 2).sum() + (q[i] ** 2).sum(), 0.0
        for j in others[:, row]:
            total += -np.log(1 / (1 + np.exp(-(own - p[u] @ q[j] - b[j, 0])))) / 2
            reg += (q[j] ** 2).sum()
        assert loss[row] == pytest.approx(total + 0.15 * reg, rel=1e-5)


def test_logistic_is_negative_sampling(stream, start_run, events):
    model, batch = built(stream, start_run, loss="logistic", negatives=2, reg=0.3), events(stream, 0, 7)
    loss = model.loss(batch, torch.Generator().manual_seed(3)).detach().numpy()
    p, q, b = (w.detach().numpy().astype(float) for w in (model.users.weight, model.items.weight, model.bias.weight))
    others = drawn(model, 14).reshape(2, 7)
    for row, (u, i) in enumerate(zip(batch.user, batch.item, strict=True)):
        total, reg = np.log1p(np.exp(-(p[u] @ q[i] + b[i, 0]))), (p[u] ** 2).sum() + (q[i] ** 2).sum()
        for j in others[:, row]:
            total += np.log1p(np.exp(p[u] @ q[j] + b[j, 0]))
            reg += (q[j] ** 2).sum()
        assert loss[row] == pytest.approx(total + 0.15 * reg, rel=1e-5)


def test_sampled_softmax_is_the_formula_of_the_paper(stream, start_run, events):
    model, batch = built(stream, start_run, loss="softmax", negatives=5), events(stream, 0, 7)
    loss = model.loss(batch, torch.Generator().manual_seed(3)).detach().numpy()
    p, q, b = (w.detach().numpy().astype(float) for w in (model.users.weight, model.items.weight, model.bias.weight))
    others, m = drawn(model, 5), len(q)
    for row, (u, i) in enumerate(zip(batch.user, batch.item, strict=True)):
        own = p[u] @ q[i] + b[i, 0]
        weights = [(m - 1) / 5 * np.exp(p[u] @ q[j] + b[j, 0]) for j in others if j != i]
        assert loss[row] == pytest.approx(-own + np.log(np.exp(own) + sum(weights)), rel=1e-5)


@pytest.mark.parametrize("loss", ["bpr", "logistic", "softmax"])
@pytest.mark.parametrize("reg", [0.0, 0.1])
def test_gradients_agree_with_differences(stream, start_run, events, loss, reg):
    model, batch = built(stream, start_run, loss=loss, negatives=3, reg=reg).double(), events(stream, 0, 9)
    parameters = list(model.parameters())

    def total(*_):
        return model.loss(batch, torch.Generator().manual_seed(0)).sum()

    assert torch.autograd.gradcheck(total, parameters, fast_mode=False, atol=1e-6)


def test_factors_are_the_scores_that_the_loss_compares(stream, start_run, query):
    model = built(stream, start_run)
    answer = model.factors(query([0, 3, 10_000]))
    scores = answer.user @ answer.item.T + answer.bias
    user, item = model.users.weight.detach().numpy(), model.items.weight.detach().numpy()
    assert scores[1] == pytest.approx(item @ user[3] + model.bias.weight.detach().numpy()[:, 0], rel=1e-5)
    assert answer.user[2].tolist() == [0] * 4
    assert answer.item.dtype == answer.user.dtype == answer.bias.dtype == np.float32
