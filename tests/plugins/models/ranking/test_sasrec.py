from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.sasrec import SASRec
from scipy.special import log_expit, logsumexp, softmax


def generator(seed=3):
    return torch.Generator().manual_seed(seed)


def built(stream, start_run, events, **options):
    model = SASRec(dim=4, scale=0.5, **{"length": 6, **options})
    model.build(start_run(stream, 200))
    model.observe(events(stream, 0, 200))
    with torch.no_grad():
        for number, parameter in enumerate(model.parameters()):
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=generator(number)))
    return model.eval()


def norm(x, w, name):
    middle = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
    return middle * w[f"{name}.gain"] + w[f"{name}.bias"]


def dense(x, w, name):
    return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]


def output_after(w, items, *, blocks, heads):
    """Equations 2 to 7 of the paper, with norms before each part, for one history: the last output."""
    x = 2.0 * w["items.weight"][items] + w["places"][: len(items)]
    later = np.triu(np.full((len(items), len(items)), -np.inf), 1)
    for k in range(blocks):
        block, normed = f"stack.{k}", norm(x, w, f"stack.{k}.before")
        sides = [dense(normed, w, f"{block}.{side}") for side in ("query", "key", "value")]
        for head in np.split(np.arange(4), heads):
            query, key, value = (side[:, head] for side in sides)
            match = query @ key.T / np.sqrt(4 / heads) + later
            x[:, head] = x[:, head] + softmax(match, 1) @ value
        inner = np.maximum(dense(norm(x, w, f"{block}.between"), w, f"{block}.inner"), 0)
        x = x + dense(inner, w, f"{block}.outer")
    return norm(x, w, "norm")[-1]


def had(stream, user, time):
    return stream.item[:200][(stream.user[:200] == user) & (stream.time[:200] < time)][-6:]


def scored(model, stream, batch, **shape):
    """(n, m) by numpy."""
    w = {name: value.astype(float) for name, value in model.state().items()}
    histories = [had(stream, user, time) for user, time in zip(batch.user, batch.time, strict=True)]
    hidden = np.array([output_after(w, items, **shape) if len(items) else np.zeros(4) for items in histories])
    return hidden @ w["items.weight"].T + w["bias.weight"][:, 0]


@pytest.mark.parametrize("shape", [{"blocks": 1, "heads": 1}, {"blocks": 2, "heads": 1}, {"blocks": 2, "heads": 2}])
def test_answers_are_the_equations_of_the_paper(stream, start_run, events, query, shape):
    model, batch = built(stream, start_run, events, **shape), events(stream, 190, 200)
    asked = query(batch.user)
    asked.time[:] = batch.time
    answer = model.factors(asked)
    expected = scored(model, stream, batch, **shape)
    assert answer.user @ answer.item.T + answer.bias == pytest.approx(expected, abs=1e-4)


def alone(model, batch, seed=3):
    """Each event by itself, so that it sees its whole window."""
    return [model.loss(batch[row : row + 1], generator(seed)).item() for row in range(len(batch))]


def test_softmax_over_all_items_is_the_formula(stream, start_run, events):
    model, batch = built(stream, start_run, events), events(stream, 190, 200)
    scores = scored(model, stream, batch, blocks=2, heads=1)
    expected = logsumexp(scores, 1) - scores[np.arange(10), batch.item]
    assert alone(model, batch) == pytest.approx(expected, abs=1e-4)


def test_softmax_over_drawn_items_is_the_formula(stream, start_run, events):
    model, batch = built(stream, start_run, events, negatives=5), events(stream, 190, 200)
    scores = scored(model, stream, batch, blocks=2, heads=1)
    drawn = torch.randint(len(model.items), (5,), generator=generator()).numpy()
    for row, (item, loss) in enumerate(zip(batch.item, alone(model, batch), strict=True)):
        columns = [item, *(j for j in drawn if j != item)]
        assert loss == pytest.approx(logsumexp(scores[row, columns]) - scores[row, item], abs=1e-4)


def test_the_logistic_loss_is_the_formula(stream, start_run, events):
    model, batch = built(stream, start_run, events, loss="logistic", negatives=3), events(stream, 190, 200)
    scores = scored(model, stream, batch, blocks=2, heads=1)
    drawn = torch.randint(len(model.items), (1, 3), generator=generator()).numpy()[0]
    for row, (item, loss) in enumerate(zip(batch.item, alone(model, batch), strict=True)):
        others = [j for j in drawn if j != item]
        expected = -log_expit(scores[row, item]) - log_expit(-scores[row, others]).sum()
        assert loss == pytest.approx(expected, abs=1e-4)


def test_dropout_is_of_training_alone_and_drawn_from_its_generator(stream, start_run, events):
    model, batch = built(stream, start_run, events, dropout=0.5), events(stream, 150, 200)
    assert torch.equal(model.loss(batch, generator(1)), model.loss(batch, generator(2)))
    model.train()
    assert torch.equal(model.loss(batch, generator(1)), model.loss(batch, generator(1)))
    assert not torch.equal(model.loss(batch, generator(1)), model.loss(batch, generator(2)))


def test_places_tell_the_order(stream, start_run, events):
    model = built(stream, start_run, events, blocks=1)
    items = torch.randn(1, 4, 4, generator=generator())
    swapped = items[:, [1, 0, 2, 3]]
    assert not torch.allclose(model.encode(items, None)[:, 3], model.encode(swapped, None)[:, 3], atol=1e-3)
    with torch.no_grad():
        model.places.zero_()
    assert torch.allclose(model.encode(items, None)[:, 3], model.encode(swapped, None)[:, 3], atol=1e-5)
