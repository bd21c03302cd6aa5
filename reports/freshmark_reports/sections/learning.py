"""Learning and forgetting: the train-test matrix of the best strategy, and transfer of every strategy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Chart, Column, FloatArray, Metric, Results, Section, Table
from freshmark.reporting import format_number, metric_label, per_event_metric, row_label, score_matrix

from freshmark_reports import drawing
from freshmark_reports.choice import keys_of, rows_of

MOST_NUMBERS = 12
"""Maximum number of blocks for which every field shows its number."""


def section(results: Results) -> Sequence[Section]:
    """One chart and one table for each stream with a matrix."""
    learned = results.learning()
    found = []
    for stream in results.streams:
        rows = rows_of(results, stream)
        known = rows.merge(learned, on=["stream", "strategy", "every", "delay", "metric"], suffixes=("", "_learned"))
        moving = known[known["every"] != "never"]
        if len(moving):
            found.append(
                Section("Learning and forgetting", (_chart(results, moving), _transfers(known)), stream, order=800)
            )
    return found


def scores_of(results: Results, row: pd.Series, metric: Metric) -> tuple[FloatArray, FloatArray]:
    """(blocks + 1, blocks) scores of a row, mean over its seeds; and (blocks,) of the run itself."""
    grids = [score_matrix(results.recorded, key, per_event_metric(metric)) for key in keys_of(results, row)]
    known = [grid for grid in grids if grid is not None]
    return np.mean([one.scores for one in known], axis=0), np.mean([one.live_scores for one in known], axis=0)


def _chart(results: Results, rows: pd.DataFrame) -> Chart:
    best = rows.iloc[0]
    scores, live = scores_of(results, best, results.metrics.named(str(best["metric"])))
    blocks = scores.shape[1]
    table = Table(
        (Column("Learned"), *(Column(f"Block {block + 1}", "number") for block in range(blocks))),
        (
            *((_after(row), *_entries(scores[row])) for row in range(blocks + 1)),
            ("the run itself", *_entries(live)),
        ),
        f"{metric_label(str(best['metric']))} of {_name(best)}: the model after each block, evaluated on every block",
    )
    return Chart(partial(_draw, scores, live), _finding(best), table, wide=True, height=max(0.7, 0.32 + 0.075 * blocks))


def _entries(values: FloatArray) -> list[float | None]:
    return [float(f"{value:.4g}") if np.isfinite(value) else None for value in values]


def _after(row: int) -> str:
    return "warm-up only" if not row else f"up to block {row}"


def _name(row: Any) -> str:
    return row_label(row["strategy"], row["every"], row["delay"])


def _finding(best: Any) -> str:
    metric, forward, backward = metric_label(best["metric"]), best["forward_transfer"], best["backward_transfer"]
    text = (
        f"What {_name(best)} learned up to a block is worth {format_number(forward)} {metric} on the next one, "
        "compared with the warm-up alone"
    )
    if np.isnan(backward):
        return f"{text}; its context cannot be rewound, so forgetting is not measured."
    if backward < 0:
        return f"{text}; by the end it has lost {format_number(-backward)} on earlier blocks (forgetting)."
    return f"{text}; by the end it is no worse on earlier blocks than just after them (+{format_number(backward)})."


def _transfers(rows: pd.DataFrame) -> Table:
    return Table(
        (
            Column("Strategy"),
            Column("Updated"),
            Column("Blocks", "count"),
            Column("Gain of updating", "number", "the run itself minus the warm-up model, mean over blocks"),
            Column("Forward transfer", "number", "on the next, unseen block, minus the warm-up model"),
            Column("Backward transfer", "number", "at the end minus just after each block; below 0: forgetting"),
        ),
        tuple(
            (
                row["strategy"],
                row["schedule"],
                int(row["blocks"]),
                row["update_gain"],
                row["forward_transfer"],
                row["backward_transfer"],
            )
            for _, row in rows.iterrows()
        ),
        "Transfer (Lopez-Paz & Ranzato 2017); more is better",
    )


def _draw(scores: FloatArray, live: FloatArray, figure: Any) -> None:
    axes = figure.subplots()
    blocks = scores.shape[1]
    rows = np.vstack([scores, live])
    texts = np.vectorize(lambda value: format_number(value, 2) if np.isfinite(value) else "")(rows)
    drawing.sns.heatmap(
        rows, ax=axes, cmap=drawing.shades(), vmin=0, vmax=float(np.nanmax(rows)) or 1.0, mask=~np.isfinite(rows),
        cbar=False, annot=texts if blocks <= MOST_NUMBERS else False, fmt="",
        annot_kws={"fontsize": 9, "color": drawing.ink()},
    )  # fmt: skip
    for text in axes.texts:
        column, row = (int(at) for at in text.get_position())
        text.set_style("italic" if row <= blocks and column < row else "normal")
    for row in range(1, blocks + 1):
        # Blocks left of the steps were learned, blocks right of them are still ahead.
        axes.plot([row, row, row - 1], [row + 1, row, row], color=drawing.ink(), linewidth=1.4)
    axes.axhline(blocks + 1, color=drawing.ink(), linewidth=1.4)  # the run itself is set apart
    axes.set_yticks(np.arange(blocks + 2) + 0.5, [*(_after(row) for row in range(blocks + 1)), "the run itself"])
    axes.set_xticks(np.arange(blocks) + 0.5, [f"block {block + 1}" for block in range(blocks)])
    axes.tick_params(labelcolor=drawing.muted(), labelrotation=0)
    axes.xaxis.tick_top()
    axes.grid(visible=False)
    axes.set_ylabel("learned")
