"""The built-in metrics and segments: a plugin like any other, through the public API alone."""

from __future__ import annotations

from collections.abc import Mapping

from freshmark.contract.arrays import Task
from freshmark.contract.hookspecs import hookimpl
from freshmark.contract.metric import Metric, MetricFamily
from freshmark.contract.segment import Segment
from freshmark.results.metrics import label, rank, segments

_CLICK: frozenset[Task] = frozenset({"click"})
_JUDGED: frozenset[Task] = frozenset({"click", "classify"})
_RATE: frozenset[Task] = frozenset({"rate"})
_RANK: frozenset[Task] = frozenset({"rank"})

METRICS: Mapping[str, Metric | MetricFamily] = {
    metric.name: metric
    for metric in (
        MetricFamily("hr@K", rank.hit_rate),
        MetricFamily("recall@K", rank.recall),
        MetricFamily("ndcg@K", rank.ndcg),
        MetricFamily("mrr@K", rank.mrr),
        MetricFamily("map@K", rank.average_precision),
        Metric("mrr", _RANK, "higher", each=rank.reciprocal_rank),
        Metric("auc", _CLICK, "higher", by_group=label.auc_by),
        Metric("logloss", _JUDGED, "lower", each=label.log_loss),
        Metric("calibration_error", _CLICK, "lower", by_group=label.calibration_by),
        Metric("accuracy", _JUDGED, "higher", each=label.correct),
        Metric("f1", _JUDGED, "higher", by_group=label.f1_by),
        Metric("rmse", _RATE, "lower", each=label.squared_error, root=True),
        Metric("mae", _RATE, "lower", each=label.absolute_error),
    )
}

SEGMENTS: Mapping[str, Segment] = {
    segment.name: segment
    for segment in (
        Segment("user", ("new user", "known user"), of=segments.by_user_history),
        Segment("item", ("new item", "head", "tail"), of=segments.by_item_popularity),
    )
}


@hookimpl
def register_metrics() -> Mapping[str, Metric | MetricFamily]:
    """The built-in metrics."""
    return METRICS


@hookimpl
def register_segments() -> Mapping[str, Segment]:
    """The built-in segments."""
    return SEGMENTS
