"""Every table of a run as CSV, Parquet, Markdown or LaTeX; no spreadsheet takes a name for a formula."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from freshmark.results.redaction import redacted

if TYPE_CHECKING:
    from freshmark.results.tables import Results

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN = "\\`*_{}[]<>#|~$&!"
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "±": r"$\pm$", "−": "$-$"}
_LATEX |= {one: f"\\{one}" for one in "&%$#_{}"}
_ROWS = ("windows", "updates", "latencies", "outcomes")

TABLES: Mapping[str, Callable[[Results], pd.DataFrame]] = {
    "cells": lambda results: results.cells,
    "ranking": lambda results: results.ranking(),
    "curves": lambda results: results.curves(),
    "pairs": lambda results: results.pairs(),
    "measurements": lambda results: results.measurements,
    "learning": lambda results: results.learning(),
    "staleness": lambda results: results.staleness(),
    "half_lives": lambda results: results.half_lives(),
    "open_loop": lambda results: results.open_loop(),
    "slowness": lambda results: results.slowness(),
    "recovery": lambda results: results.recovery(),
    "attainment": lambda results: results.attainment(),
    "arrivals": lambda results: results.arrivals(),
    "churn": lambda results: results.churn(),
    **{name: lambda results, name=name: rows_of(results, name) for name in _ROWS},  # type: ignore[misc]
}
"""Name → table."""

USUAL = tuple(name for name in TABLES if name != "outcomes")
"""The tables that are written where none is named: the outcomes have a row for every event of every cell."""


def rows_of(results: Results, name: str) -> pd.DataFrame:
    """A table of all cells that succeeded, one below the other: stream, strategy, every, delay, seed, then its own."""
    parts = []
    for _, cell in results.cells[results.cells["status"] == "ok"].iterrows():
        own = pd.DataFrame(results.table(str(cell["key"]), name))
        for place, column in enumerate(("stream", "strategy", "every", "delay", "seed")):
            own.insert(place, column, cell[column])
        parts.append(own)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Text guarded, numbers in full, nothing for NaN."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([guarded(str(name)) for name in table.columns])
        for row in table.itertuples(index=False):
            writer.writerow([guarded(entry) for entry in row])


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Types as they are; texts without the reader's home folder."""
    kept = table.assign(**{name: _without_home(table[name]) for name in table.columns})
    kept.to_parquet(path, index=False)


def _without_home(column: pd.Series[Any]) -> pd.Series[Any]:
    """The column; of categories the names, each once."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        names = [_told(name) for name in column.cat.categories]
        return column.astype(object).map(_told) if len(set(names)) < len(names) else column.cat.rename_categories(names)
    is_text = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
    return column.map(_told) if is_text else column


def write_markdown(table: pd.DataFrame, path: Path) -> None:
    """A table of GitHub's Markdown; nothing in it is taken for Markdown or HTML."""

    def escaped(text: str) -> str:
        return "".join(f"\\{one}" if one in _MARKDOWN else one for one in text)

    right = [pd.api.types.is_numeric_dtype(table[name]) for name in table.columns]
    lines = [f"| {' | '.join(escaped(str(name)) for name in table.columns)} |"]
    lines.append(f"|{'|'.join(' ---: ' if one else ' --- ' for one in right)}|")
    lines += [f"| {' | '.join(escaped(_shown(entry)) for entry in row)} |" for row in table.itertuples(index=False)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def write_latex(table: pd.DataFrame, path: Path) -> None:
    """A ``tabular`` that needs no package."""

    def row(entries: Any) -> str:
        return " & ".join("".join(_LATEX.get(one, one) for one in _shown(entry)) for entry in entries) + r" \\"

    letters = "".join("r" if pd.api.types.is_numeric_dtype(table[name]) else "l" for name in table.columns)
    body = [row(entries) for entries in table.itertuples(index=False)]
    head = [rf"\begin{{tabular}}{{{letters}}}", r"\hline", row(table.columns), r"\hline"]
    path.write_text("\n".join([*head, *body, r"\hline", r"\end{tabular}"]) + "\n", "utf-8")


FORMS: Mapping[str, tuple[str, Callable[[pd.DataFrame, Path], None]]] = {
    "csv": (".csv", write_csv),
    "parquet": (".parquet", write_parquet),
    "markdown": (".md", write_markdown),
    "latex": (".tex", write_latex),
}
"""Name → ending of the file, and what writes it."""


def guarded(entry: Any) -> Any:
    """Text that a spreadsheet would compute gets an apostrophe before it; everything else stays."""
    if isinstance(entry, str):
        entry = redacted(entry)
        return f"'{entry}" if entry.startswith(_FORMULA) else entry
    return "" if _missing(entry) else entry


def _missing(entry: Any) -> bool:
    return entry is None or entry is pd.NaT or (isinstance(entry, float | np.floating) and math.isnan(entry))


def _told(entry: Any) -> Any:
    return redacted(entry) if isinstance(entry, str) else entry


def _shown(entry: Any) -> str:
    """The entry for people's eyes, on one line."""
    if _missing(entry):
        return ""
    if isinstance(entry, float | np.floating):
        return f"{entry:.6g}"
    return re.sub(r"\s+", " ", redacted(str(entry))).strip()
