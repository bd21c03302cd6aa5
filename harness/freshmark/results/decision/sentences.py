"""The sentences of a verdict; each from rows of the ranking, from a judgement, or from the curves."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan

import numpy as np

from freshmark.results.costs.noise import TRIVIAL_SECONDS
from freshmark.results.decision.curves import CurvePoint, break_even_of
from freshmark.results.decision.judgement import Judgement
from freshmark.results.decision.ranking import RankingRow
from freshmark.results.naming import (
    WORDS,
    format_bytes,
    format_number,
    format_seconds,
    join_words,
    metric_label,
    schedule_label,
    with_margin,
)

MOST_WORDS = 12
"""Of a headline."""

NOTHING = 1e-4
"""A loss that is shown as 0."""

_NAMED = 4
_ADVERBS = {"1h": "hourly", "1d": "daily", "1w": "weekly", "event": "after every event"}
_SPANS = ((1.0, "seconds"), (60.0, "minutes"), (3600.0, "hours"), (86_400.0, "days"))


def adverb(every: str, delay: str = "0s") -> str:
    """``daily``, ``every 6h``, ``after every event``, ``never updated``."""
    words = schedule_label(every, delay)
    plain = schedule_label(every)
    return words.replace(plain, _ADVERBS[every], 1) if every in _ADVERBS else words


def headline(chosen: RankingRow, judgement: Judgement) -> str:
    """The verdict in at most twelve words."""
    if not judgement.settled:
        return _short("Not settled; best bet:", chosen.strategy, adverb(chosen.every, chosen.delay))
    if not chosen.never:
        return _short("Update", chosen.strategy, adverb(chosen.every, chosen.delay))
    if any(not row.never for row in judgement.contested):
        return _short("Do not update", chosen.strategy, "")
    return _short("Use", chosen.strategy, "as first trained")


def _short(before: str, strategy: str, after: str) -> str:
    """An expression may have any number of options: spaces leave it before words are dropped."""
    text = f"{before} {strategy} {after}".strip()
    if len(text.split()) > MOST_WORDS:
        text = f"{before} {''.join(strategy.split())} {after}".strip()
    return f"{text}."


def nothing(rows: Sequence[RankingRow]) -> tuple[str, str]:
    """Headline and reason where there is no row to choose from."""
    out, undue = [row for row in rows if row.excluded], [row for row in rows if row.undue]
    if out:
        return "No verdict: no row stays within the limits.", ""
    if undue:
        return "No verdict: no update was due.", ""
    cells = sum(row.seeds + row.failed for row in rows)
    states = join_words(sorted({row.status for row in rows if row.status != "ok"}))
    if cells:
        return f"No verdict: none of {cells} cells succeeded.", f"They ended as {states}."
    return "No verdict: nothing was measured.", ""


def alone(row: RankingRow) -> tuple[str, str]:
    """Headline and reason where one row only was measured."""
    name = _short("Only", row.strategy, f"{adverb(row.every, row.delay)} was measured")
    return name, f"{score(row)}. There is nothing to compare it with."


def no_update_due(rows: Sequence[RankingRow], span: float) -> list[str]:
    """That schedules were slower than the test is long; nothing is known of them."""
    undue = [row for row in rows if row.undue]
    if not undue:
        return []
    schedules = join_words(list(dict.fromkeys(row.schedule for row in undue)))
    text = f"No update was due {schedules}: the test spans {span_in_words(span)}."
    return [f"{text} Those rows are the model of the warm-up, and say nothing about updating."]


def span_in_words(span: float) -> str:
    """``43 minutes``, ``30 days``."""
    size, unit = next(((size, unit) for size, unit in reversed(_SPANS) if span >= 2 * size), _SPANS[0])
    return f"{format_number(span / size, 2)} {unit}"


def settled(chosen: RankingRow, judgement: Judgement) -> list[str]:
    """What the choice may lose at the most, and why it was taken of those that are good enough."""
    tolerance, count = judgement.terms.tolerance, len(judgement.contested)
    net = ", net of costs," if judgement.worth else ""
    bound = f"it loses at most {tolerance.in_words(chosen.regret_bound)}{net} to another (95\u00a0% bound)"
    first = f"It is the best of {count} rows with probability {_chance(chosen)}"
    sentences = [
        f"{first}: {score(chosen)}."
        if chosen.regret_bound < NOTHING
        else f"{first}, and {bound}; the tolerance is {tolerance.in_words()}. {score(chosen)}."
    ]
    others = [row for row in judgement.contested if row.shown and not row.chosen]
    if others and judgement.contest and not judgement.worth:
        are = "is" if len(others) == 1 else "are"
        cheapest = chosen.cost <= min(row.cost for row in others)
        equal = f"(within noise, or {TRIVIAL_SECONDS:g} CPU seconds per million events)"
        why = "it is the cheapest" if cheapest else f"it is the best of those whose costs count as equal {equal}"
        sentences.append(f"{names(others)} {are} within it too; {why}.")
    return sentences


def unsettled(chosen: RankingRow, judgement: Judgement) -> list[str]:
    """How good the best bet is, and what would settle it."""
    tolerance, count = judgement.terms.tolerance, len(judgement.contested)
    bound = f"{tolerance.in_words(chosen.regret_bound)} to another (95\u00a0% bound)"
    first = f"It is the best of {count} rows with probability {_chance(chosen)}, and may lose up to {bound}"
    sentences = [f"{first}; the tolerance is {tolerance.in_words()}. {score(chosen)}."]
    if judgement.unknown:
        sentences.append("One seed of a strategy that may draw at random settles nothing about it.")
    shown = [row for row in judgement.contested if row.shown]
    if shown:
        are = "is" if len(shown) == 1 else "are"
        sentences.append(f"{names(shown)} {are} shown to be within it, but dearer and not better by the mean.")
    return [*sentences, *_needed(judgement)]


def _chance(row: RankingRow) -> str:
    return f"{100 * min(row.p_best, 0.99):.0f}\u00a0%" if row.p_best < 1 else "over 99\u00a0%"


def _needed(judgement: Judgement) -> list[str]:
    needed = judgement.needed()
    ways = []
    if needed.seeds:
        ways.append(f"about {needed.seeds} seeds")
    if needed.length:
        ways.append(f"a stream about {format_number(needed.length, 2)} times as long")
    if needed.both:
        seeds, length = needed.both
        ways.append(f"about {seeds} seeds on a stream about {format_number(length, 2)} times as long")
    if not ways:
        return ["Neither 50 seeds nor a stream ten times as long would settle it; a larger tolerance would."]
    text = " or ".join(ways)
    return [f"{text[:1].upper()}{text[1:]} would settle it, if the values stay as they are."]


def gained(chosen: RankingRow, judgement: Judgement) -> list[str]:
    """The cross-fitted gain over the model never updated."""
    gain, baseline = judgement.gain, judgement.baseline
    if gain is None or baseline is None or not judgement.contest:
        return []
    who = "The best other row" if chosen.row == baseline.row else "It"
    over = "it" if chosen.row == baseline.row else baseline.label
    scale = judgement.contest.scale
    of = "the errors" if scale.errors else metric_label(chosen.metric)
    does = "gains" if scale.more else "removes"
    share = f"{format_number(100 * gain.value, 2)}\u00a0%"
    reach = (
        f" (95\u00a0% interval {format_number(100 * gain.low, 2)} to {format_number(100 * gain.high, 2)})"
        if isfinite(gain.low)
        else ""
    )
    against = f"of {of} over {over}" if scale.more else f"of {of} of {over}"
    return [f"{who} {does} {share} {against}{reach}, estimated on windows that did not choose it."]


def worth(chosen: RankingRow, judgement: Judgement) -> list[str]:
    """Gain and cost over the model never updated, in money."""
    gain, baseline = judgement.gain, judgement.baseline
    if judgement.worth is None or gain is None or baseline is None or chosen.row == baseline.row:
        return []
    scale = judgement.contest.scale if judgement.contest else None
    sign = 1.0 if scale is None or scale.more else -1.0
    # A worth is of shares of what the choice reaches, a gain is a share of what never updating reaches.
    shares = (gain.value, gain.low, gain.high)
    brings, low, high = (judgement.worth * share / (1 + sign * share) if share > -1 else nan for share in shares)
    more = chosen.cost - baseline.cost
    net = f"{format_number(low - more)} to {format_number(high - more)}"
    costs = f"cost {format_number(more)} more: {format_number(brings - more)} net (95\u00a0% interval {net})"
    return [f"A million events bring {format_number(brings)} more than with {baseline.label} and {costs}."]


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
        cpu = with_margin(row.cpu_seconds_per_million, row.cpu_seconds_margin)
        money = f" ({with_margin(row.cost_per_million, row.cost_margin)} by the price list)"
        paid = money if np.isfinite(row.cost_per_million) else ""
        parts.append(f"a million events cost {cpu} CPU seconds{_parts(row)}{paid}")
    if np.isfinite(row.peak_bytes):
        parts.append(f"memory peaks at {format_bytes(row.peak_bytes)} above the start")
    sentence = join_words(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if parts else "What it costs was not measured."


def _parts(row: RankingRow) -> str:
    """What of the CPU seconds goes into updates, and what into answers."""
    updates, answers = row.update_cpu_seconds_per_million, row.answer_cpu_seconds_per_million
    if not np.isfinite(updates + answers):
        return ""
    return f" ({format_number(updates)} of them for updates and {format_number(answers)} for answers)"


def steps(choice: RankingRow, curves: Sequence[CurvePoint], judgement: Judgement) -> list[str]:
    """What the next faster and the next slower schedule of the choice would change, and from which worth they pay."""
    curve = [point for point in curves if (point.strategy, point.delay) == (choice.strategy, choice.delay)]
    if not curve:
        return []
    position = next(index for index, point in enumerate(curve) if point.every == choice.every)  # slowest first
    sentences, money = [], bool(np.isfinite(choice.cost_per_million))
    percent = one_percent(choice.metric, judgement)
    if position + 1 < len(curve):
        faster = curve[position + 1]
        sentences.append(_step("faster", faster, faster.step, faster))
        sentences += _pays(faster, curve[position], percent, money=money)
    if position > 0:
        here = curve[position]
        sentences.append(_step("slower", curve[position - 1], -here.step, here))
        sentences += _pays(here, curve[position - 1], percent, money=money)
    return sentences


def _step(which: str, point: CurvePoint, change: float, step: CurvePoint) -> str:
    """To ``point``; ``step`` says what lies between it and the choice."""
    margin, times, within = step.step_margin, step.step_cost, step.step_cost_margin
    if point is not step:  # the other way
        times, within = (1 / times, within / times**2) if times else (nan, nan)
    sign = "+" if change > 0 else ""
    what = f"{metric_label(point.metric)} {sign}{with_margin(change, margin)}" if change or margin else "no change"
    cost = f" at {with_margin(times, within)} times the CPU" if np.isfinite(times) else ""
    sure = ", which may be chance," if change and not abs(change) > margin else ""
    return f"One step {which}, {point.schedule}: {what}{sure}{cost}".removesuffix(",") + "."


def _pays(point: CurvePoint, slower: CurvePoint, percent: str, *, money: bool) -> list[str]:
    """From which worth a step pays; nothing where it changes nothing."""
    even = break_even_of(point)
    if even is None or (point.step == 0 and point.step_margin == 0):
        return []
    faster, rarer = adverb(point.every, point.delay), adverb(slower.every, slower.delay)
    return [f"{faster[:1].upper()}{faster[1:]} {even.in_words(rarer, percent, money=money)}"]


def one_percent(metric: str, judgement: Judgement) -> str:
    """One percent of what is at stake: ``1 % of NDCG@10``, ``1 % fewer errors``, ``1 % less log loss``."""
    scale = judgement.contest.scale if judgement.contest else None
    if scale and scale.errors:
        return "1\u00a0% fewer errors"
    words = metric_label(metric)
    return f"1\u00a0% of {words}" if scale is None or scale.more else f"1\u00a0% less {words}"


def knees(curves: Sequence[CurvePoint], judgement: Judgement) -> list[str]:
    """The slowest schedule that is good enough for each other strategy."""
    chosen = judgement.chosen
    # Slowest first, so the last point of a curve is its fastest schedule: nothing beyond it was measured.
    fastest = {(point.strategy, point.delay): point for point in curves}
    found = [
        point
        for point in curves
        if point.knee
        and point is not fastest[point.strategy, point.delay]
        and (chosen is None or (point.strategy, point.delay) != (chosen.strategy, chosen.delay))
    ]
    named = [f"{point.strategy} {adverb(point.every, point.delay)}" for point in found[:_NAMED]]
    more = f", and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    within_it = f"within {judgement.terms.tolerance.in_words()}"
    return [f"No faster schedule is needed to stay {within_it} for {join_words(named)}{more}."] if named else []


def almost(choice: RankingRow, row: RankingRow | None, judgement: Judgement) -> list[str]:
    """The cheapest row that loses little and costs much less."""
    if row is None:
        return []
    times = format_number(choice.cost / row.cost, 2) if row.cost else "∞"
    what = "money" if np.isfinite(row.cost_per_million) else "CPU"
    lost = judgement.terms.tolerance.in_words(row.regret)
    return [f"{row.label} is expected to lose {lost}, for {times} times less {what}."]


def left_out(rows: Sequence[RankingRow]) -> list[str]:
    """What a budget excluded, and by which limit."""
    out = [row for row in rows if row.measured and row.excluded]
    if not out:
        return []
    named = [f"{row.label} ({row.excluded})" for row in out[:_NAMED]]
    if len(out) > _NAMED:
        named.append(f"{len(out) - _NAMED} more")
    return [f"Left out by the limits: {join_words(named)}."]


def names(rows: Sequence[RankingRow]) -> str:
    """Each strategy once, with its schedules: ``retrain(mf()) every 1h or 1d``."""
    schedules: dict[str, list[str]] = {}
    for row in rows:
        schedules.setdefault(row.strategy, []).append(row.schedule)
    named = [
        f"{strategy} {' or '.join([words[0], *(word.removeprefix('every ') for word in words[1:])])}"
        for strategy, words in schedules.items()
    ]
    if len(named) > _NAMED:
        named = [*named[: _NAMED - 1], f"{len(named) - _NAMED + 1} other strategies"]
    return join_words(named)


def score(row: RankingRow) -> str:
    """``NDCG@10 0.2416 ± 0.0090``."""
    words = metric_label(row.metric)
    label = words.capitalize() if row.metric in WORDS else words
    return f"{label} {with_margin(row.value, row.margin)}"
