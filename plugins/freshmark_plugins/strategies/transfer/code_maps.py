"""CodeMap: the codes of a stream, and the rows of a model that knows another stream too, matched by id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from freshmark import AnyArray, Events, Factors, IntArray, Past, Query


class CodeMap:
    """Code → row. What the other stream had comes first; an id that it had too has that row, another the next.

    Memory: every id, as text, and 8 bytes a code.

    rows: (codes,) int64
    count: how many rows there are
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self.row_of = {one: row for row, one in enumerate(ids)}
        self.count = len(self.row_of)
        self.rows: IntArray = np.zeros(0, np.int64)

    def learn(self, ids: Iterable[str]) -> None:
        """The ids of the next codes."""
        new = []
        for one in ids:
            row = self.row_of.setdefault(one, self.count)
            self.count += row == self.count
            new.append(row)
        self.rows = np.concatenate([self.rows, np.array(new, np.int64)])

    def sight(self, codes: AnyArray) -> None:
        """These codes are there, whatever their ids: those not known yet get rows of their own."""
        more = int(codes.max(initial=-1)) + 1 - len(self.rows)
        if more > 0:
            self.rows = np.concatenate([self.rows, self.count + np.arange(more)])
            self.count += more

    def __call__(self, codes: AnyArray) -> IntArray:
        """(n,) the row of each code; that after the last for one that is not known."""
        return np.append(self.rows, self.count)[np.minimum(codes, len(self.rows))]


@dataclass(frozen=True, slots=True)
class Codes:
    """Users and items, translated together."""

    users: CodeMap
    items: CodeMap

    def learn(self, past: Past) -> None:
        """The ids of all that was given so far."""
        self.users.learn(past.ids("user", begin=len(self.users.rows)))
        self.items.learn(past.ids("item", begin=len(self.items.rows)))

    def sight(self, events: Events) -> None:
        """These are there, whatever their ids."""
        self.users.sight(events.user)
        self.items.sight(events.item)

    def events(self, events: Events) -> Events:
        """In the rows of the model."""
        return replace(events, user=self.users(events.user), item=self.items(events.item))

    def query(self, query: Query) -> Query:
        """In the rows of the model."""
        item = None if query.item is None else self.items(query.item)
        return replace(query, user=self.users(query.user), item=item)

    def columns(self, rows: int) -> IntArray:
        """(m,) the row of each item that a model of so many rows knows; it knows all up to the last."""
        return self.items.rows[self.items.rows < rows]


class TranslatedAnswers:
    """The ways to answer of a strategy whose model has other codes.

    codes: set before the first answer
    """

    codes: Codes

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def factors(self, query: Query) -> Factors:
        """Users as asked, and the items of this stream alone, in its order."""
        answer: Factors = self.inner.factors(self.codes.query(query))
        item = self.codes.columns(len(answer.item))
        return Factors(answer.user, answer.item[item], None if answer.bias is None else answer.bias[item])

    def score(self, query: Query) -> AnyArray:
        """(n, m) of the items of this stream alone, in its order."""
        answer: AnyArray = self.inner.score(self.codes.query(query))
        return answer[:, self.codes.columns(answer.shape[1])]

    def predict(self, query: Query) -> AnyArray:
        """(n,) or (n, classes)."""
        answer: AnyArray = self.inner.predict(self.codes.query(query))
        return answer
