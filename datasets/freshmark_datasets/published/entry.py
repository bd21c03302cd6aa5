"""Entry: all that is known of a stream that others published, in one declaration.

An entry is data. ``Named`` makes a loader of it; ``docs/streams.md`` lists every entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from freshmark import UnknownName

from freshmark_datasets.published.sources import Published
from freshmark_datasets.readers.options import Options

UNVERIFIED = "unverified: nothing of it was ever fetched or read here"


@dataclass(frozen=True, slots=True)
class Licence:
    """On which terms the data may be used.

    name: in a few words
    may_pass_on: whether one may give the file to others; None where its publisher does not say
    terms: the conditions that matter
    read_more: where all of it stands
    """

    name: str
    may_pass_on: bool | None
    terms: str
    read_more: str


@dataclass(frozen=True, slots=True)
class Part:
    """One of the files that were published under a name.

    name: by which it is asked for
    address: where it is fetched from; of what is fetched by hand, the page that leads to it
    size: as its publisher states it
    checksum: ``sha256:…`` or ``md5:…`` as its publisher states it; empty where none is stated
    member: pattern of the names of the texts, where the file is an archive; else that of the file itself
    counts: events, users and items that loading all of it must give, as its publisher or a checked copy has them
    options: what is read otherwise than in the other parts
    """

    name: str
    address: str
    size: str = ""
    checksum: str = ""
    member: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A stream that others published.

    name: of the loader
    about: its first line of documentation
    parts: what can be asked for, the default first
    options: how it is read
    licence: the terms
    granularity: the step of its times
    traps: what goes wrong with it, a sentence each
    checked: what of this entry was held against the real file, and how; else that nothing was
    cite: whom to cite
    rank_from: the least label of an event that counts, where the task is ``rank``
    by_hand: what must be done to get the file where no program may fetch it; empty where one may
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

    def part(self, name: str | None) -> Part:
        """The part of that name; the first where none is named.

        Raises:
            UnknownName: there is none.
        """
        found = self.parts[0] if name is None else next((one for one in self.parts if one.name == str(name)), None)
        if found is None:
            raise UnknownName("part", str(name), [one.name for one in self.parts], where=self.name)
        return found

    def published(self, part: Part) -> Published:
        """The file, as the downloads know it; parts of one address share it."""
        shelf = next(one.name for one in self.parts if one.address == part.address)
        return Published(
            self.name,
            part.name,
            part.address,
            f"{self.licence.name}. {self.licence.terms}\nPlease cite: {self.cite}",
            self.licence.read_more,
            part.checksum,
            part.member or ("" if self.by_hand else part.address.rsplit("/", 1)[1].removesuffix(".gz") + "*"),
            self.by_hand,
            shelf,
        )

    def reading(self, part: Part, **told: Any) -> Options:
        """How the part is read, with what a user told besides."""
        options = replace(self.options, **part.options)
        task = told.get("task") or options.task
        least = self.rank_from if task == "rank" and told.get("positive") is None else None
        given = {name: value for name, value in told.items() if value is not None}
        return replace(options, **({"positive": least} | given))
