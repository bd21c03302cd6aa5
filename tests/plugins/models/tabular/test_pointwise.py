"""What the models of clicks and ratings share: they find what was planted, grow, and answer alike in any batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from freshmark import Events, FreshmarkError, stream_of
from freshmark_plugins.models.tabular.biased_mf import BiasedMF
from freshmark_plugins.models.tabular.dlrm import DLRM
from freshmark_plugins.models.tabular.fm import FM
from freshmark_plugins.models.tabular.wide_deep import WideDeep
from freshmark_plugins.training.learner import Learner

MODELS = {
    "fm": lambda: FM(4, bits=8),
    "wide_deep": lambda: WideDeep(4, layers=(8,), bits=8),
    "dlrm": lambda: DLRM(4, layers=(8,), bits=8),
    "biased_mf": lambda: BiasedMF(4, reg=0.0),
}
CASES = [(name, task) for name in MODELS for task in ("click", "rate") if (name, task) != ("biased_mf", "click")]
every_case = pytest.mark.parametrize(("name", "task"), CASES)
every_model = pytest.mark.parametrize("name", MODELS)


def shop(task, n=1500, seed=0):
    """Users like items of their own parity; a number, a category and the words of a title count too."""
    draw = np.random.default_rng(seed)
    user, item = draw.integers(0, 20, n), draw.integers(0, 15, n)
    user[:20], item[:15] = np.arange(20), np.arange(15)  # so that codes are ids
    x, device = draw.standard_normal((n, 2)).astype(np.float32), draw.choice(["phone", "tablet"], n)
    title = draw.integers(1, 6, (n, 3))
    title[:, 2] *= draw.integers(0, 2, n)
    score = 2.0 * (-1.0) ** (user + item) + x[:, 0] + (device == "phone") + 0.5 * (title[:, 0] == 3) - 0.5
    label = draw.random(n) < 1 / (1 + np.exp(-score)) if task == "click" else 3 + 0.5 * score
    return stream_of(
        name="shop", task=task, time=np.arange(n), user=user, item=item, label=label.astype(float),
        features={"x": x, "device": device, "text": title},
    )  # fmt: skip


SHOPS = {task: shop(task) for task in ("click", "rate")}


@pytest.fixture
def learned(start_run, events):
    def made(name, task, *, epochs=3, known=1000, model=None, **options):
        learner = Learner(model or MODELS[name](), **{"optimiser": "adam", "lr": 0.03, "batch": 50, **options})
        learner.start(start_run(SHOPS[task], min(known, 50)))
        if epochs:
            learner.learn(events(SHOPS[task], 0, known), epochs=epochs)
        return learner

    return made


def asked(task, query, events, rows=slice(None)):
    rest = events(SHOPS[task], 1000, 1500)[rows]
    return query(rest.user, item=rest.item, features=rest.features), rest


def mean_loss(model, part):
    with torch.no_grad():
        return model.loss(part, torch.Generator()).mean().item()


@pytest.mark.slow
@every_case
def test_it_learns_that_who_likes_what_depends_on_both(learned, events, query, name, task):
    """No sum of a weight a user and a weight an item could tell."""
    model = learned(name, task, epochs=10, batch=25).model
    question, rest = asked(task, query, events)
    likes = (-1.0) ** (rest.user + rest.item)
    answer = model.predict(question)
    assert np.corrcoef(answer, likes)[0, 1] > 0.5
    constant = rest.label.mean()
    if task == "click":
        assert mean_loss(model, rest) < -(constant * np.log(constant) + (1 - constant) * np.log(1 - constant)) - 0.1
    else:
        assert mean_loss(model, rest) < 0.5 * rest.label.var()


@every_case
def test_it_begins_where_the_first_labels_lie(learned, events, query, name, task):
    learner = learned(name, task, epochs=0)
    part = events(SHOPS[task], 0, 500)
    learner.grow_vocabulary(part)
    question, _ = asked(task, query, events)
    assert learner.model.predict(question).mean() == pytest.approx(part.label.mean(), abs=0.02)
    before = learner.model.bias.item()
    learner.grow_vocabulary(events(SHOPS[task], 500, 510))
    assert learner.model.bias.item() == before


@every_case
def test_the_loss_is_that_of_what_it_answers(learned, events, query, name, task):
    model = learned(name, task, epochs=1).model
    question, rest = asked(task, query, events, slice(40))
    answer = model.predict(question)
    loss = model.loss(rest, torch.Generator()).detach().numpy()
    of_a_click = -np.log(np.where(rest.label == 1, answer, 1 - answer)) if task == "click" else None
    wanted = (answer - rest.label) ** 2 if of_a_click is None else of_a_click
    assert loss == pytest.approx(wanted, abs=1e-4)


@every_model
def test_old_rows_keep_their_values_and_strangers_get_an_answer(learned, events, query, name):
    learner = learned(name, "rate", epochs=1)
    before = {key: array.copy() for key, array in learner.model.state().items()}
    part = events(SHOPS["rate"], 0, 3)
    answer = learner.model.predict(query([900, 901, 3], item=[2, 902, 903], features=part.features))
    assert np.isfinite(answer).all()
    learner.grow_vocabulary(Events(part.time, np.array([900] * 3), np.array([903] * 3), part.label, part.features))
    for key, array in before.items():
        assert np.array_equal(learner.model.state()[key][: len(array)], array), key
    assert max(len(array) for array in learner.model.state().values()) >= 904


@pytest.mark.slow
@every_case
def test_it_learns_with_sparse_gradients_too(learned, events, name, task):
    dense, sparse = (learned(name, task, epochs=3, sparse=kind, optimiser="adagrad", lr=0.1) for kind in (False, True))
    for key, array in dense.model.state().items():
        assert array == pytest.approx(sparse.model.state()[key], abs=1e-3), key


@every_case
def test_gradients_agree_with_differences(start_run, events, name, task):
    model = MODELS[name]()
    model.build(start_run(SHOPS[task], 100))
    model.double()
    with torch.no_grad():
        for number, weight in enumerate(model.parameters()):
            weight.normal_(0, 0.3, generator=torch.Generator().manual_seed(number))
    batch = events(SHOPS[task], 0, 3)
    assert torch.autograd.gradcheck(
        lambda *_: model.loss(batch, torch.Generator()).sum(), list(model.parameters()), atol=1e-5, eps=1e-4,
        fast_mode=True,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "task"), [case for case in CASES if case[0] in {"wide_deep", "dlrm"}])
def test_what_it_represents_is_what_its_last_layer_sees(learned, events, name, task):
    model, part = learned(name, task, epochs=1).model, events(SHOPS[task], 0, 9)
    hidden, seen = model.represent(part), []
    model.head.register_forward_hook(lambda module, given, gave: seen.append(given[0]))
    model.outputs(part)
    assert torch.equal(hidden, seen[0])


def test_events_without_labels_are_refused(learned, events):
    learner, part = learned("fm", "click", epochs=0), events(SHOPS["click"], 0, 5)
    with pytest.raises(FreshmarkError, match="these events have no labels"):
        learner.model.loss(Events(part.time, part.user, part.item, None, part.features), torch.Generator())


def test_a_query_that_shows_no_item_is_refused(learned, query):
    learner = learned("biased_mf", "rate", epochs=0)
    with pytest.raises(FreshmarkError, match="have no items"):
        learner.model.predict(query([1, 2]))


@pytest.mark.parametrize("make", [FM, WideDeep, DLRM])
def test_a_table_beyond_memory_is_refused(make, start_run):
    with pytest.raises(FreshmarkError, match="bits=40"):
        make(bits=40).build(start_run(SHOPS["click"], 10))
