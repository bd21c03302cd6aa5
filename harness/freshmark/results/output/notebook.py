"""Results as a notebook shows them: the verdict, and the head of the ranking."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from freshmark.results.naming import metric_in_words, number, within
from freshmark.results.redaction import redacted

if TYPE_CHECKING:
    from freshmark.results.tables import Results

MOST_ROWS = 10


def html_of(results: Results) -> str:
    """Every text in it is escaped."""
    ranking = results.ranking()
    parts = [f"<p>{_text(repr(results))}</p>"]
    for verdict in results.verdicts():
        rows = ranking[ranking["stream"] == verdict.stream]
        parts.append(f"<p><b>{_text(verdict.stream)}</b>: {_text(verdict.sentence)}</p>")
        if len(rows):
            parts.append(_table(rows))
    return "\n".join(parts)


def _table(rows: pd.DataFrame) -> str:
    shown = rows.head(MOST_ROWS)
    metric = metric_in_words(str(shown["metric"].iloc[0]))
    head = ("Strategy", "Updated", metric, "CPU s / M", "Status")
    lines = []
    for _, row in shown.iterrows():
        value = within(row["value"], row["margin"]) if np.isfinite(row["value"]) else "–"
        cells = (row["strategy"], row["schedule"], value, number(row["cpu_seconds_per_million"]), row["status"])
        lines.append("<tr>" + "".join(f"<td>{_text(str(cell))}</td>" for cell in cells) + "</tr>")
    left = len(rows) - len(shown)
    more = f"<p>{left} more rows: <code>results.ranking()</code></p>" if left else ""
    columns = "".join(f'<th scope="col">{_text(name)}</th>' for name in head)
    return f"<table><thead><tr>{columns}</tr></thead><tbody>{''.join(lines)}</tbody></table>{more}"


def _text(text: str) -> str:
    return escape(redacted(text))
