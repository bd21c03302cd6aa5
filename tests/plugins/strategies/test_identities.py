"""Strategies prove themselves against simpler ones: what must be the same is the same, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.runs.catalogue.registry import load
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.frozen import Frozen
from freshmark_plugins.strategies.retraining.retrain import Retrain
from freshmark_plugins.training.buffers import BUFFERS

REGISTRY = load()
LIKE: dict[str, Any] = {"batch": 32, "optimiser": "adagrad", "lr": 0.1}
OPTIONS = "batch=32, lr=0.05, epochs=2, warmup_epochs=2"
ANY_MODEL = [
    "derpp(M, alpha=0, beta=0)", "derpp(M, size=0)", "distill(M, lam=0)", "ewc(M, lam=0, fisher_samples=20)",
    "ewc(M, lam=0, gamma=0.9, fisher_samples=20)", "l2sp(M, lam=0)", "mas(M, lam=0, samples=20)",
    "spmf(M, ratio=0)", "spmf(M, share=0)", "reptile(M, inner=3, eps=1)", "ema(M, rho=0)",
    "maml(M, inner_lr=0, shuffle=True)", "fomaml(M, inner_lr=0, shuffle=True)",
    *(f"replay(M, buffer='{buffer}', size=0)" for buffer in BUFFERS if buffer != "class_balanced"),
    "replay(M, ratio=0, union='union_then_sample')",
]  # fmt: skip
SAME = {
    "mf(dim=4)": [
        *ANY_MODEL, "ader(M, exemplars=0)", "ader(M, lambda_base=0, exemplars=50)", "contrastive_kd(M, lam=0)",
        "sml(M, multi=0, hidden=4)", "asmg(M, mode='linear', weights=[0, 0, 1])",
        "asmg(M, mode='linear', weights=[0, 0, 5.5])",
    ],
    "sasrec(dim=4, length=5, dropout=0.2)": ["derpp(M, alpha=0, beta=0)", "distill(M, lam=0)", "ader(M, exemplars=0)",
                                             "replay(M, size=0)", "ewc(M, lam=0, fisher_samples=20)"],
    "gru4rec(dim=4, length=5, negatives=8)": ["derpp(M, size=0)", "spmf(M, ratio=0)", "mas(M, lam=0, samples=20)"],
    "logistic(bits=6)": [*ANY_MODEL, "melu(M, local_lr=0)"],
}  # fmt: skip


def over(text: str, model: str, more: str = "") -> Any:
    """The strategy over the model, with the options of training that all share."""
    return REGISTRY.build("strategies", f"{text[:-1]}, {OPTIONS}{more})".replace("M,", f"{model},"))


@pytest.mark.parametrize("optimiser", ["adam", pytest.param("momentum", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("model", "text"),
    [
        pytest.param(model, text, marks=[pytest.mark.slow] if not model.startswith("mf") else [])
        for model, texts in SAME.items()
        for text in texts
    ],
)
def test_without_what_makes_it_different_it_is_finetune(walk, stream, click_log, model, text, optimiser):
    log, more = click_log() if model.startswith("logistic") else stream, f", optimiser={optimiser!r}"
    one, other = (walk(over(named, model, more), log) for named in (text, "finetune(M)"))
    for ends in ((300, 301), (400,)):
        first, second = one.update(*ends).model.state(), other.update(*ends).model.state()
        for name, array in second.items():
            assert np.array_equal(first[name], array), name
    assert_same_fallback(one.strategy.state(), other.strategy.state())


def assert_same_fallback(one, other):
    names = [name for name in other if name.startswith("fallback")]
    assert [one[name].tolist() for name in names] == [other[name].tolist() for name in names]


DIFFERENT = [
    "replay(M, size=100)", "replay(M, buffer='class_balanced', size=100)", "replay(M, buffer='loss', size=100)",
    "spmf(M)", "derpp(M, size=100)", "derpp(M, size=100, beta=0)", "derpp(M, size=100, alpha=0)",
    "ader(M, exemplars=100)", "ader(M, exemplars=100, selection='random')", "ader(M, exemplars=100, selection='loss')",
    "distill(M)", "contrastive_kd(M)", "ewc(M, fisher_samples=50)", "l2sp(M)", "mas(M, samples=50)", "ema(M)",
    "reptile(M)", "maml(M)", "fomaml(M)", "sml(M, hidden=4)", "asmg(M)", "lora(M)", "adapter(M)", "bitfit(M)",
    "head_tune(M)",
]  # fmt: skip


@pytest.mark.parametrize("text", DIFFERENT)
def test_with_it_the_warm_up_is_that_of_finetune_and_updates_are_not(walk, stream, text):
    one, other = (walk(over(named, "mf(dim=4)"), stream) for named in (text, "finetune(M)"))
    assert equal(one.strategy, other.strategy) != ("maml" in text)  # whose warm-up learns to adapt
    assert not equal(one.update(300, 400), other.update(300, 400))


def equal(one, other):
    first, second = one.model.state(), other.model.state()
    return all(np.array_equal(first[name], array) for name, array in second.items())


LABELLED = [text for text in DIFFERENT if text.startswith(("replay", "spmf", "derpp", "distill", "ewc", "l2sp", "mas"))]


@pytest.mark.parametrize("text", [*LABELLED, "ader(M, exemplars=100, selection='random')"])
@pytest.mark.slow
@pytest.mark.parametrize("task", ["click", "classify"])
def test_what_remembers_learns_labels_too(walk, small, task, text):
    strategy = walk(over(text, "logistic(bits=6)"), small(task)).update(300, 400)
    assert all(np.isfinite(array).all() for array in strategy.learner.state().values())


@pytest.mark.parametrize("text", [text for text in DIFFERENT[:15] if not text.startswith("contrastive")])
@pytest.mark.slow
@pytest.mark.parametrize("model", ["sasrec(dim=4, length=5)", "gru4rec(dim=4, length=5, negatives=8)"])
def test_what_remembers_learns_sequences_too(walk, stream, model, text):
    strategy = walk(over(text, model), stream).update(300, 400)
    assert all(np.isfinite(array).all() for array in strategy.learner.state().values())


def mf():
    return MF(dim=4)


def closed(stream, known):
    """The part of a stream whose users and items all occur in the first ``known`` events."""
    users, items = stream.user[:known].max(), stream.item[:known].max()
    kept = (stream.user <= users) & (stream.item <= items)
    return stream_of(
        name="closed", task="rank", time=stream.time[kept], user=stream.user[kept], item=stream.item[kept]
    )  # fmt: skip


@pytest.mark.parametrize("init", ["scratch", "warm"])
def test_retrain_that_never_is_due_is_frozen(stream, ranks, init):
    frozen = ranks(Frozen(mf(), epochs=3, **LIKE), stream, every="never")
    assert np.array_equal(ranks(Retrain(mf(), init=init, epochs=3, **LIKE), stream, every="never"), frozen)


def test_finetune_that_never_is_due_is_frozen(stream, ranks):
    frozen = ranks(Frozen(mf(), epochs=3, **LIKE), stream, every="never")
    assert np.array_equal(ranks(Finetune(mf(), warmup_epochs=3, **LIKE), stream, every="never"), frozen)


@pytest.mark.parametrize("strategy", [Finetune, lambda model, **o: Retrain(model, init="warm", fallback=None, **o)])
def test_no_epochs_leave_every_known_parameter_where_it_was(walk, stream, strategy):
    one = walk(strategy(mf(), epochs=0, warmup_epochs=2), stream)
    before = {name: array.copy() for name, array in one.strategy.model.state().items()}
    after = one.update(400, 600).model.state()
    for name, array in before.items():
        assert np.array_equal(after[name][: len(array)], array), name


@pytest.mark.parametrize("init", ["scratch", "warm"])
@pytest.mark.parametrize("window", ["5000d", 10**6])
def test_a_window_that_holds_everything_is_none(walk, stream, assert_same_state, init, window):
    one = walk(Retrain(mf(), init=init, window=window, **LIKE), stream).update(300, 600)
    assert_same_state(one, walk(Retrain(mf(), init=init, **LIKE), stream).update(300, 600))


def test_a_window_of_the_new_events_is_finetune(walk, stream, query, assert_same_state):
    one = walk(Retrain(mf(), init="warm", window=100, epochs=2, **LIKE), stream).update(300, 400)
    other = walk(Finetune(mf(), epochs=2, warmup_epochs=2, **LIKE), stream).update(300, 400)
    assert_same_state(one.learner, other.learner)


def test_retrain_on_a_window_forgets_what_came_before(walk, stream, query):
    one = walk(Retrain(mf(), window="1d", **LIKE), stream).update(600)
    newest = stream.time >= stream.time[-1] - 86_400_000_000
    counts = one.factors(query([10_000])).item[:, -1]
    assert counts.tolist() == np.bincount(stream.item[newest], minlength=len(stream.items)).tolist()


def test_retrain_from_scratch_starts_where_the_first_training_did(walk, stream):
    one = walk(Retrain(mf(), epochs=0), stream)
    start = one.strategy.model.state()["users.weight"].copy()
    assert np.array_equal(one.update(400, 600).model.state()["users.weight"][: len(start)], start)


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam", "adagrad"])
def test_one_event_a_batch_is_online_learning_step_by_step(walk, make_log, assert_same_state, optimiser):
    stream = closed(make_log(), 200)
    options = {"epochs": 1, "warmup_epochs": 1, "batch": 1, "shuffle": False, "lr": 0.05, "optimiser": optimiser}
    block = walk(Finetune(mf(), **options), stream).update(260)
    steps = walk(Finetune(mf(), **options), stream).update(*range(201, 261))
    assert_same_state(block, steps)


@pytest.mark.parametrize("optimiser", ["sgd", "adagrad"])
def test_gradient_descent_is_one_batch_of_all(walk, stream, optimiser):
    like = {"epochs": 3, "warmup_epochs": 3, "shuffle": False, "lr": 0.05, "optimiser": optimiser}
    whole = walk(Finetune(mf(), batch="all", **like), stream).update(600).model.state()
    large = walk(Finetune(mf(), batch=1000, **like), stream).update(600).model.state()
    for name, array in whole.items():
        assert np.array_equal(array, large[name]), name


@pytest.mark.parametrize("strategy", [Finetune, Retrain])
def test_sparse_and_dense_adagrad_agree(walk, stream, strategy):
    dense, sparse = (
        walk(strategy(mf(), sparse=sparse, **LIKE), stream).update(400, 600).model.state() for sparse in (False, True)
    )
    for name, array in dense.items():
        assert array == pytest.approx(sparse[name], abs=1e-4), name
