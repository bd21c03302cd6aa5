"""A comparison as a document: regressions first, then every row before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from freshmark.contract.section import Chart, Column, Entry, Kind, Section, Table, Value
from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.verdict import Verdict
from freshmark.results.naming import format_number, format_seconds, metric_label, row_label
from freshmark.results.output.compare import CPU, P99, REGRESSIONS, compared, shared_streams, unmatched
from freshmark.results.output.document import Document
from freshmark.results.output.regression_limits import Limits
from freshmark.results.stored.recorded import Recorded

_NAMED = 3


def comparison_of(before: Recorded, after: Recorded, limits: Limits | None = None) -> Document:
    """The page of two runs side by side.

    Raises:
        UsageError: they share no row, or a limit names an unknown metric.
    """
    table = compared(before, after, limits)
    names = [" and ".join(folder.path.name for folder in run.folders) for run in (before, after)]
    streams = {name: after.streams[name] for name in shared_streams(before, after) if name in set(table["stream"])}
    groups = {name: table[table["stream"] == name] for name in streams}
    return Document(
        heading=f"{names[1]} against {names[0]}",
        sections=[section for name, rows in groups.items() for section in _sections(name, rows)],
        table=table,
        streams=streams,
        stream_verdicts=[Verdict(name, _verdict(rows)) for name, rows in groups.items()],
        stream_alerts=list(_alerts(before, after, list(streams))),
    )


def row_texts(row: Any) -> tuple[str, ...]:
    """A row of the comparison as text: state, name, quantity, before, after, change."""
    formatted = format_seconds if row["quantity"] == P99 else format_number
    change = f"{100 * row['change']:+.1f} %".replace("-", "−") if np.isfinite(row["change"]) else "–"
    name = row_label(str(row["strategy"]), str(row["every"]), str(row["delay"]))
    quantity = _quantity(str(row["quantity"]))
    return str(row["state"]), name, quantity, formatted(row["before"]), formatted(row["after"]), change


def _quantity(name: str) -> str:
    return name if name in (P99, CPU) else metric_label(name)


def _verdict(rows: pd.DataFrame) -> str:
    bad = rows[rows["state"].isin(REGRESSIONS)]
    doubtful = int((rows["state"] == "doubtful").sum())
    count = f"{len(rows)} numbers" if len(rows) > 1 else "One number"
    if len(bad):
        named = [_change_sentence(row) for _, row in bad.head(_NAMED).iterrows()]
        more = f", and {len(bad) - _NAMED} more" if len(bad) > _NAMED else ""
        return f"{len(bad)} of {count.lower()} regressed beyond the limits: {'; '.join(named)}{more}."
    better = int((rows["state"] == "better").sum())
    rest = f"; {better} improved" if better else ""
    doubt = f"; {doubtful} beyond the limits, not significantly" if doubtful else ""
    return f"No regression: {count} compared{rest}{doubt}."


def _change_sentence(row: Any) -> str:
    state, name, quantity, before, after, change = row_texts(row)
    return f"{name} no longer succeeds" if state == "failed" else f"{name} {quantity} {before} to {after} ({change})"


def _alerts(before: Recorded, after: Recorded, streams: Sequence[str]) -> Iterator[Alert]:
    for stream, text in unmatched(before, after):
        named = text if stream in streams else f"{stream}: {text}"
        yield Alert(stream if stream in streams else streams[0], "info", named)
    cpus = [run.provenance.get("cpu") for run in (before, after)]
    if cpus[0] != cpus[1]:
        text = f"The machines differ: {cpus[0]}, then {cpus[1]}. Durations cannot be compared."
        yield from (Alert(stream, "warning", text) for stream in streams)


def _sections(stream: str, rows: pd.DataFrame) -> Iterator[Section]:
    bad = rows[rows["state"].isin((*REGRESSIONS, "doubtful"))]
    if len(bad):
        yield Section("Regressions", (_table(bad, "Beyond the limits, worst first"),), stream)
    for quantity, own in rows.groupby("quantity", sort=False):
        title = "Answer latency, p99" if quantity == P99 else _quantity(str(quantity))
        yield Section(title, (_chart(str(quantity), own.reset_index(drop=True)),), stream)


def _table(rows: pd.DataFrame, caption: str) -> Table:
    timed = set(rows["quantity"]) == {P99}
    kind: Kind = "seconds" if timed else "number"
    columns = (
        Column("Strategy"),
        Column("Updated"),
        Column("Quantity"),
        Column("Before", kind),
        Column("After", kind),
        Column("Difference", kind, "after − before on the same events, ± half the 95 % interval"),
        Column("Change", "share", "the difference as a share of before"),
        Column("State", about="worse: beyond its limit, significantly; doubtful: beyond it, not significantly"),
    )
    return Table(columns, tuple(_entries(row) for _, row in rows.iterrows()), caption)


def _entries(row: Any) -> tuple[Entry, ...]:
    return (
        row["strategy"],
        row["schedule"],
        _quantity(str(row["quantity"])),
        row["before"],
        row["after"],
        Value(row["difference"], row["margin"]),
        row["change"],
        row["state"],
    )


def _chart(quantity: str, rows: pd.DataFrame) -> Chart:
    moved = rows[rows["state"] != "same"]
    largest = rows.iloc[int(rows["change"].astype(float).abs().fillna(-1).to_numpy().argmax())]
    finding = (
        f"{len(moved)} of {len(rows)} rows changed significantly or beyond a limit; largest change: "
        f"{_change_sentence(largest)}."
    )
    draw = partial(_draw, quantity, rows)
    return Chart(draw, finding, _table(rows, f"{_quantity(quantity)}, before and after"), wide=True,
                 height=max(0.45, 0.16 + 0.075 * len(rows)))  # fmt: skip


def _draw(quantity: str, rows: pd.DataFrame, figure: Any) -> None:
    """One line per row: hollow before, filled after."""
    from matplotlib import rcParams  # noqa: PLC0415  (only drawing needs it)
    from matplotlib.ticker import FuncFormatter, LogLocator  # noqa: PLC0415

    axes = figure.subplots()
    ink, muted, paper = (rcParams[name] for name in ("text.color", "axes.labelcolor", "figure.edgecolor"))
    for index, row in enumerate(rows.to_dict("records")):
        bad = row["state"] in REGRESSIONS
        gid, colour = f"rows={index}", "#d55e00" if bad else "#0173b2" if row["state"] == "better" else muted
        axes.plot([row["before"], row["after"]], [-index, -index], color=colour, linewidth=2.4 if bad else 1.4)
        axes.plot(row["before"], -index, "o", color=colour, markerfacecolor=paper, markeredgewidth=1.4, gid=gid)
        axes.plot(row["after"], -index, "s" if bad else "o", color=colour, gid=gid)
    names = [row_label(row["strategy"], row["every"], row["delay"]) for row in rows.to_dict("records")]
    axes.set_yticks(-np.arange(len(rows)), [name if len(name) < 44 else f"{name[:28]}…{name[-14:]}" for name in names])  # noqa: PLR2004
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    if quantity == P99:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_seconds(value)))
        axes.minorticks_off()
    axes.set_title(f"{_quantity(quantity)}: hollow before, filled after", color=ink)
