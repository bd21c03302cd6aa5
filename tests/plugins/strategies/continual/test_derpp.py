"""DER++: what was said on the day an event came is kept, and held to, for as many items as there were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.strategies.continual.derpp import DERpp

LIKE: dict[str, Any] = {"batch": 32, "lr": 0.05, "epochs": 2, "warmup_epochs": 2}


def said_now(strategy):
    return strategy.learner.evaluate(strategy.model.outputs, strategy.buffer.held)


def test_answers_are_those_after_the_update_that_learned_the_event(walk, stream):
    strategy = walk(DERpp(MF(dim=4), size=50, **LIKE), stream).strategy
    assert np.array_equal(strategy.logits, said_now(strategy))


def test_answers_of_other_days_stay_while_the_model_learns(walk, stream):
    walked = walk(DERpp(MF(dim=4), size=100, **LIKE), stream)
    said, held = walked.strategy.logits.copy(), walked.strategy.buffer.held
    strategy = walked.update(400)
    kept = np.flatnonzero(np.isin(strategy.buffer.held.time, held.time) & (strategy.buffer.held.item[:] == held.item))
    assert 20 < len(kept) < 100
    assert np.array_equal(strategy.logits[kept, : said.shape[1]], said[kept])
    assert np.isnan(strategy.logits[kept, said.shape[1] :]).all()
    new = np.setdiff1d(np.arange(100), kept)
    assert np.array_equal(strategy.logits[new], said_now(strategy)[new])


def test_the_term_is_the_mean_square_over_the_items_of_the_day(walk, stream):
    walked = walk(DERpp(MF(dim=4), size=30, alpha=0.5, **LIKE), stream)
    strategy = walked.update(400)
    apart = (said_now(strategy) - strategy.logits) ** 2
    expected = 0.5 * np.nanmean(apart, axis=1).mean()
    term = strategy._logit_term(strategy.buffer.held, None, np.arange(1000))  # the whole buffer
    assert term.item() == pytest.approx(expected, rel=1e-5)
    assert expected > 0


def test_items_that_came_later_are_not_pulled_at(walk, stream):
    walked = walk(DERpp(MF(dim=4), size=30, **LIKE), stream)
    strategy, known = walked.strategy, walked.strategy.logits.shape[1]
    strategy.learner.model.grow(100, 100)
    strategy._logit_term(strategy.buffer.held, None, np.arange(30)).backward()
    gradient = strategy.model.items.weight.grad
    assert torch.isfinite(gradient).all()
    assert not gradient[known:].any()


def test_both_terms_draw_anew(walk, stream):
    strategy = walk(DERpp(MF(dim=4), size=100, **LIKE), stream).strategy
    seen = []

    def loss(events, draw):
        seen.append(events.time.tolist())
        return torch.zeros(len(events))

    strategy.model.loss = loss
    for _ in range(2):
        strategy._label_term(strategy.buffer.held, None, np.arange(8))
    assert seen[0] != seen[1]
