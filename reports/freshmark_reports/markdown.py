"""The report as Markdown: verdicts, alerts, and every table that does not belong to a chart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from freshmark import Chart, Listing, Part, Prose, Section, Table

from freshmark_reports.chapters import Reported, Sections, chapters
from freshmark_reports.entries import notes, visible, written

_ACTIVE = "\\`*_{}[]<>#|~$&!"


def write(results: Reported, path: Path, sections: Sections) -> None:
    """Write the report; a chart becomes its finding."""
    lines: list[str] = [f"# {_inline(results.heading)}", ""] if results.heading else []
    for chapter in chapters(results, sections):
        if chapter.verdict:
            lines += [f"# {_inline(chapter.title)}", "", _inline(chapter.verdict.sentence), ""]
            if chapter.verdict.settled:
                lines += ["Settled.", ""]
            lines += [line for sentence in chapter.verdict.more for line in (_inline(sentence), "")]
            lines += [f"- {_inline(alert.text)}" for alert in chapter.alerts]
            lines += [""] * bool(chapter.alerts)
        for section in (*chapter.lead, *chapter.sections):
            lines += _section(section)
    path.write_text("\n".join(lines).rstrip() + "\n", "utf-8")


def _section(section: Section) -> Iterator[str]:
    yield from (f"## {_inline(section.title)}", "")
    for part in section.parts:
        yield from _part(part)
        yield ""


def _part(part: Part) -> Iterator[str]:
    if isinstance(part, Prose):
        yield _inline(part.text)
    elif isinstance(part, Chart):
        yield _inline(part.finding)
    elif isinstance(part, Listing):
        if part.title:
            yield from (_inline(part.title), "")
        yield from (f"    {line}" for line in visible(part.text).split("\n"))
    else:
        yield from _table(part)


def _table(table: Table) -> Iterator[str]:
    if table.caption:
        yield from (_inline(table.caption), "")
    yield f"| {' | '.join(_inline(column.label) for column in table.columns)} |"
    yield f"|{'|'.join(' --- ' if column.kind == 'text' else ' ---: ' for column in table.columns)}|"
    for row in table.rows:
        cells = (_inline(written(entry, column.kind)) for entry, column in zip(row, table.columns, strict=True))
        yield f"| {' | '.join(cells)} |"
    missing = notes(table.rows)
    if missing:
        yield from ("", _inline(f"–: {'; '.join(missing)}"))


def _inline(text: str) -> str:
    """The text on one line, escaped for Markdown and HTML."""
    flat = re.sub(r"[ \t\r\n]+", " ", visible(text)).strip(" ")
    return "".join(f"\\{one}" if one in _ACTIVE else one for one in flat)
