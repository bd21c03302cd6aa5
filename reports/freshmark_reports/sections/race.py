"""The race: which rows got more seeds at each look, and why the others did not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from freshmark import Column, Entry, Prose, Results, Section, Table
from freshmark.reporting import row_label

COLUMNS = (
    Column("Row"),
    Column("Seeds", "count", "cells that succeeded"),
    Column("Threat", "share", "probability at its last look that it beats the choice by more than the tolerance"),
    Column("Last contended", "count", "the last look at which it could win"),
    Column("At the last look", about="why it contends or not"),
)
LOOKS = (
    Column("Look", "count"),
    Column("Seeds", "count", "of rows that could win"),
    Column("Rows that may win", "count"),
    Column("Seeds added", "count"),
    Column("Level", "share", "bounds are drawn at 100 % less this, so that all looks together err in 5 % of races"),
    Column("Then"),
)


def section(results: Results) -> Sequence[Section]:
    """One per stream on which seeds were added by racing."""
    table = results.looks()
    found = []
    for stream in results.streams:
        looks = table[table["stream"] == stream]
        if len(looks):
            parts = (_about(), _looks(looks), _rows(looks))
            found.append(Section("The race for seeds", parts, stream, order=1450))
    return found


def _about() -> Prose:
    return Prose(
        "Seeds were added look by look, only to rows that might beat the choice by more than the tolerance. A row that "
        "could not kept its cells and got no more. Each look is a chance to be wrong, so bounds are drawn wider."
    )


def _looks(looks: Any) -> Table:
    rows: list[tuple[Entry, ...]] = [
        (
            int(number),
            int(group["seeds"][group["contends"]].max()) if group["contends"].any() else None,
            int(group["contends"].sum()),
            int(group["adds"].sum()),
            float(group["level"].iloc[0]),
            str(group["stop"].iloc[0]) or "seeds were added",
        )
        for number, group in looks.groupby("number", sort=True)
    ]
    return Table(LOOKS, tuple(rows), "The looks, and what followed")


def _rows(looks: Any) -> Table:
    last = looks[looks["number"] == looks["number"].max()]
    contended = looks[looks["contends"]].groupby(["strategy", "every", "delay"])["number"].max()
    rows = tuple(
        (
            row_label(row["strategy"], row["every"], row["delay"]),
            int(row["seeds"]),
            None if math.isnan(float(row["threat"])) else float(row["threat"]),
            _known(contended.get((row["strategy"], row["every"], row["delay"]))),
            str(row["why"]),
        )
        for _, row in last.iterrows()
    )
    return Table(COLUMNS, rows, "What became of every row, best first")


def _known(number: Any) -> int | None:
    return None if number is None else int(number)
