"""Detectors: schedules that update when the loss of the answers rises. The detectors come from River.

``drift(detector='adwin')`` updates whenever the detector signals a rise; ``budget(20)`` does so at most
20 times. The loss of an event lies in [0, 1]: 1 − 1 / log₂(1 + rank) (rank), |label − probability| (click), 1 − the
probability of the true class (classify); for ratings it is the absolute error.

ADWIN: Bifet & Gavaldà, SDM 2007. Page–Hinkley: Page, Biometrika 1954; Mouss et al., ASCC 2004.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

import numpy as np

from freshmark.contract.arrays import FloatArray
from freshmark.contract.outcomes import Outcomes
from freshmark.errors import UnknownName, UsageError

DETECTORS = ("adwin", "page_hinkley")
KINDS = ("drift", "budget")


class Detector(Protocol):
    """Consumes losses one at a time."""

    def rose(self, loss: float) -> bool:
        """Whether this loss makes it signal that the level has risen."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What a schedule watches.

    detector: name of the detector
    most: maximum number of updates; None: no limit
    """

    detector: str
    most: int | None = None

    def __str__(self) -> str:
        kind = "drift(" if self.most is None else f"budget({self.most}, "
        return f"{kind}detector='{self.detector}')"


def watching(text: str) -> Watching | None:
    """What ``drift(…)`` or ``budget(n, …)`` watches; None if the text is neither.

    Raises:
        UsageError: an argument is invalid.
    """
    call = _call(text)
    if call is None:
        return None
    name, numbers, options = call
    unknown = set(options) - {"detector", "on"}
    if unknown:
        raise UnknownName(f"option of {name}", unknown.pop(), ("detector", "on"))
    if options.get("on", "loss") != "loss":
        raise UsageError(f"{name} cannot watch {options['on']!r}", remedy="on='loss'", code="FM103")
    detector = options.get("detector", "adwin")
    if detector not in DETECTORS:
        raise UnknownName("detector", str(detector), DETECTORS)
    if len(numbers) != (name == "budget") or not all(isinstance(one, int) and one > 0 for one in numbers):
        remedy = "budget(20) makes at most 20 updates" if name == "budget" else "drift() takes only a detector"
        raise UsageError(f"{text!r} is not a valid schedule", remedy=remedy, code="FM103")
    return Watching(str(detector), numbers[0] if numbers else None)


def _call(text: str) -> tuple[str, list[Any], dict[str, Any]] | None:
    """Name, positional and keyword arguments if the text is a call of ``drift`` or ``budget``."""
    try:
        node = ast.parse(text, mode="eval").body
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            named = {str(one.arg): ast.literal_eval(one.value) for one in node.keywords}
            return node.func.id, [ast.literal_eval(one) for one in node.args], named
    except (SyntaxError, ValueError):
        return None
    return None


def detector_of(name: str) -> Detector:
    """A fresh detector.

    Raises:
        UsageError: River is not installed.
    """
    try:
        # An extra whose import takes three seconds, which other schedules need not pay.
        drift: Any = import_module("river.drift")
    except ImportError as error:
        raise UsageError(
            f"the detector {name!r} needs River, which is not installed",
            remedy="install the extra: pip install 'freshmark[drift]'",
            code="FM116",
        ) from error
    return _Adwin(drift.ADWIN()) if name == "adwin" else _PageHinkley(drift.PageHinkley(mode="up"))


@dataclass(slots=True)
class _Adwin:
    """ADWIN detects changes in both directions; a falling loss needs no update."""

    adwin: Any

    def rose(self, loss: float) -> bool:
        before = self.adwin.estimation
        self.adwin.update(loss)
        return bool(self.adwin.drift_detected and self.adwin.estimation > before)


@dataclass(slots=True)
class _PageHinkley:
    test: Any

    def rose(self, loss: float) -> bool:
        self.test.update(loss)
        return bool(self.test.drift_detected)


def losses(outcomes: Outcomes) -> FloatArray:
    """(n,) one loss per event."""
    if outcomes.task == "rank":
        return np.asarray(1 - 1 / np.log2(1 + cast("FloatArray", outcomes.rank)))
    prediction = cast("FloatArray", outcomes.prediction)
    if outcomes.task == "classify":
        return 1 - prediction
    return np.asarray(np.abs(cast("FloatArray", outcomes.label) - prediction), np.float64)
