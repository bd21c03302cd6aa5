"""Document: what the writers of reports show where it is no run: a comparison, an index."""

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
    """What a writer of reports is given: results of runs, or a document."""

    @property
    def heading(self) -> str:
        """What stands above everything; empty where the verdicts are heading enough."""

    @property
    def streams(self) -> Mapping[str, StreamRecord]:
        """Name → what is known of the stream."""

    @property
    def cells(self) -> pd.DataFrame:
        """One row a cell."""

    def verdicts(self) -> list[Verdict]:
        """One a stream."""

    def alerts(self) -> list[Alert]:
        """Gravest first."""

    def ranking(self) -> pd.DataFrame:
        """Best first."""


def write_report(
    subject: Reportable,
    path: Path,
    form: str,
    sections: Mapping[str, Factory],
    writers: Mapping[str, Factory] | None = None,
) -> Path:
    """Write a report of this form, with these sections; gives the path.

    Args:
        subject: what it is about.
        path: the file to write.
        form: ``html``, ``markdown``, ``csv``, or what a plugin offers.
        sections: name → section function.
        writers: name → writer; those of the installed plugins where None.

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
    """It answers what a writer asks Results for.

    heading: what stands above everything
    told: one verdict a stream; known: what to know before believing it
    table: what the form ``csv`` writes
    """

    heading: str
    sections: Sequence[Section]
    table: pd.DataFrame
    streams: Mapping[str, StreamRecord] = field(default_factory=dict)
    told: Sequence[Verdict] = ()
    known: Sequence[Alert] = ()

    @property
    def cells(self) -> pd.DataFrame:
        """The rows of the table."""
        return self.table

    def verdicts(self) -> list[Verdict]:
        """One a stream."""
        return list(self.told)

    def alerts(self) -> list[Alert]:
        """Gravest first."""
        return list(self.known)

    def ranking(self) -> pd.DataFrame:
        """The table."""
        return self.table

    def write(self, path: Path, form: str = "html", writers: Mapping[str, Factory] | None = None) -> Path:
        """Write it in a form that reports take; gives the path.

        Raises:
            UnknownName: nobody offers the form.
        """
        sections = {f"part {index}": lambda _, one=one: one for index, one in enumerate(self.sections)}
        return write_report(self, path, form, sections, writers)
