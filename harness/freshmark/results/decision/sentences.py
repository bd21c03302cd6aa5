"""The sentences that a verdict is made of; each from rows of the ranking, or of the curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from freshmark.results.naming import called, listed, metric_in_words, number, schedule_in_words, seconds, size, within

_NAMED = 4


def name_of(row: Any) -> str:
    """How a row of the ranking is called."""
    return called(str(row["strategy"]), str(row["every"]), str(row["delay"]))


def cost_of(row: Any) -> float:
    """What a row costs: money where there are prices, else CPU seconds; infinite where it was not measured."""
    cost = float(row["cost_per_million"])
    cost = cost if np.isfinite(cost) else float(row["cpu_seconds_per_million"])
    return cost if np.isfinite(cost) else float("inf")


def nothing(ranking: pd.DataFrame, out: Sequence[Any]) -> str:
    """Why there is no row to choose from."""
    if out:
        return f"No verdict: none of {len(out)} rows stays within the limits."
    cells = int((ranking["seeds"] + ranking["failed"]).sum()) if len(ranking) else 0
    states = listed(sorted({str(status) for status in ranking["status"] if status != "ok"}))
    return f"No verdict: none of {cells} cells succeeded ({states})." if cells else "No verdict: nothing was measured."


def blind(best: Any) -> str:
    """No difference has a margin."""
    return (
        f"No verdict: there are too few windows to tell a difference from chance. {name_of(best)} is highest, "
        f"{_score(best)}; a shorter --window or a longer stream would tell."
    )


def alone(row: Any) -> str:
    """One row only."""
    return f"Only {name_of(row)} was measured: {_score(row)}. There is nothing to compare it with."


def advice(rows: Sequence[Any]) -> str:
    """What to do where a row that is never updated is chosen: nothing, if any other could have been."""
    return "Do not update." if any(row["every"] != "never" for row in rows) else "No update was measured."


def winner(choice: Any, second: Any, better: str, *, frozen: str) -> str:
    """One row is better than every other; ``frozen`` is the advice where it is one that is never updated."""
    lead, margin = abs(second["difference"]), second["difference_margin"]
    more = "above" if better == "higher" else "below"
    interval = f"95\u00a0% interval {number(lead - margin)} to {number(lead + margin)}"
    rest = f"{_score(choice)}, {number(lead)} {more} the runner-up, {name_of(second)} ({interval})."
    if choice["every"] == "never":
        return f"{frozen} {choice['strategy']} as first trained gives {rest}"
    return f"Use {name_of(choice)}: {rest}"


def tie(good: Sequence[Any], choice: Any, *, cheapest: bool, frozen: str) -> str:
    """Several rows are as good; ``frozen`` as for ``winner``."""
    apart = f"{_names(good)} cannot be told apart on {metric_in_words(choice['metric'])}"
    if choice["every"] == "never":
        which = "the cheapest" if cheapest else "the cheapest that is never updated"
        return f"{frozen} {apart}; {which}, {choice['strategy']} as first trained, gives {_score(choice)}."
    if cheapest:
        return f"{apart}; take the cheapest, {name_of(choice)}: {_score(choice)}."
    return f"{apart}; take {name_of(choice)}, which nothing beats on both accuracy and cost: {_score(choice)}."


def not_yet(frozen: Any, choice: Any) -> str:
    """Updating looks better, and may be chance."""
    more = number(100 * abs(choice["value"] - frozen["value"]) / abs(frozen["value"] or np.nan), 2)
    return (
        f"Do not update yet. {name_of(choice)} is {more}\u00a0% from {frozen['strategy']} as first trained, "
        f"{_score(choice)} and {_score(frozen)}, but that cannot be told from chance; a longer stream or more seeds "
        "would tell."
    )


def best_so_far(choice: Any, uncertain: Sequence[Any]) -> str:
    """The best, with others that are far below and too noisy to be ruled out."""
    are = "is" if len(uncertain) == 1 else "are"
    return (
        f"Take {name_of(choice)}: {_score(choice)}, the best measured. {_names(uncertain)} {are} more than a tenth "
        "behind, but too uncertain to be ruled out."
    )


def price(row: Any) -> str:
    """What the choice costs."""
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
        paid = f" ({number(row['cost_per_million'])} by the price list)" if np.isfinite(row["cost_per_million"]) else ""
        parts.append(f"a million events cost {number(row['cpu_seconds_per_million'])} CPU seconds{paid}")
    if np.isfinite(row["peak_bytes"]):
        parts.append(f"memory peaks at {size(row['peak_bytes'])} above the start")
    sentence = listed(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if parts else "What it costs was not measured."


def steps(choice: Any, curves: pd.DataFrame | None) -> list[str]:
    """What the next faster and the next slower schedule of the choice would change."""
    if curves is None:
        return []
    same = (curves["strategy"] == choice["strategy"]) & (curves["delay"] == choice["delay"])
    curve = [row for _, row in curves[same].iterrows()]  # slowest first
    at = next(place for place, row in enumerate(curve) if row["every"] == choice["every"])
    told = []
    if at + 1 < len(curve):
        faster = curve[at + 1]
        told.append(_step("faster", faster, faster["step"], faster["step_margin"], faster["step_cost"]))
    if at > 0:
        here = curve[at]
        saved = 1 / here["step_cost"] if here["step_cost"] else np.nan
        told.append(_step("slower", curve[at - 1], -here["step"], here["step_margin"], saved))
    return told


def _step(which: str, row: Any, change: float, margin: float, times: float) -> str:
    sign = "+" if change > 0 else ""
    what = f"{metric_in_words(row['metric'])} {sign}{within(change, margin)}" if change or margin else "no change"
    cost = f" at {number(times, 2)} times the CPU" if np.isfinite(times) else ""
    sure = ", which may be chance," if change and not abs(change) > margin else ""
    schedule = schedule_in_words(str(row["every"]), str(row["delay"]))
    return f"One step {which}, {schedule}: {what}{sure}{cost}".removesuffix(",") + "."


def knees(curves: pd.DataFrame | None) -> list[str]:
    """From which schedule on each strategy gains nothing by a faster one."""
    if curves is None or not len(curves):
        return []
    behind = curves.groupby(["strategy", "delay"], sort=False).cumcount(ascending=False)
    faster = behind > 0  # slowest first: of what lies beyond the fastest schedule nothing was measured
    found = [row for _, row in curves[curves["knee"].astype(bool) & faster].iterrows()]
    told = [_knee(row) for row in found[:_NAMED]]
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return [f"A faster schedule gains nothing measurable for {listed(told)}{more}."] if told else []


def _knee(row: Any) -> str:
    words = schedule_in_words(str(row["every"]), str(row["delay"]))
    return f"{row['strategy']} {'at all' if row['every'] == 'never' else f'beyond {words}'}"


def detectable(rows: Sequence[Any], good: Sequence[Any], choice: Any) -> list[str]:
    """How large a difference must be to be seen, where several rows are as good."""
    known = [row["detectable"] for row in good if np.isfinite(row["detectable"]) and row["detectable"] > 0]
    if len(good) < 2 or not known:  # noqa: PLR2004
        return []
    least = choice["detectable"] if choice["detectable"] in known else max(known)
    best = next(row["value"] for row in rows if row["ratio"] == 1)
    share = f" ({number(100 * least / abs(best), 2)}\u00a0%)" if best else ""
    return [f"A difference below {number(least, 2)}{share} would have been missed more often than once in five runs."]


def almost(choice: Any, row: Any | None) -> list[str]:
    """The cheapest row that is nearly as good."""
    if row is None:
        return []
    times = number(cost_of(choice) / cost_of(row), 2) if cost_of(row) else "∞"
    share = number(100 * row["ratio"] / choice["ratio"], 3)
    what = "money" if np.isfinite(row["cost_per_million"]) else "CPU"
    return [f"{name_of(row)} reaches {share}\u00a0% of it for {times} times less {what}."]


def left_out(out: Sequence[Any]) -> tuple[str, ...]:
    """What a budget excluded, and by which limit."""
    if not out:
        return ()
    named = [f"{name_of(row)} ({row['excluded']})" for row in out[:_NAMED]]
    if len(out) > _NAMED:
        named.append(f"{len(out) - _NAMED} more")
    return (f"Left out by the limits: {listed(named)}.",)


def _names(rows: Sequence[Any]) -> str:
    """Each strategy once, with its schedules: ``retrain(mf()) every 1h or 1d``."""
    schedules: dict[str, list[str]] = {}
    for row in rows:
        schedules.setdefault(str(row["strategy"]), []).append(schedule_in_words(str(row["every"]), str(row["delay"])))
    names = [
        f"{strategy} {' or '.join([words[0], *(word.removeprefix('every ') for word in words[1:])])}"
        for strategy, words in schedules.items()
    ]
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} other strategies"]
    return listed(names)


def _score(row: Any) -> str:
    return f"{metric_in_words(row['metric'])} {within(row['value'], row['margin'])}"
