from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from freshmark import Events, Query
from freshmark_plugins.strategies.factorisation.brismf import BRISMF

LIKE: dict[str, Any] = {"dim": 3, "lr": 0.1, "reg": 0.05, "scale": 0.3}


def rated(n=300, seed=0):
    """Users and items with tastes and biases, in any order."""
    draw = np.random.default_rng(seed)
    user, item = draw.integers(0, 20, n), draw.integers(0, 15, n)
    taste = draw.standard_normal((20, 2)), draw.standard_normal((15, 2))
    bias = draw.standard_normal(20), draw.standard_normal(15)
    label = 3 + bias[0][user] + bias[1][item] + (taste[0][user] * taste[1][item]).sum(1)
    return Events(np.arange(n), user, item, label)


def asked(user, item):
    user, item = np.asarray(user), np.asarray(item)
    return Query(np.zeros(len(user), np.int64), user, item, np.full(len(user), 99))


@pytest.fixture
def started(stream, start_run):
    def one(**options):
        strategy = BRISMF(**{**LIKE, **options})
        strategy.start(start_run(stream, 0))
        return strategy

    return one


def plain(events, *, epochs, dim, lr, reg, scale):
    """The algorithm box, in float64."""
    draw, mean, count = np.random.default_rng((0, 23)), 0.0, 0
    p: dict[int, np.ndarray] = {}
    q: dict[int, np.ndarray] = {}
    for epoch in range(epochs):
        for u, i, rating in zip(events.user.tolist(), events.item.tolist(), events.label, strict=True):
            for table, code, constants in ((p, u, (1, 0)), (q, i, (0, 1))):
                if code not in table:
                    table[code] = scale * draw.standard_normal(dim + 2)
                    table[code][:2] = constants
            if epoch == 0:
                count += 1
                mean += (rating - mean) / count
            error = rating - mean - p[u] @ q[i]
            step_p, step_q = lr * (error * q[i] - reg * p[u]), lr * (error * p[u] - reg * q[i])
            step_p[0] = step_q[1] = 0
            p[u], q[i] = p[u] + step_p, q[i] + step_q
    return mean, p, q


@pytest.mark.parametrize("epochs", [1, 3])
def test_it_is_the_loop_of_its_paper(started, epochs):
    events, one = rated(), started(warmup_epochs=epochs)
    one.fit(events)
    mean, p, q = plain(events, epochs=epochs, **LIKE)
    assert one.predict(asked(events.user, events.item)) == pytest.approx(
        [mean + p[u] @ q[i] for u, i in zip(events.user.tolist(), events.item.tolist(), strict=True)], abs=1e-4
    )


def test_a_step_goes_along_both_gradients_and_leaves_the_constants(started):
    events, one = rated(), started()
    one.fit(events)
    u, i = int(events.user[0]), int(events.item[0])
    p, q = (
        torch.tensor(rows[code].astype(float), requires_grad=True)
        for rows, code in ((one.vectors.users, u), (one.vectors.items, i))
    )
    rating, (count, before) = 4.5, one.ratings
    mean = before + (rating - before) / (count + 1)
    loss = (rating - mean - p @ q).square() / 2 + LIKE["reg"] / 2 * (p.square().sum() + q.square().sum())
    loss.backward()
    expected = [(x - LIKE["lr"] * x.grad).detach().numpy() for x in (p, q)]
    expected[0][0] = expected[1][1] = 1
    one.update(Events(np.array([1000]), np.array([u]), np.array([i]), np.array([rating])))
    assert one.vectors.users[u] == pytest.approx(expected[0], abs=1e-6)
    assert one.vectors.items[i] == pytest.approx(expected[1], abs=1e-6)


def test_what_is_known_of_one_side_alone_is_its_bias_and_of_neither_the_mean(started):
    events, one = rated(), started()
    one.fit(events)
    mean = events.label.mean()
    user, item = one.vectors.users[3, 1], one.vectors.items[4, 0]
    assert one.predict(asked([3, 900, 900], [900, 4, 900])) == pytest.approx([mean + user, mean + item, mean])
