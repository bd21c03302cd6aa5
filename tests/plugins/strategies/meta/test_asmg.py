"""ASMG is finetune where it reads the newest model alone; what it learns is where that should be."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from freshmark import FreshmarkError
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.meta.asmg import ASMG, MODES
from freshmark_plugins.strategies.retraining.finetune import Finetune

LIKE: dict[str, Any] = {"batch": 32, "epochs": 2}


def mf():
    return MF(dim=4)


def kept(strategy):
    return {name: array.copy() for name, array in strategy.model.state().items()}


@pytest.mark.parametrize("weights", [[0, 0, 1], [0, 0, 5.5]])
def test_linear_with_the_newest_alone_is_finetune_to_the_bit(walk, stream, assert_same_state, weights):
    one = walk(ASMG(mf(), mode="linear", weights=weights, **LIKE), stream).update(300, 301, 450, 600)
    assert_same_state(one.learner, walk(Finetune(mf(), **LIKE), stream).update(300, 301, 450, 600).learner)


def test_linear_answers_with_the_mean_of_what_finetune_gave(walk, stream):
    plain, one = walk(Finetune(mf(), **LIKE), stream), walk(ASMG(mf(), mode="linear", k=2, **LIKE), stream)
    models = [kept(plain.strategy)["items.weight"]]
    for end in (300, 400):
        models.append(kept(plain.update(end))["items.weight"])
        answer = one.update(end).model.state()["items.weight"]
        known = len(models[-2])
        assert answer[:known] == pytest.approx((models[-2] + 2 * models[-1][:known]) / 3, abs=1e-6)


@pytest.mark.parametrize("mode", MODES)
def test_before_the_first_update_it_answers_as_finetune_does(walk, stream, mode):
    one, other = (kept(walk(strategy, stream).strategy) for strategy in (ASMG(mf(), mode=mode), Finetune(mf())))
    for name, array in other.items():
        assert np.array_equal(one[name], array), name


def test_the_generator_learns_and_what_it_answers_is_no_longer_what_it_read(walk, stream):
    one = walk(ASMG(mf(), **LIKE), stream).update(300, 400)
    maker = one.outputs.makers[0]
    assert maker.a.abs().max() > 0
    assert not np.array_equal(one.model.state()["users.weight"], maker.seen[-1].numpy())


def test_a_generator_that_hardly_learns_changes_hardly_anything(walk, stream):
    one = walk(ASMG(mf(), k=1, meta_lr=1e-9, shuffle=False, **LIKE), stream).update(300, 600)
    for name, array in one.model.state().items():
        seen = dict(zip(one.model.state(), (maker.seen[-1] for maker in one.outputs.makers), strict=True))
        assert array == pytest.approx(seen[name].numpy(), abs=1e-6), name


@pytest.mark.parametrize("mode", MODES)
def test_it_takes_models_for_clicks(walk, click_log, mode):
    one = walk(ASMG(Logistic(bits=5), mode=mode), click_log()).update(300, 400)
    assert np.isfinite(one.model.state()["linear"]).all()


@pytest.mark.parametrize("mode", MODES)
def test_a_copy_has_the_same_future(walk, stream, assert_same_state, mode):
    one = walk(ASMG(mf(), mode=mode), stream)
    one.update(300)
    other = copy.deepcopy(one)
    assert_same_state(one.update(400, 500), other.update(400, 500))


def test_its_state_tells_of_the_models_that_it_reads(walk, stream):
    one = walk(ASMG(mf(), k=2), stream).update(300)
    assert {"generator.part.0.seen.1", "generator.part.0.carried", "generator.part.0.a"} <= one.state().keys()


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "lstm"}, {"k": 0}, {"hidden": 0}, {"meta_lr": 0.0}, {"weights": [1, 1]}, {"weights": [1, 1, -1]},
        {"weights": [1, 1, 0]}, {"sparse": True}, {"patience": 1},
    ],
)  # fmt: skip
def test_options_without_a_meaning_are_refused(options):
    with pytest.raises(FreshmarkError):
        ASMG(mf(), **options)
