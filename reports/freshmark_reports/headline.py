"""The numbers of the first screen: what the choice gains, costs, takes to update, and may lose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from freshmark import Results
from freshmark.reporting import Verdict, format_number, format_seconds, metric_label, with_margin

from freshmark_reports.chapters import Reported


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the first screen.

    name: what it is; value: with its unit; about: its interval, and where it comes from
    """

    name: str
    value: str
    about: str


def numbers_of(results: Reported, verdict: Verdict) -> list[Number]:
    """Gain over the model never updated, cost, duration of an update, and worst plausible loss; [] without a choice."""
    if not isinstance(results, Results) or verdict.chosen is None:
        return []
    table = results.ranking()
    same = (table["stream"] == verdict.stream) & (table["strategy"] == verdict.chosen[0])
    row = table[same & (table["every"] == verdict.chosen[1]) & (table["delay"] == verdict.chosen[2])].iloc[0]
    return [_gain(results, verdict, row), _cost(results, row), _update(row), _loss(results, verdict)]


def _gain(results: Results, verdict: Verdict, row: Any) -> Number:
    scale, metric = results.standings(verdict.stream).scale, metric_label(str(row["metric"]))
    of = "the errors" if scale.errors else metric
    name = "Gain over never updated" if scale.more else "Removed, over never updated"
    if not math.isfinite(verdict.gain):
        return Number(name, "–", "not measured")
    reach = f"; 95\u00a0%: {_percent(verdict.gain_low)} to {_percent(verdict.gain_high)}" if _known(verdict) else ""
    whose = " by the best other row" if verdict.chosen and verdict.chosen[1] == "never" else ""
    return Number(name, f"{_percent(verdict.gain)}\u00a0%", f"of {of}{whose}{reach}")


def _known(verdict: Verdict) -> bool:
    return math.isfinite(verdict.gain_low) and math.isfinite(verdict.gain_high)


def _percent(share: float) -> str:
    return format_number(100 * share, 2)


def _cost(results: Results, row: Any) -> Number:
    column, margin, unit = (
        ("cost_per_million", "cost_margin", "by the price list")
        if results.prices
        else ("cpu_seconds_per_million", "cpu_seconds_margin", "CPU seconds")
    )
    return Number("Cost of a million events", with_margin(row[column], row[margin]), unit)


def _update(row: Any) -> Number:
    if not row["updates"]:
        return Number("Update, p50 / p99", "–", "never updated")
    p50, p99 = row["update_p50_seconds"], row["update_p99_seconds"]
    longest = "" if math.isfinite(p99) else f", longest {format_seconds(row['update_max_seconds'])}"
    count = f"{row['updates']:,.0f} updates a cell{longest}"
    return Number("Update, p50 / p99", f"{format_seconds(p50)} / {format_seconds(p99)}", count)


def _loss(results: Results, verdict: Verdict) -> Number:
    tolerance = results.terms.tolerance
    if not math.isfinite(verdict.worst_loss):
        return Number("Worst plausible loss", "–", "there is nothing to compare it with")
    value = tolerance.in_words(verdict.worst_loss)
    return Number("Worst plausible loss", value, f"95\u00a0% bound; tolerance {tolerance.in_words()}")
