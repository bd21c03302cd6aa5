"""Named: the loader that an entry makes. All named loaders are this one; what tells them apart is data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshmark import DataError, Source, Stream, Task

from freshmark_datasets.logs.checked_options import check_options, options_of
from freshmark_datasets.published.entry import Entry, Part
from freshmark_datasets.readers.options import Options

if TYPE_CHECKING:
    from freshmark_datasets.logs.checked_options import Only

ARGUMENTS = """
Args:
    part: which of the published files: {parts}.
    path: a copy of yours, or several that follow each other: the file, its archive, or a folder with it.
    task: rank, click or rate; {task} where it is not said.
    positive: for rank, the least label that makes an event{least}.
    rows: how many rows to read at most.
    since: an ISO date; events before it are left out.
    until: an ISO date; events from there on are left out.
    only: ``('event', '^view$')``, or several such pairs: rows whose column matches the pattern.
    skip_bad: leave rows out that cannot be read, and count them."""


class Named:
    """Loads the stream of an entry: fetches it where one may, or reads a copy.

    entry: what is known of the stream
    """

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.__doc__ = documented(entry)
        self.__name__ = self.__qualname__ = entry.name
        self.__signature__ = _signature(type(self), entry)

    def __call__(
        self,
        part: str | None = None,
        *,
        path: str | Path | Sequence[str | Path] | None = None,
        task: Task | None = None,
        positive: float | None = None,
        rows: int | None = None,
        since: str | None = None,
        until: str | None = None,
        only: Only = (),
        skip_bad: bool = False,
    ) -> Source:
        """What will load the stream; where the checksum of its file is known, nothing is fetched before."""
        from freshmark_datasets.published.local_files import paths_of, source  # noqa: PLC0415  (what fetches takes a while to import)

        chosen = self.entry.part(part)
        told = options_of(task=task or self.entry.options.task, only=only)
        more = (*self.entry.options.only, *told.only)
        filters: dict[str, Any] = {"positive": positive, "rows": rows, "since": since, "until": until}
        options = self.entry.reading(chosen, task=task, only=more, skip_bad=skip_bad or None, **filters)
        paths = paths_of(path)
        check_options(options)
        whole = not (told.only or skip_bad or task not in (None, self.entry.options.task)) and not any(
            value is not None for value in filters.values()
        )
        return source(self.entry.published(chosen), options, paths, partial(_told, self.entry, chosen, whole))


def documented(entry: Entry) -> str:
    """What ``freshmark show`` says of the loader."""
    parts = ", ".join(part.name for part in entry.parts[:12]) + (" …" if len(entry.parts) > 12 else "")  # noqa: PLR2004
    least = f"; {entry.rank_from:g} where it is not said" if entry.rank_from is not None else ""
    lines = [entry.about, "", *entry.traps, f"Times: {entry.granularity}.", f"Licence: {entry.licence.name}."]
    lines += [f"Fetched by hand: {entry.by_hand}."] if entry.by_hand else []
    lines += [f"Checked: {entry.checked}.", f"Cite: {entry.cite}"]
    return "\n".join(lines) + "\n" + ARGUMENTS.format(parts=parts, task=entry.options.task, least=least)


def _signature(kind: type, entry: Entry) -> Signature:
    """That of the call, with the name of the first part as its default."""
    _, part, *others = signature(kind.__call__).parameters.values()
    return Signature([part.replace(default=entry.parts[0].name), *others], return_annotation=Parameter.empty)


def _told(entry: Entry, part: Part, whole: bool, stream: Stream, options: Options, copy: bool) -> dict[str, str]:  # noqa: FBT001
    """What the stream's ``about`` says of the entry; its counts are compared where all of it was read.

    Raises:
        DataError: the published file does not give the published counts.
    """
    del options
    passed_on = {True: "yes", False: "no", None: "not stated"}[entry.licence.may_pass_on]
    told = {"granularity": entry.granularity, "may be passed on": passed_on, "cite": entry.cite, "entry": entry.checked}
    told |= {f"trap {number}": trap for number, trap in enumerate(entry.traps, start=1)}
    if not part.counts:
        return told | {"counts": "none stated by its publisher"}
    if not whole:
        return told | {"counts": "not compared: not all of it was asked for"}
    found = differing(stream, part.counts)
    if found and not copy:
        raise DataError(
            f"{entry.name} {part.name} does not give the published counts: {found}",
            where=part.address,
            remedy="pass path= with the file to use it as it is",
            code="FM223",
        )
    return told | {"counts": f"differ from the published ones: {found}" if found else "as published"}


def differing(stream: Stream, counts: Mapping[str, int]) -> str:
    """The counts of a stream that are not the stated ones, in words; empty where all are."""
    wrong = {name: (int(stream.facts[name]), count) for name, count in counts.items() if stream.facts[name] != count}
    return ", ".join(f"{found:,} {name} where {count:,} are stated" for name, (found, count) in wrong.items())
