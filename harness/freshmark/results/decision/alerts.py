"""What a reader must know before believing a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from freshmark.results.decision.judgement import Judgement
from freshmark.results.decision.sentences import no_update_due, span_in_words
from freshmark.results.decision.standings import Standings
from freshmark.results.decision.steadiness import unsteady
from freshmark.results.naming import metric_label, row_label
from freshmark.results.statistics.dependence import worth
from freshmark.results.stored.folder import StreamRecord
from freshmark.results.stored.recorded import Recorded

FEW_SEEDS = 5
FEW_WINDOWS = 20
WORTH = 5.0
"""Independent windows that the windows seem worth; where it is four, 7 to 9 % of the intervals of 95 % miss."""
BASELINE = "popularity"
YEAR = 366 * 86_400.0
SHORT_SPAN = 86_400.0
"""Seconds of the test below which a schedule of days means nothing."""
BACKGROUND_SECONDS = 0.1
BACKGROUND_SHARE = 0.05
"""CPU seconds outside the calls, and their share of those inside, from which on they are reported."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to know; an error is a fault, a warning limits what can be concluded, info is a fact."""

    stream: str
    level: Literal["error", "warning", "info"]
    text: str


def alerts_of(
    recorded: Recorded, judgements: Mapping[str, Judgement], standings: Mapping[str, Standings]
) -> list[Alert]:
    """The alerts of every stream, most severe first."""
    found: list[Alert] = []
    for stream, record in recorded.streams.items():
        cells = recorded.cells[recorded.cells["stream"] == stream]
        succeeded = cells[cells["status"] == "ok"]
        found += _failures(stream, cells)
        found += _seeds(stream, _contending(recorded, stream, succeeded))
        found += _windows(record, standings.get(stream))
        found += alerts_of_judgement(stream, judgements[stream], recorded.span_seconds(stream))
        found += _timing(stream, succeeded)
        cores = int(recorded.provenance.get("cores") or 1)
        found += [Alert(stream, "warning", text) for text in unsteady(succeeded, cores)]
        found += _stream(record)
        found += _plugins(recorded, stream)
        found += _times(record, recorded)
    order = ("error", "warning", "info")
    return sorted(found, key=lambda alert: order.index(alert.level))


def _failures(stream: str, cells: pd.DataFrame) -> Iterator[Alert]:
    bad = cells[cells["status"] != "ok"]
    for status in sorted({str(one) for one in bad["status"]}):
        group = bad[bad["status"] == status]
        count = _counted(len(group), "cell")
        if status in ("queued", "running", "interrupted"):
            yield Alert(stream, "error", f"{count} not finished ({status}); the same command goes on where it stopped.")
            continue
        first = group.iloc[0]
        reason = f": {first['reason']}" if first["reason"] else ""
        yield Alert(stream, "error", f"{count} ended as {status}, first {_name_of(first)}{reason}.")


def _plugins(recorded: Recorded, stream: str) -> Iterator[Alert]:
    """Metrics and segments of plugins that raised."""
    for fault in recorded.faults_on(stream):
        yield Alert(stream, "error", f"{fault.what} ({fault.where}): its values are missing.")
    if recorded.chosen and recorded.failed(stream, recorded.chosen):
        instead = metric_label(recorded.main_metric(stream))
        yield Alert(stream, "error", f"{recorded.chosen} failed on this stream: {instead} decides instead.")


def _contending(recorded: Recorded, stream: str, cells: pd.DataFrame) -> pd.DataFrame:
    """The cells of rows that may win; without a race, of all."""
    looks = recorded.looks_at(stream)
    if not looks:
        return cells
    rows = {row.row for row in looks[-1].rows if row.contends}
    return cells[[row in rows for row in zip(cells["strategy"], cells["every"], cells["delay"], strict=True)]]


def _seeds(stream: str, cells: pd.DataFrame) -> Iterator[Alert]:
    drawing = cells[cells["draws"].fillna(1.0) != 0] if "draws" in cells else cells
    if drawing.empty:
        return
    counts = drawing.groupby(["strategy", "every", "delay"], sort=False)["seed"].nunique()
    seeds = int(counts.min())
    if seeds == 1:
        declared = "draws" in cells and bool(drawing["draws"].notna().all())
        fewest = counts.reset_index().sort_values("seed", kind="stable")
        name, may = fewest["strategy"].iloc[0], "draws" if declared else "may draw"
        yield Alert(
            stream,
            "warning",
            f"One seed of {name}, which {may} at random: nothing about it is settled, and the luck of its training is "
            "assumed. --seeds 5 measures it.",
        )
    elif seeds < FEW_SEEDS:
        yield Alert(stream, "warning", f"{seeds} seeds: their spread is known roughly, so ± is wide.")


def _windows(record: StreamRecord, standings: Standings | None) -> Iterator[Alert]:
    """Too few windows, or windows so alike that they say little more than a few."""
    if standings is None or not standings.rows:
        return
    series = standings.rows[standings.best()].influence.sum(axis=1)
    count = len(series) if standings.share is None else int((standings.share > 0).sum())
    counted = _counted(count, "window")
    if count < FEW_WINDOWS:
        text = f"{counted} for statistics: from {FEW_WINDOWS} on, ± can be trusted; a longer stream has more."
        yield Alert(record.name, "warning", text)
        return
    independent = worth(series)
    words = f"as much as {independent:.1f} independent ones" if independent > 1 else "no more than one"
    if independent < WORTH:
        yield Alert(
            record.name,
            "warning",
            f"{counted} follow each other so closely that they say {words}: ± is too narrow. A longer stream would "
            "help, shorter windows would not.",
        )


def alerts_of_judgement(stream: str, judgement: Judgement, span_seconds: float) -> Iterator[Alert]:
    """What to know of what the rule says."""
    for text in no_update_due(judgement.rows, span_seconds):
        yield Alert(stream, "warning", text)
    yield from _baseline(stream, judgement)


def _baseline(stream: str, judgement: Judgement) -> Iterator[Alert]:
    rows = judgement.contested
    baseline = next((row for row in rows if row.strategy.startswith(BASELINE)), None)
    if baseline is None or judgement.decision is None or all(row.strategy.startswith(BASELINE) for row in rows):
        return
    if baseline.shown:
        tolerance = judgement.terms.tolerance.in_words()
        text = f"No strategy beats {baseline.label} by more than {tolerance}: counting is good enough here."
        yield Alert(stream, "warning", text)
    elif not baseline.distinguishable and not judgement.settled:
        text = f"No strategy significantly beats {baseline.label}: counting may be good enough here."
        yield Alert(stream, "warning", text)


def _timing(stream: str, cells: pd.DataFrame) -> Iterator[Alert]:
    crowded = int((cells["beside"].fillna(0) > 0).sum())
    if crowded:
        yield Alert(
            stream, "warning", f"{_counted(crowded, 'cell')} timed while others ran: their durations are too long."
        )
    suspended = int((_numbers(cells, "suspensions") > 0).sum())
    if suspended:
        yield Alert(stream, "warning", f"{_counted(suspended, 'cell')} suspended while timed: durations are too long.")
    alone = int((_numbers(cells, "timing_pass") > 0).sum())
    if alone:
        cells_alone = _counted(alone, "cell")
        text = f"The costs of {cells_alone}, which decide, come from a pass at the end in which nothing else ran."
        yield Alert(stream, "info", text)
    yield from _background(stream, cells)
    threads = sorted({int(count) for count in cells["threads"].dropna()} if "threads" in cells else set())
    if threads and threads != [1]:
        counts = ", ".join(str(count) for count in threads)
        yield Alert(stream, "info", f"Threads: {counts}. Durations compare only at equal numbers.")


def _background(stream: str, cells: pd.DataFrame) -> Iterator[Alert]:
    """Work that updates leave to others does not show in their durations."""
    hidden = _numbers(cells, "background_cpu_seconds")
    shown = sum(_numbers(cells, f"{call}_cpu_seconds") for call in ("fit", "update", "answer"))
    working = cells[(hidden > BACKGROUND_SECONDS) & (hidden > BACKGROUND_SHARE * shown)]
    if len(working):
        first = working.iloc[0]
        yield Alert(
            stream,
            "warning",
            f"{_counted(len(working), 'cell')} used CPU time in threads or processes of their own, first "
            f"{_name_of(first)}: {first['background_cpu_seconds']:.2g} s that no duration shows.",
        )


def _name_of(cell: Any) -> str:
    return row_label(str(cell["strategy"]), str(cell["every"]), str(cell["delay"]))


def _numbers(cells: pd.DataFrame, column: str) -> pd.Series[float]:
    """The column; zeros where these runs lack it."""
    return cells[column].fillna(0.0) if column in cells else pd.Series(0.0, cells.index)


def _stream(record: StreamRecord) -> Iterator[Alert]:
    if record.settings.get("sampled"):
        yield Alert(
            record.name,
            "error",
            f"Ranked against {record.settings['sampled']} sampled candidates, not all: such metrics can order "
            "strategies wrongly (Krichene & Rendle 2020).",
        )
    duplicates, ties = int(record.facts.get("duplicates", 0)), int(record.facts.get("ties", 0))
    if duplicates:
        yield Alert(record.name, "info", f"{_counted(duplicates, 'event')} repeat another (same user, item and time).")
    events = int(record.facts.get("events", 0))
    if events and ties / events > 0.01:  # noqa: PLR2004  (below one in a hundred, order hardly matters)
        share = f"{100 * ties / events:.0f}\u00a0%"
        yield Alert(
            record.name,
            "info",
            f"{share} of the events share their time with another: none is learned before all are scored.",
        )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _times(record: StreamRecord, recorded: Recorded) -> Iterator[Alert]:
    """Times that are probably in another unit."""
    span, begin = recorded.span_seconds(record.name), float(record.edges[0]) / 1e6
    if abs(begin) < YEAR and span < SHORT_SPAN:
        text = f"The test spans {span_in_words(span)} of {1970 if begin >= 0 else 1969}"
        yield Alert(record.name, "warning", f"{text}: times may be in another unit than the loader assumes.")
    elif 0 < span < SHORT_SPAN:
        yield Alert(record.name, "info", f"The test spans {span_in_words(span)}, less than a day.")
