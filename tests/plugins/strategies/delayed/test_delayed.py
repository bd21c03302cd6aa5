"""Corrections of delayed feedback in a replay: all are finetune without delay; with one, they make up for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark_plugins.models.tabular.logistic import Logistic
from freshmark_plugins.strategies.delayed.delayed import CORRECTIONS, Delayed
from freshmark_plugins.strategies.retraining.finetune import Finetune

HOUR = 3_600_000_000
LIKE: dict[str, Any] = {"batch": 32, "epochs": 1, "warmup_epochs": 3}


def late(stream, *, mean=30 * HOUR, window=150 * HOUR, seed=0):
    """The stream, whose clicks come after an exponential time; what has none by the end of the window has none."""
    draw = np.random.default_rng(seed)
    delay = np.where(stream.label > 0, np.minimum(draw.exponential(mean, len(stream)), window), window)
    return replace(stream, label_delay=delay.astype(np.int64))


def played(strategy, stream, *, every="24h", delay="0s", batch=4096):
    line = Timeline(stream, Settings(probes=3, batch=batch))
    return replay(line, strategy, Schedule.parse(every, delay)).tables["outcomes"]["prediction"]


def delayed(correction="esdfm", **options):
    return Delayed(Logistic(bits=6), correction=correction, **{**LIKE, **options})


def logloss(prediction, stream):
    label = stream.label[-len(prediction) :]
    return -np.log(np.where(label > 0, prediction, 1 - prediction)).mean()


@pytest.mark.parametrize("correction", CORRECTIONS)
@pytest.mark.parametrize("zero", [True, False])
def test_without_delay_it_is_finetune_to_the_bit(click_log, assert_same_state, correction, zero):
    stream = click_log()
    if zero:
        stream = replace(stream, label_delay=np.zeros(len(stream), np.int64))
    one, other = delayed(correction), Finetune(Logistic(bits=6), **LIKE)
    assert np.array_equal(played(one, stream), played(other, stream))
    assert_same_state(one.learner, other.learner)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_an_update_that_is_made_late_takes_nothing_for_a_negative_that_is_only_not_given_yet(click_log, correction):
    stream = click_log()
    other = played(Finetune(Logistic(bits=6), **LIKE), stream, delay="30h")
    assert np.array_equal(played(delayed(correction), stream, delay="30h"), other)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_a_delay_that_is_shorter_than_the_wait_is_none(click_log, correction):
    """Every label has come by the time that its impression would enter without."""
    stream = late(click_log(), mean=HOUR, window=3 * HOUR)
    other = played(Finetune(Logistic(bits=6), **LIKE), stream)
    assert np.array_equal(played(delayed(correction, wait="3h"), stream), other)


@pytest.mark.slow
def test_corrections_differ_where_clicks_are_late(click_log):
    stream = late(click_log())
    answers = [played(delayed(correction), stream) for correction in CORRECTIONS]
    for n, one in enumerate(answers):
        assert not any(np.array_equal(one, other) for other in answers[:n])


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_corrections_are_better_than_none_and_worse_than_knowing_at_once(click_log, seed):
    stream = click_log(8000, seed)
    known = late(stream, mean=100 * HOUR, window=500 * HOUR, seed=seed)
    like: dict[str, Any] = {"lr": 0.02}
    loss = {one: logloss(played(delayed(one, **like), known), stream) for one in CORRECTIONS}
    oracle = logloss(played(Finetune(Logistic(bits=6), **LIKE, **like), stream), stream)
    assert oracle < loss["esdfm"] < loss["vanilla"] - 0.02
    assert oracle < loss["fnw"] < loss["vanilla"] - 0.01


@pytest.mark.slow
def test_fake_negatives_make_vanilla_too_low_and_calibration_puts_it_right(click_log):
    stream = late(click_log(2000), mean=60 * HOUR, window=400 * HOUR)
    share = stream.label[600:].mean()
    low, right = (played(delayed(one, lr=0.02), stream).mean() for one in ("vanilla", "fnc"))
    assert low < share - 0.05
    assert abs(right - share) < (share - low) / 2


def test_the_share_of_late_clicks_is_measured(click_log):
    stream, one = late(click_log(1500)), delayed("fnw")
    played(one, stream, every="12h")
    assert 0.5 < one.q < 1


def test_it_learns_sooner_than_who_waits_for_labels(click_log):
    stream, one = late(click_log(), window=100_000 * HOUR), delayed("vanilla")
    before = len(played(one, stream))
    assert before
    assert one.impressions.entered.sum() > 100
