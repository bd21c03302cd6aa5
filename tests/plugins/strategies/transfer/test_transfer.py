"""A warm start on another stream: finetune where there is nothing to transfer, better where there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from freshmark import FreshmarkError, Source, stream_of
from freshmark.replay.answering.calls import calls_of
from freshmark.runs.catalogue.registry import load
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.ranking.sasrec import SASRec
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.transfer.transfer import Transfer

LIKE: dict[str, Any] = {"batch": 32, "epochs": 2, "warmup_epochs": 3, "optimiser": "adagrad", "lr": 0.1}


def mf():
    return MF(dim=4)


def renamed(stream, *, user="", item="", reverse=False):
    """The same events under other ids, coded anew."""
    order = np.arange(len(stream))[:: -1 if reverse else 1]
    time = stream.time[::-1].max() - stream.time[order] if reverse else stream.time
    users = np.array([user + one for one in stream.users])[stream.user[order]]
    items = np.array([item + one for one in stream.items])[stream.item[order]]
    return stream_of(name="source", task="rank", time=time, user=users, item=items)


def first(stream, n):
    return stream_of(
        name="first", task="rank", time=stream.time[:n], user=np.array(stream.users)[stream.user[:n]],
        item=np.array(stream.items)[stream.item[:n]],
    )  # fmt: skip


def test_of_its_own_warm_up_it_is_finetune_that_learns_that_twice(walk, stream, events, query):
    one = walk(Transfer(mf(), source=first(stream, 200), **LIKE), stream).update(300, 600)
    other = walk(Finetune(mf(), **LIKE), stream)
    other.strategy.fit(events(stream, 0, 200))
    other.update(300, 600)
    mine, plain = one.factors(query([0, 3, 9])), other.strategy.factors(query([0, 3, 9]))
    assert np.array_equal(mine.user, plain.user)
    assert np.array_equal(mine.item[:, :-1], plain.item[:, :-1])


def test_ids_decide_not_codes(walk, stream, query, scores):
    """The same users and items in another order of appearance, with nothing learned after."""
    source = renamed(stream, reverse=True)
    assert list(source.items) != list(stream.items)
    still: dict[str, Any] = {**LIKE, "epochs": 0}
    one = walk(Transfer(mf(), source=source, clock="apart", **still), stream)
    one.strategy.inner.model.reg = 0.0
    rows = one.strategy.codes.items.rows
    for code, row in enumerate(rows):
        assert source.items[row] == stream.items[code]
    users = np.array([list(source.users).index(stream.users[code]) for code in (0, 1, 2)])
    inner = scores(one.strategy.inner, query(users))
    assert np.array_equal(scores(one.strategy, query([0, 1, 2])), inner[:, rows])


def test_items_that_the_source_alone_has_are_never_answered_with(walk, stream, query):
    one = walk(Transfer(mf(), source=renamed(stream, item="other "), clock="apart", **LIKE), stream)
    assert len(one.strategy.factors(query([0])).item) == stream.item[:200].max() + 1
    assert len(one.strategy.inner.model.items) > len(stream.items)


def test_users_who_come_later_are_matched_at_the_update(walk, stream):
    one = walk(Transfer(mf(), source=replace(renamed(stream), time=stream.time - 1), **LIKE), stream)
    known = len(one.strategy.codes.users.rows)
    assert known == stream.user[:200].max() + 1
    one.update(600)
    rows = one.strategy.codes.users.rows
    assert len(rows) == stream.user.max() + 1
    assert rows.tolist() == list(range(len(rows)))  # one stream, one order: every row is the code


def settled(n, seed):
    """Users who always like the same."""
    draw = np.random.default_rng(seed)
    user = draw.integers(0, 20, n)
    item = (3 * user + draw.exponential(2.0, n).astype(int)) % 60
    return stream_of(name="settled", task="rank", time=np.arange(n) * 10**9, user=user, item=item)


@pytest.mark.slow
def test_what_the_source_knows_of_users_helps_from_the_start(ranks):
    source, stream = settled(3000, 1), settled(400, 2)
    other = renamed(source, user="other ", item="other ")
    cold, warm = (
        ranks(Transfer(mf(), source=one, clock="apart", **LIKE), stream, every="never") for one in (other, source)
    )
    assert (1 / warm).mean() > 1.5 * (1 / cold).mean()


def test_of_the_source_only_what_is_known_by_the_end_of_the_warm_up_is_learned(walk, stream, monkeypatch):
    given, fit = [], Finetune.fit

    def record(self, events):
        given.append(events.time.max())
        fit(self, events)

    monkeypatch.setattr(Finetune, "fit", record)
    walk(Transfer(mf(), source=replace(renamed(stream), time=stream.time - 1), **LIKE), stream)
    assert given[0] <= stream.time[199] < stream.time.max()
    walk(Transfer(mf(), source=replace(renamed(stream), time=stream.time - 1), clock="apart", **LIKE), stream)
    assert given[2] == stream.time.max() - 1


def test_its_own_stream_as_source_is_refused_whatever_the_clock(walk, stream):
    for clock in ("shared", "apart"):
        with pytest.raises(FreshmarkError, match="is the stream itself"):
            walk(Transfer(mf(), source=stream, clock=clock), stream)


def test_a_source_that_lies_later_is_refused(walk, stream):
    later = replace(first(stream, 50), time=stream.time[:50] + 10**15)
    with pytest.raises(FreshmarkError, match="no event of first is known"):
        walk(Transfer(mf(), source=later), stream)


def test_labels_of_the_source_that_come_late_are_not_known_early(walk, click_log):
    source = replace(click_log(50), label_delay=np.full(50, 10**15))
    with pytest.raises(FreshmarkError, match="is known by the end"):
        walk(Transfer(Logistic(bits=6), source=source), click_log())


def test_clicks_begin_where_the_source_ended(walk, click_log, query, events):
    stream = click_log()
    one = walk(Transfer(Logistic(bits=8), source=click_log(2000, 5), clock="apart", lr=0.1, epochs=0), stream, known=3)
    other = walk(Finetune(Logistic(bits=8), lr=0.1), stream, known=3).strategy
    some = events(stream, 100, 600)
    asked = query(some.user, item=some.item, features=some.features)

    def loss(strategy):
        chance = strategy.predict(asked)
        return -np.log(np.where(some.label > 0, chance, 1 - chance)).mean()

    assert loss(one.strategy) < loss(other) - 0.05


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"features": {"x": np.ones((50, 3), np.float32)}}, "features of the source"),
        ({"features": {}}, "features of the source"),
        ({"task": "rate"}, "task of the source: rate"),
        ({"classes": ("a", "b")}, "number of classes"),
    ],
)
def test_a_source_that_does_not_fit_is_refused_before_anything_is_learned(start_run, click_log, change, why):
    source = replace(click_log(50), **change)
    with pytest.raises(FreshmarkError, match=why):
        Transfer(Logistic(), source=source).start(start_run(click_log(), 200))


def test_it_observes_where_its_model_has_context_and_only_there(stream):
    assert calls_of(Transfer(mf(), source=stream)).observe is None
    assert calls_of(Transfer(SASRec(dim=4), source=stream)).observe is not None
    assert {way for way in ("factors", "score", "predict") if hasattr(Transfer(mf(), source=stream), way)} == {
        "factors"
    }


def test_histories_of_the_source_go_on_and_are_those_of_their_users(walk, stream, query):
    """A user of both, of whom the warm-up knows nothing, is answered by what the source knows."""
    model = SASRec(dim=4)
    one = walk(Transfer(model, source=first(stream, 200), **{**LIKE, "epochs": 0}), stream)
    row = one.strategy.codes.users(np.array([3]))
    assert model.knows(query(row)).all()
    assert not model.knows(query([10_000])).any()


@pytest.mark.slow
def test_with_context_the_size_of_batches_changes_no_rank(stream, ranks):
    one, other = (
        ranks(Transfer(SASRec(dim=4), source=first(stream, 100), **LIKE), stream, every="40h", batch=batch)
        for batch in (4096, 7)
    )
    assert np.array_equal(one, other)


def test_an_expression_names_its_source_as_it_names_its_model():
    built = load().build("strategies", "transfer(mf(dim=4), source=drift(preset='tiny', seed=2))")
    assert isinstance(built.source, Source)
    assert built.inner.model.dim == 4
