"""clicks(): labels that follow their probabilities, and shifts that do what they are called."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.errors import UnknownName, UsageError
from freshmark_datasets.simulators.clicks.click_options import SHIFTS
from freshmark_datasets.simulators.clicks.click_stream import clicks

GOLDEN = "5f2e1fc50f761215a2fe58b23a2023d785c22f4c2f43d3fd036fa0444c9de20c"


def simulated(*arguments, **overrides):
    return clicks(*arguments, **overrides).load()


@pytest.fixture(scope="module", params=SHIFTS)
def stream(request):
    return simulated(request.param)


def logloss(label, probability):
    return -np.mean(np.where(label == 1, np.log(probability), np.log1p(-probability)))


def fitted(x, label, steps=30):
    """Logistic regression by Newton's method: (features + 1,) weights, the intercept last."""
    design = np.column_stack([x, np.ones(len(x))])
    weight = np.zeros(design.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-design @ weight))
        curvature = design.T @ (design * (chance * (1 - chance))[:, None])
        weight += np.linalg.solve(curvature, design.T @ (label - chance))
    return weight


def predicted(weight, x):
    return 1 / (1 + np.exp(-(x @ weight[:-1] + weight[-1])))


def test_an_expression_gives_the_stream_that_it_has_always_given():
    """Where this fails on purpose, raise ``clicks.VERSION``: caches and old results are of another stream."""
    assert simulated("prior", events=2_000).fingerprint == GOLDEN


def test_columns_are_what_the_contract_wants(stream):
    assert stream.task == "click"
    assert stream.label.dtype == np.float64
    assert set(np.unique(stream.label)) == {0.0, 1.0}
    assert stream.features["x"].shape == (50_000, 8)
    assert stream.features["x"].dtype == np.float32
    assert ((stream.oracle > 0) & (stream.oracle < 1)).all()


def test_the_oracle_is_calibrated(stream):
    tenth = np.argsort(np.argsort(stream.oracle)) * 10 // len(stream)
    for part in range(10):
        rows = tenth == part
        spread = np.sqrt(np.sum(stream.oracle[rows] * (1 - stream.oracle[rows])))
        assert abs(np.sum(stream.label[rows] - stream.oracle[rows])) < 3.5 * spread


def test_no_prediction_made_from_the_oracle_has_a_lower_logloss(stream):
    best = logloss(stream.label, stream.oracle)
    odds = stream.oracle / (1 - stream.oracle)
    rate = np.full(len(stream), stream.label.mean())
    for bent in (odds * 1.1, odds / 1.1, odds**0.9, odds**1.1, rate / (1 - rate)):
        assert logloss(stream.label, bent / (1 + bent)) > best


def test_logloss_of_the_oracle_is_the_entropy_of_the_labels(stream):
    p = stream.oracle
    entropy = -(p * np.log(p) + (1 - p) * np.log1p(-p))
    spread = np.sqrt(np.sum(p * (1 - p) * np.log(p / (1 - p)) ** 2)) / len(stream)
    assert abs(logloss(stream.label, p) - entropy.mean()) < 3.5 * spread


def halves(stream):
    """(x, label, oracle) of the events before and of those after the shift."""
    after = stream.time >= stream.drifts[0].begin
    x = stream.features["x"].astype(float)
    return [(x[rows], stream.label[rows], stream.oracle[rows]) for rows in (~after, after)]


def regret(weight, x, label, oracle):
    """How much is lost to the oracle, in expectation: the mean relative entropy."""
    guess = predicted(weight, x)
    return np.mean(oracle * np.log(oracle / guess) + (1 - oracle) * np.log((1 - oracle) / (1 - guess)))


def test_a_logistic_regression_on_the_features_reaches_the_oracle():
    stream = simulated()
    x, half = stream.features["x"].astype(float), 25_000
    assert regret(fitted(x[:half], stream.label[:half]), x[half:], None, stream.oracle[half:]) < 0.001


@pytest.mark.parametrize(("shift", "pays"), [("prior", True), ("concept", True), ("covariate", False)])
def test_relearning_pays_where_the_probabilities_moved_and_not_where_only_the_features_did(shift, pays):
    before, after = halves(simulated(shift))
    frozen = regret(fitted(*before[:2]), *after)
    if pays:
        assert frozen > 0.05
        assert regret(fitted(*after[:2]), *after) < 0.001
    else:
        assert frozen < 0.002


def test_a_prior_shift_moves_the_rate_and_not_the_features():
    before, after = halves(simulated("prior"))
    assert after[1].mean() > before[1].mean() + 0.2
    np.testing.assert_allclose(after[0].mean(axis=0)[-2:], before[0].mean(axis=0)[-2:], atol=0.05)


def test_a_prior_shift_adds_its_size_to_every_log_odds():
    moved, still = simulated("prior", size=0.7), simulated("none")
    after = moved.time >= moved.drifts[0].begin
    odds = np.log(moved.oracle / (1 - moved.oracle)) - np.log(still.oracle / (1 - still.oracle))
    np.testing.assert_allclose(odds[after], 0.7, atol=1e-9)
    np.testing.assert_allclose(odds[~after], 0.0, atol=1e-9)


def test_a_covariate_shift_moves_the_context_and_not_what_it_means():
    before, after = halves(simulated("covariate"))
    np.testing.assert_allclose(after[0][:, -2:].mean(axis=0) - before[0][:, -2:].mean(axis=0), 1.5, atol=0.05)
    np.testing.assert_allclose(fitted(*before[:2])[:-1], fitted(*after[:2])[:-1], atol=0.15)


def test_a_shift_is_declared_and_none_if_there_is_none():
    assert simulated().drifts == ()
    stream = simulated("prior", at=0.5)
    (declared,) = stream.drifts
    assert declared.kind == "prior"
    assert declared.begin == declared.end
    assert (declared.begin - stream.time[0]) / (stream.time[-1] - stream.time[0]) == pytest.approx(0.5, abs=0.01)
    assert declared.users == tuple(range(len(stream.users)))


def test_features_of_an_item_stay_with_it_and_those_of_a_user_too(stream):
    x = stream.features["x"]
    for codes, columns in ((stream.item, slice(0, 4)), (stream.user, slice(4, 6))):
        _, first = np.unique(codes, return_index=True)
        assert np.array_equal(x[:, columns], x[first[codes], columns])


def test_the_base_rate_is_the_rate_where_all_features_are_zero():
    rare, frequent = simulated(base_rate=0.01), simulated(base_rate=0.5)
    weight = fitted(frequent.features["x"].astype(float), frequent.label)
    assert 1 / (1 + np.exp(-weight[-1])) == pytest.approx(0.5, abs=0.02)
    assert rare.label.mean() < 0.05


def test_one_expression_one_stream_one_key():
    assert clicks("prior", seed=3).key == clicks("prior", seed=3).key
    assert len({clicks().key, clicks("prior").key, clicks(seed=1).key, clicks(events=10).key}) == 4
    assert simulated("prior", events=100).fingerprint == simulated("prior", events=100).fingerprint
    assert simulated(seed=1, events=100).fingerprint != simulated(events=100).fingerprint


def test_a_stream_is_named_by_its_expression_and_records_its_options():
    stream = simulated("prior", seed=2, events=100)
    assert stream.name == "clicks('prior', seed=2, events=100)"
    assert stream.about["option size"] == "1.5"
    assert stream.about["oracle"] == "the true probability of a click"


def test_invalid_options_are_refused():
    with pytest.raises(UnknownName, match="did you mean 'prior'"):
        clicks("prio")
    with pytest.raises(UnknownName, match="did you mean 'events'"):
        clicks(event=3)
    with pytest.raises(UsageError, match="features is 3"):
        clicks(features=3)
    with pytest.raises(UsageError, match="base_rate is 1"):
        clicks(base_rate=1)
    with pytest.raises(UsageError, match="seed is 'x'"):
        simulated(seed="x")


def test_without_a_delay_labels_are_known_at_once_and_a_delay_changes_no_label():
    plain, late = simulated(events=2_000), simulated(events=2_000, delay_hours=24)
    assert plain.label_delay is None
    assert np.array_equal(plain.label, late.label)
    assert np.array_equal(plain.time, late.time)


def test_clicks_have_an_exponential_delay_and_non_clicks_the_window():
    stream = simulated(events=20_000, delay_hours=24, window_hours=240)
    hours, clicked = stream.label_delay / 3.6e9, stream.label == 1
    assert (hours[~clicked] == 240).all()
    assert hours[clicked].max() <= 240
    assert hours[clicked].mean() == pytest.approx(24, rel=0.05)
    assert np.median(hours[clicked]) == pytest.approx(24 * np.log(2), rel=0.05)


def test_a_window_shorter_than_the_delay_cuts_delays_and_loses_no_click():
    stream = simulated(events=20_000, delay_hours=100, window_hours=10)
    hours = stream.label_delay[stream.label == 1] / 3.6e9
    assert hours.max() <= 10
    assert hours.mean() == pytest.approx(5, rel=0.05)  # nearly uniform


def test_an_invalid_delay_is_refused():
    with pytest.raises(UsageError, match="delay_hours"):
        clicks(delay_hours=-1)


def test_what_is_settled_has_its_labels_at_once_and_the_rest_is_late_as_ever():
    late, settled = (simulated(events=2_000, delay_hours=24, settled=share) for share in (0.0, 0.3))
    assert (settled.label_delay[:600] == 0).all()
    assert np.array_equal(settled.label_delay[600:], late.label_delay[600:])
    assert (late.label_delay > 0).all()
    assert (simulated(events=100, delay_hours=24, settled=0.29).label_delay[:30] == 0).sum() == 29
