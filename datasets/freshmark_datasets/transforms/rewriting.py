"""Rewriting: transforms that keep all events and change how they are described."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from freshmark import SECOND, AnyArray, DataError, FloatArray, Source, Stream, UsageError, Vocabulary

from freshmark_datasets.arguments import LARGEST, check_number
from freshmark_datasets.coding import coded
from freshmark_datasets.transforms.derived import StreamLike, derived, occurrence


def sessionise(stream: StreamLike, *, minutes: float = 30.0) -> Source:
    """Turns each session of a user into a user of its own; a gap without events ends a session.

    What a user had before is a candidate again in the next session. Where a stream does not repeat, the oracle of its
    ranking counted fewer candidates, and is left out.

    Args:
        stream: any.
        minutes: the longest gap within a session.
    """
    check_number("minutes", minutes, 0)

    def change(whole: Stream) -> Stream:
        user, time = np.asarray(whole.user, np.int64), np.asarray(whole.time)
        order = np.argsort(user, kind="stable")
        new = np.ones(len(whole), np.bool_)
        new[1:] = (np.diff(user[order]) != 0) | (np.diff(time[order]) > minutes * 60 * SECOND)
        session = np.empty(len(whole), np.int64)
        session[order] = np.cumsum(new) - 1
        first = order[new]  # the event that begins each session
        number = occurrence(user[np.sort(first)])[np.argsort(np.argsort(first))]
        codes, old = coded(session, len(first))
        names = [f"{whole.users[int(user[first[row]])]}/{number[row]}" for row in old]
        drifts = tuple(replace(drift, users=()) for drift in whole.drifts)
        oracle = whole.oracle if whole.repeats or whole.task != "rank" else None
        return replace(whole, user=codes, users=Vocabulary.of(names), user_features={}, drifts=drifts, oracle=oracle)

    return derived(stream, "sessionise", change, minutes=minutes)


def normalise(stream: StreamLike, *, feature: str) -> Source:
    """A numeric feature minus its mean, divided by its standard deviation, both over all events of earlier times.

    ::

        x'ᵢ = (xᵢ − m(t)) / s(t),   m, s over events with time < tᵢ;   s = 1 where they are all equal

    Args:
        stream: any with that feature.
        feature: its name.
    """
    if not isinstance(feature, str):
        raise UsageError(f"feature={feature!r}", where="feature", remedy="the name of one feature")

    def change(whole: Stream) -> Stream:
        column = whole.features.get(feature)
        if column is None or np.asarray(column).dtype.kind != "f":
            known = ", ".join(whole.features) or "none"
            what = f"no numeric feature {feature!r}; the features are {known}"
            raise DataError(what, where=whole.name, remedy="one of float32 or float64")
        return replace(
            whole, features={**whole.features, feature: _running(np.asarray(column), np.asarray(whole.time))}
        )

    return derived(stream, "normalise", change, feature=feature)


def _running(column: AnyArray, time: AnyArray) -> AnyArray:
    x = column.astype(np.float64).reshape(len(column), -1)
    before = np.searchsorted(time, time, "left")  # events of earlier times

    def sums(values: FloatArray) -> FloatArray:
        running: FloatArray = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])[before]
        return running

    origin = x[0]  # centred on the first value, because sums of squares of large numbers lose digits
    count = np.maximum(before, 1)[:, None]
    mean = sums(x - origin) / count
    variance = np.maximum(sums(np.square(x - origin)) / count - np.square(mean), 0.0)
    spread = np.sqrt(np.where(variance > 1e-12 * np.square(mean), variance, 1.0))
    scaled = np.where(before[:, None] > 0, (x - origin - mean) / np.where(spread > 0, spread, 1.0), 0.0)
    return scaled.astype(column.dtype).reshape(column.shape)


def relabel(stream: StreamLike, *, least: float, classes: tuple[str, str] = ("low", "high")) -> Source:
    """Splits numeric labels into two classes: the task becomes ``classify``.

    Args:
        stream: one with numeric labels.
        least: the lowest label of the second class.
        classes: their names.
    """
    check_number("least", least, -LARGEST)
    valid = isinstance(classes, list | tuple) and all(isinstance(name, str) for name in classes)
    if not valid or len(classes) != 2 or classes[0] == classes[1]:  # noqa: PLR2004
        raise UsageError(f"classes={classes!r}", where="classes", remedy="two different names")

    def change(whole: Stream) -> Stream:
        if whole.label is None or whole.task == "classify":
            raise DataError("no numeric labels", where=whole.name, remedy="a stream of click or rate")
        label = (np.asarray(whole.label) >= least).astype(np.int64)
        return replace(whole, task="classify", label=label, classes=tuple(classes), oracle=None)

    return derived(stream, "relabel", change, least=least, classes=tuple(classes))


def time_shift(stream: StreamLike, *, days: float) -> Source:
    """Moves every time and every planted drift.

    Args:
        stream: any.
        days: by how much; negative: earlier.
    """
    check_number("days", days, -1e6)
    by = round(days * 86_400 * SECOND)

    def change(whole: Stream) -> Stream:
        drifts = tuple(replace(drift, begin=drift.begin + by, end=drift.end + by) for drift in whole.drifts)
        return replace(whole, time=np.asarray(whole.time) + by, drifts=drifts)

    return derived(stream, "time_shift", change, days=days)
