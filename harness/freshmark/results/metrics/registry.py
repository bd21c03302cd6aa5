"""The built-in metrics and segments: a plugin like any other, through the public API alone."""

from __future__ import annotations

from collections.abc import Mapping

from freshmark.contract.hookspecs import hookimpl
from freshmark.contract.metric import Metric, MetricFamily
from freshmark.contract.segment import Segment
from freshmark.results.metrics import label, rank, segments

METRICS: Mapping[str, Metric | MetricFamily] = {metric.name: metric for metric in (*rank.METRICS, *label.METRICS)}
SEGMENTS: Mapping[str, Segment] = {segment.name: segment for segment in segments.SEGMENTS}


@hookimpl
def register_metrics() -> Mapping[str, Metric | MetricFamily]:
    """The built-in metrics."""
    return METRICS


@hookimpl
def register_segments() -> Mapping[str, Segment]:
    """The built-in segments."""
    return SEGMENTS
