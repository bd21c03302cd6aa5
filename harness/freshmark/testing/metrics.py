"""check_metric: is a metric finite, independent of order, and better for better answers?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from freshmark.contract.arrays import AnyArray, Task
from freshmark.contract.metric import Metric, Outcomes
from freshmark.contract.streams.stream import SECOND
from freshmark.testing.findings import Check, Finding, run_checks

EVENTS = 500


def check_metric(metric: Metric) -> list[Finding]:
    """Check a metric for each of its tasks: finite, the same in any order, and best for perfect answers."""
    return [finding for task in sorted(metric.tasks) for finding in run_checks(_checks(metric, task))]


def _checks(metric: Metric, task: Task) -> Iterator[tuple[str, Check]]:
    yield f"it is finite ({task})", partial(_finite, metric, task)
    yield f"without events it is NaN ({task})", partial(_empty, metric, task)
    yield f"the order of events does not matter ({task})", partial(_order, metric, task)
    yield f"perfect answers are not worse than random ones ({task})", partial(_better, metric, task)


def _drawn(task: Task) -> dict[str, AnyArray]:
    draw = np.random.default_rng(3)
    candidates = draw.integers(20, 90, EVENTS)
    if task == "rank":
        rank = np.floor(draw.random(EVENTS) * candidates) + 1
        rank[::9] = np.inf
        return {"rank": rank, "candidates": candidates}
    if task == "classify":
        label, predicted = draw.integers(0, 3, EVENTS), draw.integers(0, 3, EVENTS)
        return {"label": label, "predicted": predicted, "prediction": np.clip(draw.random(EVENTS), 0.01, 0.99)}
    label = draw.integers(0, 2, EVENTS) if task == "click" else draw.integers(1, 6, EVENTS)
    scale = 1 if task == "click" else 5
    return {"label": label.astype(np.float64), "prediction": np.clip(draw.random(EVENTS), 0.01, 0.99) * scale}


def _perfect(task: Task) -> dict[str, AnyArray]:
    columns = _drawn(task)
    if task == "rank":
        return columns | {"rank": np.ones(EVENTS)}
    if task == "classify":
        return columns | {"predicted": columns["label"], "prediction": np.ones(EVENTS)}
    return columns | {"prediction": columns["label"].copy()}


def _outcomes(task: Task, columns: dict[str, AnyArray], rows: AnyArray | slice = slice(None)) -> Outcomes:
    index = np.arange(EVENTS)
    events = {"user": index % 31, "item": index % 47, "time": index * SECOND, "index": index}
    return Outcomes(task=task, **{name: column[rows] for name, column in (columns | events).items()})


def _finite(metric: Metric, task: Task) -> str:
    value = metric(_outcomes(task, _drawn(task)))
    return "" if np.isfinite(value) else f"it gave {value}"


def _empty(metric: Metric, task: Task) -> str:
    value = metric(_outcomes(task, _drawn(task), slice(0, 0)))
    return "" if np.isnan(value) else f"it gave {value}"


def _order(metric: Metric, task: Task) -> str:
    columns = _drawn(task)
    order = np.random.default_rng(4).permutation(EVENTS)
    one, other = metric(_outcomes(task, columns)), metric(_outcomes(task, columns, order))
    return "" if np.isclose(one, other, rtol=1e-9) else f"it gave {one} and {other}"


def _better(metric: Metric, task: Task) -> str:
    drawn, perfect = metric(_outcomes(task, _drawn(task))), metric(_outcomes(task, _perfect(task)))
    better = perfect >= drawn if metric.better == "higher" else perfect <= drawn
    return (
        "" if better else f"random answers give {drawn:.4g}, perfect ones {perfect:.4g}, and {metric.better} is better"
    )
