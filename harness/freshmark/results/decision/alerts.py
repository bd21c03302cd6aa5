"""What a reader must know before believing a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from freshmark.results.decision.ranking import RankingRow
from freshmark.results.decision.standings import Standings
from freshmark.results.naming import metric_label, row_label
from freshmark.results.statistics.dependence import worth
from freshmark.results.stored.folder import StreamRecord
from freshmark.results.stored.recorded import Recorded

FEW_SEEDS = 5
FEW_WINDOWS = 20
WORTH = 5.0
"""Independent windows that the windows seem worth; where it is four, 7 to 9 % of the intervals of 95 % miss."""
BASELINE = "popularity"
BACKGROUND_SECONDS = 0.1
BACKGROUND_SHARE = 0.05
"""CPU seconds beside the calls, and their share of those within, from which on they are told."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to know; ``wrong`` is a fault, ``doubt`` limits what can be concluded, ``note`` is a fact."""

    stream: str
    level: Literal["wrong", "doubt", "note"]
    text: str


def alerts_of(recorded: Recorded, ranking: Sequence[RankingRow], standings: Mapping[str, Standings]) -> list[Alert]:
    """The alerts of every stream, gravest first."""
    found: list[Alert] = []
    for stream, record in recorded.streams.items():
        cells = recorded.cells[recorded.cells["stream"] == stream]
        rows = [row for row in ranking if row.stream == stream and row.measured]
        found += _failures(stream, cells)
        found += _few(record, cells[cells["status"] == "ok"])
        found += _alike(record, standings[stream]) if rows else []
        found += _baseline(stream, rows)
        found += _timing(stream, cells[cells["status"] == "ok"])
        found += _stream(record)
        found += _plugins(recorded, stream)
    order = ("wrong", "doubt", "note")
    return sorted(found, key=lambda alert: order.index(alert.level))


def _failures(stream: str, cells: pd.DataFrame) -> Iterator[Alert]:
    bad = cells[cells["status"] != "ok"]
    for status in sorted({str(one) for one in bad["status"]}):
        group = bad[bad["status"] == status]
        count = _counted(len(group), "cell")
        if status in ("queued", "running", "interrupted"):
            yield Alert(stream, "wrong", f"{count} not finished ({status}); the same command goes on where it stopped.")
            continue
        first = group.iloc[0]
        reason = f": {first['reason']}" if first["reason"] else ""
        yield Alert(stream, "wrong", f"{count} ended as {status}, first {_name_of(first)}{reason}.")


def _plugins(recorded: Recorded, stream: str) -> Iterator[Alert]:
    """Metrics and segments of plugins that raised."""
    for fault in recorded.faults_on(stream):
        yield Alert(stream, "wrong", f"{fault.what} ({fault.where}): its values are missing.")
    if recorded.chosen and recorded.failed(stream, recorded.chosen):
        instead = metric_label(recorded.main_metric(stream))
        yield Alert(stream, "wrong", f"{recorded.chosen} failed on this stream: {instead} decides instead.")


def _few(record: StreamRecord, cells: pd.DataFrame) -> Iterator[Alert]:
    if len(cells):
        seeds = int(cells.groupby(["strategy", "every", "delay"])["seed"].nunique().min())
        if seeds == 1:
            yield Alert(
                record.name,
                "doubt",
                "One seed: ± covers the choice of events, not the luck of training. Where a strategy draws at random, "
                "--seeds 5 tells.",
            )
        elif seeds < FEW_SEEDS:
            yield Alert(record.name, "doubt", f"{seeds} seeds: their spread is known roughly, so ± is wide.")
    if record.windows < FEW_WINDOWS:
        counted = _counted(record.windows, "window")
        yield Alert(
            record.name, "doubt", f"{counted}: from {FEW_WINDOWS} on, ± can be trusted; take a shorter --window."
        )


def _alike(record: StreamRecord, standings: Standings) -> Iterator[Alert]:
    """Windows that follow each other so closely that they say little more than a few."""
    if record.windows < FEW_WINDOWS:
        return
    as_many = worth(standings.rows[standings.best()].influence.sum(axis=1))
    told = f"as much as {as_many:.1f} independent ones" if as_many > 1 else "no more than one"
    if as_many < WORTH:
        yield Alert(
            record.name,
            "doubt",
            f"{_counted(record.windows, 'window')} follow each other so closely that they say {told}: "
            "± is too narrow. A longer stream would help, shorter windows would not.",
        )


def _baseline(stream: str, rows: Sequence[RankingRow]) -> Iterator[Alert]:
    baselines = [row for row in rows if row.strategy.startswith(BASELINE)]
    if len(rows) > len(baselines) > 0 and not baselines[0].distinguishable:
        name = baselines[0].label
        told = f"Nothing beats {name}: counting is as good as any model here."
        if not baselines[0].is_best:
            told = f"Nothing is known to beat {name}: counting may be as good as any model here."
        yield Alert(stream, "doubt", told)


def _timing(stream: str, cells: pd.DataFrame) -> Iterator[Alert]:
    beside = int((cells["beside"].fillna(0) > 0).sum())
    if beside:
        yield Alert(
            stream, "doubt", f"{_counted(beside, 'cell')} timed while others ran: their durations are too long."
        )
    suspended = int((_numbers(cells, "suspensions") > 0).sum())
    if suspended:
        yield Alert(stream, "doubt", f"{_counted(suspended, 'cell')} suspended while timed: durations are too long.")
    yield from _background(stream, cells)
    threads = sorted({int(count) for count in cells["threads"].dropna()} if "threads" in cells else set())
    if threads and threads != [1]:
        counts = ", ".join(str(count) for count in threads)
        yield Alert(stream, "note", f"Threads: {counts}. Durations compare only at equal numbers.")


def _background(stream: str, cells: pd.DataFrame) -> Iterator[Alert]:
    """Work that updates leave to others does not show in their durations."""
    hidden = _numbers(cells, "background_cpu_seconds")
    shown = sum(_numbers(cells, f"{call}_cpu_seconds") for call in ("fit", "update", "answer"))
    working = cells[(hidden > BACKGROUND_SECONDS) & (hidden > BACKGROUND_SHARE * shown)]
    if len(working):
        first = working.iloc[0]
        yield Alert(
            stream,
            "doubt",
            f"{_counted(len(working), 'cell')} used CPU time in threads or processes of their own, first "
            f"{_name_of(first)}: {first['background_cpu_seconds']:.2g} s that no duration shows.",
        )


def _name_of(cell: Any) -> str:
    return row_label(str(cell["strategy"]), str(cell["every"]), str(cell["delay"]))


def _numbers(cells: pd.DataFrame, column: str) -> pd.Series[float]:
    """The column; noughts where these runs have none."""
    return cells[column].fillna(0.0) if column in cells else pd.Series(0.0, cells.index)


def _stream(record: StreamRecord) -> Iterator[Alert]:
    if record.settings.get("sampled"):
        yield Alert(
            record.name,
            "wrong",
            f"Ranked against {record.settings['sampled']} sampled candidates, not all: such metrics can order "
            "strategies wrongly (Krichene & Rendle 2020).",
        )
    duplicates, ties = int(record.facts.get("duplicates", 0)), int(record.facts.get("ties", 0))
    if duplicates:
        yield Alert(record.name, "note", f"{_counted(duplicates, 'event')} repeat another (same user, item and time).")
    events = int(record.facts.get("events", 0))
    if events and ties / events > 0.01:  # noqa: PLR2004  (below one in a hundred, order hardly matters)
        share = f"{100 * ties / events:.0f}\u00a0%"
        yield Alert(
            record.name,
            "note",
            f"{share} of the events share their time with another: none is learned before all are scored.",
        )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
