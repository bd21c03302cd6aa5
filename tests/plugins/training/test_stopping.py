"""The rule that ends training, with a model whose loss can be worked out by hand."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
import torch
from freshmark import Events
from freshmark.contract.arrays import Task
from freshmark_plugins.models.context_free import ContextFree
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.training.embedding_table import EmbeddingTable
from freshmark_plugins.training.learner import Learner
from freshmark_plugins.training.stopping import split
from hypothesis import given
from hypothesis import strategies as st


class Mean(ContextFree):
    """One number for all, which moves towards the labels; what it was trained on is kept, epoch by epoch."""

    tasks: ClassVar[frozenset[Task]] = frozenset({"rate"})

    def __init__(self):
        super().__init__()
        self.trained = []

    def build(self, run):
        self.table = EmbeddingTable(1, scale=0.0, seed=(0,))
        self.table.grow(1)

    def grow(self, users, items):
        pass

    def loss(self, events, draw):
        if torch.is_grad_enabled():
            self.trained.append(events.time.tolist())
        return (self.table(torch.zeros(len(events), dtype=torch.long))[:, 0] - torch.tensor(events.label)).square()

    def state(self):
        return {"table": self.table.weight.numpy(force=True)}

    @property
    def value(self):
        return self.table.weight.item()


def labelled(label, time=None):
    n = len(label)
    zeros = np.zeros(n, np.int64)
    return Events(np.arange(n) if time is None else np.asarray(time), zeros, zeros, np.asarray(label, float))


@pytest.fixture
def learn(stream, start_run):
    def started(model=None, *, loss=None, patience=None, **options):
        settings = {"optimiser": "sgd", "lr": 0.25, "batch": "all", "shuffle": False, **options}
        learner = Learner(model or Mean(), stop=loss, patience=patience, **settings)
        learner.start(start_run(stream, 200))
        return learner

    return started


def test_the_newest_tenth_is_kept_from_training_and_passed_over_once_at_the_end(learn):
    one = learn(patience=9)
    one.learn(labelled([1.0] * 20), epochs=3)
    assert one.model.trained == [list(range(18))] * 3 + [[18, 19]]


def test_training_ends_as_soon_as_the_loss_is_low_enough(learn):
    one = learn(loss=0.07)
    one.learn(labelled([1.0] * 20), epochs=50)
    # ½ of the way each epoch: losses ¼, 1/16
    assert len(one.model.trained) == 2 + 1
    assert one.model.value == pytest.approx(1 - 1 / 8)


def test_training_ends_when_the_loss_has_not_been_lower_for_a_while(learn):
    one = learn(patience=3)
    one.learn(labelled([1.0] * 18 + [0.0] * 2), epochs=50)
    # losses on the newest tenth: ¼, 9/16, 49/64, 225/256: the first was the lowest
    assert len(one.model.trained) == 4 + 1


def test_it_goes_back_to_the_best_weights_before_the_last_pass(learn):
    one = learn(patience=3)
    one.learn(labelled([1.0] * 18 + [0.0] * 2), epochs=50)
    assert one.model.value == pytest.approx(0.5 / 2)


@pytest.mark.parametrize("optimiser", ["momentum", "adam", "ftrl"])
def test_the_optimiser_goes_back_too(learn, optimiser):
    """Stopped after epochs that did not help, all is as if there had been one epoch only."""
    label = [1.0] * 18 + [0.0] * 2
    long, short = (learn(patience=3, optimiser=optimiser) for _ in range(2))
    long.learn(labelled(label), epochs=50)
    short.learn(labelled(label), epochs=1)
    assert len(long.model.trained) > len(short.model.trained)
    for one in (long, short):
        one.learn(labelled(label), epochs=1)
    assert long.model.value == short.model.value


def test_a_rule_that_never_holds_changes_nothing_but_what_is_kept_from_training(learn):
    """All epochs on the older part, then one on the newest: what two calls without a rule do."""
    label = list(np.linspace(0, 1, 20))
    ruled = learn(loss=-1.0)
    ruled.learn(labelled(label), epochs=4)
    plain = learn()
    plain.stop = None
    plain.learn(labelled(label[:18]), epochs=4)
    plain.learn(labelled(label[18:]), epochs=1)
    assert ruled.model.value == plain.model.value


def test_where_all_events_are_of_one_time_all_epochs_are_done(learn):
    one = learn(patience=1)
    one.learn(labelled([1.0] * 20, time=[7] * 20), epochs=6)
    assert [len(part) for part in one.model.trained] == [20] * 6


@given(st.lists(st.integers(0, 30), max_size=60))
def test_no_time_is_in_both_parts_and_every_event_is_in_one(times):
    trained, held = split(labelled([0.0] * len(times), times))
    assert sorted([*trained, *held]) == list(range(len(times)))
    times = np.array(times)
    assert not len(held) or times[trained].max() < times[held].min()
    assert len(held) == 0 or len(held) >= len(times) // 10


def test_weights_and_terms_keep_their_rows(learn):
    one, seen = learn(patience=9), []

    def term(batch, rows):
        seen.append((batch.time.tolist(), rows.tolist()))
        return torch.zeros(())

    time = [9, 3, 5, 1, 7, 0, 2, 4, 6, 8]  # as where old and new events are mixed: the first is the newest
    one.learn(labelled([1.0] * 10, time), weights=np.arange(10.0), terms=[term])
    assert seen[0][0] == [time[row] for row in seen[0][1]]
    assert seen[1] == ([9], [0])
    assert one.model.value == pytest.approx(2 * 0.25 * np.arange(1, 10.0).mean())


def test_a_negative_of_the_watched_is_the_same_in_every_epoch(stream, start_run, events):
    """Else the loss of a model that ranks would go up and down by chance."""
    learner = Learner(MF(dim=4), patience=2)
    learner.start(start_run(stream, 200))
    part = events(stream, 0, 200)
    learner.grow_vocabulary(part)
    state = learner.draw.get_state()
    assert np.array_equal(learner.losses(part), learner.losses(part))
    assert torch.equal(learner.draw.get_state(), state)
