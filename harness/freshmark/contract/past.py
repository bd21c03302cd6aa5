"""Past: the revealed prefix of a stream. A retrain reads it without holding a copy, and cannot reach the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from freshmark.contract.arrays import AnyArray
from freshmark.contract.events import NO_FEATURES, Events
from freshmark.contract.streams.stream import Stream


class Past:
    """Every event that the strategy was given so far, by ``fit`` and ``update``, in order.

    ``len(past)`` is their number; ``past[a:b]`` gives Events. If the stream lies on disk, the columns are
    memory maps of exactly the prefix: reading them costs page cache, not memory. Otherwise they are copies.
    """

    def __init__(self, stream: Stream) -> None:
        self.__stream = stream
        self.__length = 0

    def __len__(self) -> int:
        return self.__length

    def __getitem__(self, rows: slice) -> Events:
        begin, end, step = rows.indices(self.__length)
        stream = self.__stream
        label = stream.label

        def rows_of(column: AnyArray) -> AnyArray:
            return prefix(column, self.__length)[begin:end:step]

        return Events(
            rows_of(stream.time),
            rows_of(stream.user),
            rows_of(stream.item),
            None if label is None else rows_of(label),
            {name: rows_of(column) for name, column in stream.features.items()} if stream.features else NO_FEATURES,
        )

    def ids(self, kind: Literal["user", "item"], *, begin: int = 0) -> list[str]:
        """The ids, as the source wrote them, of the codes in the events given so far, from code ``begin`` on."""
        stream = self.__stream
        codes, names = (stream.user, stream.users) if kind == "user" else (stream.item, stream.items)
        return names[begin : int(codes[: self.__length].max(initial=-1)) + 1]

    def since(self, time: int) -> Events:
        """The given events whose time is at least this one (microseconds)."""
        known = prefix(self.__stream.time, self.__length)
        return self[int(np.searchsorted(known, time, "left")) :]

    @classmethod
    def with_writer(cls, stream: Stream) -> tuple[Past, Callable[[int], None]]:
        """An empty Past, and the function that reveals its first n events: the replay keeps it from the strategy."""
        past = cls(stream)

        def reveal(length: int) -> None:
            past.__length = length

        return past, reveal


def prefix(column: AnyArray, length: int) -> AnyArray:
    """The first rows alone: a NumPy view would lead to the whole column by its ``base``."""
    if isinstance(column, np.memmap) and column.filename is not None and length:
        return np.memmap(column.filename, column.dtype, "r", offset=column.offset, shape=(length, *column.shape[1:]))
    return np.array(column[:length])
