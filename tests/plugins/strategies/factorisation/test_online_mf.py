from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.factorisation.online_mf import OnlineMF


@pytest.mark.parametrize(("negatives", "reg"), [(1, 0.01), (3, 0.0)])
def test_a_step_is_gradient_descent_on_the_loss_of_mf(stream, start_run, events, negatives, reg):
    """Each event against one step of torch's SGD on ``mf``'s own loss, from the same place, with the same items."""
    one = OnlineMF(dim=4, negatives=negatives, lr=0.3, reg=reg, scale=0.5)
    one.start(start_run(stream, 200))
    one.fit(events(stream, 0, 200))
    model = MF(dim=4, negatives=negatives, reg=reg)
    model.build(start_run(stream, 200))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.3)
    parts = (model.users.weight, one.users, 4), (model.items.weight, one.items, 4)
    for position in range(20):
        event = events(stream, position, position + 1)
        with torch.no_grad():
            for weight, rows, dim in parts:
                weight.copy_(torch.from_numpy(rows[: len(weight), :dim]))
            model.bias.weight.copy_(torch.from_numpy(one.items[: len(model.bias), 4:5]))
        draws = _draws(one, negatives)
        optimiser.zero_grad()
        torch_items = torch.from_numpy((draws * one.known_items).astype(int)).flatten()
        _loss(model, event, torch_items).backward()
        optimiser.step()
        one.update(event)
        for weight, rows, dim in parts:
            assert rows[: len(weight), :dim] == pytest.approx(weight.detach().numpy(), abs=2e-6)
        assert one.items[: len(model.bias), 4] == pytest.approx(model.bias.weight.detach().numpy()[:, 0], abs=2e-6)


def _draws(strategy, negatives):
    """The numbers that its next event will be given."""
    state = strategy.draw.bit_generator.state
    draws = strategy.draw.random((1, negatives))
    strategy.draw.bit_generator.state = state
    return draws


def _loss(model, event, items):
    def give(*_, **__):
        return items

    original, torch.randint = torch.randint, give
    try:
        return model.loss(event, torch.Generator()).mean()
    finally:
        torch.randint = original


def test_users_without_events_get_popularity_and_items_keep_count(walk, stream, query):
    one = walk(OnlineMF(dim=4), stream).update(600)
    answer = one.factors(query([10_000]))
    scores = answer.item @ answer.user[0]
    assert scores.tolist() == np.bincount(stream.item, minlength=len(stream.items)).tolist()


def test_a_user_between_two_others_who_has_no_event_yet_is_new(start_run, stream, query, events):
    one = OnlineMF(dim=4)
    one.start(start_run(stream, 200))
    some = events(stream, 0, 1)
    one.update(type(some)(some.time, np.array([5]), np.array([0])))
    answer = one.factors(query([3, 5]))
    assert answer.user[0].tolist() == [0, 0, 0, 0, 0, 1]
    assert answer.user[1, 4:].tolist() == [1, 0]


def test_more_passes_over_the_warm_up_learn_more_but_count_once(walk, stream, query):
    one, three = walk(OnlineMF(dim=4), stream).strategy, walk(OnlineMF(dim=4, warmup_epochs=3), stream).strategy
    assert not np.array_equal(one.users, three.users)
    assert np.array_equal(one.items[:, -1], three.items[:, -1])
