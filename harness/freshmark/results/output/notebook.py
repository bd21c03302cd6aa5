"""Results as HTML for a notebook: verdicts, alerts and the head of each ranking."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.ranking import RankingRow
from freshmark.results.decision.verdict import Verdict
from freshmark.results.naming import format_number, metric_label, with_margin
from freshmark.results.redaction import redact

MAX_ROWS = 10


def html_of(
    title: str, verdicts: Sequence[Verdict], ranking: Sequence[RankingRow], alerts: Sequence[Alert] = ()
) -> str:
    """The title, each verdict with its alerts and the head of its ranking; every text is escaped."""
    parts = [f"<p>{_text(title)}</p>"]
    for verdict in verdicts:
        rows = [row for row in ranking if row.stream == verdict.stream]
        parts.append(f"<p><b>{_text(verdict.stream)}</b>: {_text(verdict.sentence)}</p>")
        items = [f"<li>{_text(f'{one.level}: {one.text}')}</li>" for one in alerts if one.stream == verdict.stream]
        if items:
            parts.append(f"<ul>{''.join(items)}</ul>")
        if rows:
            parts.append(_table(rows))
    return "\n".join(parts)


def _table(rows: Sequence[RankingRow]) -> str:
    shown = rows[:MAX_ROWS]
    metric = metric_label(shown[0].metric)
    head = ("Strategy", "Updated", metric, "CPU s / M", "of updates", "of answers", "Status")
    lines = []
    for row in shown:
        value = with_margin(row.value, row.margin) if row.measured else "–"
        cost = with_margin(row.cpu_seconds_per_million, row.cpu_seconds_margin)
        parts = (row.update_cpu_seconds_per_million, row.answer_cpu_seconds_per_million)
        cells = (row.strategy, row.schedule, value, cost, *map(format_number, parts), row.status)
        lines.append("<tr>" + "".join(f"<td>{_text(str(cell))}</td>" for cell in cells) + "</tr>")
    left = len(rows) - len(shown)
    more = f"<p>{left} more rows: <code>results.ranking()</code></p>" if left else ""
    columns = "".join(f'<th scope="col">{_text(name)}</th>' for name in head)
    return f"<table><thead><tr>{columns}</tr></thead><tbody>{''.join(lines)}</tbody></table>{more}"


def _text(text: str) -> str:
    return escape(redact(text))
