"""Codes of a stream mapped by id to the rows of a model that was trained on another stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from freshmark import AnyArray, Events, Factors, IntArray, Past, Query


class CodeMap:
    """Code → row. An id of the other stream keeps its row there; others get the next free row.

    Memory: every id as text, and 8 bytes per code.

    rows: (codes,) int64
    count: number of rows
    """

    def __init__(self, ids: Iterable[str]) -> None:
        self.row_of = {one: row for row, one in enumerate(ids)}
        self.count = len(self.row_of)
        self.rows: IntArray = np.zeros(0, np.int64)

    def learn(self, ids: Iterable[str]) -> None:
        """Add the ids of the next codes."""
        new = []
        for one in ids:
            row = self.row_of.setdefault(one, self.count)
            self.count += row == self.count
            new.append(row)
        self.rows = np.concatenate([self.rows, np.array(new, np.int64)])

    def extend(self, codes: AnyArray) -> None:
        """Add these codes, whose ids are not known yet: new ones get rows of their own."""
        more = int(codes.max(initial=-1)) + 1 - len(self.rows)
        if more > 0:
            self.rows = np.concatenate([self.rows, self.count + np.arange(more)])
            self.count += more

    def __call__(self, codes: AnyArray) -> IntArray:
        """(n,) the row of each code; an unknown one gets the row after the last."""
        return np.append(self.rows, self.count)[np.minimum(codes, len(self.rows))]


@dataclass(frozen=True, slots=True)
class Codes:
    """Users and items together."""

    users: CodeMap
    items: CodeMap

    def learn(self, past: Past) -> None:
        """Add the ids of all revealed events."""
        self.users.learn(past.ids("user", begin=len(self.users.rows)))
        self.items.learn(past.ids("item", begin=len(self.items.rows)))

    def extend(self, events: Events) -> None:
        """Add the codes of these events."""
        self.users.extend(events.user)
        self.items.extend(events.item)

    def events(self, events: Events) -> Events:
        """With codes replaced by rows."""
        return replace(events, user=self.users(events.user), item=self.items(events.item))

    def query(self, query: Query) -> Query:
        """With codes replaced by rows."""
        item = None if query.item is None else self.items(query.item)
        return replace(query, user=self.users(query.user), item=item)

    def columns(self, rows: int) -> IntArray:
        """(m,) the row of each item below this number of rows."""
        return self.items.rows[self.items.rows < rows]


class TranslatedAnswers:
    """Answers of a strategy whose model uses rows instead of codes.

    codes: set before the first answer
    """

    codes: Codes

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def factors(self, query: Query) -> Factors:
        """Users of the query, and the items of this stream, in its order."""
        answer: Factors = self.inner.factors(self.codes.query(query))
        item = self.codes.columns(len(answer.item))
        return Factors(answer.user, answer.item[item], None if answer.bias is None else answer.bias[item])

    def score(self, query: Query) -> AnyArray:
        """(n, m) scores of the items of this stream, in its order."""
        answer: AnyArray = self.inner.score(self.codes.query(query))
        return answer[:, self.codes.columns(answer.shape[1])]

    def predict(self, query: Query) -> AnyArray:
        """(n,) or (n, classes)."""
        answer: AnyArray = self.inner.predict(self.codes.query(query))
        return answer
