"""Which differences are real: every pair on the same events; mean ranks where there are streams enough."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, Results, Section, Table, Value
from freshmark.reporting import CriticalDifference, format_number, holm, join_words, metric_label, row_label

from freshmark_reports import drawing
from freshmark_reports.choice import best_of_each, rows_of, selection_note

SURE = 0.05

FEW = 8
"""Maximum number of strategies whose names fit above the matrix without being turned."""


def section(results: Results) -> Sequence[Section]:
    """One chart a stream with two strategies or more; one of all streams where ranks say something."""
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        shown = best_of_each(rows)
        if len(shown) > 1:
            chart = _chart(results, stream, shown, selection_note(len(shown), rows))
            found.append(Section("Which differences are real", (chart,), stream, order=1300))
    ranks = results.critical_difference()
    return [*found, Section("Over all streams", (_ranks(ranks),), order=1300)] if ranks else found


def _chart(results: Results, stream: str, shown: pd.DataFrame, said: str) -> Chart:
    names = [row_label(row["strategy"], row["every"], row["delay"]) for _, row in shown.iterrows()]
    among = _pairs(results, stream, shown)
    metric = metric_label(str(shown["metric"].iloc[0]))
    table = Table(
        (
            Column("One"),
            Column("Other"),
            Column(f"Difference in {metric}", "number", "one less the other, on the same events ± half the interval"),
            Column("p, Holm", "number", "raised for the number of pairs that were looked at"),
            Column("Detectable", "number", "the smallest difference that four of five such runs would detect"),
            Column("Significant"),
        ),
        tuple(
            (
                row["one"],
                row["other"],
                Value(row["difference"], row["margin"]),
                row["p_holm"],
                row["detectable"],
                "yes" if row["distinguishable"] else "no",
            )
            for _, row in among.iterrows()
        ),
        "Every pair of the strategies shown",
    )
    wins = _wins(names, among, better=results.better(str(shown["metric"].iloc[0])))
    return Chart(
        partial(_draw, names, among, wins), _finding(names, among, wins) + said, table, wide=True,
        height=max(0.5, 0.2 + 0.11 * len(names)),
    )  # fmt: skip


def _pairs(results: Results, stream: str, shown: pd.DataFrame) -> pd.DataFrame:
    """Every pair of the rows shown, as ``Results.pairs`` has them; judged as some of all pairs of the stream."""
    standings = results.standings(stream, str(shown["metric"].iloc[0]))
    rows = [(str(row["strategy"]), str(row["every"]), str(row["delay"])) for _, row in shown.iterrows()]
    pairs = list(combinations(rows, 2))
    gaps = [standings.gap(one, other) for one, other in pairs]
    raised = holm([gap.p_value for gap in gaps])
    return pd.DataFrame(
        [
            {"one": row_label(*one), "other": row_label(*other), "difference": gap.difference, "margin": gap.margin,
             "distinguishable": gap.distinguishable, "detectable": gap.detectable, "p_holm": p}
            for (one, other), gap, p in zip(pairs, gaps, raised, strict=True)
        ]
    )  # fmt: skip


def _wins(names: Sequence[str], pairs: pd.DataFrame, *, better: str) -> np.ndarray[Any, Any]:
    """(rows, rows): 1 where the row is better than the column, −1 where worse, 0 where neither is."""
    place = {name: one for one, name in enumerate(names)}
    found = np.zeros((len(names), len(names)), np.int64)
    for _, pair in pairs.iterrows():
        if pair["distinguishable"]:
            sign = int(np.sign(pair["difference"])) * (1 if better == "higher" else -1)
            one, other = place[pair["one"]], place[pair["other"]]
            found[one, other], found[other, one] = sign, -sign
    return found


def _finding(names: Sequence[str], pairs: pd.DataFrame, wins: np.ndarray[Any, Any]) -> str:
    apart = int(pairs["distinguishable"].sum())
    text = f"{apart} of {len(pairs)} pairs differ significantly"
    equals = [name for place, name in enumerate(names) if place and wins[0, place] == 0]
    if not equals:
        return f"{text}; {names[0]} is better than every other strategy."
    few = join_words(equals) if len(equals) <= 3 else f"{len(equals)} others"  # noqa: PLR2004
    return f"{text}; {names[0]} does not differ significantly from {few}."


def _draw(names: Sequence[str], pairs: pd.DataFrame, wins: np.ndarray[Any, Any], figure: Any) -> None:
    axes, size = figure.subplots(), len(names)
    place = {name: one for one, name in enumerate(names)}
    texts = np.full((size, size + 1), "", object)
    for _, pair in pairs.iterrows():
        for one, other, sign in ((pair["one"], pair["other"], 1), (pair["other"], pair["one"], -1)):
            row, column = place[one], place[other]
            # Filled is better, hollow is worse, a dot is not significant: shape tells what colour would.
            text = format_number(sign * pair["difference"], 2)
            texts[row, column] = {1: f"▲ {text}", -1: f"▽ {text}", 0: "·"}[wins[row, column]]
    texts[:, size] = [f"{(row > 0).sum()} / {(row == 0).sum() - 1} / {(row < 0).sum()}" for row in wins]
    shown = np.column_stack([wins == 1, np.zeros(size)]).astype(float)
    few = size <= FEW
    drawing.sns.heatmap(shown, ax=axes, cmap=drawing.shades(), vmin=0, vmax=4, cbar=False, annot=texts, fmt="",
                        annot_kws={"fontsize": 10 if few else 8, "color": drawing.ink()})  # fmt: skip
    axes.set_yticks(np.arange(size) + 0.5, [drawing.short(name) for name in names], rotation=0)
    heads = [*(_wrapped(name) for name in names), "won / even / lost"]
    axes.set_xticks(np.arange(size + 1) + 0.5, heads, fontsize=9, rotation=0 if few else 30)
    axes.xaxis.tick_top()
    axes.set_yticks(np.arange(1, size), minor=True)
    axes.grid(visible=False)
    axes.grid(visible=True, axis="y", which="minor")


def _wrapped(name: str) -> str:
    """A name on two lines: the strategy, and its schedule."""
    for word in (" every ", " never "):
        head, found, tail = name.rpartition(word)
        if found:
            return f"{drawing.short(head)[:22]}\n{word.strip()} {tail}"
    return drawing.short(name)


def _ranks(found: CriticalDifference) -> Chart:
    table = Table(
        (Column("Strategy"), Column("Mean rank", "number", "1 is best on every stream")),
        tuple((name, float(rank)) for name, rank in zip(found.names, found.ranks, strict=True)),
        f"Mean ranks over {found.streams} streams",
    )
    if found.p_value > SURE:
        finding = f"Over {found.streams} streams no ranks differ by more than chance (Friedman, p {found.p_value:.2g})."
    else:
        finding = (
            f"Over {found.streams} streams {found.names[0]} ranks best, {format_number(float(found.ranks[0]))} "
            f"on average; ranks closer than {format_number(found.critical)} do not differ significantly (Nemenyi)."
        )
    return Chart(partial(_draw_ranks, found), finding, table, wide=True, height=0.3 + 0.09 * len(found.names))


def _draw_ranks(found: CriticalDifference, figure: Any) -> None:
    axes = figure.subplots()
    count = len(found.names)
    drawing.sns.scatterplot(x=found.ranks, y=range(count), color=drawing.ink(), s=40, ax=axes)
    axes.collections[-1].set_gid(f"rows={','.join(map(str, range(count)))}")
    if found.p_value <= SURE:
        for step, (first, last) in enumerate(found.groups):
            at = count - 0.4 + 0.35 * step
            axes.plot([found.ranks[first], found.ranks[last]], [at, at], color=drawing.ink(), linewidth=4, alpha=0.5)
    axes.set_yticks(range(count), [drawing.short(name) for name in found.names])
    axes.set_ylim(count - 0.3 + 0.35 * len(found.groups), -0.6)
    axes.set_title("Mean rank; bars join ranks that do not differ significantly")
