"""Rows of the ranking, known on the whole page: what a table's row or a legend's entry is about."""

from __future__ import annotations

from collections.abc import Mapping

from freshmark import Results, Table
from freshmark.reporting import row_label

from freshmark_reports.chapters import Reported
from freshmark_reports.drawing.marks import row_id
from freshmark_reports.entries import visible


class Rows:
    """Finds rows of the ranking by their labels, which are the same in every table and chart."""

    def __init__(self, results: Reported) -> None:
        self._ids: dict[tuple[str, str], str] = {}
        self._attributes: dict[str, dict[str, str]] = {}
        self._strategies: set[str] = set()
        self._anchored: set[str] = set()
        for row in results.ranking().to_dict("records") if isinstance(results, Results) else ():
            identity = row_id(row)
            label = row_label(row["strategy"], row["every"], row["delay"])
            self._ids[row["stream"], label] = identity
            self._attributes[identity] = {"data-stream": visible(row["stream"]), "data-updated": row["schedule"]}
            self._strategies.add(row["strategy"])

    def attributes(self, stream: str, texts: list[str]) -> dict[str, str]:
        """What a row (or header, or entry of a legend) with these texts is about, as attributes; {} if about no row."""
        words = [*texts, " ".join(texts[:2])]
        ids = [self._ids[stream, text] for text in words if (stream, text) in self._ids]
        strategy = next((text for text in texts[:1] if text in self._strategies), "")
        about = {"data-row": " ".join(dict.fromkeys(ids))} if ids else {}
        return about | ({"data-strategy": visible(strategy)} if strategy else {})

    def anchored(self, about: Mapping[str, str]) -> dict[str, str]:
        """The same where the row is first listed, with its id and what it is filtered by."""
        identity = about.get("data-row", "")
        if identity not in self._attributes or identity in self._anchored or "data-strategy" not in about:
            return dict(about)
        self._anchored.add(identity)
        return {"id": identity, **about, **self._attributes[identity]}


def runs(table: Table) -> list[tuple[str, int]]:
    """The groups of a table's columns with how many columns each spans; [] where no column has one."""
    found: list[tuple[str, int]] = []
    for column in table.columns:
        if found and found[-1][0] == column.group:
            found[-1] = (column.group, found[-1][1] + 1)
        else:
            found.append((column.group, 1))
    return found if any(group for group, _ in found) else []
