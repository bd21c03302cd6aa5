from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.neumf import NeuMF
from scipy.special import log_expit


def generator(seed=3):
    return torch.Generator().manual_seed(seed)


def built(stream, start_run, **options):
    model = NeuMF(factors=3, scale=0.5, **{"layers": [8, 6, 4], **options})
    model.build(start_run(stream, 200))
    with torch.no_grad():
        for layer in (*model.tower, model.head):
            layer.bias.normal_(generator=generator(1))
    return model


def score_of(w, user, item):
    """Equations 8 to 12 of the paper, with p and p' side by side in one row."""
    u, i = w["users.weight"][user], w["items.weight"][item]
    x = np.concatenate([u[3:], i[3:]])
    for k in range(len([name for name in w if name.startswith("tower")]) // 2):
        x = np.maximum(w[f"tower.{k}.weight"] @ x + w[f"tower.{k}.bias"], 0)
    return w["head.weight"][0] @ np.concatenate([u[:3] * i[:3], x]) + w["head.bias"][0]


def weights(model):
    return {name: value.astype(float) for name, value in model.state().items()}


@pytest.mark.parametrize("layers", [[8, 6, 4], [4, 2], [8, 6, 5, 3]])
def test_scores_are_the_equations_of_the_paper(stream, start_run, query, layers):
    model = built(stream, start_run, layers=layers)
    w, answer = weights(model), model.score(query([3, 0, 3]))
    expected = [[score_of(w, user, item) for item in range(len(model.items))] for user in (3, 0, 3)]
    assert answer == pytest.approx(np.array(expected), abs=1e-5)


def test_the_loss_is_the_formula(stream, start_run, events):
    model, batch = built(stream, start_run, negatives=3), events(stream, 0, 9)
    loss = model.loss(batch, generator()).detach().numpy()
    w, drawn = weights(model), torch.randint(len(model.items), (9, 3), generator=generator()).numpy()
    for row, (user, item) in enumerate(zip(batch.user, batch.item, strict=True)):
        others = [score_of(w, user, j) for j in drawn[row] if j != item]
        expected = -log_expit(score_of(w, user, item)) - sum(log_expit(-s) for s in others)
        assert loss[row] == pytest.approx(expected, abs=1e-5)


def test_gradients_agree_with_differences(stream, start_run, events):
    model, batch = built(stream, start_run).double(), events(stream, 0, 9)

    def total(*_):
        return model.loss(batch, generator()).sum()

    assert torch.autograd.gradcheck(total, list(model.parameters()), atol=1e-6, fast_mode=True)


def test_growing_keeps_the_rows_and_gives_what_growing_at_once_gives(stream, start_run):
    one, two = built(stream, start_run), built(stream, start_run)
    users, items, before = len(one.users), len(one.items), one.users.weight.detach().clone()
    one.grow(users + 1, items)
    one.grow(users + 5, items + 4)
    two.grow(users + 5, items + 4)
    assert torch.equal(one.users.weight[:users], before)
    assert torch.equal(one.users.weight, two.users.weight)
    assert torch.equal(one.items.weight, two.items.weight)


def test_defaults_are_those_of_the_paper():
    model = NeuMF()
    assert (model.layers, model.negatives) == ([64, 32, 16, 8], 4)
