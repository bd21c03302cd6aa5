"""Recovery: what each declared drift cost each strategy, and how many windows recovery took."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Entry, Part, Prose, Results, Section, Table, Value
from freshmark.reporting import format_number, join_words, metric_label, row_label

from freshmark_reports import drawing
from freshmark_reports.choice import best_of_each, rows_of, selection_note
from freshmark_reports.windows import dates

RELATIVE = {"oracle": "its share of the oracle", "before": "the metric"}


def section(results: Results) -> Sequence[Section]:
    """A chart for each stream with drifts among its test events; the gap to the oracle if there is one."""
    recovered, attained = results.recovery(), results.attainment()
    chosen = {verdict.stream: verdict.chosen for verdict in results.verdicts()} if len(attained) else {}
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        shown = best_of_each(rows)
        names = ["stream", "strategy", "every", "delay"]
        among = shown[names].merge(recovered, on=names)
        gains = rows[[*names, "schedule"]].merge(attained, on=names)
        parts: list[Part] = [_chart(results, among, selection_note(len(shown), rows))] if len(among) else []
        if len(gains):
            knows = results.streams[stream].about.get("oracle")
            text = _gained(gains, chosen[stream]) + (f" The oracle: {knows}." if knows else "")
            parts += [Prose(text), _gains(gains)]
        if parts:
            found.append(
                Section("After each drift" if len(among) else "What could be gained", tuple(parts), stream, order=400)
            )
    return found


def _name(row: Any) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _chart(results: Results, rows: pd.DataFrame, said: str) -> Chart:
    rows = rows.sort_values(["begin"], kind="stable").reset_index(drop=True)
    table = Table(
        (
            Column("Drift"),
            Column("Begins"),
            Column("Window", "count", "in which it begins"),
            Column("Strategy"),
            Column("Before", "number", f"level before: {RELATIVE[str(rows['reference'].iloc[0])]}"),
            Column("Band", "share", "only larger losses count"),
            Column("Lost", "share", "of the level before, at worst"),
            Column("Felt in window", "count", "the first window outside the band"),
            Column("Windows to recover", "count", "until two in a row are back within the band"),
        ),
        tuple(
            (
                row["drift"],
                _day(row["begin"]),
                row["window"],
                _name(row),
                row["before"],
                row["band"],
                row["drop"],
                _felt(row),
                _took(row),
            )
            for _, row in rows.iterrows()
        ),
        "Drifts and recovery",
    )
    drifts = rows.drop_duplicates(["drift", "begin"])
    return Chart(
        partial(_draw, results, rows, drifts),
        _finding(rows, len(drifts)) + said,
        table,
        wide=True,
        height=max(0.5, 0.3 + 0.13 * len(drifts)),
    )


def _day(time: Any) -> str:
    return str(pd.Timestamp(time).floor("s"))


def _felt(row: Any) -> Entry:
    if np.isfinite(row["felt"]):
        return int(row["felt"])
    return Value(np.nan, note="windows vary too much" if not row["band"] < 1 else "not felt")


def _took(row: Any) -> Entry:
    took = row["windows_to_recover"]
    if np.isinf(took):
        return Value(np.nan, note="not before the next drift or the end")
    return int(took) if np.isfinite(took) else Value(np.nan, note="windows vary too much")


def _finding(rows: pd.DataFrame, drifts: int) -> str:
    """How the drifts affected the best strategy, which comes first."""
    best = rows[rows["strategy"] == rows["strategy"].iloc[0]]
    name = _name(best.iloc[0])
    felt = best[np.isfinite(best["felt"])]
    counted = f"{drifts} drift{'' if drifts == 1 else 's'}"
    if felt.empty:
        return f"None of {counted} cost {name} more than its windows vary anyway."
    worst = felt.loc[felt["drop"].idxmax()]
    text = (
        f"{len(felt)} of {counted} affected {name}; the {worst['drift']} drift cost most, "
        f"{100 * worst['drop']:.0f}\u00a0% of its level"
    )
    back = felt[np.isfinite(felt["windows_to_recover"])]
    never = felt[np.isinf(felt["windows_to_recover"])]
    if len(back):
        took = float(back["windows_to_recover"].median())
        some = f" from {len(back)} of them" if len(never) else ""
        median = " (median)" if len(back) > 1 else ""
        text += f"; it recovered{some} within {took:g} window{'' if took == 1 else 's'}{median}"
    if len(never):
        kinds = sorted({str(kind) for kind in never["drift"]})
        drift = "it" if len(felt) == 1 else f"the {join_words(kinds)} drift{'' if len(never) == 1 else 's'}"
        text += f"; it did not recover from {drift} before the next drift or the end"
    return f"{text}."


def _draw(results: Results, rows: pd.DataFrame, drifts: pd.DataFrame, figure: Any) -> None:
    lost, took = figure.subplots(1, 2, sharey=True)
    look = drawing.looks(results)
    places = {begin: place for place, begin in enumerate(drifts["begin"])}
    strategies = list(dict.fromkeys(rows["strategy"]))
    finite = rows["windows_to_recover"][np.isfinite(rows["windows_to_recover"])]
    never = max(1.0, float(finite.max()) if len(finite) else 1.0) * 1.15
    keys = []
    for order, strategy in enumerate(strategies):
        own = rows[rows["strategy"] == strategy]
        at = np.array([places[one] for one in own["begin"]]) + (order - (len(strategies) - 1) / 2) * 0.6 / len(
            strategies
        )
        style: dict[str, Any] = {"marker": look[strategy].marker, "color": look[strategy].colour, "s": 36,
                                 "label": _name(own.iloc[0]), "linewidth": 1.2, "legend": False}  # fmt: skip
        drop = 100 * own["drop"].clip(lower=0)
        drawing.sns.scatterplot(x=drop, y=at, ax=lost, **style)
        lost.collections[-1].set_edgecolor(style["color"])
        drawing.mark(lost.collections[-1], own, [f"{one:.0f}\u00a0%" for one in drop], own.index)
        took_windows = own["windows_to_recover"]
        for chosen, at_windows, inside in (
            (np.isfinite(took_windows), took_windows, look[strategy].colour),
            (np.isinf(took_windows), np.full(len(own), never), drawing.paper()),
        ):
            if chosen.any():
                drawing.sns.scatterplot(x=np.asarray(at_windows)[chosen], y=at[chosen], ax=took, **style)
                points = took.collections[-1]
                points.set(facecolor=inside, edgecolor=style["color"])
                values = [f"{one:g} windows" if np.isfinite(one) else "not in time" for one in took_windows[chosen]]
                drawing.mark(points, own[chosen], values, own.index[chosen])
        keys.append(drawing.line_key(style["label"], look[strategy], style["marker"]))
        keys[-1].set_linestyle("none")
    labels = [
        f"{one['drift']}, {str(dates([int(one['begin'].value // 1000)])[0])[:10]}" for _, one in drifts.iterrows()
    ]
    lost.set_yticks(range(len(drifts)), labels, color=drawing.muted())
    lost.set_ylim(len(drifts) - 0.5, -0.5)
    for axes in (lost, took):
        axes.set(xlabel="", ylabel="")
    lost.set_title("% of the previous level lost")
    took.set_title("Windows to recover; hollow: not in time")
    drawing.legend_below(figure, keys, 3)


def _gained(rows: pd.DataFrame, chosen: tuple[str, str, str] | None) -> str:
    """The share of the oracle's gain that the chosen row reaches; the best row if none is chosen."""
    same = [row for _, row in rows.iterrows() if (row["strategy"], row["every"], row["delay"]) == chosen]
    row = same[0] if same else rows.iloc[0]
    has, oracle = (
        f"{metric_label(row['metric'])} {format_number(row['value'])}",
        f"the oracle {format_number(row['oracle'])}",
    )
    if row["every"] == "never":
        left = f"more than {format_number(row['regret'])}" if row["regret"] > 0 else "anything"
        return f"{row['strategy']} without updates has {has}, {oracle}: no update could gain {left}."
    if not np.isfinite(row["gain_share"]):
        return f"{_name(row)} has {has}, {oracle}."
    gained = f"reaches {format_number(100 * row['gain_share'])}\u00a0% of the possible gain"
    return f"{_name(row)} {gained}: it has {has}, never updated {format_number(row['floor'])}, {oracle}."


def _gains(rows: pd.DataFrame) -> Table:
    return Table(
        (
            Column("Strategy"),
            Column("Updated"),
            Column("Value", "number"),
            Column("Never updated", "number", "the same strategy never updated, or the warm-up model in the matrix"),
            Column("Oracle", "number", "the best achievable value"),
            Column("Regret", "number", "oracle − value"),
            Column("Share of possible gain", "share", "(value − never updated) ÷ (oracle − never updated)"),
        ),
        tuple(
            (
                row["strategy"],
                row["schedule"],
                row["value"],
                row["floor"],
                row["oracle"],
                row["regret"],
                row["gain_share"],
            )
            for _, row in rows.iterrows()
        ),
        "Share of the oracle's gain",
        open=False,
    )
