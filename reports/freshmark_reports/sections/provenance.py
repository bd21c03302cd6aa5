"""Where the numbers come from: stream, machine, versions, command."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from freshmark import Column, Entry, Prose, Results, Section, Table
from freshmark.reporting import StreamRecord

_FACT = (Column("What"), Column("Value"))


def section(results: Results) -> Sequence[Section]:
    """One section per stream, then one about the machine."""
    streams = [Section("The stream", (_stream(record),), name, order=1600) for name, record in results.streams.items()]
    machines = tuple(
        Table(_FACT, tuple(_facts(folder.provenance)), f"Run {folder.path.name}") for folder in results.folders
    )
    note = Prose("Reports are drawn from the run folder; nothing is measured again.")
    return [*streams, Section("Provenance", (note, *machines), order=1600)]


def _stream(record: StreamRecord) -> Table:
    rows: list[tuple[Entry, ...]] = [("task", record.task), ("sha256 of the columns", record.fingerprint)]
    rows += _facts(record.facts)
    rows += [("windows", f"{record.windows:,}"), *_facts(record.settings), *_facts(record.about)]
    drifts = [f"{one['kind']} ({one.get('n_users', 0)} users, {one.get('n_items', 0)} items)" for one in record.drifts]
    if drifts:
        rows.append(("planted drifts", ", ".join(drifts)))
    return Table(_FACT, tuple(rows), "Facts about the stream, and how it was measured", open=False)


def _facts(facts: Mapping[str, Any]) -> list[tuple[Entry, ...]]:
    return [
        (name.replace("_", " "), SHAPED[name](value) if name in SHAPED and value else _text(value))
        for name, value in facts.items()
    ]


def _git(state: Mapping[str, Any]) -> str:
    return f"commit {state['commit']}, {'local changes' if state['changed'] else 'no local changes'}"


def _race(race: Mapping[str, Any]) -> str:
    """One look after the other, and the level of its bounds."""
    spent = [
        f"{look['stream']} look {look['number']}: {look['seeds']} seeds, {100 * look['level']:.2g}\u00a0% level"
        + (f", stop: {look['stop']}" if look["stop"] else "")
        for look in race["looks"]
    ]
    return f"seeds were added by racing, {'; '.join(spent)}"


SHAPED: Mapping[str, Callable[[Any], str]] = {"git": _git, "race": _race}


def _text(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.6g}" if isinstance(value, float) else f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    return str(value) if isinstance(value, str) else json.dumps(value)
