"""Strategies against forgetting: each is finetune where it remembers nothing, and another one elsewhere."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from freshmark import FreshmarkError, stream_of
from freshmark_plugins.models.ranking.gru4rec import GRU4Rec
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.ranking.sasrec import SASRec
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.continual.ader import ADER
from freshmark_plugins.strategies.continual.contrastive_kd import ContrastiveKD
from freshmark_plugins.strategies.continual.derpp import DERpp
from freshmark_plugins.strategies.continual.distill import Distill
from freshmark_plugins.strategies.continual.ewc import EWC
from freshmark_plugins.strategies.continual.l2sp import L2SP
from freshmark_plugins.strategies.continual.mas import MAS
from freshmark_plugins.strategies.continual.spmf import SPMF
from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.replay import Replay

LIKE: dict[str, Any] = {"batch": 32, "lr": 0.05, "epochs": 2, "warmup_epochs": 2}

NOTHING: dict[str, Any] = {
    "replay(size=0)": lambda model, **o: Replay(model, size=0, **o),
    "replay(ratio=0)": lambda model, **o: Replay(model, ratio=0.0, **o),
    "spmf(ratio=0)": lambda model, **o: SPMF(model, ratio=0.0, **o),
    "spmf(share=0)": lambda model, **o: SPMF(model, share=0.0, **o),
    "derpp(0, 0)": lambda model, **o: DERpp(model, alpha=0.0, beta=0.0, **o),
    "derpp(size=0)": lambda model, **o: DERpp(model, size=0, **o),
    "ader(exemplars=0)": lambda model, **o: ADER(model, exemplars=0, **o),
    "ader(lambda_base=0)": lambda model, **o: ADER(model, lambda_base=0.0, exemplars=50, **o),
    "distill(lam=0)": lambda model, **o: Distill(model, lam=0.0, **o),
    "contrastive_kd(lam=0)": lambda model, **o: ContrastiveKD(model, lam=0.0, **o),
    "ewc(lam=0)": lambda model, **o: EWC(model, lam=0.0, fisher_samples=20, **o),
    "ewc(lam=0, gamma=.9)": lambda model, **o: EWC(model, lam=0.0, gamma=0.9, fisher_samples=20, **o),
    "l2sp(lam=0)": lambda model, **o: L2SP(model, lam=0.0, **o),
    "mas(lam=0)": lambda model, **o: MAS(model, lam=0.0, samples=20, **o),
}
SOMETHING: dict[str, Any] = {
    "replay": lambda model, **o: Replay(model, size=100, **o),
    "replay(class_balanced)": lambda model, **o: Replay(model, buffer="class_balanced", size=100, **o),
    "replay(loss)": lambda model, **o: Replay(model, buffer="loss", size=100, **o),
    "spmf": SPMF,
    "derpp": lambda model, **o: DERpp(model, size=100, **o),
    "derpp(alpha)": lambda model, **o: DERpp(model, size=100, beta=0.0, **o),
    "derpp(beta)": lambda model, **o: DERpp(model, size=100, alpha=0.0, **o),
    "ader": lambda model, **o: ADER(model, exemplars=100, **o),
    "ader(random)": lambda model, **o: ADER(model, exemplars=100, selection="random", **o),
    "ader(loss)": lambda model, **o: ADER(model, exemplars=100, selection="loss", **o),
    "distill": Distill,
    "contrastive_kd": ContrastiveKD,
    "ewc": lambda model, **o: EWC(model, fisher_samples=50, **o),
    "ewc(gamma=.9)": lambda model, **o: EWC(model, fisher_samples=50, gamma=0.9, **o),
    "l2sp": L2SP,
    "mas": lambda model, **o: MAS(model, samples=50, **o),
}
ANY_MODEL = [name for name in SOMETHING if not name.startswith(("contrastive", "ader")) or name == "ader(random)"]


def mf():
    return MF(dim=4)


def labelled(task, n=600):
    """Clicks, or classes, that depend on one feature, differently in the second half; users come again."""
    draw = np.random.default_rng(0)
    x = draw.standard_normal((n, 2)).astype(np.float32)
    turn = np.where(np.arange(n) < n // 2, 2.0, -2.0)
    label = draw.random(n) < 1 / (1 + np.exp(-turn * x[:, 0]))
    return stream_of(
        name=task, task=task, time=np.arange(n) * 10**6, user=draw.integers(0, 20, n), item=np.arange(n) % 7,
        label=label.astype(np.int64 if task == "classify" else np.float64), features={"x": x},
        classes=("no", "yes") if task == "classify" else (),
    )  # fmt: skip


def same_model(one, other):
    first, second = one.learner.state(), other.learner.state()
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("optimiser", ["adam", "adagrad", "momentum"])
@pytest.mark.parametrize("nothing", NOTHING)
def test_with_nothing_to_remember_it_is_finetune(walk, stream, nothing, optimiser):
    one = walk(NOTHING[nothing](mf(), optimiser=optimiser, **LIKE), stream).update(300, 600)
    other = walk(Finetune(mf(), optimiser=optimiser, **LIKE), stream).update(300, 600)
    assert same_model(one, other)
    assert one.fallback.state()["fallback.counts"].tolist() == other.fallback.state()["fallback.counts"].tolist()


@pytest.mark.parametrize("task", ["click", "classify"])
@pytest.mark.parametrize("nothing", [n for n in NOTHING if not n.startswith(("contrastive", "ader"))])
def test_with_nothing_to_remember_it_is_finetune_on_labels_too(walk, nothing, task):
    stream = labelled(task, 400)
    one = walk(NOTHING[nothing](Logistic(bits=6), **LIKE), stream).update(300, 400)
    assert same_model(one, walk(Finetune(Logistic(bits=6), **LIKE), stream).update(300, 400))


@pytest.mark.parametrize("something", SOMETHING)
def test_with_something_to_remember_it_is_not(walk, stream, something):
    one = walk(SOMETHING[something](mf(), **LIKE), stream)
    other = walk(Finetune(mf(), **LIKE), stream)
    assert same_model(one.strategy, other.strategy)  # the warm-up is the same
    assert not same_model(one.update(300, 600), other.update(300, 600))


@pytest.mark.parametrize("task", ["click", "classify"])
@pytest.mark.parametrize("something", ANY_MODEL)
def test_it_learns_labels_too(walk, something, task, query):
    stream = labelled(task)
    strategy = walk(SOMETHING[something](Logistic(bits=6), **LIKE), stream).update(300, 450, 600)
    ask = query([0], item=None if task == "classify" else [0], features={"x": np.array([[2.0, 0.0]], np.float32)})
    assert np.isfinite(strategy.predict(ask)).all()
    assert np.isfinite(np.concatenate([array.ravel() for array in strategy.learner.state().values()])).all()


SEQUENTIAL: dict[str, Any] = {
    "sasrec": lambda: SASRec(dim=8, length=5, dropout=0.2),
    "gru4rec": lambda: GRU4Rec(dim=8, length=5, negatives=16, parallel=8),
}


@pytest.mark.parametrize("model", SEQUENTIAL)
@pytest.mark.parametrize("something", [name for name in SOMETHING if name != "contrastive_kd"])
def test_it_learns_sequences_too(walk, stream, something, model, query, scores, events):
    strategy = walk(SOMETHING[something](SEQUENTIAL[model](), **LIKE), stream).strategy
    for begin, end in ((200, 300), (300, 400)):
        new = events(stream, begin, end)
        strategy.observe(new)
        strategy.update(new)
    assert np.isfinite(scores(strategy, query([0, 1, 39]))).all()


@pytest.mark.parametrize("model", SEQUENTIAL)
@pytest.mark.parametrize("nothing", [name for name in NOTHING if not name.startswith("contrastive")])
def test_with_nothing_to_remember_it_is_finetune_on_sequences_too(walk, stream, nothing, model, events):
    one, other = (
        walk(made, stream)
        for made in (NOTHING[nothing](SEQUENTIAL[model](), **LIKE), Finetune(SEQUENTIAL[model](), **LIKE))
    )
    for walked in (one, other):
        walked.strategy.observe(events(stream, 200, 400))
    assert same_model(one.update(400), other.update(400))


@pytest.mark.parametrize("something", SOMETHING)
def test_a_copy_has_the_same_future_and_so_has_another_run_of_the_seed(walk, stream, something):
    one = walk(SOMETHING[something](mf(), **LIKE), stream)
    two = copy.deepcopy(one)
    one.update(400, 600)
    assert same_model(one.strategy, two.update(400, 600))
    assert same_model(one.strategy, walk(SOMETHING[something](mf(), **LIKE), stream).update(400, 600))


@pytest.mark.parametrize("something", SOMETHING)
def test_it_starts_from_nothing(walk, make_log, something):
    strategy = walk(SOMETHING[something](mf(), **LIKE), make_log(200), known=0).update(50, 100, 200)
    assert all(np.isfinite(array).all() for array in strategy.learner.state().values())


@pytest.mark.parametrize("something", [name for name in SOMETHING if not name.startswith(("ewc", "l2sp", "mas"))])
@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adagrad"])
def test_sparse_gradients_are_no_trouble(walk, stream, something, optimiser):
    strategy = walk(SOMETHING[something](mf(), sparse=True, optimiser=optimiser, **LIKE), stream).update(400, 600)
    assert all(np.isfinite(array).all() for array in strategy.learner.state().values())


@pytest.mark.parametrize("strategy", [EWC, L2SP, MAS])
def test_springs_at_every_row_are_refused_with_sparse_gradients(strategy):
    with pytest.raises(FreshmarkError, match="moves every row at every step"):
        strategy(mf(), sparse=True)


@pytest.mark.parametrize("something", SOMETHING)
def test_what_it_remembers_is_in_its_state(walk, stream, something):
    remembered = {"buffer", "exemplars", "anchor", "items_of", "said"}
    names = {name.partition(".")[0] for name in walk(SOMETHING[something](mf(), **LIKE), stream).update(400).state()}
    assert names & remembered or something == "distill"


class Mute(MF):
    outputs = represent = vectors = property(doc="absent")


@pytest.mark.parametrize(
    ("strategy", "lacks"),
    [
        (Distill, "say what it thinks of every item"),
        (DERpp, "say what it thinks of every item"),
        (SPMF, "say what it thinks of every item"),
        (MAS, "say what it thinks of every item"),
        (ADER, "say what it thinks of every item"),
        (ContrastiveKD, "have one vector for each user and each item"),
    ],
)
def test_a_model_without_what_it_needs_is_refused_with_the_reason(strategy, lacks):
    with pytest.raises(FreshmarkError, match=f"{strategy.__name__.lower().replace('kd', '_kd')} needs .* {lacks}"):
        strategy(Mute())


def test_herding_needs_a_representation_and_other_selections_do_not():
    with pytest.raises(FreshmarkError, match="Logistic cannot"):
        ADER(Logistic())
    assert ADER(Logistic(), selection="loss").tasks == {"click", "classify"}


@pytest.mark.parametrize("model", SEQUENTIAL)
def test_contrasts_need_a_vector_for_each_user(model):
    with pytest.raises(FreshmarkError, match="one vector for each user and each item"):
        ContrastiveKD(SEQUENTIAL[model]())


def test_contrasts_need_users_and_items():
    with pytest.raises(
        FreshmarkError, match=r"contrastive_kd needs a model that can have one vector .* Logistic cannot"
    ):
        ContrastiveKD(Logistic())


@pytest.mark.parametrize(
    ("strategy", "options"),
    [
        (Distill, {"lam": 1.5}),
        (Distill, {"T": 0.0}),
        (DERpp, {"alpha": -1.0}),
        (DERpp, {"size": -1}),
        (ADER, {"exemplars": -1}),
        (ADER, {"selection": "luck"}),
        (ADER, {"lambda_base": float("nan")}),
        (SPMF, {"share": -0.1}),
        (EWC, {"lam": -1.0}),
        (EWC, {"gamma": 1.1}),
        (L2SP, {"lam": float("nan")}),
        (ContrastiveKD, {"tau": 0.0}),
        (ContrastiveKD, {"neighbours": 0}),
    ],
)
def test_options_without_a_meaning_are_refused(strategy, options):
    with pytest.raises(FreshmarkError):
        strategy(mf(), **options)
