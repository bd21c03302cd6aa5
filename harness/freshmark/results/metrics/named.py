"""Metrics by name, built-in ones and those of plugins. What a plugin raises names the plugin."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial, wraps
from typing import Any

import numpy as np

from freshmark.contract.arrays import Task
from freshmark.contract.metric import AT_K, Metric, MetricFamily
from freshmark.contract.outcomes import Outcomes
from freshmark.discovery.faults import BUILT_IN
from freshmark.discovery.offers import Offer
from freshmark.errors import PluginError, PluginFault, UnknownName
from freshmark.results.metrics.offered import checked, form_of, guarded, of_session
from freshmark.results.metrics.registry import METRICS

_NAME_AT_K = re.compile(r"(?P<family>.+)@(?P<k>[1-9][0-9]*)")

_BUILT_IN = {name: Offer(BUILT_IN, metric) for name, metric in METRICS.items()}


class Metrics:
    """Metrics by name; ``name@K`` of a family at any K.

    Args:
        offers: name → what plugins offer, built-in metrics among them; None: the built-in ones alone.

    Raises:
        PluginError: an offer is not a metric, or has another name than it is offered under.
    """

    def __init__(self, offers: Mapping[str, Offer] | None = None) -> None:
        self._offers = _BUILT_IN if offers is None else offers
        things = {name: checked("metric", name, offer) for name, offer in self._offers.items()}
        self._metrics = {name: one for name, one in things.items() if isinstance(one, Metric)}
        self._families = {name: one for name, one in things.items() if isinstance(one, MetricFamily)}
        for name in self._metrics:
            family, _ = self._split(name)
            if family is not None:
                what = f"plugin {self._offers[name].plugin!r} offers the metric {name!r}, which is one of {family.name}"
                raise PluginError(what, remedy="rename it", code="FM306")
        self._named: dict[str, Metric] = {}

    @classmethod
    def besides_built_in(cls, metrics: Mapping[str, Metric | MetricFamily]) -> Metrics:
        """The built-in metrics and these, which no plugin offers."""
        return cls(_BUILT_IN | of_session(metrics))

    def named(self, name: str) -> Metric:
        """The metric of this name.

        Raises:
            UnknownName: it does not exist; with the nearest name.
            PluginFault: the family's function raised.
        """
        if name not in self._named:
            self._named[name] = self._built(name)
        return self._named[name]

    def __contains__(self, name: str) -> bool:
        """Whether the metric exists, and its family does not fail at this K."""
        try:
            self.named(name)
        except (UnknownName, PluginFault):
            return False
        return True

    def depth_of(self, name: str) -> int:
        """The depth to which ranks must have been recorded for this metric: the K of ``name@K``, else 0."""
        family, k = self._split(name)
        return k if family is not None and "rank" in self.named(name).tasks else 0

    def of_task(self, task: Task, top: int) -> tuple[str, ...]:
        """Names of the metrics of a task, the main one first; those of families at K = top."""
        main = main_metric(task, top)
        names = self._at(self._offers, task, top)
        return (*(name for name in names if name == main), *(name for name in names if name != main))

    def added(self, task: Task, top: int) -> tuple[str, ...]:
        """The same, but for the built-in ones."""
        added = [name for name, offer in self._offers.items() if not offer.plugin.startswith(BUILT_IN)]
        return tuple(self._at(added, task, top))

    def _at(self, offers: Sequence[str] | Mapping[str, Offer], task: Task, top: int) -> list[str]:
        names = [self._families[name].named(top) if name in self._families else name for name in offers]
        return [name for name in names if self._has_task(name, task)]

    def _has_task(self, name: str, task: Task) -> bool:
        """Whether the metric is defined for the task; a family that fails is, so that its failure is reported."""
        try:
            return task in self.named(name).tasks
        except PluginFault:
            return True

    def _split(self, name: str) -> tuple[MetricFamily | None, int]:
        """The family that a name belongs to, and the K."""
        parts = _NAME_AT_K.fullmatch(name)
        family = self._families.get(f"{parts['family']}{AT_K}") if parts else None
        return (family, int(parts["k"])) if parts and family else (None, 0)

    def _built(self, name: str) -> Metric:
        if name in self._metrics:
            return _named_plugin(self._metrics[name], self._offers[name].plugin)
        family, k = self._split(name)
        if family is None:
            raise UnknownName("metric", name, [one.replace(AT_K, "@10") for one in self._offers], offered=True)
        plugin = self._offers[family.name].plugin
        return _named_plugin(guarded(plugin, f"metric {name!r}", family)(k), plugin)


def main_metric(task: Task, top: int) -> str:
    """The metric that ranks strategies where no other is chosen.

    NDCG@K for rank; the proper scores (log loss, RMSE) for click and rate; accuracy for classify.
    """
    mains: dict[Task, str] = {"rank": f"ndcg@{top}", "click": "logloss", "rate": "rmse", "classify": "accuracy"}
    return mains[task]


def _named_plugin(metric: Metric, plugin: str) -> Metric:
    """The metric; what a plugin's function raises names the plugin, and so does a result of the wrong shape."""
    if plugin.startswith(BUILT_IN):
        return metric
    guard = partial(_shaped, plugin, metric.name)
    return replace(
        metric,
        each=guard(metric.each, lambda outcomes: (len(outcomes),)),
        whole=guard(metric.whole, lambda outcomes: ()),  # noqa: ARG005  (of any outcomes one number)
        by_group=guard(metric.by_group, lambda outcomes, group, groups: (groups,)),  # noqa: ARG005
    )


def _shaped(
    plugin: str, metric: str, function: Callable[..., Any] | None, shape: Callable[..., tuple[int, ...]]
) -> Callable[..., Any] | None:
    if function is None:
        return None

    def call(outcomes: Outcomes, *more: Any) -> Any:
        value = np.asarray(guarded(plugin, f"metric {metric!r}", function)(outcomes, *more))
        if value.shape != shape(outcomes, *more) or value.dtype.kind not in "fiub":
            raise PluginFault(
                f"metric {metric!r} of plugin {plugin!r} gives {form_of(value)} for {len(outcomes)} events",
                remedy=f"numbers of shape {shape(outcomes, *more)}",
            )
        return value.astype(np.float64) if value.shape else float(value)

    return wraps(function)(call)
