"""New items and changing lists: when what is new is first recommended, and how much lists change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from freshmark import Column, Entry, Prose, Results, Section, Table, Value
from freshmark.reporting import format_number, row_label

from freshmark_reports.choice import rows_of
from freshmark_reports.spans import span_in_words

NAMES = ["stream", "strategy", "every", "delay"]


def section(results: Results) -> Sequence[Section]:
    """One table for each stream whose lists were kept."""
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
    text = f"Of {int(best['items'])} new items {name} recommended {share} to anyone who was asked"
    if np.isfinite(best["recommended_seconds"]):
        text += f", half of all within {span_in_words(best['recommended_seconds'])} of their first event"
    quickest = rows.iloc[int(rows["recommended_share"].argmax())]
    if quickest["recommended_share"] > best["recommended_share"]:
        other = row_label(quickest["strategy"], quickest["every"], quickest["delay"])
        text += f"; {other} {100 * quickest['recommended_share']:.0f}\u00a0%"
    if np.isfinite(best["churn"]):
        share = format_number(100 * best["churn"], 2)
        text += f". From one list of a user to the next, an update in between, {share}\u00a0% of it change (1 − RBO)"
    return f"{text}."


def _table(rows: pd.DataFrame) -> Table:
    return Table(
        (
            Column("Strategy"),
            Column("Updated"),
            Column("Recommended", "share", "new items that were in a list of the single requests, which are a sample"),
            Column("First list", "seconds", "median time from an item's first event until then"),
            Column("Hit", "share", "of new items that came again: those that were among the first K when they came"),
            Column("First hit", "seconds", "median time from an item's first event until then"),
            Column("Churn", "share", "1 − RBO of two lists of a user of the panel, an update in between"),
            Column("Without update", "share", "the same where there was none: context and catalogue alone"),
        ),
        tuple(
            (
                row["strategy"],
                row["schedule"],
                row["recommended_share"],
                _time(row["recommended_seconds"]),
                row["hit_share"],
                _time(row["hit_seconds"]),
                row["churn"],
                row["churn_without_update"],
            )
            for _, row in rows.iterrows()
        ),
        "New items and changing lists",
    )


def _time(seconds: Any) -> Entry:
    return Value(np.nan, note="most never were") if np.isinf(seconds) else float(seconds)
