"""Metrics of predictions and labels: AUC, log loss, calibration, accuracy, F1, RMSE, MAE.

Those that are not means over events are functions ``…_by``, which compute the metric of every group in one pass:
``group`` is (n,) int64 in ``range(groups)``; the result is (groups,) float64, NaN where the metric is not defined.
"""

from __future__ import annotations

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray, Task
from freshmark.contract.metric import Metric
from freshmark.contract.outcomes import Outcomes

_CLICK: frozenset[Task] = frozenset({"click"})
_JUDGED: frozenset[Task] = frozenset({"click", "classify"})
_RATE: frozenset[Task] = frozenset({"rate"})

BINS = 10
"""Equal-width bins of the calibration error."""

_EPSILON = float(np.finfo(np.float64).eps)


def predictions(outcomes: Outcomes) -> tuple[FloatArray, AnyArray]:
    """Predictions and labels; a TypeError if the task has none."""
    if outcomes.prediction is None or outcomes.label is None:
        raise TypeError(f"outcomes of task {outcomes.task!r} have no predictions with labels")
    return outcomes.prediction, outcomes.label


def log_loss(outcomes: Outcomes) -> FloatArray:
    """−log of the probability of the true outcome (Good 1952), in nats; clipped to 2.2e-16 from 0 and 1.

    click: p is the probability of a click; classify: p is the probability of the true class.
    """
    prediction, label = predictions(outcomes)
    clipped = np.clip(prediction, _EPSILON, 1.0 - _EPSILON)
    if outcomes.task == "classify":
        return np.asarray(-np.log(clipped))
    return np.asarray(-np.where(label > 0.5, np.log(clipped), np.log1p(-clipped)))  # noqa: PLR2004


def squared_error(outcomes: Outcomes) -> FloatArray:
    """(prediction − rating)²; RMSE is the root of its mean."""
    prediction, label = predictions(outcomes)
    return np.asarray(np.square(prediction - label))


def absolute_error(outcomes: Outcomes) -> FloatArray:
    """|prediction − rating|; MAE is its mean (Willmott & Matsuura 2005, doi 10.3354/cr030079)."""
    prediction, label = predictions(outcomes)
    return np.asarray(np.abs(prediction - label))


def correct(outcomes: Outcomes) -> FloatArray:
    """1 if the answer was correct: the class with the highest probability, or a click predicted at p ≥ ½."""
    predicted, label = _classes(outcomes)
    return np.asarray(predicted == label, np.float64)


def auc_by(outcomes: Outcomes, group: IntArray, groups: int) -> FloatArray:
    """Area under the ROC curve = P(score of a click > score of a non-click) + ½ P(equal), by the rank sum.

    (R⁺ − n⁺(n⁺+1)/2) / (n⁺ n⁻), R⁺ the sum of the mid-ranks of the clicks (Hanley & McNeil 1982,
    doi 10.1148/radiology.143.1.7063747). NaN for a group with one class only.
    """
    prediction, label = predictions(outcomes)
    order = np.argsort(prediction)
    # NumPy sorts 16-bit integers by radix, which takes a tenth of the time of one sort by both keys.
    narrow = group.astype(np.uint16) if groups <= np.iinfo(np.uint16).max else group
    order = order[np.argsort(narrow[order], kind="stable")]
    prediction, positive, group = prediction[order], label[order] > 0.5, group[order]  # noqa: PLR2004
    starts = np.ones(len(group), np.bool_)
    starts[1:] = (prediction[1:] != prediction[:-1]) | (group[1:] != group[:-1])
    first = np.flatnonzero(starts)  # of each run of equal predictions in a group
    length = np.diff(np.append(first, len(group)))
    size = np.bincount(group, minlength=groups)
    before = np.repeat(np.cumsum(size) - size, size)  # rows of earlier groups, (n,)
    mid = np.repeat(first + (length + 1) / 2.0, length) - before
    clicks = np.bincount(group, weights=positive, minlength=groups)
    sums = np.bincount(group, weights=mid * positive, minlength=groups)
    pairs = clicks * (size - clicks)
    return _ratio(sums - clicks * (clicks + 1) / 2.0, pairs)


def calibration_by(outcomes: Outcomes, group: IntArray, groups: int) -> FloatArray:
    """Expected calibration error = Σ_b n_b/n · |mean prediction − share of clicks| over ten bins of equal width.

    Naeini, Cooper & Hauskrecht 2015; Guo et al. 2017. Bins are [0, .1), [.1, .2) … [.9, 1].
    """
    prediction, label = predictions(outcomes)
    cell = group * BINS + np.clip((prediction * BINS).astype(np.int64), 0, BINS - 1)
    gap = np.bincount(cell, weights=prediction - label, minlength=groups * BINS).reshape(groups, BINS)
    return _ratio(np.abs(gap).sum(axis=1), np.bincount(group, minlength=groups))


def f1_by(outcomes: Outcomes, group: IntArray, groups: int) -> FloatArray:
    """F1 = 2·TP / (2·TP + FP + FN) (van Rijsbergen 1979); click: of clicks; classify: mean over classes (macro).

    A class that neither appears nor is predicted in a group is left out of its mean; NaN if none is left.
    """
    predicted, label = _classes(outcomes)
    predicted, label = predicted.astype(np.int64), label.astype(np.int64)
    classes = int(max(predicted.max(initial=0), label.max(initial=0))) + 1
    hit = predicted == label

    def count(codes: IntArray, where: AnyArray) -> AnyArray:
        return np.bincount((group * classes + codes)[where], minlength=groups * classes).reshape(groups, classes)

    everywhere = np.ones(len(hit), np.bool_)
    twice = count(predicted, everywhere) + count(label, everywhere)  # 2·TP + FP + FN
    score = _ratio(2.0 * count(label, hit), twice)
    if outcomes.task == "click":
        return score[:, 1] if classes > 1 else np.full(groups, np.nan)
    return _ratio(np.nansum(score, axis=1), np.count_nonzero(twice, axis=1))


def _classes(outcomes: Outcomes) -> tuple[AnyArray, AnyArray]:
    """The predicted classes and the true ones."""
    prediction, label = predictions(outcomes)
    if outcomes.task == "classify":
        if outcomes.predicted is None:
            raise TypeError("outcomes of task 'classify' have no predicted class")
        return outcomes.predicted, label
    return (prediction >= 0.5).astype(np.int64), (label > 0.5).astype(np.int64)  # noqa: PLR2004


def _ratio(above: AnyArray, below: AnyArray) -> FloatArray:
    """Above ÷ below, NaN where below is 0."""
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0))


METRICS = (
    Metric("auc", _CLICK, "higher", by_group=auc_by),
    Metric("logloss", _JUDGED, "lower", each=log_loss),
    Metric("calibration_error", _CLICK, "lower", by_group=calibration_by),
    Metric("accuracy", _JUDGED, "higher", each=correct),
    Metric("f1", _JUDGED, "higher", by_group=f1_by),
    Metric("rmse", _RATE, "lower", each=squared_error, root=True),
    Metric("mae", _RATE, "lower", each=absolute_error),
)
