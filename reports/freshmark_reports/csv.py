"""The ranking as CSV, in full precision; no spreadsheet takes a name for a formula."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pandas as pd
from freshmark.results.tables import Results

from freshmark_reports.chapters import Sections
from freshmark_reports.privacy import redacted

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(results: Results, path: Path, sections: Sections) -> None:
    """Write the ranking of all streams; sections have no place in it."""
    del sections
    write_table(results.ranking(), path)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write any table: text guarded, numbers untouched, nothing for NaN."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([guarded(str(name)) for name in table.columns])
        for row in table.itertuples(index=False):
            writer.writerow([guarded(entry) for entry in row])


def guarded(entry: Any) -> Any:
    """Text that a spreadsheet would compute gets an apostrophe before it; everything else stays."""
    if isinstance(entry, str):
        entry = redacted(entry)
        return f"'{entry}" if entry.startswith(_FORMULA) else entry
    return "" if entry is None or (isinstance(entry, float) and math.isnan(entry)) else entry
