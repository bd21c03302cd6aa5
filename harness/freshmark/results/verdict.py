"""The verdict: one sentence from the ranking, that never calls noise a winner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from freshmark.results.naming import called, listed, metric_in_words, number, schedule_in_words, seconds, size, within

ALMOST = 0.95
"""A share of the best that is called almost as good."""

CHEAPER = 2.0
"""How many times less CPU an almost equal row must need to be worth a sentence."""

_NAMED = 4


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do on one stream.

    sentence: the answer
    more: sentences that go with it: what it costs, what is almost as good
    chosen: (strategy, every, delay), or None where nothing can be recommended
    """

    stream: str
    sentence: str
    more: tuple[str, ...] = ()
    chosen: tuple[str, str, str] | None = None


def verdict_on(stream: str, ranking: pd.DataFrame, better: str) -> Verdict:
    """The verdict on a stream from its rows of the ranking, best first."""
    fine = ranking[np.isfinite(ranking["value"].astype(float))]
    if fine.empty:
        return Verdict(stream, _nothing(ranking))
    rows = [row for _, row in fine.iterrows()]
    equals = [row for row in rows if not row["distinguishable"]]
    choice = _choice(equals, rows)
    if len(rows) == 1:
        sentence = f"Only {name_of(choice)} was measured: {_score(choice)}. There is nothing to compare it with."
    elif len(equals) > 1:
        sentence = _tie(equals, choice)
    else:
        sentence = _winner(choice, rows[1], better)
    more = [_price(choice), *_almost(choice, rows)]
    return Verdict(stream, sentence, tuple(more), (choice["strategy"], choice["every"], choice["delay"]))


def name_of(row: Any) -> str:
    """How a row of the ranking is called."""
    return called(str(row["strategy"]), str(row["every"]), str(row["delay"]))


def _nothing(ranking: pd.DataFrame) -> str:
    cells = int((ranking["seeds"] + ranking["failed"]).sum()) if len(ranking) else 0
    states = listed(sorted({str(status) for status in ranking["status"] if status != "ok"}))
    return f"No verdict: none of {cells} cells succeeded ({states})." if cells else "No verdict: nothing was measured."


def _choice(equals: Sequence[Any], rows: Sequence[Any]) -> Any:
    """The cheapest of those that cannot be told from the best, unless some row is both cheaper and better than it."""

    def beaten(row: Any) -> bool:
        # Rows are ordered, best first: those before it are better.
        return any(_cost(other) < _cost(row) and other["ratio"] > row["ratio"] for other in rows)

    return min((row for row in equals if not beaten(row)), key=_cost, default=equals[0])


def _winner(choice: Any, second: Any, better: str) -> str:
    lead, within = abs(second["difference"]), second["difference_margin"]
    more = "above" if better == "higher" else "below"
    interval = f"95 % interval {number(lead - within)} to {number(lead + within)}"
    rest = f"{_score(choice)}, {number(lead)} {more} the runner-up, {name_of(second)} ({interval})."
    if choice["every"] == "never":
        return f"Do not update. {choice['strategy']} as first trained gives {rest}"
    return f"Use {name_of(choice)}: {rest}"


def _tie(equals: Sequence[Any], choice: Any) -> str:
    names = _grouped(equals)
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} other strategies"]
    apart = f"{listed(names)} cannot be told apart on {metric_in_words(choice['metric'])}"
    cheapest = _cost(choice) == min(_cost(row) for row in equals)
    if choice["every"] == "never":
        which = "the cheapest" if cheapest else "the best buy"
        return f"Do not update. {apart}; {which}, {choice['strategy']} as first trained, gives {_score(choice)}."
    if cheapest:
        return f"{apart}; take the cheapest, {name_of(choice)}: {_score(choice)}."
    return f"{apart}; take {name_of(choice)}, which nothing beats on both accuracy and cost: {_score(choice)}."


def _grouped(rows: Sequence[Any]) -> list[str]:
    """Each strategy once, with its schedules: ``retrain(mf()) every 1h or 1d``."""
    schedules: dict[str, list[str]] = {}
    for row in rows:
        schedules.setdefault(str(row["strategy"]), []).append(schedule_in_words(str(row["every"]), str(row["delay"])))
    return [
        f"{strategy} {' or '.join([words[0], *(word.removeprefix('every ') for word in words[1:])])}"
        for strategy, words in schedules.items()
    ]


def _score(row: Any) -> str:
    return f"{metric_in_words(row['metric'])} {within(row['value'], row['margin'])}"


def _price(row: Any) -> str:
    parts = []
    if row["updates"]:
        tail = row["update_p99_seconds"]
        worst = f"p99 {seconds(tail)}" if np.isfinite(tail) else f"longest {seconds(row['update_max_seconds'])}"
        typical = row["update_p50_seconds"]
        took = (
            f"{seconds(typical)}, {worst}" if np.isfinite(typical) else f"at most {seconds(row['update_max_seconds'])}"
        )
        parts.append(f"an update takes {took}")
    if np.isfinite(row["recommend_p50_seconds"]):
        parts.append(f"an answer {seconds(row['recommend_p50_seconds'])}")
    if np.isfinite(row["cpu_seconds_per_million"]):
        parts.append(f"a million events cost {number(row['cpu_seconds_per_million'])} CPU seconds")
    if np.isfinite(row["peak_bytes"]):
        parts.append(f"memory peaks at {size(row['peak_bytes'])} above the start")
    sentence = listed(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if parts else "What it costs was not measured."


def _almost(choice: Any, rows: Sequence[Any]) -> list[str]:
    """The cheapest row that is nearly as good, where that saves much."""
    near = [row for row in rows if row["ratio"] >= ALMOST * choice["ratio"] and _cost(row) * CHEAPER <= _cost(choice)]
    if not near or not np.isfinite(_cost(choice)):
        return []
    row = min(near, key=_cost)
    times = number(_cost(choice) / _cost(row), 2) if _cost(row) else "∞"
    share = number(100 * row["ratio"] / choice["ratio"], 3)
    return [f"{name_of(row)} reaches {share}\u00a0% of it for {times} times less CPU."]


def _cost(row: Any) -> float:
    cost = float(row["cpu_seconds_per_million"])
    return cost if np.isfinite(cost) else float("inf")
