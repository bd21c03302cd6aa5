"""What stands where: sections called, ordered by stream, and a broken one shown as such."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from freshmark import Listing, Prose, Results, Section
from freshmark.reporting import Alert, Document, Verdict

Shown: TypeAlias = Results | Document
"""What a report is about: runs, or a document that says what it shows."""

Sections: TypeAlias = Mapping[str, Callable[[Any], Section | Sequence[Section]]]


@dataclass(frozen=True)
class Chapter:
    """All that a report says of one stream; of all streams where ``verdict`` is None."""

    title: str
    verdict: Verdict | None
    alerts: tuple[Alert, ...]
    lead: tuple[Section, ...]
    sections: tuple[Section, ...]


def chapters(results: Shown, sections: Sections) -> list[Chapter]:
    """One chapter a stream, then one of what concerns them all."""
    made = [one for name, function in sections.items() for one in _called(name, function, results) if one.parts]
    made.sort(key=lambda one: one.order)
    alerts = results.alerts()
    found = [
        _chapter(verdict.stream, verdict, alerts, [one for one in made if one.stream == verdict.stream])
        for verdict in results.verdicts()
    ]
    return [*found, _chapter("", None, alerts, [one for one in made if one.stream not in results.streams])]


def _chapter(title: str, verdict: Verdict | None, alerts: Sequence[Alert], sections: Sequence[Section]) -> Chapter:
    return Chapter(
        title,
        verdict,
        tuple(alert for alert in alerts if alert.stream == title),
        tuple(one for one in sections if one.lead),
        tuple(one for one in sections if not one.lead),
    )


def _called(name: str, function: Callable[[Any], Any], results: Shown) -> list[Section]:
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
