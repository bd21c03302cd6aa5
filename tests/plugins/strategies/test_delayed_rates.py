"""Corrections against closed forms: clicks of one chance p on a stream of one delay, busy by day and quiet at night."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from freshmark import Stream, stream_of
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.delayed.delayed import Delayed

HOUR = 3_600_000_000
P, MEAN, WINDOW = 0.4, 6 * HOUR, 48 * HOUR
LIKE: dict[str, Any] = {"optimiser": "sgd", "lr": 0.3, "batch": 64, "epochs": 1, "warmup_epochs": 1}


@pytest.fixture(scope="module")
def stationary() -> Stream:
    """18 days: 24 impressions an hour by day, 2 at night; nothing tells them apart."""
    draw = np.random.default_rng(3)
    hour = np.arange(18 * 24)
    busy = np.where((hour % 24 >= 8) & (hour % 24 < 20), 24, 2)
    time = np.sort(np.repeat(hour, busy) * HOUR + draw.integers(0, HOUR, busy.sum()))
    none = np.zeros(len(time), np.int64)
    label = (draw.random(len(time)) < P).astype(float)
    delay = np.where(label > 0, np.minimum(draw.exponential(MEAN, len(time)), WINDOW), WINDOW).astype(np.int64)
    return stream_of(name="coin", task="click", time=time, user=none, item=none, label=label, label_delay=delay)


@pytest.fixture(scope="module")
def answered(stationary):
    """The mean answer over the second half of the test events, and the strategy that gave it."""
    line = Timeline(stationary, Settings(probes=1))

    @cache
    def of(correction, **options):
        strategy = Delayed(Logistic(bits=4), correction=correction, **{**LIKE, **options})
        found = replay(line, strategy, Schedule.parse("2h", "0s")).tables["outcomes"]["prediction"]
        return found[len(found) // 2 :].mean(), strategy

    return of


@pytest.fixture(scope="module")
def share(stationary):
    return stationary.label[len(stationary) // 2 :].mean()


def test_vanilla_converges_to_the_share_of_positives_among_all_that_enters(answered, share):
    found, one = answered("vanilla")
    assert 0.6 < one.q < 0.95
    assert found == pytest.approx(share / (1 + share * one.q), abs=0.015)
    assert found < share - 0.06


@pytest.mark.parametrize("correction", ["fnw", "fnc", "fsiw", "esdfm"])
def test_corrections_converge_to_the_true_chance(answered, share, correction):
    assert answered(correction)[0] == pytest.approx(share, abs=0.02)


def test_an_update_of_few_counts_for_few(answered):
    """At night few impressions enter and many clicks: were each update one step of one size, they would weigh more."""
    assert answered("vanilla", batch="all", lr=0.1)[0] > answered("vanilla")[0] + 0.04
