"""The one training loop, with a model whose loss can be worked out by hand."""

from __future__ import annotations

from itertools import chain
from typing import ClassVar

import numpy as np
import pytest
import torch
from freshmark import Events
from freshmark.contract.arrays import Task
from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.training import learner as loop
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.learner import Learner


class Means(ContextFree):
    """One number an item, which moves towards the mean of the item's labels; what it was shown is kept."""

    tasks: ClassVar[frozenset[Task]] = frozenset({"rate"})

    def __init__(self):
        super().__init__()
        self.seen = []

    def build(self, run):
        self.table = EmbeddingTable(1, scale=0.0, seed=(0,))
        self.grow(run.users, run.items)

    def grow(self, users, items):
        self.table.grow(items)

    def loss(self, events, draw):
        self.seen.append(events.item.tolist())
        value = self.table(torch.from_numpy(events.item))[:, 0]
        return (value - torch.from_numpy(events.label).float()).square()

    def state(self):
        return {"table": self.table.weight.numpy(force=True)}


def labelled(item, label=None):
    item = np.asarray(item)
    return Events(np.arange(len(item)), np.zeros(len(item), np.int64), item, np.asarray(label or [1.0] * len(item)))


@pytest.fixture
def learn(stream, start_run):
    def started(*, known=0, **options):
        learner = Learner(Means(), **{"optimiser": "sgd", "lr": 0.5, "shuffle": False, **options})
        learner.start(start_run(stream, known))
        return learner

    return started


def test_events_come_in_the_order_of_time_unless_they_are_shuffled(learn):
    one = learn(batch=2)
    one.learn(labelled([0, 1, 2, 3, 4]), epochs=2)
    assert one.model.seen == [[0, 1], [2, 3], [4]] * 2


def test_every_epoch_shuffles_anew_and_misses_nothing(learn):
    one = learn(batch=7, shuffle=True)
    one.learn(labelled(range(20)), epochs=2)
    first, second = (list(chain(*one.model.seen[part])) for part in (slice(3), slice(3, 6)))
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second != sorted(second)


def test_a_model_that_asks_for_it_gets_users_in_random_order_and_the_events_of_each_in_that_of_time(learn):
    one = learn(batch=1000, shuffle=True)
    one.model.by_user = True
    events = labelled(range(60))
    events.user[:] = np.arange(60) % 6
    one.learn(events, epochs=2)
    first, second = (np.array(epoch) for epoch in one.model.seen)
    for epoch in (first, second):
        assert sorted(epoch) == list(range(60))
        assert np.count_nonzero(np.diff(epoch % 6)) == 5
        assert all((np.diff(epoch[epoch % 6 == user]) > 0).all() for user in range(6))
    assert not np.array_equal(first, second)


def test_a_step_goes_down_the_mean_of_the_losses(learn):
    one = learn(batch=4)
    one.learn(labelled([0, 0, 0, 1], [4.0, 4.0, 4.0, 8.0]))
    # d/dv mean (v - y)² = 2/4 Σ (v - y): item 0 moves by 0.5 · 6, item 1 by 0.5 · 4
    assert one.model.table.weight.detach().flatten().tolist() == [3.0 * 2 * 0.5 * 4 / 4, 2 / 4 * 8 * 0.5]


def test_weights_say_how_much_an_event_counts(learn):
    one, two = learn(batch=2), learn(batch=2)
    one.learn(labelled([0, 1], [2.0, 2.0]), weights=np.array([3.0, 0.0]))
    two.learn(labelled([0, 1], [2.0, 2.0]))
    assert one.model.table.weight.flatten().tolist() == [3 * two.model.table.weight[0].item(), 0.0]


def test_terms_are_added_to_the_loss_and_know_their_rows(learn):
    one, seen = learn(batch=2), []

    def pull(batch, rows):
        seen.append((batch.item.tolist(), rows.tolist()))
        return 7.0 * one.model.table.weight[0, 0]

    one.learn(labelled([0, 1, 1], [0.0, 0.0, 0.0]), terms=[pull])
    assert seen == [([0, 1], [0, 1]), ([1], [2])]
    assert one.model.table.weight[0, 0].item() == pytest.approx(-0.5 * 7 * 2)


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adagrad"])
def test_gradient_descent_takes_one_step_an_epoch_piece_by_piece(learn, monkeypatch, optimiser):
    item, label = np.arange(50) % 7, list(np.arange(50.0))
    whole = learn(batch="all", optimiser=optimiser)
    whole.learn(labelled(item, label), epochs=3)
    assert len(whole.model.seen) == 3
    monkeypatch.setattr(loop, "PIECE", 8)
    pieces = learn(batch="all", optimiser=optimiser)
    pieces.learn(labelled(item, label), epochs=3)
    assert max(map(len, pieces.model.seen)) == 8
    assert pieces.model.state()["table"] == pytest.approx(whole.model.state()["table"], rel=1e-5)


def test_terms_count_once_a_step_also_when_it_is_made_of_pieces(learn, monkeypatch):
    monkeypatch.setattr(loop, "PIECE", 3)
    one = learn(batch="all")
    one.learn(labelled([0] * 10, [0.0] * 10), terms=[lambda batch, rows: one.model.table.weight[0, 0]])
    assert one.model.table.weight[0, 0].item() == pytest.approx(-0.5)


def test_restarting_forgets_values_and_optimiser_but_not_sizes(learn):
    one = learn(optimiser="adam")
    one.learn(labelled([0, 5]))
    one.restart()
    assert one.model.table.weight.detach().flatten().tolist() == [0.0] * 6
    assert not dict(one.optimiser.state())


def test_growth_leaves_what_old_rows_will_become(stream, start_run, events):
    """Two learners, one of which knew all sizes from the start, agree on the old rows after the same steps."""
    learners = []
    for known in (200, 600):
        one = Learner(MF(dim=4, loss="softmax", negatives=2000), optimiser="adam", lr=0.05, batch=8, shuffle=False)
        one.start(start_run(stream, known))
        one.model._loss = lambda batch, draw, m=one.model: (
            (m.users(torch.from_numpy(batch.user)) * m.items(torch.from_numpy(batch.item))).sum(1) - 1
        ).square()  # fmt: skip
        one.learn(events(stream, 0, 200))
        one.grow_vocabulary(events(stream, 0, 600))
        one.learn(events(stream, 0, 200))
        learners.append(one)
    for name, array in learners[0].model.state().items():
        assert array == pytest.approx(learners[1].model.state()[name], abs=1e-6), name


def test_seeds_decide_and_one_seed_agrees_with_itself(stream, start_run, events):
    def trained(seed):
        one = Learner(MF(dim=4), batch=16)
        one.start(start_run(stream, 200, seed=seed))
        one.learn(events(stream, 0, 200))
        return one.state()["users.weight"]

    assert np.array_equal(trained(1), trained(1))
    assert not np.array_equal(trained(1), trained(2))


@pytest.mark.parametrize(("events", "size"), [(10, 10), (64, 64), (640, 64), (3200, 100), (200_000, 4096)])
def test_auto_makes_enough_steps_of_few_events_and_no_more_than_needed_of_many(learn, events, size):
    one = learn(batch="auto")
    one.learn(labelled(np.zeros(events, np.int64)))
    assert len(one.model.seen[0]) == size
    assert sum(map(len, one.model.seen)) == events


@pytest.mark.parametrize(
    ("batch", "n", "share"), [(4, 4, 1.0), (4, 1, 0.25), (4, 6, 0.75), (4, 0, 1.0), ("all", 3, 1.0), ("auto", 16, 0.25)]
)
def test_batches_are_as_full_as_the_events_fill_them(batch, n, share):
    assert Learner(Means(), batch=batch).batch_fill(n) == share


def test_with_weights_as_full_as_its_batch_an_event_counts_the_same_however_few_come_with_it(learn):
    def moved(*updates):
        learner = learn(known=4, batch=4, lr=0.1)
        for item in updates:
            learner.learn(labelled(item), weights=np.full(len(item), learner.batch_fill(len(item))))
        return learner.model.state()["table"][:4, 0]

    assert moved([0], [1], [2], [3]) == pytest.approx(moved([0, 1, 2, 3]))
    assert moved([0]) == pytest.approx(moved([0, 1, 2, 3]) * [1, 0, 0, 0])
