"""Off-policy estimates: unbiased on slates whose truth is known, and exact on a log whose policy is uniform."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark.errors import UsageError
from freshmark_datasets.published.entries import ENTRIES
from freshmark_datasets.published.entry_loader import EntryLoader
from freshmark_datasets.simulators.clicks.click_stream import clicks

ITEMS, SEEDS = 10, 60


@pytest.fixture(scope="module")
def off_policy(example):
    return example("off_policy.py").off_policy


def logged(seed, **options):
    return clicks(seed=seed, items=ITEMS, slate=2, **{"events": 2_000, **options}).load()


def truth(stream, target):
    """What the policy would get: the chance of a click of every item in place of every impression.

    Items have x[:, :4] for themselves; the log-odds are linear in x, so those of what was not shown are known.
    """
    x, odds = stream.features["x"].astype(float), np.log(stream.oracle / (1 - stream.oracle))
    weight = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), odds, rcond=None)[0]
    _, first = np.unique(stream.item, return_index=True)
    of_item = x[first, :4] @ weight[:4]
    rest = odds - x[:, :4] @ weight[:4]
    return float((target / (1 + np.exp(-(rest[:, None] + of_item[None])))).sum(axis=1).mean())


def policy(stream):
    """A policy that is not the logging one: items are shown the more, the higher their first feature. (items,)"""
    _, first = np.unique(stream.item, return_index=True)
    preference = np.exp(0.5 * stream.features["x"][first, 0].astype(float))
    return preference / preference.sum()


@pytest.fixture(scope="module")
def estimates(off_policy):
    """(estimate, truth) of one stream a seed."""

    def one(seed):
        stream = logged(seed)
        target = policy(stream)
        return off_policy(stream, target[stream.item]), truth(stream, target)

    return [one(seed) for seed in range(SEEDS)]


@pytest.mark.parametrize("estimator", ["ips", "snips"])
def test_the_mean_over_seeds_is_the_true_click_rate_within_three_standard_errors(estimates, estimator):
    off = np.array([getattr(result, estimator) - true for result, true in estimates])
    error = off.std() / np.sqrt(SEEDS)
    assert abs(off.mean()) < 3 * error
    assert (
        np.mean([abs(result.logged - true) for result, true in estimates]) > 3 * error
    )  # what was observed would not do


def test_the_standard_error_is_how_far_off_estimates_are(estimates):
    for estimator in ("ips", "snips"):
        off = [
            (getattr(result, estimator) - true) / getattr(result, f"{estimator}_error") for result, true in estimates
        ]
        assert np.std(off) == pytest.approx(1, abs=0.35)


def test_the_logging_policy_itself_has_the_click_rate_that_was_observed(off_policy):
    stream = logged(0)
    result = off_policy(stream, stream.features["propensity"])
    assert result.ips == result.snips == pytest.approx(stream.label.mean())
    assert result.effective == pytest.approx(len(stream))


def test_self_normalising_keeps_a_rate_between_zero_and_one(off_policy):
    stream = logged(0, events=40)
    sure = replace(stream, label=np.ones(len(stream)))
    result = off_policy(sure, policy(stream)[stream.item] if len(stream.items) == ITEMS else np.full(len(stream), 0.1))
    assert result.snips == pytest.approx(1)
    assert result.snips_error == pytest.approx(0, abs=1e-9)


def test_items_of_one_request_are_not_taken_for_independent(off_policy):
    stream = logged(0, events=1_000)
    alike = replace(stream, label=np.repeat(stream.label[::2], 2))
    apart = replace(alike, time=np.arange(len(alike)))
    target = stream.features["propensity"]
    assert off_policy(alike, target).ips_error == pytest.approx(np.sqrt(2) * off_policy(apart, target).ips_error)


@pytest.mark.parametrize(
    ("target", "options", "why"),
    [
        (1.5, {}, "target is not"),
        (0.0, {}, "shows none"),
        (0.1, {"propensity": np.zeros(2_000)}, "propensity is not"),
        (0.1, {"propensity": np.ones(3)}, "propensity is not"),
    ],
)
def test_an_invalid_policy_is_refused(off_policy, target, options, why):
    with pytest.raises(UsageError, match=why):
        off_policy(logged(0), np.full(2_000, target), **options)


def test_a_stream_without_propensities_or_clicks_is_refused(off_policy):
    plain = clicks(events=100).load()
    with pytest.raises(UsageError, match="no feature 'propensity'"):
        off_policy(plain, np.full(100, 0.1))
    with pytest.raises(UsageError, match="task rank"):
        off_policy(replace(plain, task="rank"), np.full(100, 0.1))


@pytest.mark.parametrize(("campaign", "items"), [("all", 80), ("men", 34), ("women", 46)])
def test_on_open_bandit_uniform_propensities_give_back_the_observed_click_rate(
    off_policy, shared_data, campaign, items
):
    path = shared_data / "open-bandit" / f"random_{campaign}.csv.gz"
    stream = EntryLoader(ENTRIES["open-bandit"])(f"random-{campaign}", path=path).load()
    propensity = stream.features["numbers"][:, 0]
    assert set(propensity.tolist()) == {float(np.float32(1 / items))}
    result = off_policy(stream, np.full(len(stream), 1 / items), propensity.astype(float))
    assert result.ips == pytest.approx(stream.label.mean(), rel=1e-6)
    assert result.snips == pytest.approx(stream.label.mean())
