"""The loader of a published stream. All of them are this class; what differs between them is data, an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshmark import DataError, Source, Stream, Task

from freshmark_datasets.logs.checked_options import check_options, options_of
from freshmark_datasets.published.entry import Entry, Part

if TYPE_CHECKING:
    from freshmark_datasets.logs.checked_options import Only

MOST_NAMES = 12
ARGUMENTS = """
Args:
    {called}: which of the published files: {parts}.
    path: a copy of yours, or several that follow each other: the file, its archive, or a folder that holds it.
    task: rank, click or rate; {task} by default.
    positive: for rank, the lowest label that makes an event{least}.
    rows: how many rows to read at most.
    since: an ISO date; events before it are left out.
    until: an ISO date; events from there on are left out.
    only: ``('event', '^view$')``, or several such pairs: rows whose column matches the pattern.
    skip_bad: leave unreadable rows out, and count them."""


class EntryLoader:
    """Loads the stream of an entry: downloads it where that is allowed, or reads a copy.

    entry: what is known about the stream
    """

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.__doc__ = documented(entry)
        self.__name__ = self.__qualname__ = entry.name
        self.__signature__ = _signature(self._source, entry)

    def __call__(self, *arguments: Any, **options: Any) -> Source:
        """What will load the stream; where the checksum of its file is known, nothing is downloaded yet."""
        given = self.__signature__.bind(*arguments, **options).arguments
        return self._source(given.pop(self.entry.parts_called, None), **given)

    def _source(
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
        from freshmark_datasets.published.local_files import paths_of, source  # noqa: PLC0415  (urllib is slow to import)

        chosen = self.entry.part(part)
        given = options_of(task=task or self.entry.options.task, only=only)
        filters: dict[str, Any] = {"positive": positive, "rows": rows, "since": since, "until": until}
        options = self.entry.reading(
            chosen, task=task, only=(*self.entry.options.only, *given.only), skip_bad=skip_bad or None, **filters
        )
        paths = paths_of(path)
        check_options(options)
        whole = not (given.only or skip_bad or task not in (None, self.entry.options.task)) and not any(
            value is not None for value in filters.values()
        )
        return source(self.entry.published(chosen), options, paths, partial(_about, self.entry, chosen, whole=whole))


def documented(entry: Entry) -> str:
    """What ``freshmark show`` says of the loader."""
    parts = ", ".join(part.name for part in entry.parts[:MOST_NAMES]) + (" …" if len(entry.parts) > MOST_NAMES else "")
    least = f"; {entry.rank_from:g} by default" if entry.rank_from is not None else ""
    lines = [entry.about, "", *entry.traps, f"Times: {entry.granularity}.", f"Licence: {entry.licence.name}."]
    lines += [f"Fetched by hand: {entry.by_hand}."] if entry.by_hand else []
    lines += [f"Checked: {entry.checked}.", f"Cite: {entry.cite}"]
    arguments = ARGUMENTS.format(called=entry.parts_called, parts=parts, task=entry.options.task, least=least)
    return "\n".join(lines) + "\n" + arguments


def _signature(call: Any, entry: Entry) -> Signature:
    """That of the call, with the name of the first part as its default."""
    part, *others = signature(call).parameters.values()
    chosen = part.replace(name=entry.parts_called, default=entry.parts[0].name)
    return Signature([chosen, *others], return_annotation=Parameter.empty)


def _about(entry: Entry, part: Part, stream: Stream, *, whole: bool, copy: bool) -> dict[str, str]:
    """What the stream's ``about`` says of the entry; its counts are compared where all of it was read.

    Raises:
        DataError: the published file does not give the published counts.
    """
    redistribution = {True: "yes", False: "no", None: "not stated"}[entry.licence_of(part).may_pass_on]
    about = {"granularity": entry.granularity, "may be passed on": redistribution, "cite": entry.cite}
    about |= {"entry": entry.checked} | {f"trap {number}": trap for number, trap in enumerate(entry.traps, start=1)}
    if not part.counts:
        return about | {"counts": "none stated by its publisher"}
    if not whole:
        return about | {"counts": "not compared: only a selection was read"}
    differences = differing(stream, part.counts)
    if differences and not copy:
        raise DataError(
            f"{entry.name} {part.name} does not give the published counts: {differences}",
            where=part.address,
            remedy="pass path= with the file to use it as it is",
            code="FM223",
        )
    return about | {"counts": f"differ from the published ones: {differences}" if differences else "as published"}


def differing(stream: Stream, counts: Mapping[str, int]) -> str:
    """The counts of a stream that are not the stated ones, in words; empty where all are."""
    wrong = {name: (int(stream.facts[name]), count) for name, count in counts.items() if stream.facts[name] != count}
    return ", ".join(f"{actual:,} {name} where {count:,} are stated" for name, (actual, count) in wrong.items())
