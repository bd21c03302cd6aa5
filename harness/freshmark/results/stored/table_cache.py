"""Tables that were read lately: a report asks for each of them several times, and a run has thousands."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from freshmark.contract.arrays import AnyArray

MOST = 256 << 20
"""Bytes of columns that are kept."""

Table = dict[str, AnyArray]


class TableCache:
    """Gives a table from memory, or reads it and keeps it; those that were asked for longest ago go first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._bytes = 0
        self._tables: OrderedDict[Hashable, Table] = OrderedDict()

    def table(self, name: Hashable, read: Callable[[], Table]) -> Table:
        """The table of this name; its columns cannot be written to, since others are given them too."""
        if name in self._tables:
            self._tables.move_to_end(name)
            return self._tables[name]
        table = read()
        for column in table.values():
            column.flags.writeable = False
        self._tables[name] = table
        self._bytes += _size(table)
        while self._bytes > self._most:
            _, gone = self._tables.popitem(last=False)
            self._bytes -= _size(gone)
        return table


def _size(table: Table) -> int:
    return sum(column.nbytes for column in table.values())
