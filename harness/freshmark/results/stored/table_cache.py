"""A cache of the tables that were read last: a report needs each of them several times, and a run has thousands."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from freshmark.contract.arrays import AnyArray

CACHE_BYTES = 256 << 20
"""Bytes of columns that a cache holds at most."""

Table = dict[str, AnyArray]


class TableCache:
    """An LRU cache of tables, limited by their bytes."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._limit = limit
        self._bytes = 0
        self._tables: OrderedDict[Hashable, Table] = OrderedDict()

    def table(self, name: Hashable, read: Callable[[], Table]) -> Table:
        """The table of this name, read if it is not cached; its columns are read-only, since callers share them."""
        if name in self._tables:
            self._tables.move_to_end(name)
            return self._tables[name]
        table = read()
        for column in table.values():
            column.flags.writeable = False
        self._tables[name] = table
        self._bytes += _size(table)
        while self._bytes > self._limit:
            _, evicted = self._tables.popitem(last=False)
            self._bytes -= _size(evicted)
        return table


def _size(table: Table) -> int:
    return sum(column.nbytes for column in table.values())
