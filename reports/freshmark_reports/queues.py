"""Response times next to service times: how long users wait when requests queue behind each other and updates."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from freshmark import Column, Entry, Results, Table, Value
from freshmark.reporting import (
    PERCENTILES,
    OpenLoop,
    default_rates,
    format_number,
    format_seconds,
    open_loop,
    row_label,
    too_few,
)

from freshmark_reports.choice import best_of_each, keys_of, selection_note


def queues(results: Results, rows: pd.DataFrame) -> Table | None:
    """The table, a row per strategy and rate; None if the stream has no duration or no single request was measured."""
    stream = str(rows["stream"].iloc[0])
    usual = default_rates(results.recorded, stream)
    shown = best_of_each(rows)
    loops = [
        (
            row_label(row["strategy"], row["every"], row["delay"]),
            open_loop(results.recorded, keys_of(results, row), rate),
        )
        for rate in usual and (results.rates or usual)
        for _, row in shown.iterrows()
    ]
    loops = [(name, loop) for name, loop in loops if len(loop.service)]
    if not loops:
        return None
    return Table(
        (Column("Strategy"), Column("Requests / s", "number", "mean; arrivals follow the times of the stream, scaled"),
         Column("Busy", "share", "time spent on requests and updates; from 100 % on the queue grows without bound"),
         *(Column(f"p{p}", "seconds", group="Service") for p in PERCENTILES),
         *(Column(f"p{p}", "seconds", "service plus queue", "Response") for p in PERCENTILES),
         Column("longest", "seconds", group="Response")),
        tuple(_row(name, loop) for name, loop in loops),
        _caption(loops, stated=bool(results.rates)) + selection_note(len(shown), rows),
    )  # fmt: skip


def _row(name: str, loop: OpenLoop) -> tuple[Entry, ...]:
    few = [too_few(len(loop.service), p) for p in PERCENTILES]
    tails = [*map(loop.service_percentile, PERCENTILES), *map(loop.response_percentile, PERCENTILES)]
    noted = [Value(value, note=note) for value, note in zip(tails, few * 2, strict=True)]
    return (name, loop.rate, loop.load, *noted, float(loop.response.max()))


def _caption(loops: Sequence[tuple[str, OpenLoop]], *, stated: bool) -> str:
    """Which row suffers most from queueing at the highest rate: by p95, or by the longest response without one."""
    rate = loops[-1][1].rate
    last = {name: loop for name, loop in loops if loop.rate == rate}
    tails = {name: (loop.response_percentile(95), float(loop.response.max())) for name, loop in last.items()}
    known = all(math.isfinite(most) for most, _ in tails.values())
    worst = max(tails, key=lambda name: tails[name] if known else tails[name][1:])
    most, longest = tails[worst]
    at = f"{format_number(rate)} requests a second" + ("" if stated else ", a thousand times the rate of the stream")
    tail = f"95\u00a0% are answered within {format_seconds(most)}, queue included, all within {format_seconds(longest)}"
    return (
        f"Response times if one server handles requests as they arrive and updates when they are due, one at a time. "
        f"At {at}, {worst} is slowest: "
        + (tail if known else f"all are answered within {format_seconds(longest)}, queue included")
        + "."
    )
