"""Attributes: what is known of items, or of users, by their codes; the future ones stay hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from freshmark.contract.arrays import AnyArray
from freshmark.contract.events import NO_FEATURES
from freshmark.contract.past import prefix


class Attributes(Mapping[str, AnyArray]):
    """Feature → (m, …) array, one row per code of the m items (or users) that are known by now.

    An item is known once it was seen before the time of the latest query; a user also when they ask. Rows never
    change: row i is what was known of code i when it first appeared, so that no batch size changes an answer.
    Values that change later, such as prices, come with the events: ``events.features``.
    """

    def __init__(self, table: Mapping[str, AnyArray] = NO_FEATURES) -> None:
        self.__table = table
        self.__known = 0
        self.__cache: dict[str, AnyArray] = {}

    @classmethod
    def with_writer(cls, table: Mapping[str, AnyArray]) -> tuple[Attributes, Callable[[int], None]]:
        """Attributes without rows, and the function that reveals the first m: the replay keeps it from the strategy."""
        attributes = cls(table)

        def reveal(known: int) -> None:
            if known > attributes.__known:
                attributes.__known = known
                attributes.__cache = {}

        return attributes, reveal

    def __deepcopy__(self, memo: dict[int, object]) -> Attributes:
        """The same: a copy of a strategy reads what the strategy may read."""
        return self

    def __getitem__(self, name: str) -> AnyArray:
        if name not in self.__cache:
            self.__cache[name] = prefix(self.__table[name], self.__known)
        return self.__cache[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__table)

    def __len__(self) -> int:
        return len(self.__table)
