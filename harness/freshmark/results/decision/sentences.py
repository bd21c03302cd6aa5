"""The sentences that a verdict is made of; each from rows of the ranking, or of the curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from freshmark.results.decision.curves import CurvePoint
from freshmark.results.decision.ranking import RankingRow
from freshmark.results.naming import format_bytes, format_number, format_seconds, join_words, metric_label, with_margin

_NAMED = 4


def nothing(ranking: Sequence[RankingRow], out: Sequence[RankingRow]) -> str:
    """Why there is no row to choose from."""
    if out:
        return f"No verdict: none of {len(out)} rows stays within the limits."
    cells = sum(row.seeds + row.failed for row in ranking)
    states = join_words(sorted({row.status for row in ranking if row.status != "ok"}))
    return f"No verdict: none of {cells} cells succeeded ({states})." if cells else "No verdict: nothing was measured."


def blind(best: RankingRow) -> str:
    """No difference has a margin."""
    return (
        f"No verdict: there are too few windows to tell a difference from chance. {best.label} is highest, "
        f"{_score(best)}; a shorter --window or a longer stream would tell."
    )


def alone(row: RankingRow) -> str:
    """One row only."""
    return f"Only {row.label} was measured: {_score(row)}. There is nothing to compare it with."


def advice(rows: Sequence[RankingRow]) -> str:
    """What to do where a row that is never updated is chosen: nothing, if any other could have been."""
    return "Do not update." if any(row.every != "never" for row in rows) else "No update was measured."


def winner(choice: RankingRow, second: RankingRow, better: str, *, frozen: str) -> str:
    """One row is better than every other; ``frozen`` is the advice where it is one that is never updated."""
    lead, margin = abs(second.difference), second.difference_margin
    more = "above" if better == "higher" else "below"
    interval = f"95\u00a0% interval {format_number(lead - margin)} to {format_number(lead + margin)}"
    rest = f"{_score(choice)}, {format_number(lead)} {more} the runner-up, {second.label} ({interval})."
    if choice.every == "never":
        return f"{frozen} {choice.strategy} as first trained gives {rest}"
    return f"Use {choice.label}: {rest}"


def tie(good: Sequence[RankingRow], choice: RankingRow, *, cheapest: bool, frozen: str) -> str:
    """Several rows are as good; ``frozen`` as for ``winner``."""
    apart = f"{_names(good)} cannot be told apart on {metric_label(choice.metric)}"
    if choice.every == "never":
        which = "the cheapest" if cheapest else "the cheapest that is never updated"
        return f"{frozen} {apart}; {which}, {choice.strategy} as first trained, gives {_score(choice)}."
    if cheapest:
        return f"{apart}; take the cheapest, {choice.label}: {_score(choice)}."
    return f"{apart}; take {choice.label}, which nothing beats on both accuracy and cost: {_score(choice)}."


def not_yet(frozen: RankingRow, choice: RankingRow) -> str:
    """Updating looks better, and may be chance."""
    more = format_number(100 * abs(choice.value - frozen.value) / abs(frozen.value or np.nan), 2)
    return (
        f"Do not update yet. {choice.label} is {more}\u00a0% from {frozen.strategy} as first trained, "
        f"{_score(choice)} and {_score(frozen)}, but that cannot be told from chance; a longer stream or more seeds "
        "would tell."
    )


def best_so_far(choice: RankingRow, uncertain: Sequence[RankingRow]) -> str:
    """The best, with others that are far below and too noisy to be ruled out."""
    are = "is" if len(uncertain) == 1 else "are"
    return (
        f"Take {choice.label}: {_score(choice)}, the best measured. {_names(uncertain)} {are} more than a tenth "
        "behind, but too uncertain to be ruled out."
    )


def price(row: RankingRow) -> str:
    """What the choice costs."""
    parts = []
    if row.updates:
        tail = row.update_p99_seconds
        worst = (
            f"p99 {format_seconds(tail)}" if np.isfinite(tail) else f"longest {format_seconds(row.update_max_seconds)}"
        )
        typical = row.update_p50_seconds
        took = (
            f"{format_seconds(typical)}, {worst}"
            if np.isfinite(typical)
            else f"at most {format_seconds(row.update_max_seconds)}"
        )
        parts.append(f"an update takes {took}")
    if np.isfinite(row.recommend_p50_seconds):
        parts.append(f"an answer {format_seconds(row.recommend_p50_seconds)}")
    if np.isfinite(row.cpu_seconds_per_million):
        paid = (
            f" ({format_number(row.cost_per_million)} by the price list)" if np.isfinite(row.cost_per_million) else ""
        )
        parts.append(f"a million events cost {format_number(row.cpu_seconds_per_million)} CPU seconds{paid}")
    if np.isfinite(row.peak_bytes):
        parts.append(f"memory peaks at {format_bytes(row.peak_bytes)} above the start")
    sentence = join_words(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if parts else "What it costs was not measured."


def steps(choice: RankingRow, curves: Sequence[CurvePoint]) -> list[str]:
    """What the next faster and the next slower schedule of the choice would change."""
    curve = [point for point in curves if (point.strategy, point.delay) == (choice.strategy, choice.delay)]
    at = next((index for index, point in enumerate(curve) if point.every == choice.every), None)
    if at is None:
        return []
    found = []
    if at + 1 < len(curve):
        faster = curve[at + 1]
        found.append(_step("faster", faster, faster.step, faster.step_margin, faster.step_cost))
    if at > 0:
        here = curve[at]
        saved = 1 / here.step_cost if here.step_cost else np.nan
        found.append(_step("slower", curve[at - 1], -here.step, here.step_margin, saved))
    return found


def _step(which: str, point: CurvePoint, change: float, margin: float, times: float) -> str:
    sign = "+" if change > 0 else ""
    what = f"{metric_label(point.metric)} {sign}{with_margin(change, margin)}" if change or margin else "no change"
    cost = f" at {format_number(times, 2)} times the CPU" if np.isfinite(times) else ""
    sure = ", which may be chance," if change and not abs(change) > margin else ""
    return f"One step {which}, {point.schedule}: {what}{sure}{cost}".removesuffix(",") + "."


def knees(curves: Sequence[CurvePoint]) -> list[str]:
    """From which schedule on each strategy gains nothing by a faster one."""
    # Slowest first, so the last point of a curve is its fastest schedule: nothing beyond it was measured.
    fastest = {(point.strategy, point.delay): point for point in curves}
    found = [point for point in curves if point.knee and point is not fastest[point.strategy, point.delay]]
    named = [_knee(point) for point in found[:_NAMED]]
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return [f"A faster schedule gains nothing measurable for {join_words(named)}{more}."] if named else []


def _knee(point: CurvePoint) -> str:
    return f"{point.strategy} {'at all' if point.every == 'never' else f'beyond {point.schedule}'}"


def detectable(rows: Sequence[RankingRow], good: Sequence[RankingRow], choice: RankingRow) -> list[str]:
    """How large a difference must be to be seen, where several rows are as good."""
    known = [row.detectable for row in good if np.isfinite(row.detectable) and row.detectable > 0]
    if len(good) < 2 or not known:  # noqa: PLR2004
        return []
    least = choice.detectable if choice.detectable in known else max(known)
    best = next(row.value for row in rows if row.ratio == 1)
    share = f" ({format_number(100 * least / abs(best), 2)}\u00a0%)" if best else ""
    return [
        f"A difference below {format_number(least, 2)}{share} would have been missed more often than once in five runs."
    ]


def almost(choice: RankingRow, row: RankingRow | None) -> list[str]:
    """The cheapest row that is nearly as good."""
    if row is None:
        return []
    times = format_number(choice.cost / row.cost, 2) if row.cost else "∞"
    share = format_number(100 * row.ratio / choice.ratio, 3)
    what = "money" if np.isfinite(row.cost_per_million) else "CPU"
    return [f"{row.label} reaches {share}\u00a0% of it for {times} times less {what}."]


def left_out(out: Sequence[RankingRow]) -> tuple[str, ...]:
    """What a budget excluded, and by which limit."""
    if not out:
        return ()
    named = [f"{row.label} ({row.excluded})" for row in out[:_NAMED]]
    if len(out) > _NAMED:
        named.append(f"{len(out) - _NAMED} more")
    return (f"Left out by the limits: {join_words(named)}.",)


def _names(rows: Sequence[RankingRow]) -> str:
    """Each strategy once, with its schedules: ``retrain(mf()) every 1h or 1d``."""
    schedules: dict[str, list[str]] = {}
    for row in rows:
        schedules.setdefault(row.strategy, []).append(row.schedule)
    names = [
        f"{strategy} {' or '.join([words[0], *(word.removeprefix('every ') for word in words[1:])])}"
        for strategy, words in schedules.items()
    ]
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} other strategies"]
    return join_words(names)


def _score(row: RankingRow) -> str:
    return f"{metric_label(row.metric)} {with_margin(row.value, row.margin)}"
