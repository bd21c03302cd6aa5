from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
import torch
from freshmark import FreshmarkError, stream_of
from freshmark.contract.arrays import Task
from freshmark.replay.answering.calls import calls_of
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.retraining.retrain import Retrain
from freshmark_plugins.training.embedding_table import EmbeddingTable

OVER_MODEL = [Frozen, Finetune, Retrain]
WAYS = {"factors", "score", "predict", "recommend"}


class Session(torch.nn.Module):
    """A model with context: what comes next is what the user had last, times one learned number."""

    tasks: ClassVar[frozenset[Task]] = frozenset({"rank"})

    def build(self, run):
        self.table = EmbeddingTable(1, scale=0.0, seed=(0,))
        self.last, self.shown = {}, []
        self.grow(run.users, run.items)

    def grow(self, users, items):
        self.table.grow(items)

    def loss(self, events, draw):
        return self.table(torch.from_numpy(events.item))[:, 0]

    def observe(self, events):
        self.shown.append(len(events))
        self.last.update(zip(events.user.tolist(), events.item.tolist(), strict=True))

    def score(self, query):
        scores = np.zeros((len(query), len(self.table)))
        for row, user in enumerate(query.user.tolist()):
            scores[row, min(self.last.get(user, 0), len(self.table) - 1)] = 1
        return scores

    def state(self):
        return {"table": self.table.weight.numpy(force=True)}


@pytest.mark.parametrize("strategy", OVER_MODEL)
@pytest.mark.parametrize(("model", "ways"), [(MF, {"factors"}), (Logistic, {"predict"}), (Session, {"score"})])
def test_it_offers_the_ways_to_answer_that_its_model_has_and_no_other(strategy, model, ways):
    assert {way for way in WAYS if hasattr(strategy(model()), way)} == ways


@pytest.mark.parametrize("strategy", OVER_MODEL)
def test_it_observes_where_its_model_has_context_and_only_there(strategy):
    assert calls_of(strategy(MF())).observe is None
    assert calls_of(strategy(Session())).observe is not None


def test_the_context_of_a_model_moves_while_it_is_frozen(stream, ranks):
    model = Session()
    ranks(Frozen(model), stream, every="never")
    assert sum(model.shown) == len(stream)
    assert model.last[int(stream.user[-1])] == stream.item[-1]


@pytest.mark.parametrize("strategy", OVER_MODEL)
def test_a_model_is_shown_the_warm_up_before_it_learns_it(walk, stream, strategy):
    class Watched(Session):
        def loss(self, events, draw):
            assert self.shown == [200]
            return super().loss(events, draw)

    assert walk(strategy(Watched(), fallback=None), stream).strategy.model.shown == [200]


@pytest.mark.parametrize("strategy", OVER_MODEL)
def test_a_task_that_the_model_does_not_answer_is_refused_before_anything_runs(strategy, stream, start_run):
    built = strategy(Logistic())
    assert built.tasks == {"click", "classify"}
    with pytest.raises(FreshmarkError, match="Logistic does not answer the task 'rank'"):
        built.start(start_run(stream, 200))


@pytest.mark.parametrize("strategy", OVER_MODEL)
def test_without_a_fallback_the_model_answers_for_everyone(strategy, walk, stream, query):
    answer = walk(strategy(MF(dim=4), fallback=None), stream).strategy.factors(query([10_000]))
    assert answer.bias is not None
    assert answer.user.tolist() == [[0] * 4]


def test_clicks_are_learned_the_better_the_later(events, start_run, ranks):
    draw = np.random.default_rng(0)
    x = draw.standard_normal((3000, 2)).astype(np.float32)
    drift = np.where(np.arange(3000) < 1500, 2.0, -2.0)
    label = (draw.random(3000) < 1 / (1 + np.exp(-drift * x[:, 0]))).astype(float)
    stream = stream_of(
        name="clicks", task="click", time=np.arange(3000) * 10**6, item=np.arange(3000) % 7, label=label,
        features={"x": x},
    )  # fmt: skip

    def loss(strategy):
        strategy.start(start_run(stream, 1000))
        strategy.fit(events(stream, 0, 1000))
        losses = []
        for begin in range(1000, 3000, 100):
            part = events(stream, begin, begin + 100)
            chance = strategy.predict(part)  # it looks at user, item and features alone
            losses.append(-np.mean(np.log(np.where(part.label == 1, chance, 1 - chance))))
            strategy.update(part)
        return np.mean(losses)

    assert loss(Finetune(Logistic(bits=8), batch=20, lr=0.1)) < loss(Frozen(Logistic(bits=8), batch=20, lr=0.1)) - 0.1
