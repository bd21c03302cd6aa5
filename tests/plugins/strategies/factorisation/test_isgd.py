"""isgd and its kin, each against the algorithm box of its paper in plain Python."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
import pytest
import torch
from freshmark import Events
from freshmark_plugins.kernels.isgd_steps import towards_one, towards_zero
from freshmark_plugins.strategies.factorisation.bisgd import BISGD
from freshmark_plugins.strategies.factorisation.isgd import ISGD
from freshmark_plugins.strategies.factorisation.raisgd import RAISGD
from freshmark_plugins.strategies.factorisation.rsisgd import RSISGD

LIKE: dict[str, Any] = {"dim": 4, "lr": 0.2, "reg": 0.05, "scale": 0.5}
KIN = [ISGD, RAISGD, RSISGD, BISGD]


class Plain:
    """The paper's loop, in float64, with vectors drawn from one generator as events come."""

    def __init__(self, *, lr, reg, scale, dim, seed=0, iterations=1):
        self.lr, self.reg, self.scale, self.dim, self.iterations = lr, reg, scale, dim, iterations
        self.draw = np.random.default_rng((seed, 20))
        self.p: dict[int, np.ndarray] = {}
        self.q: dict[int, np.ndarray] = {}

    def vector(self, table, code):
        if code not in table:
            table[code] = (self.scale * self.draw.standard_normal(self.dim)).astype(np.float32).astype(float)
        return table[code]

    def learn(self, user, item, negatives=()):
        self.vector(self.p, user), self.vector(self.q, item)
        for j in negatives:
            error = 0 - self.p[user] @ self.q[j]
            self.p[user] = self.p[user] + self.lr * (error * self.q[j] - self.reg * self.p[user])
        for _ in range(self.iterations):
            error = 1 - self.p[user] @ self.q[item]
            self.p[user] = self.p[user] + self.lr * (error * self.q[item] - self.reg * self.p[user])
            self.q[item] = self.q[item] + self.lr * (error * self.p[user] - self.reg * self.q[item])

    def agrees(self, vectors):
        for table, rows in ((self.p, vectors.users), (self.q, vectors.items)):
            for code, vector in table.items():
                assert rows[code] == pytest.approx(vector, abs=1e-4)


def pairs(stream, end):
    return zip(stream.user[:end].tolist(), stream.item[:end].tolist(), strict=True)


@pytest.mark.parametrize("iterations", [1, 3])
def test_isgd_is_the_loop_of_its_paper(walk, stream, iterations):
    plain = Plain(iterations=iterations, **LIKE)
    for user, item in pairs(stream, 400):
        plain.learn(user, item)
    plain.agrees(walk(ISGD(iterations=iterations, **LIKE), stream).update(400).vectors)


@pytest.mark.parametrize("negatives", [1, 3, 1000])
def test_raisgd_is_the_loop_of_its_paper(walk, stream, negatives):
    plain, queue = Plain(**LIKE), deque[int]()
    for user, item in pairs(stream, 400):
        taken = [queue.popleft() for _ in range(min(negatives, len(queue)))]
        queue.extend(taken)
        plain.learn(user, item, taken)
        if item in queue:
            queue.remove(item)
        queue.append(item)
    learned = walk(RAISGD(negatives=negatives, **LIKE), stream).update(400)
    plain.agrees(learned.vectors)
    order, place = [], learned.queue[0, 1]
    while place:
        order.append(place - 1)
        place = learned.queue[place, 1]
    assert order == list(queue)


def test_rsisgd_takes_what_the_user_has_not_had(walk, stream, events):
    learned = walk(RSISGD(negatives=2, **LIKE), stream)
    plain = Plain(**LIKE)
    again = walk(RSISGD(negatives=2, **LIKE), stream, known=0).strategy.unseen
    had: dict[int, set[int]] = {}
    for position, (user, item) in enumerate(pairs(stream, 400)):
        had.setdefault(user, set()).add(item)
        drawn = again.draw(stream.user[position : position + 1].astype(int), stream.item[position : position + 1])
        drawn = [j for j in drawn[0].tolist() if j >= 0]
        assert not had[user] & set(drawn)
        plain.learn(user, item, drawn)
    plain.agrees(learned.update(400).vectors)


@pytest.mark.parametrize("strategy", [RAISGD, RSISGD])
def test_without_negatives_it_is_isgd(walk, stream, strategy):
    one, other = walk(strategy(negatives=0, **LIKE), stream).update(600), walk(ISGD(**LIKE), stream).update(600)
    for name, array in other.state().items():
        assert np.array_equal(one.state()[name], array), name


def test_one_node_that_takes_every_event_once_is_isgd(walk, stream, query):
    one = walk(BISGD(nodes=1, weights="one", **LIKE), stream).update(600)
    other = walk(ISGD(**LIKE), stream).update(600)
    assert np.array_equal(one.score(query(range(45))), other.score(query(range(45))))
    for name, array in other.state().items():
        assert np.array_equal(one.state()[f"0.{name}"], array), name


def test_a_node_takes_each_event_as_often_as_poisson_says(walk, stream):
    """Weights of 0 leave a vector as it was drawn, weights of k take k steps."""
    learned = walk(BISGD(nodes=1, **LIKE), stream, known=0)
    times = np.random.default_rng([0, 22]).poisson(1.0, (50, 1))[:, 0]
    assert {0, 1, 2} <= set(times.tolist())
    plain = Plain(**LIKE)
    for (user, item), count in zip(pairs(stream, 50), times.tolist(), strict=True):
        plain.iterations = count
        plain.learn(user, item)
    plain.agrees(learned.update(50).vectors)


@pytest.mark.parametrize("strategy", KIN)
def test_nearness_to_one_decides_and_new_users_get_popularity(walk, stream, query, strategy):
    learned = walk(strategy(**LIKE), stream).update(600)
    scores = learned.score(query([3, 10_000]))
    assert scores[1].tolist() == np.bincount(stream.item).tolist()
    products = learned.products(query([3]))[0]
    assert scores[0] == pytest.approx(-np.abs(1 - products))
    learned.vectors.items[7] *= 100 / max(products[7], 0.1)  # too much is as bad as too little
    assert learned.score(query([3]))[0, 7] < learned.score(query([3]))[0].mean()


def test_a_step_towards_one_goes_along_both_gradients_one_after_the_other():
    """½ (1 − p · q)² + λ/2 (|p|² + |q|²), by torch."""
    draw = np.random.default_rng(0)
    p, q = (draw.standard_normal(5).astype(np.float32) for _ in range(2))
    expected_p = p - 0.1 * _gradient(p, q, 1.0, 0.3)[0]
    error = 1 - p.astype(float) @ q.astype(float)
    old_q = q.copy()
    towards_one(p, q, 0.1, 0.3)
    assert p == pytest.approx(expected_p, abs=1e-6)
    assert q == pytest.approx(old_q + 0.1 * (error * p - 0.3 * old_q), abs=1e-6)


def test_a_step_towards_zero_goes_along_the_gradient_of_the_user_and_leaves_the_item():
    draw = np.random.default_rng(0)
    p, q = (draw.standard_normal(5).astype(np.float32) for _ in range(2))
    expected, before = p - 0.1 * _gradient(p, q, 0.0, 0.3)[0], q.copy()
    towards_zero(p, q, 0.1, 0.3)
    assert p == pytest.approx(expected, abs=1e-6)
    assert np.array_equal(q, before)


def _gradient(p, q, target, reg):
    p, q = (torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (p, q))
    loss = (target - p @ q).square() / 2 + reg / 2 * (p.square().sum() + q.square().sum())
    return [grad.numpy() for grad in torch.autograd.grad(loss, [p, q])]


def test_an_item_that_none_took_for_longest_is_first_in_the_queue(start_run, stream):
    learned = RAISGD(negatives=1, **LIKE)
    learned.start(start_run(stream, 0))
    learned.update(Events(np.arange(4), np.arange(4), np.array([0, 1, 2, 0])))
    # place 0 lies between end and first; 1 + i is item i. 0 | 0, 1 | 1, 0, 2 | 2, 1, 0: what is taken goes to the end
    assert learned.queue[:4].tolist() == [[1, 3], [2, 0], [3, 1], [0, 2]]
