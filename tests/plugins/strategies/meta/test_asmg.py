"""ASMG is finetune where it reads the newest model alone; what it learns is where that should be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.meta.asmg import ASMG
from freshmark_plugins.strategies.retraining.finetune import Finetune

LIKE: dict[str, Any] = {"batch": 32, "epochs": 2}


def mf():
    return MF(dim=4)


def kept(strategy):
    return {name: array.copy() for name, array in strategy.model.state().items()}


def test_linear_answers_with_the_mean_of_what_finetune_gave(walk, stream):
    plain, one = walk(Finetune(mf(), **LIKE), stream), walk(ASMG(mf(), mode="linear", k=2, **LIKE), stream)
    models = [kept(plain.strategy)["items.weight"]]
    for end in (300, 400):
        models.append(kept(plain.update(end))["items.weight"])
        answer = one.update(end).model.state()["items.weight"]
        known = len(models[-2])
        assert answer[:known] == pytest.approx((models[-2] + 2 * models[-1][:known]) / 3, abs=1e-6)


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
