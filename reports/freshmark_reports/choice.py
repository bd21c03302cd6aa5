"""Which rows a chart shows, where it cannot show all and stay readable."""

from __future__ import annotations

import numpy as np
import pandas as pd
from freshmark import Results

MOST_LINES = 8


def rows_of(results: Results, stream: str) -> pd.DataFrame:
    """The rows of the ranking that have a value, best first."""
    table = results.ranking()
    fine = np.isfinite(table["value"].astype(float))
    return table[(table["stream"] == stream) & fine].reset_index(drop=True)


def best_of_each(rows: pd.DataFrame) -> pd.DataFrame:
    """Each strategy at its best schedule, the first of them only."""
    return rows.drop_duplicates("strategy").head(MOST_LINES)


def said_of(shown: int, rows: pd.DataFrame) -> str:
    """Which rows those are, as a sentence."""
    strategies = rows["strategy"].nunique()
    if len(rows) == shown:
        return ""
    rest = "" if strategies == shown else f", the best {shown} of {strategies}"
    return f" Each strategy at its best schedule{rest}."


def keys_of(results: Results, row: pd.Series) -> list[str]:
    """The keys of the cells behind a row: its seeds."""
    stream, strategy, every, delay = (str(row[name]) for name in ("stream", "strategy", "every", "delay"))
    return results.keys_of(stream, strategy, every, delay)
