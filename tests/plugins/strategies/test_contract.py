"""What every registered strategy owes the protocol: nothing here knows what a strategy does."""

from __future__ import annotations

import copy
import io
import pickle
from typing import Any

import numpy as np
import pytest
from freshmark import Events, Run, stream_of
from freshmark.runs.catalogue.registry import load
from freshmark.testing import check_strategy
from freshmark.testing.streams import small_stream

REGISTRY = load()
CHEAP = {"epochs": 1, "warmup_epochs": 1, "batch": 64, "steps": 2, "warmup_steps": 2, "dim": 4, "hidden": 4,
         "multi": 1, "samples": 20, "fisher_samples": 20, "exemplars": 50, "size": 50, "support": 5}  # fmt: skip
MODELS = {"delayed": "logistic(bits=6)", "melu": "neumf(factors=4, layers=[8, 4])"}
MORE = [
    "popularity(window='1d')", "popularity(window=50)", "popularity(window='update')", "popularity(half_life='12h')",
    "transition(order=3)", "sequential_rules(session='2h')", "userknn(neighbours=3, history=5, users=10)",
    "edgebank(window='1d')", "finetune(mf(dim=4, loss='softmax', negatives=16), batch=64, sparse=True)",
    "finetune(mf(dim=4, loss='logistic'), epochs=1, batch=64)", "hybrid(mf(dim=4), retrain_every='1d')",
    "finetune(neumf(factors=4, layers=[8, 4]), epochs=1)", "finetune(gru4rec(dim=4, length=5, negatives=8), epochs=1)",
    "retrain(gru4rec(dim=4, length=5, loss='bpr-max'), epochs=1, window='2d')", "retrain(mf(dim=4), init='warm')",
    "finetune(sasrec(dim=4, length=5), epochs=1, batch=64, sparse=True)",
    "finetune(multvae(hidden=4, dim=2), epochs=1)",
    "frozen(sasrec(dim=4, length=5, loss='logistic', blocks=1, heads=2), batch=64)",
    "melu(logistic(bits=6), support=5)", "delayed(fm(dim=2, bits=4), correction='fnc', epochs=1)",
]  # fmt: skip


def expression(name: str) -> str:
    """The strategy at its cheapest, with every option that it must be given."""
    options = REGISTRY.signature("strategies", name).parameters
    given = {option: f"{option}={CHEAP[option]}" for option in options if option in CHEAP}
    if "model" in options:
        given = {"model": MODELS.get(name, "mf(dim=4)"), **given}
    return f"{name}({', '.join(given.values())})"


REGISTERED = [expression(name) for name in REGISTRY.names("strategies") if name != "transfer"]  # it needs a source
RANKERS = [text for text in [*REGISTERED, *MORE] if not text.startswith(("brismf", "delayed", "melu(logistic"))]
CHECKED = {"popularity()", "online_mf(dim=4, warmup_epochs=1)", "brismf(dim=4, warmup_epochs=1)"}
QUICK = {expression(name) for name in ("finetune", "ewc", "replay", "sml", "lora", "melu", "delayed", "itemknn",
         "sequential_rules", "userknn", "bisgd", "raisgd", "online_bpr")} | CHECKED  # fmt: skip


def build(text: str) -> Any:
    return REGISTRY.build("strategies", text)


def each(texts, quick=frozenset(QUICK)):
    """Each of them, all but a few marked slow."""
    return pytest.mark.parametrize(
        "text", [text if text in quick else pytest.param(text, marks=pytest.mark.slow) for text in texts]
    )


@each([*REGISTERED, *MORE], CHECKED)
def test_it_keeps_the_contract(text):
    """Neither the future, nor ties, batches, other requests, or another instance change an answer."""
    findings = check_strategy(lambda: build(text), every="100s")
    assert [str(one) for one in findings if not one.ok] == []


class Saving(pickle.Pickler):
    """The run belongs to the harness: it is not written."""

    def persistent_id(self, obj):
        return "run" if isinstance(obj, Run) else None


class Loading(pickle.Unpickler):
    def __init__(self, file, run):
        super().__init__(file)
        self.run = run

    def persistent_load(self, pid):
        return self.run


def reloaded(strategy, run):
    file = io.BytesIO()
    Saving(file).dump(strategy)
    file.seek(0)
    return Loading(file, run).load()


@each([*REGISTERED, *MORE])
def test_copied_or_saved_and_loaded_it_has_the_same_future(text, walk, stream, click_log, assert_same_state):
    tasks = build(text).tasks
    log = stream if "rank" in tasks else click_log() if "click" in tasks else small_stream("rate")
    plain, saved = walk(build(text), log), walk(build(text), log)
    copied = copy.deepcopy(plain)
    for end in (300, 400):
        saved.strategy = reloaded(saved.strategy, saved.run)
        for walked in (plain, saved, copied):
            walked.update(end)
    assert all(isinstance(array, np.ndarray) for array in plain.strategy.state().values())
    assert_same_state(plain.strategy, saved.strategy)
    assert_same_state(plain.strategy, copied.strategy)


@each(RANKERS, CHECKED)
def test_other_codes_for_users_and_items_change_nothing_and_it_starts_from_nothing(text, stream, ranks):
    draw = np.random.default_rng(1)
    users, items = draw.permutation(len(stream.users)), draw.permutation(len(stream.items))
    named = stream_of(
        name="renamed", task="rank", time=stream.time, user=users[stream.user], item=items[stream.item]
    )  # fmt: skip
    assert np.array_equal(ranks(build(text), named, every="2d"), ranks(build(text), stream, every="2d"))
    assert np.isfinite(ranks(build(text), stream, warmup=0.0, every="2d")).mean() > 0.5


COUNTING = ["popularity()", "popularity('1d')", "popularity(half_life='12h')", "recency()", "transition(order=3)",
            "sequential_rules(session='5h')", "itemknn()", "userknn(neighbours=1000)", "repeat_popularity()",
            "edgebank('1d')"]  # fmt: skip


@pytest.mark.parametrize("text", COUNTING)
def test_codes_may_come_in_another_order_than_users_and_items(text, events, query, stream):
    """What draws nothing scores an item of any other code alike: sums in another order differ in their last bits."""
    draw = np.random.default_rng(4)
    users, items = draw.permutation(len(stream.users)), draw.permutation(len(stream.items))
    answers = []
    for u, i in ((np.arange(len(users)), np.arange(len(items))), (users, items)):
        strategy = build(text)
        first, second = (
            Events(part.time, u[part.user], i[part.item]) for part in (events(stream, 0, 300), events(stream, 300, 600))
        )
        strategy.fit(first)
        strategy.observe(second)
        strategy.update(second)
        answers.append(strategy.score(query(u, time=int(stream.time[-1]) + 1))[:, i])
    assert answers[0] == pytest.approx(answers[1], abs=1e-12)


ONE_BY_ONE = ["itemknn()", "userknn()", "sequential_rules(session='3h')", "transition(order=4)", "recency()",
              "repeat_popularity()", "edgebank('1d')", "popularity()", "online_mf(dim=4)", "online_bpr(dim=4)",
              "isgd(dim=4)", "raisgd(dim=4)", "rsisgd(dim=4)", "bisgd(dim=4, nodes=3)",
              "online_sgd(mf(dim=4))"]  # fmt: skip


@pytest.mark.parametrize("text", ONE_BY_ONE)
def test_however_events_are_cut_into_updates_it_answers_the_same(text, walk, stream, query, scores):
    whole, parts = (walk(build(text), stream).update(*ends) for ends in ((300,), (201, 202, 250, 299, 300)))
    question = query(range(45), time=int(stream.time[300]))
    assert np.array_equal(scores(whole, question), scores(parts, question))
