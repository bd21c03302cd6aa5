"""Chapters: sections computed and grouped by stream; a section that fails is shown as failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from freshmark import Listing, Prose, Results, Section
from freshmark.reporting import Alert, Document, Verdict

Reported: TypeAlias = Results | Document
"""The subject of a report: runs, or a ready-made document."""

Sections: TypeAlias = Mapping[str, Callable[[Any], Section | Sequence[Section]]]


@dataclass(frozen=True)
class Chapter:
    """Everything that a report says about one stream, or about all streams if ``verdict`` is None."""

    title: str
    verdict: Verdict | None
    alerts: tuple[Alert, ...]
    lead: tuple[Section, ...]
    sections: tuple[Section, ...]


def chapters(results: Reported, sections: Sections) -> list[Chapter]:
    """One chapter per stream, then one about all of them."""
    built = [one for name, function in sections.items() for one in _sections_of(name, function, results) if one.parts]
    built.sort(key=lambda one: one.order)
    alerts = results.alerts()
    of_streams = [
        _chapter(verdict.stream, verdict, alerts, [one for one in built if one.stream == verdict.stream])
        for verdict in results.verdicts()
    ]
    judged = {chapter.title for chapter in of_streams}
    return [*of_streams, _chapter("", None, alerts, [one for one in built if one.stream not in judged])]


def _chapter(title: str, verdict: Verdict | None, alerts: Sequence[Alert], sections: Sequence[Section]) -> Chapter:
    return Chapter(
        title,
        verdict,
        tuple(alert for alert in alerts if alert.stream == title),
        tuple(one for one in sections if one.lead),
        tuple(one for one in sections if not one.lead),
    )


def _sections_of(name: str, function: Callable[[Any], Any], results: Reported) -> list[Section]:
    try:
        made = function(results)
        found = [made] if isinstance(made, Section) else list(made)
    except Exception as error:  # noqa: BLE001  (a report after hours of measuring must not be lost to one plugin)
        return [broken(name, error)]
    wrong = [type(one).__name__ for one in found if not isinstance(one, Section)]
    return [broken(name, TypeError(f"a section function gives Sections, not {wrong[0]}"))] if wrong else found


def broken(name: str, error: Exception) -> Section:
    """What stands in the place of a section that could not be made."""
    return Section(
        f"Section {name!r} could not be made",
        (Prose("The plugin that offers it raised:"), Listing(f"{type(error).__name__}: {error}")),
    )
