"""Two runs side by side: every row they share, what changed, and whether by more than allowed.

stream, strategy, every, delay, schedule    the row
quantity             a metric, ``answer p99``, or ``CPU s / M events``: the latter at the speed of the earlier run's
                     machine, if both runs timed the calibration kernel
before, after        its value in the earlier and in the later run
difference, margin   after − before, and half its 95 % interval, on the same events; of durations half the width of the
                     larger of the two intervals; of CPU seconds seeds and machine, since the events are the same
change               the difference as a share of ``before``
state                ``failed``: succeeded before but not after. ``worse``: beyond its limit and significant.
                     ``doubtful``: beyond its limit, not significant. ``better``: significantly. ``same``: otherwise
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from freshmark.errors import UsageError
from freshmark.results.costs.usage import MANY, Costs, cost_noise, costs_of
from freshmark.results.decision.standings import Row, Standing, standings_of
from freshmark.results.metrics.latency import interval_of, percentile_of
from freshmark.results.naming import join_words, row_label, schedule_label
from freshmark.results.output.regression_limits import Drop, Limits
from freshmark.results.statistics.dependence import spread_of
from freshmark.results.statistics.intervals import Spread, margin, spread_over_seeds
from freshmark.results.stored.recorded import Recorded
from freshmark.results.stored.request_times import request_seconds

COLUMNS = (
    "stream", "strategy", "every", "delay", "schedule", "quantity", "before", "after", "difference", "margin", "change",
    "state",
)  # fmt: skip
STATES = ("failed", "worse", "doubtful", "better", "same")
"""In table order, regressions first."""

REGRESSIONS = ("failed", "worse")
P99 = "answer p99"
CPU = "CPU s / M events"


def compared(before: Recorded, after: Recorded, limits: Limits | None = None) -> pd.DataFrame:
    """What changed, regressions first.

    Raises:
        UsageError: the runs share no row, or a limit names a metric that no shared stream has.
    """
    limits = limits or Limits()
    streams = shared_streams(before, after)
    rows = [row for stream in streams for row in _of_stream(before, after, stream, limits)]
    if not rows:
        raise UsageError(
            "the runs share no row",
            where=", ".join(folder.path.name for folder in (*before.folders, *after.folders)),
            remedy="compare runs of the same stream with the same settings",
            code="FM124",
        )
    quantities = {row["quantity"] for row in rows}
    for drop in limits.drops:
        if drop.metric not in quantities:
            raise UsageError(f"no shared stream has the metric {drop.metric!r}", where="--max-drop", code="FM123")
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = [(STATES.index(state), change) for state, change in zip(table["state"], _order(table), strict=True)]
    return table.iloc[sorted(range(len(table)), key=lambda index: order[index])].reset_index(drop=True)


def shared_streams(before: Recorded, after: Recorded) -> list[str]:
    """Streams that are equal in both runs: events and windows."""
    return [
        name
        for name, record in before.streams.items()
        if (other := after.streams.get(name)) is not None
        and record.fingerprint == other.fingerprint
        and len(before.events(name)["time"]) == len(after.events(name)["time"])
        and np.array_equal(record.edges, other.edges)
    ]


def _order(table: pd.DataFrame) -> list[float]:
    """The order of rows within one state: largest change first."""
    return [-abs(change) if np.isfinite(change) else 0.0 for change in table["change"].astype(float)]


def _of_stream(before: Recorded, after: Recorded, stream: str, limits: Limits) -> Iterator[dict[str, Any]]:
    both = (before, after)
    rows = _shared_rows(before, after, stream)
    drops = {drop.metric: drop for drop in limits.drops}
    main = str(before.metric_for(stream))
    for metric in dict.fromkeys([main, *drops]):
        if before.metric_for(stream, metric) is None:
            continue
        standings = [standings_of(recorded, stream, metric).rows for recorded in both]
        sign = 1.0 if before.better(metric) == "higher" else -1.0
        for row in rows:
            named = _named(stream, row, metric)
            if row in standings[0] and row in standings[1]:
                yield named | _change(standings[0][row], standings[1][row], sign, drops.get(metric))
            elif row in standings[0] and metric == main:
                yield named | {"before": standings[0][row].value, "after": np.nan, "difference": np.nan,
                               "margin": np.nan, "change": np.nan, "state": "failed"}  # fmt: skip
    for row in rows:
        requests = [request_seconds(recorded, recorded.keys_of(stream, *row)) for recorded in both]
        values = [percentile_of(seconds, 99) for seconds in requests]
        if np.isfinite(values).all():
            within = [interval_of(seconds, 99) for seconds in requests]
            yield _named(stream, row, P99) | _tail(values, within, limits.p99)
    yield from _costs(before, after, stream, rows)


def _costs(before: Recorded, after: Recorded, stream: str, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """CPU seconds of each row, those of the later run as if its machine had been as fast as the earlier one's."""
    costs: list[list[Costs]] = [[_cost(run, stream, row) for row in rows] for run in (before, after)]
    noise = [cost_noise(run) for run in costs]
    for row, one, two in zip(rows, *costs, strict=True):
        was, faster = one.cpu_seconds_per_million, one.kernel_seconds / two.kernel_seconds
        now = two.cpu_seconds_per_million * (faster if np.isfinite(faster) else 1.0)
        if not np.isfinite(was + now):
            continue
        within = margin([Spread((cost * error) ** 2, MANY) for cost, error in zip((was, now), noise, strict=True)])
        yield _named(stream, row, CPU) | {
            "before": was,
            "after": now,
            "difference": now - was,
            "margin": within,
            "change": (now - was) / was if was else np.nan,
            "state": "better" if was - now > within else "same",
        }


def _cost(recorded: Recorded, stream: str, row: Row) -> Costs:
    cells = recorded.cells[recorded.cells["key"].isin(recorded.keys_of(stream, *row))]
    return costs_of(recorded, stream, cells, None) if len(cells) else Costs()


def unmatched(before: Recorded, after: Recorded) -> list[tuple[str, str]]:
    """Stream, and a sentence on what of it the other run has not: rows, or the stream as it was."""
    shared = shared_streams(before, after)
    found = []
    for name in dict.fromkeys([*before.streams, *after.streams]):
        if name in shared:
            rows = [_rows_of(recorded, name) for recorded in (before, after)]
            for where, own, other in (("earlier", *rows), ("later", *rows[::-1])):
                labels = [row_label(*row) for row in own if row not in other]
                if labels:
                    found.append((name, f"Only in the {where} run: {join_words(labels)}."))
        elif name in before.streams and name in after.streams:
            same = before.streams[name].fingerprint == after.streams[name].fingerprint
            what = "another test span or other windows" if same else "other events"
            found.append((name, f"Not compared: it has {what} in the later run."))
        else:
            where = "earlier" if name in before.streams else "later"
            found.append((name, f"Not compared: it is only in the {where} run."))
    return found


def _shared_rows(before: Recorded, after: Recorded, stream: str) -> list[Row]:
    """The rows of a stream that both runs have, the best of the earlier run first."""
    standings = standings_of(before, stream, str(before.metric_for(stream)))
    sign = -1.0 if standings.higher else 1.0
    rows = [_rows_of(recorded, stream) for recorded in (before, after)]
    shared = [row for row in rows[0] if row in rows[1]]
    return sorted(shared, key=lambda row: sign * standings.rows[row].value if row in standings.rows else np.inf)


def _rows_of(recorded: Recorded, stream: str) -> list[Row]:
    cells = recorded.cells[recorded.cells["stream"] == stream]
    names = cells[["strategy", "every", "delay"]].astype(str)
    return list(dict.fromkeys(zip(*(names[name] for name in names), strict=True)))


def _named(stream: str, row: Row, quantity: str) -> dict[str, Any]:
    strategy, every, delay = row
    words = schedule_label(every, delay)
    return {"stream": stream, "strategy": strategy, "every": every, "delay": delay, "schedule": words,
            "quantity": quantity}  # fmt: skip


def _change(before: Standing, after: Standing, sign: float, drop: Drop | None) -> dict[str, Any]:
    difference = after.value - before.value
    parts = [spread_of(after.influence - before.influence), *(spread_over_seeds(one.seeds) for one in (before, after))]
    within = margin(parts) if difference or any(part.variance for part in parts[:1]) else 0.0
    worse, sure = -sign * difference, abs(difference) > within
    beyond = drop is not None and worse > drop.allowed(before.value)
    state = ("worse" if sure else "doubtful") if beyond else "better" if sure and worse < 0 else "same"
    return {
        "before": before.value,
        "after": after.value,
        "difference": difference,
        "margin": within,
        "change": difference / abs(before.value) if before.value else np.nan,
        "state": state,
    }


def _tail(values: Sequence[float], within: Sequence[tuple[float, float]], allowed: float | None) -> dict[str, Any]:
    before, after = values
    (_, before_most), (after_least, _) = within
    state = "same"
    if allowed is not None and after > before * (1 + allowed):
        state = "worse" if after_least > before_most * (1 + allowed) else "doubtful"
    return {
        "before": before,
        "after": after,
        "difference": after - before,
        "margin": max(high - low for low, high in within) / 2,
        "change": (after - before) / before if before else np.nan,
        "state": state,
    }
