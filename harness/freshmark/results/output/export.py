"""Every table of a run as CSV, Parquet, Markdown or LaTeX; no spreadsheet takes a name for a formula."""

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
_LATEX |= {one: f"\\{one}" for one in "&%$#_{}"}


def rows_of_cells(recorded: Recorded, name: str) -> pd.DataFrame:
    """A table of all cells that succeeded, one below the other: stream, strategy, every, delay, seed, then its own."""
    parts = []
    for _, cell in recorded.cells[recorded.cells["status"] == "ok"].iterrows():
        own = pd.DataFrame(recorded.table(str(cell["key"]), name))
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


def write_tables(tables: Mapping[str, Callable[[], pd.DataFrame]], folder: Path, form: str) -> list[Path]:
    """Write each table into the folder, which is created if missing; gives the paths.

    Raises:
        UnknownName: the form does not exist.
    """
    if form not in FORMS:
        raise UnknownName("form of table", form, FORMS)
    ending, write = FORMS[form]
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}{ending}" for name in tables]
    for build, path in zip(tables.values(), paths, strict=True):
        write(build(), path)
    return paths


def guarded(entry: Any) -> Any:
    """Text that a spreadsheet would compute gets an apostrophe before it; everything else stays."""
    if isinstance(entry, str):
        entry = redact(entry)
        return f"'{entry}" if entry.startswith(_FORMULA) else entry
    return "" if _missing(entry) else entry


def _missing(entry: Any) -> bool:
    return entry is None or entry is pd.NaT or (isinstance(entry, float | np.floating) and math.isnan(entry))


def _told(entry: Any) -> Any:
    return redact(entry) if isinstance(entry, str) else entry


def _shown(entry: Any) -> str:
    """The entry for people's eyes, on one line."""
    if _missing(entry):
        return ""
    if isinstance(entry, float | np.floating):
        return f"{entry:.6g}"
    return re.sub(r"\s+", " ", redact(str(entry))).strip()
