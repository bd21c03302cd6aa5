"""check_section: does a section of the report show the given results?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from freshmark.contract.section import Chart, Section, Table
from freshmark.testing.findings import Check, Finding, run_checks

if TYPE_CHECKING:
    from freshmark.results.tables import Results

Build = Callable[[Any], Any]


def check_section(section: Build, results: Results) -> list[Finding]:
    """Check a section on these results: it gives sections; rows match columns; every chart can be drawn.

    Args:
        section: the function that a plugin registers.
        results: of a run, which may be small.
    """
    return list(run_checks(_checks(section, results)))


def _checks(section: Build, results: Results) -> Iterator[tuple[str, Check]]:
    yield "it gives sections", partial(_gives, section, results)
    yield "rows have a cell for every column", partial(_rows, section, results)
    yield "every chart can be drawn and has a finding", partial(_charts, section, results)


def sections_of(section: Build, results: Results) -> list[Section]:
    """The sections that it gives, one or several."""
    given = section(results)
    return [given] if isinstance(given, Section) else list(given)


def _gives(section: Build, results: Results) -> str:
    wrong = [one for one in sections_of(section, results) if not isinstance(one, Section)]
    return f"it gave a {type(wrong[0]).__name__}" if wrong else ""


def _tables(section: Build, results: Results) -> Iterator[Table]:
    for one in sections_of(section, results):
        for part in one.parts:
            if isinstance(part, Table):
                yield part
            elif isinstance(part, Chart):
                yield part.table


def _rows(section: Build, results: Results) -> str:
    for table in _tables(section, results):
        for row in table.rows:
            if len(row) != len(table.columns):
                return f"a row has {len(row)} cells under {len(table.columns)} columns"
    return ""


def _charts(section: Build, results: Results) -> str:
    from matplotlib.figure import Figure  # noqa: PLC0415  (a second that only charts need)

    for one in sections_of(section, results):
        for part in one.parts:
            if isinstance(part, Chart):
                part.draw(Figure())
                if not part.finding.strip():
                    return f"a chart of {one.title!r} has no finding"
    return ""
