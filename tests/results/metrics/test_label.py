import numpy as np
import pytest
from freshmark.contract.metric import Outcomes
from freshmark.results.metrics.label import auc_by, calibration_by, f1_by
from freshmark.results.metrics.named import Metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

metric_named = Metrics().named

CLICKS = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=60)
CLASSES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0.01, 0.99)), min_size=1, max_size=60)
RATINGS = st.lists(st.tuples(st.floats(-5, 10), st.integers(1, 5)), min_size=1, max_size=60)


def clicks(rows):
    """Predictions in steps of 1/20, so that there are ties."""
    return Outcomes(
        "click",
        prediction=np.array([step / 20 for step, _ in rows]),
        label=np.array([float(clicked) for _, clicked in rows]),
    )


def classes(rows):
    called, label, probability = (np.array(column) for column in zip(*rows, strict=True))
    return Outcomes("classify", prediction=probability, label=label, predicted=called)


def ratings(rows):
    return Outcomes("rate", prediction=np.array([p for p, _ in rows]), label=np.array([float(r) for _, r in rows]))


@given(CLICKS)
def test_auc_agrees_with_scikit_learn_ties_included(rows):
    made = clicks(rows)
    if len(set(made.label)) == 2:
        assert metric_named("auc")(made) == pytest.approx(sklearn_metrics.roc_auc_score(made.label, made.prediction))
    else:
        assert np.isnan(metric_named("auc")(made))


@given(CLICKS)
def test_log_loss_agrees_with_scikit_learn(rows):
    made = clicks(rows)
    expected = sklearn_metrics.log_loss(made.label, made.prediction, labels=[0, 1])
    assert metric_named("logloss")(made) == pytest.approx(expected)


@given(CLICKS)
def test_accuracy_and_f1_of_clicks_agree_with_scikit_learn(rows):
    made = clicks(rows)
    called = made.prediction >= 0.5
    assert metric_named("accuracy")(made) == pytest.approx(sklearn_metrics.accuracy_score(made.label > 0, called))
    if called.any() or made.label.any():
        assert metric_named("f1")(made) == pytest.approx(sklearn_metrics.f1_score(made.label > 0, called))
    else:
        assert np.isnan(metric_named("f1")(made))


@given(CLASSES)
def test_accuracy_and_macro_f1_of_classes_agree_with_scikit_learn(rows):
    made = classes(rows)
    assert metric_named("accuracy")(made) == pytest.approx(sklearn_metrics.accuracy_score(made.label, made.predicted))
    expected = sklearn_metrics.f1_score(made.label, made.predicted, average="macro")
    assert metric_named("f1")(made) == pytest.approx(expected)


@given(CLASSES)
def test_log_loss_of_classes_is_that_of_the_true_class(rows):
    made = classes(rows)
    assert metric_named("logloss")(made) == pytest.approx(-np.log(made.prediction).mean())


@given(RATINGS)
def test_rmse_and_mae_agree_with_scikit_learn(rows):
    made = ratings(rows)
    expected = sklearn_metrics.root_mean_squared_error(made.label, made.prediction)
    assert metric_named("rmse")(made) == pytest.approx(expected)
    expected = sklearn_metrics.mean_absolute_error(made.label, made.prediction)
    assert metric_named("mae")(made) == pytest.approx(expected)


def test_calibration_error_is_zero_where_shares_meet_predictions():
    prediction = np.repeat([0.15, 0.85], 100)
    label = np.concatenate([np.arange(100) < 15, np.arange(100) < 85]).astype(float)
    assert metric_named("calibration_error")(Outcomes("click", prediction=prediction, label=label)) < 1e-12


def test_calibration_error_by_hand():
    made = Outcomes("click", prediction=np.array([0.1, 0.3, 0.9, 1.0]), label=np.array([0.0, 1.0, 1.0, 1.0]))
    # Bins: .1 alone, |.1 - 0|; .3 alone, |.3 - 1|; .9 and 1 together, |.95 - 1|.
    assert metric_named("calibration_error")(made) == pytest.approx((0.1 + 0.7 + 2 * 0.05) / 4)


def test_a_certain_and_wrong_prediction_costs_much_but_not_infinitely():
    wrong = Outcomes("click", prediction=np.array([0.0, 1.0]), label=np.array([1.0, 0.0]))
    assert 30 < metric_named("logloss")(wrong) < 40


@settings(max_examples=50)
@given(CLICKS, st.integers(1, 5), st.randoms())
def test_many_groups_in_one_pass_give_what_each_gives_alone(rows, groups, random):
    made = clicks(rows)
    group = np.array([random.randrange(groups) for _ in rows])
    for by in (auc_by, calibration_by, f1_by):
        together = by(made, group, groups)
        for number in range(groups):
            inside = group == number
            part = Outcomes("click", prediction=made.prediction[inside], label=made.label[inside])
            alone = by(part, np.zeros(inside.sum(), np.int64), 1)[0]
            assert together[number] == pytest.approx(alone, nan_ok=True)


@given(CLASSES, st.integers(1, 4), st.randoms())
def test_macro_f1_of_many_groups_is_that_of_each(rows, groups, random):
    made = classes(rows)
    group = np.array([random.randrange(groups) for _ in rows])
    together = f1_by(made, group, groups)
    for number in set(group.tolist()):
        inside = group == number
        expected = sklearn_metrics.f1_score(made.label[inside], made.predicted[inside], average="macro")
        assert together[number] == pytest.approx(expected)


def test_more_groups_than_16_bits_hold_change_nothing():
    rng = np.random.default_rng(0)
    made = Outcomes("click", prediction=rng.random(400), label=rng.integers(0, 2, 400).astype(float))
    group = np.sort(rng.integers(0, 4, 400))
    few = auc_by(made, group, 4)
    many = auc_by(made, group * 30_000, 120_000)
    assert many[::30_000] == pytest.approx(few)


@pytest.mark.parametrize("name", ["auc", "logloss", "accuracy", "rmse"])
def test_a_label_metric_refuses_outcomes_without_predictions(name):
    with pytest.raises(TypeError, match="no predictions"):
        metric_named(name)(Outcomes("rank", rank=np.ones(2)))


def test_classes_without_a_called_class_are_refused():
    with pytest.raises(TypeError, match="no predicted class"):
        metric_named("accuracy")(Outcomes("classify", prediction=np.ones(2), label=np.ones(2, np.int64)))
