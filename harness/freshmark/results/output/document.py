"""Document: what a report is written about when it is not a run, such as a comparison or an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pandas as pd

from freshmark.contract.hookspecs import Factory
from freshmark.contract.section import Section
from freshmark.errors import UnknownName
from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.verdict import Verdict
from freshmark.results.plugins import imported, offered
from freshmark.results.stored.folder import StreamRecord


class Reportable(Protocol):
    """What a report writer takes: Results or a Document."""

    @property
    def heading(self) -> str:
        """The title; empty where the verdicts suffice."""

    @property
    def streams(self) -> Mapping[str, StreamRecord]:
        """Name → stream."""

    @property
    def cells(self) -> pd.DataFrame:
        """One row a cell."""

    def verdicts(self) -> list[Verdict]:
        """One a stream."""

    def alerts(self) -> list[Alert]:
        """Most severe first."""

    def ranking(self) -> pd.DataFrame:
        """Best first."""


def write_report(
    subject: Reportable,
    path: Path,
    form: str,
    sections: Mapping[str, Factory],
    writers: Mapping[str, Factory] | None = None,
) -> Path:
    """Write a report with these sections; returns its path.

    Args:
        subject: what the report is about.
        path: the file to write.
        form: ``html``, ``markdown``, ``csv``, or the name of a plugin's writer.
        sections: name → section function.
        writers: name → writer; None: those of the installed plugins.

    Raises:
        UnknownName: the form does not exist.
    """
    writers = offered("register_reports") if writers is None else writers
    if form not in writers:
        raise UnknownName("form of report", form, writers)
    write: Callable[..., None] = imported(writers[form])
    write(subject, path, sections)
    return path


@dataclass(frozen=True)
class Document:
    """A title, sections and a table, written like a report of Results.

    table: what the form ``csv`` writes
    stream_verdicts: one a stream; stream_alerts: most severe first
    """

    heading: str
    sections: Sequence[Section]
    table: pd.DataFrame
    streams: Mapping[str, StreamRecord] = field(default_factory=dict)
    stream_verdicts: Sequence[Verdict] = ()
    stream_alerts: Sequence[Alert] = ()

    @property
    def cells(self) -> pd.DataFrame:
        """The rows of the table."""
        return self.table

    def verdicts(self) -> list[Verdict]:
        """One a stream."""
        return list(self.stream_verdicts)

    def alerts(self) -> list[Alert]:
        """Most severe first."""
        return list(self.stream_alerts)

    def ranking(self) -> pd.DataFrame:
        """The table."""
        return self.table

    def write(self, path: Path, form: str = "html", writers: Mapping[str, Factory] | None = None) -> Path:
        """Write it in this form; returns the path.

        Raises:
            UnknownName: the form does not exist.
        """
        sections = {f"part {index}": lambda _, one=one: one for index, one in enumerate(self.sections)}
        return write_report(self, path, form, sections, writers)
