"""The first events of a stream, as a stream that knows nothing of the others."""

from __future__ import annotations

from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray
from freshmark.contract.streams.stream import Stream
from freshmark.contract.streams.vocabulary import Vocabulary


def first_events(stream: Stream, count: int) -> Stream:
    """The first ``count`` events, with their users and items; at least one.

    Columns are copies: a view would lead to the other events. They are read-only, like those that are mapped from
    disk: to a compiler, that is another type. What holds of a stream holds of its beginning, so nothing is checked.
    """

    def first(column: AnyArray | None, rows: int = count) -> AnyArray | None:
        if column is None:
            return None
        copy = np.array(column[:rows])
        copy.flags.writeable = False
        return copy

    users, items = (int(codes[:count].max()) + 1 for codes in (stream.user, stream.item))
    columns: dict[str, Any] = {
        name: first(getattr(stream, name)) for name in ("time", "user", "item", "label", "oracle", "label_delay")
    }
    beginning = Stream.__new__(Stream)
    beginning.__dict__.update(
        {name: getattr(stream, name) for name in stream.__dataclass_fields__},
        **columns,
        features={name: first(column) for name, column in stream.features.items()},
        item_features={name: first(column, items) for name, column in stream.item_features.items()},
        user_features={name: first(column, users) for name, column in stream.user_features.items()},
        users=_beginning(stream.users, users),
        items=_beginning(stream.items, items),
        drifts=(),
    )
    return beginning


def _beginning(vocabulary: Vocabulary, codes: int) -> Vocabulary:
    ends = np.array(vocabulary.ends[:codes])
    return Vocabulary(np.array(vocabulary.text[: ends[-1]]), ends)
