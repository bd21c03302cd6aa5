"""Document: what the writers of reports show where it is no run: a comparison, an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from freshmark.contract.hookspecs import Factory
from freshmark.contract.section import Section
from freshmark.errors import UnknownName
from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.verdict import Verdict
from freshmark.results.plugins import imported, offered
from freshmark.results.stored.folder import StreamRecord


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
        writers = offered("register_reports") if writers is None else writers
        if form not in writers:
            raise UnknownName("form of report", form, writers)
        write: Callable[..., None] = imported(writers[form])
        write(self, path, {f"part {place}": lambda _, one=one: one for place, one in enumerate(self.sections)})
        return path
