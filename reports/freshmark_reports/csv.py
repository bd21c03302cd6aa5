"""The ranking as CSV, in full precision."""

from __future__ import annotations

from pathlib import Path

from freshmark import Results
from freshmark.reporting import write_csv

from freshmark_reports.chapters import Sections


def write(results: Results, path: Path, sections: Sections) -> None:
    """Write the ranking of all streams; sections have no place in it."""
    del sections
    write_csv(results.ranking(), path)
