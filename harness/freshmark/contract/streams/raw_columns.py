"""stream_of: a stream from columns as they come, unsorted and with ids of any type."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, IntArray, Owner, Task
from freshmark.contract.events import NO_FEATURES
from freshmark.contract.streams.drift import Drift
from freshmark.contract.streams.stream import Stream
from freshmark.contract.streams.vocabulary import Vocabulary
from freshmark.errors import DataError


def stream_of(
    *,
    name: str,
    task: Task,
    time: IntArray,
    user: AnyArray | None = None,
    item: AnyArray | None = None,
    label: AnyArray | None = None,
    features: Mapping[str, AnyArray] = NO_FEATURES,
    repeats: bool = True,
    classes: tuple[str, ...] = (),
    drifts: tuple[Drift, ...] = (),
    oracle: FloatArray | None = None,
    label_delay: IntArray | None = None,
    about: Mapping[str, str] | None = None,
    of: Mapping[str, Owner] = MappingProxyType({}),
) -> Stream:
    """A Stream from raw columns in any order: sorted by time, stably; ids coded by first appearance.

    Args:
        name: of the stream.
        task: of the stream.
        time: (n,) int64, microseconds.
        user: (n,) ids of any type; None if events have no user (all become user 0).
        item: (n,) ids of any type; None if events have no item.
        label: (n,) labels.
        features: name → (n, …) array.
        repeats: whether users return to an item.
        classes: names of the classes.
        drifts: planted changes; their users and items are codes, as in the result.
        oracle: (n,) or (n, classes) best achievable answers.
        label_delay: (n,) int64, microseconds, until each event may be learned from.
        about: facts about the stream to show.
        of: name → whose feature it is; see Stream.

    Raises:
        DataError: see Stream.
    """
    import pandas as pd  # noqa: PLC0415  (half a second that `freshmark list` must not pay)

    time = np.asarray(time, np.int64)
    if len(time) == 0:
        raise DataError("the stream has no events", where=name, code="FM201")
    order = np.argsort(time, kind="stable")

    def coded(ids: AnyArray | None) -> tuple[AnyArray, Vocabulary]:
        if ids is None:
            return np.zeros(len(time), np.int32), Vocabulary.of(["all"])
        codes, texts = pd.factorize(np.asarray(ids)[order])
        return codes.astype(np.int32), Vocabulary.of(texts)

    users, user_names = coded(user)
    items, item_names = coded(item)
    return Stream(
        name=name,
        task=task,
        time=time[order],
        user=users,
        item=items,
        users=user_names,
        items=item_names,
        label=None if label is None else np.asarray(label)[order],
        features={key: np.asarray(column)[order] for key, column in features.items()},
        repeats=repeats,
        classes=classes,
        drifts=drifts,
        oracle=None if oracle is None else np.asarray(oracle, np.float64)[order],
        label_delay=None if label_delay is None else np.asarray(label_delay, np.int64)[order],
        about=about or {},
        of=dict(of),
    )
