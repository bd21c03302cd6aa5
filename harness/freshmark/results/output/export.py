"""Writes tables as CSV, Parquet, Markdown or LaTeX; text that a spreadsheet would evaluate is quoted."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from freshmark.errors import UnknownName
from freshmark.results.redaction import redact
from freshmark.results.stored.recorded import Recorded

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN = "\\`*_{}[]<>#|~$&!"
_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "±": r"$\pm$", "−": "$-$"}
_LATEX |= {letter: f"\\{letter}" for letter in "&%$#_{}"}


def rows_of_cells(recorded: Recorded, name: str) -> pd.DataFrame:
    """One table of every successful cell, concatenated: stream, strategy, every, delay, seed, then its own columns."""
    parts = []
    for _, cell in recorded.cells[recorded.cells["status"] == "ok"].iterrows():
        table = pd.DataFrame(recorded.table(str(cell["key"]), name))
        for index, column in enumerate(("stream", "strategy", "every", "delay", "seed")):
            table.insert(index, column, cell[column])
        parts.append(table)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """RFC 4180: quoted formulas, numbers in full precision, empty for NaN."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([escape_formula(str(name)) for name in table.columns])
        for row in table.itertuples(index=False):
            writer.writerow([escape_formula(entry) for entry in row])


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Types as they are; the home folder is redacted from texts."""
    table.assign(**{name: _redacted(table[name]) for name in table.columns}).to_parquet(path, index=False)


def _redacted(column: pd.Series[Any]) -> pd.Series[Any]:
    """The column, redacted; a categorical column by its categories."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        names = [_redact(name) for name in column.cat.categories]
        # Two categories may become equal, which a categorical dtype does not allow.
        return (
            column.astype(object).map(_redact) if len(set(names)) < len(names) else column.cat.rename_categories(names)
        )
    is_text = column.dtype == object or isinstance(column.dtype, pd.StringDtype)
    return column.map(_redact) if is_text else column


def write_markdown(table: pd.DataFrame, path: Path) -> None:
    """A GitHub Markdown table, all text escaped."""

    def escaped(text: str) -> str:
        return "".join(f"\\{letter}" if letter in _MARKDOWN else letter for letter in text)

    numeric = [pd.api.types.is_numeric_dtype(table[name]) for name in table.columns]
    lines = [f"| {' | '.join(escaped(str(name)) for name in table.columns)} |"]
    lines.append(f"|{'|'.join(' ---: ' if number else ' --- ' for number in numeric)}|")
    lines += [
        f"| {' | '.join(escaped(_display_text(entry)) for entry in row)} |" for row in table.itertuples(index=False)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def write_latex(table: pd.DataFrame, path: Path) -> None:
    """A LaTeX ``tabular`` that needs no package."""

    def row(entries: Any) -> str:
        return (
            " & ".join("".join(_LATEX.get(letter, letter) for letter in _display_text(entry)) for entry in entries)
            + r" \\"
        )

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
"""Name → file suffix and writer."""


def write_tables(tables: Mapping[str, Callable[[], pd.DataFrame]], folder: Path, form: str) -> list[Path]:
    """Write each table into the folder, which is created if missing; returns the paths.

    Raises:
        UnknownName: the form does not exist.
    """
    if form not in FORMS:
        raise UnknownName("form of table", form, FORMS)
    suffix, write = FORMS[form]
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}{suffix}" for name in tables]
    for build, path in zip(tables.values(), paths, strict=True):
        write(build(), path)
    return paths


def escape_formula(entry: Any) -> Any:
    """Text that a spreadsheet would evaluate, prefixed by an apostrophe; other values as they are; empty for NaN."""
    if isinstance(entry, str):
        entry = redact(entry)
        return f"'{entry}" if entry.startswith(_FORMULA) else entry
    return "" if _missing(entry) else entry


def _missing(entry: Any) -> bool:
    return entry is None or entry is pd.NaT or (isinstance(entry, float | np.floating) and math.isnan(entry))


def _redact(entry: Any) -> Any:
    return redact(entry) if isinstance(entry, str) else entry


def _display_text(entry: Any) -> str:
    """The entry on one line, numbers to six digits."""
    if _missing(entry):
        return ""
    if isinstance(entry, float | np.floating):
        return f"{entry:.6g}"
    return re.sub(r"\s+", " ", redact(str(entry))).strip()
