"""The metrics that freshmark has, by name; ``name@K`` at any K."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from freshmark.contract.arrays import FloatArray, IntArray, Task
from freshmark.contract.hookspecs import hookimpl
from freshmark.contract.metric import Metric, Outcomes
from freshmark.errors import UnknownName
from freshmark.results.metrics import label as label_metrics
from freshmark.results.metrics import rank as rank_metrics

GroupBy = Callable[[Outcomes, IntArray, int], FloatArray]
"""Outcomes, (n,) group, number of groups → (groups,) values."""

AT_K: Mapping[str, Callable[[int], rank_metrics.Each]] = {
    "hr": rank_metrics.hit_rate,
    "recall": rank_metrics.recall,
    "ndcg": rank_metrics.ndcg,
    "mrr": rank_metrics.mrr,
    "map": rank_metrics.average_precision,
}
"""Families that exist at every K."""

_Function = TypeVar("_Function", bound=Callable[..., Any])
_AT = re.compile(r"(?P<family>[a-z]+)@(?P<k>[1-9][0-9]*)")
_CLICK: frozenset[Task] = frozenset({"click"})
_JUDGED: frozenset[Task] = frozenset({"click", "classify"})
_RATE: frozenset[Task] = frozenset({"rate"})
_RANK: frozenset[Task] = frozenset({"rank"})


def at(family: str, k: int) -> Metric:
    """The metric of this family at this K: ``at("ndcg", 25)`` is what ``ndcg@25`` names."""
    return Metric(f"{family}@{k}", _RANK, "higher", each=_documented(AT_K[family](k), AT_K[family]))


def _documented(made: _Function, maker: Callable[..., Any]) -> _Function:
    """What was made, with the documentation of what made it: formula and source, for ``freshmark show``."""
    made.__doc__ = maker.__doc__
    return made


def _whole(by: GroupBy) -> Callable[[Outcomes], float]:
    def over_all(outcomes: Outcomes) -> float:
        rows = len(label_metrics.predictions(outcomes)[0])
        return float(by(outcomes, np.zeros(rows, np.int64), 1)[0])

    return _documented(over_all, by)


def _root_mean_square(outcomes: Outcomes) -> float:
    """RMSE = √ mean of (prediction − rating)²."""
    errors = label_metrics.squared_error(outcomes)
    return float(np.sqrt(errors.mean())) if len(errors) else float("nan")


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        *(at(family, 10) for family in AT_K),
        Metric("mrr", _RANK, "higher", each=_documented(rank_metrics.mrr(), rank_metrics.mrr)),
        Metric("auc", _CLICK, "higher", whole=_whole(label_metrics.auc_by)),
        Metric("logloss", _JUDGED, "lower", each=label_metrics.log_loss),
        Metric("calibration_error", _CLICK, "lower", whole=_whole(label_metrics.calibration_by)),
        Metric("accuracy", _JUDGED, "higher", each=label_metrics.correct),
        Metric("f1", _JUDGED, "higher", whole=_whole(label_metrics.f1_by)),
        Metric("rmse", _RATE, "lower", whole=_root_mean_square),
        Metric("mae", _RATE, "lower", each=label_metrics.absolute_error),
    )
}

GROUPED: Mapping[str, GroupBy] = {
    "auc": label_metrics.auc_by,
    "calibration_error": label_metrics.calibration_by,
    "f1": label_metrics.f1_by,
}
"""Built-in metrics that are no mean, for many groups in one pass."""

ROOTS: Mapping[str, rank_metrics.Each] = {"rmse": label_metrics.squared_error}
"""Built-in metrics that are the square root of a mean, and of what."""


@hookimpl
def register_metrics() -> Mapping[str, Metric]:
    """The built-in metrics, at K = 10."""
    return METRICS


def metric_named(name: str, known: Mapping[str, Metric] = METRICS) -> Metric:
    """The metric of this name: one of ``known``, or a family of ``AT_K`` at any K.

    Raises:
        UnknownName: there is none; with the nearest name.
    """
    if name in known:
        return known[name]
    parts = _AT.fullmatch(name)
    if parts and parts["family"] in AT_K:
        return at(parts["family"], int(parts["k"]))
    raise UnknownName("metric", name, known)


def depth_of(metric: str) -> int:
    """How deep a recommended list must have been recorded for this metric: the K of ``name@K``, else 0."""
    parts = _AT.fullmatch(metric)
    return int(parts["k"]) if parts and parts["family"] in AT_K else 0


def metrics_of(task: Task, top: int, known: Mapping[str, Metric] = METRICS) -> tuple[str, ...]:
    """Names of the metrics of a task, the main one first, those of ``AT_K`` at K = top."""
    names = [name for name, metric in known.items() if task in metric.tasks and name not in METRICS]
    built_in = [name for name, metric in METRICS.items() if task in metric.tasks]
    built_in = [f"{name.removesuffix('@10')}@{top}" if name.endswith("@10") else name for name in built_in]
    main = main_metric(task, top)
    return (main, *(name for name in built_in if name != main), *names)


def main_metric(task: Task, top: int) -> str:
    """The metric that ranks strategies where nobody says otherwise.

    NDCG@K for rank; the proper scores (log loss, RMSE) for click and rate; accuracy for classify.
    """
    mains: dict[Task, str] = {"rank": f"ndcg@{top}", "click": "logloss", "rate": "rmse", "classify": "accuracy"}
    return mains[task]
