"""Entry: everything known about a published stream, in one declaration.

An entry is data: ``EntryLoader`` makes a loader of it, and ``docs/streams.md`` lists every entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from freshmark import UnknownName

from freshmark_datasets.readers.options import Options

UNVERIFIED = "unverified: nothing of it was ever fetched or read here"


@dataclass(frozen=True, slots=True)
class Licence:
    """The terms under which the data may be used.

    name: in a few words
    may_pass_on: whether the file may be redistributed; None where its publisher does not say
    terms: the conditions that matter
    read_more: where the full text is
    """

    name: str
    may_pass_on: bool | None
    terms: str
    read_more: str


@dataclass(frozen=True, slots=True)
class Part:
    """One of the files published under a name.

    name: what the user asks for
    address: where it is fetched from; for files fetched by hand, the page that leads to them
    size: as its publisher states it, where ``counts`` does not say it
    checksum: ``sha256:…`` or ``md5:…`` as its publisher states it; empty where none is stated
    member: pattern of the text files, where the file is an archive; otherwise of the file itself
    counts: events, users and items that loading all of it must give, as stated by the publisher or by a verified copy
    options: what is read differently from the other parts
    licence: where it differs from the entry's
    """

    name: str
    address: str
    size: str = ""
    checksum: str = ""
    member: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    licence: Licence | None = None

    @property
    def extent(self) -> str:
        """How large it is, in words; empty where its publisher does not say."""
        return self.size or (f"{self.counts['events']:,} events" if self.counts else "")


@dataclass(frozen=True, slots=True)
class Published:
    """A file to download, or a place to put it by hand.

    name, part: of the stream
    address: where it is fetched from
    terms: the text of its licence, or the conditions that matter in it
    read_more: where the full licence is
    checksum: ``sha256:…`` or ``md5:…`` of the file; empty where its publisher states none
    member: the events, within the file where it is an archive: the end of their name, or a pattern of it
    by_hand: how to get it, where a program may not fetch it
    shelf: the folder it is stored in; parts that are one file share it
    """

    name: str
    part: str
    address: str
    terms: str
    read_more: str
    checksum: str = ""
    member: str = ""
    by_hand: str = ""
    shelf: str = ""

    @property
    def file_name(self) -> str:
        """The name of the file; for one fetched by hand, the name under which it is stored."""
        return f"{self.shelf or self.part}.data" if self.by_hand else self.address.rsplit("/", 1)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A published stream.

    name: of the loader
    about: the first line of its documentation
    parts: what can be asked for, the default first
    options: how it is read
    licence: the terms
    granularity: the resolution of its times
    traps: what goes wrong with it, one sentence each
    checked: what of this entry was compared with the real file, and how; else that nothing was
    cite: whom to cite
    rank_from: the lowest label that makes an event, where the task is ``rank``
    by_hand: how to get the file where a program may not fetch it; empty where it may
    parts_called: the argument that chooses a part
    """

    name: str
    about: str
    parts: tuple[Part, ...]
    options: Options
    licence: Licence
    granularity: str
    cite: str
    traps: tuple[str, ...] = ()
    checked: str = UNVERIFIED
    rank_from: float | None = None
    by_hand: str = ""
    parts_called: str = "part"

    def part(self, name: str | None) -> Part:
        """The part with that name, in upper or lower case; the first where no name is given.

        Raises:
            UnknownName: no part has that name.
        """
        if name is None:
            return self.parts[0]
        for part in self.parts:
            if part.name.lower() == str(name).lower():
                return part
        raise UnknownName(self.parts_called, str(name), [part.name for part in self.parts], where=self.name)

    def licence_of(self, part: Part) -> Licence:
        """The part's own licence, or the entry's."""
        return part.licence or self.licence

    def published(self, part: Part) -> Published:
        """The file, as the downloads know it; parts with one address share it."""
        licence = self.licence_of(part)
        return Published(
            self.name,
            part.name,
            part.address,
            f"{licence.name}. {licence.terms}\nPlease cite: {self.cite}",
            licence.read_more,
            part.checksum,
            part.member or ("" if self.by_hand else part.address.rsplit("/", 1)[1].removesuffix(".gz") + "*"),
            self.by_hand,
            shelf=next(other.name for other in self.parts if other.address == part.address),
        )

    def reading(self, part: Part, **given: Any) -> Options:
        """How the part is read, with the options that a user gave."""
        options = replace(self.options, **part.options)
        task = given.get("task") or options.task
        least = self.rank_from if task == "rank" and given.get("positive") is None else None
        chosen = {name: value for name, value in given.items() if value is not None}
        return replace(options, **({"positive": least} | chosen))
