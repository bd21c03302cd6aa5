"""Which rows a chart shows when showing all would be unreadable."""

from __future__ import annotations

import numpy as np
import pandas as pd
from freshmark import Results

MOST_LINES = 12


def rows_of(results: Results, stream: str) -> pd.DataFrame:
    """The rows of the ranking that have a value, best first."""
    table = results.ranking()
    fine = np.isfinite(table["value"].astype(float))
    return table[(table["stream"] == stream) & fine].reset_index(drop=True)


def best_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    """Each strategy at its best schedule, the best strategies only."""
    return rows.drop_duplicates("strategy").head(MOST_LINES)


def selection_note(shown: int, rows: pd.DataFrame) -> str:
    """A sentence that says which rows are shown."""
    strategies = rows["strategy"].nunique()
    if len(rows) == shown:
        return ""
    rest = "" if strategies == shown else f", the best {shown} of {strategies}"
    return f" Shown: each strategy at its best schedule{rest}."


def keys_of(results: Results, row: pd.Series) -> list[str]:
    """The keys of the cells behind a row: its seeds."""
    stream, strategy, every, delay = (str(row[name]) for name in ("stream", "strategy", "every", "delay"))
    return results.keys_of(stream, strategy, every, delay)
