"""Limits within which a verdict must stay: the tail of an answer, memory, money."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from freshmark.errors import UsageError
from freshmark.results.costs.usage import Costs
from freshmark.results.metrics.latency import too_few
from freshmark.results.naming import format_bytes, format_number, format_seconds, join_words

_EVENTS = {"": 1e6, "1m": 1e6, "1k": 1e3, "1": 1.0}
_COST = re.compile(r"(?P<amount>\d+(?:\.\d+)?)(?:/(?P<events>1[mk]?))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits; None where there is none.

    p99: seconds, 99th percentile of a single **answer**: a user waits for an answer, and nobody for an update
    memory: bytes, resident above the start, at the highest
    cost: money for a million events; needs prices
    """

    p99: float | None = None
    memory: int | None = None
    cost: float | None = None

    def __bool__(self) -> bool:
        return (self.p99, self.memory, self.cost) != (None, None, None)

    def checked(self, prices: object | None) -> Budget:
        """Itself.

        Raises:
            UsageError: there is a limit of cost and no prices.
        """
        if self.cost is not None and prices is None:
            raise UsageError("a limit of cost needs prices", remedy="--price cpu_hour=0.04", code="FM122")
        return self

    def excludes(self, costs: Costs) -> str:
        """The limits that these costs break, in words; empty where they are within all.

        A number that was not measured is within no limit.
        """
        broken = []
        if self.p99 is not None and not costs.recommend_p99_seconds <= self.p99:
            broken.append(_tail(costs, self.p99))
        if self.memory is not None and not costs.peak_bytes <= self.memory:
            broken.append(_beyond("memory", costs.peak_bytes, self.memory, format_bytes))
        if self.cost is not None and not costs.cost_per_million <= self.cost:
            broken.append(_beyond("cost", costs.cost_per_million, self.cost, _per_million))
        return join_words(broken)

    def in_words(self) -> str:
        """``answer p99 ≤ 20 ms, memory ≤ 500 MB and cost ≤ 3 a million events``."""
        limits = []
        if self.p99 is not None:
            limits.append(f"answer p99 ≤ {format_seconds(self.p99)}")
        if self.memory is not None:
            limits.append(f"memory ≤ {format_bytes(self.memory)}")
        if self.cost is not None:
            limits.append(f"cost ≤ {_per_million(self.cost)}")
        return join_words(limits)


def per_million(text: str) -> float:
    """The money for a million events that ``"3/1M"``, ``"0.01/1k"`` or ``"3"`` (a million) allows.

    Raises:
        UsageError: it is no such limit.
    """
    match = _COST.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"{text!r} is no limit of cost", remedy="write it like 3/1M, for a million events", code="FM122"
        )
    return float(match["amount"]) * 1e6 / _EVENTS[(match["events"] or "").lower()]


def _tail(costs: Costs, limit: float) -> str:
    value = costs.recommend_p99_seconds
    if math.isfinite(value):
        return _beyond("answer p99", value, limit, format_seconds)
    few = too_few(int(costs.requests), 99) if math.isfinite(costs.requests) else ""
    return f"no answer p99 ({few})" if few else "no answer p99"


def _beyond(what: str, value: float, limit: float, words: Callable[[float], str]) -> str:
    return f"{what} {words(value)} > {words(limit)}" if math.isfinite(value) else f"{what} not measured"


def _per_million(value: float) -> str:
    return f"{format_number(value)} a million events"
