from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.gru4rec import GRU4Rec
from scipy.special import expit, logsumexp


def generator(seed=3):
    return torch.Generator().manual_seed(seed)


def built(stream, start_run, events, **options):
    model = GRU4Rec(dim=4, scale=0.5, **{"length": 6, "negatives": 7, "parallel": 3, **options})
    model.build(start_run(stream, 200))
    model.observe(events(stream, 0, 200))
    with torch.no_grad():
        for parameter in (model.bias.weight, model.input_bias, model.recurrent_bias):
            parameter.normal_(generator=generator(1))
    return model.eval()


def weights(model):
    return {name: value.astype(float) for name, value in model.state().items()}


def state_after(w, items):
    """The GRU of Cho et al. 2014 as torch has it, row by row."""
    h = np.zeros(4)
    for item in items:
        into = w["input"] @ w["items.weight"][item] + w["input_bias"]
        back = w["recurrent"] @ h + w["recurrent_bias"]
        reset, update = expit(into[:4] + back[:4]), expit(into[4:8] + back[4:8])
        new = np.tanh(into[8:] + reset * back[8:])
        h = (1 - update) * new + update * h
    return h


def had(stream, user, time, length=6):
    return stream.item[:200][(stream.user[:200] == user) & (stream.time[:200] < time)][-length:]


@pytest.mark.parametrize("through_time", [True, False])
def test_the_state_is_that_of_the_recurrence_over_the_items_before(stream, start_run, events, query, through_time):
    model = built(stream, start_run, events, through_time=through_time)
    w, answer = weights(model), model.factors(query([0, 3]))
    for row, user in enumerate([0, 3]):
        assert answer.user[row] == pytest.approx(state_after(w, had(stream, user, 10**15)), abs=1e-6)


def test_cross_entropy_is_the_formula_with_negatives_corrected_for_their_chance(stream, start_run, events):
    model, batch = built(stream, start_run, events, alpha=0.5, logq=0.8), events(stream, 150, 160)
    loss = model.loss(batch, generator()).detach().numpy()
    w, draw = weights(model), generator()
    mates = batch.item[torch.randperm(10, generator=draw).numpy()[:3]]
    at = torch.rand(7, generator=draw, dtype=torch.float64).numpy()
    plain = np.bincount(stream.item[:200]) / 200
    tempered = np.sqrt(plain) / np.sqrt(plain).sum()
    others = [*((j, plain[j]) for j in mates), *((j, tempered[j]) for j in np.searchsorted(tempered.cumsum(), at))]
    for row, (user, item, time) in enumerate(zip(batch.user, batch.item, batch.time, strict=True)):
        h = state_after(w, had(stream, user, time))
        scores = w["items.weight"] @ h + w["bias.weight"][:, 0]
        true = scores[item] - 0.8 * np.log(plain[item])
        rest = [scores[j] - 0.8 * np.log(chance) for j, chance in others if j != item]
        assert loss[row] == pytest.approx(logsumexp([true, *rest]) - true, abs=1e-5)


def test_items_are_drawn_by_popularity_to_the_power_of_alpha(stream, start_run, events):
    counts = np.bincount(stream.item[:200]).astype(float)
    for alpha in (0.0, 0.5, 1.0):
        model = built(stream, start_run, events, alpha=alpha, negatives=200_000, parallel=1)
        index, logs, _ = model._drawn(torch.zeros(1, dtype=torch.int64), generator())
        expected = counts**alpha / (counts**alpha).sum()
        share = np.bincount(index[1:].numpy(), minlength=len(counts)) / 200_000
        assert share == pytest.approx(expected, abs=0.003)
        assert np.allclose(np.exp(logs[1:].numpy()), expected[index[1:].numpy()], rtol=1e-5)


def test_only_so_many_parallel_events_lend_their_items(stream, start_run, events):
    model = built(stream, start_run, events, parallel=3, negatives=0)
    items = torch.arange(10)
    index, _, _ = model._drawn(items, generator())
    assert len(set(index.tolist())) == 3
    index, _, _ = model._drawn(items[:2], generator())
    assert sorted(index.tolist()) == [0, 1]


def test_an_item_that_was_never_seen_counts_as_one_seen_once(stream, start_run, events):
    model = built(stream, start_run, events)
    counts = np.append(np.bincount(stream.item[:200]), [1, 1])
    model.grow(0, len(model.items) + 2)
    assert model._chances(1.0).numpy() == pytest.approx(counts / counts.sum())


def test_cutting_gradients_off_changes_no_loss_and_leaves_those_of_the_last_step(stream, start_run, events):
    losses, gradients = [], []
    for through_time in (True, False):
        model = built(stream, start_run, events, through_time=through_time).train()
        loss = model.loss(events(stream, 150, 160), generator())
        loss.sum().backward()
        losses.append(loss.detach().numpy())
        gradients.append(model.recurrent.grad.numpy())
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    assert not np.allclose(gradients[0], gradients[1], atol=1e-4)
