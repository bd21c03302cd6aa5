"""New items and changing lists: when new items are first recommended, and how much lists change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Column, Entry, Prose, Results, Section, Table, Value
from freshmark.reporting import format_number, row_label

from freshmark_reports.choice import rows_of
from freshmark_reports.periods import period_label

NAMES = ["stream", "strategy", "every", "delay"]


def section(results: Results) -> Sequence[Section]:
    """One table for each stream whose lists were recorded."""
    arrived, changed = results.arrivals(), results.churn()
    found = []
    for stream in results.streams:
        rows = (
            rows_of(results, stream)[[*NAMES, "schedule"]].merge(arrived, on=NAMES).merge(changed, how="left", on=NAMES)
        )
        if len(rows) and rows["items"].iloc[0]:
            found.append(
                Section("New items and changing lists", (Prose(_finding(rows)), _table(rows)), stream, order=1000)
            )
    return found


def _finding(rows: pd.DataFrame) -> str:
    best = rows.iloc[0]
    name = row_label(best["strategy"], best["every"], best["delay"])
    share = f"{100 * best['recommended_share']:.0f}\u00a0%"
    text = f"{name} recommended {share} of {int(best['items'])} new items in a sampled list"
    if np.isfinite(best["recommended_seconds"]):
        text += f", half of all within {period_label(best['recommended_seconds'])} of their first event"
    quickest = rows.iloc[int(rows["recommended_share"].argmax())]
    if quickest["recommended_share"] > best["recommended_share"]:
        other = row_label(quickest["strategy"], quickest["every"], quickest["delay"])
        text += f"; {other} {100 * quickest['recommended_share']:.0f}\u00a0%"
    if np.isfinite(best["churn"]):
        share = format_number(100 * best["churn"], 2)
        text += f". Across an update, {share}\u00a0% of a user's list changes (1 − RBO)"
    return f"{text}."


def _table(rows: pd.DataFrame) -> Table:
    return Table(
        (
            Column("Strategy"),
            Column("Updated"),
            Column("Recommended", "share", "new items that appeared in a list of the sampled requests"),
            Column("First list", "seconds", "median time since the item's first event"),
            Column("Hit", "share", "new items that occurred again and were among the first K then"),
            Column("First hit", "seconds", "median time since the item's first event"),
            Column("Churn", "share", "1 − RBO of successive lists of a panel user with an update in between"),
            Column("Without update", "share", "the same without an update: due to context and catalogue alone"),
        ),
        tuple(
            (
                row["strategy"],
                row["schedule"],
                row["recommended_share"],
                _time(row["recommended_seconds"], "recommended"),
                row["hit_share"],
                _time(row["hit_seconds"], "hit"),
                row["churn"],
                row["churn_without_update"],
            )
            for _, row in rows.iterrows()
        ),
        "New items and changing lists",
    )


def _time(seconds: Any, what: str) -> Entry:
    return Value(np.nan, note=f"more than half were never {what}") if np.isinf(seconds) else float(seconds)
