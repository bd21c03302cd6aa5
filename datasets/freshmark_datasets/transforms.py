"""Transforms: expressions around a stream, ``min_count(movietweetings(), users=5)``. None looks into the future.

Whatever a transform decides of an event depends on that event and those before it in the stream, so that a stream cut
at any time and then transformed is the transformed stream, cut.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from freshmark.contract.arrays import AnyArray, FloatArray
from freshmark.contract.stream import SECOND, Source, Stream
from freshmark.contract.vocabulary import Vocabulary
from freshmark.errors import DataError, UsageError

from freshmark_datasets.coding import coded
from freshmark_datasets.derived import Given, derived, occurrence, only

DIGITS = 16


def min_count(stream: Given, *, users: int = 1, items: int = 1) -> Source:
    """Events from the n-th of their user, and of their item, on: by the past alone, unlike k-core filters.

    Args:
        stream: any.
        users: which event of a user is the first that is kept.
        items: likewise of an item.
    """
    _whole("users", users, 1)
    _whole("items", items, 1)

    def change(whole: Stream) -> Stream:
        enough = occurrence(np.asarray(whole.user, np.int64)) >= users - 1
        return only(whole, enough & (occurrence(np.asarray(whole.item, np.int64)) >= items - 1))

    return derived(stream, "min_count", change, users=users, items=items)


def deduplicate(stream: Given, *, seconds: float | None = 0.0) -> Source:
    """Leaves out an event whose user had an event with the same item shortly before.

    Args:
        stream: any.
        seconds: how shortly; 0: at the same time, None: ever.
    """
    if seconds is not None:
        _number("seconds", seconds, 0)

    def change(whole: Stream) -> Stream:
        time = np.asarray(whole.time)
        pair = np.asarray(whole.user, np.int64) * len(whole.items) + np.asarray(whole.item)
        order = np.argsort(pair, kind="stable")
        again = np.zeros(len(whole), np.bool_)
        same = pair[order][1:] == pair[order][:-1]
        near = True if seconds is None else np.diff(time[order]) <= seconds * SECOND
        again[order[1:]] = same & near
        return only(whole, ~again)

    return derived(stream, "deduplicate", change, seconds=seconds)


def subsample(stream: Given, *, share: float, seed: int = 0) -> Source:
    """All events of a share of the users, chosen by the hash of their ids: whoever else is there changes nothing.

    Args:
        stream: any.
        share: of the users, above 0 and at most 1.
        seed: another seed, other users.
    """
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise UsageError(f"share={share!r}", where="share", remedy="above 0 and at most 1")

    def change(whole: Stream) -> Stream:
        place = [int(_digest(str(seed), name)[:13], 16) / 16**13 for name in whole.users]
        return only(whole, (np.array(place) < share)[np.asarray(whole.user)])

    return derived(stream, "subsample", change, share=share, seed=seed)


def sessionise(stream: Given, *, minutes: float = 30.0) -> Source:
    """Makes a session of a user the user: a new one after a gap without events.

    Args:
        stream: any.
        minutes: the longest gap within a session.
    """
    _number("minutes", minutes, 0)

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
        names = [f"{whole.users[int(user[first[one]])]}/{number[one]}" for one in old]
        drifts = tuple(replace(one, users=()) for one in whole.drifts)
        return replace(whole, user=codes, users=Vocabulary.of(names), drifts=drifts)

    return derived(stream, "sessionise", change, minutes=minutes)


def normalise(stream: Given, *, feature: str) -> Source:
    """A feature of numbers less its mean and over its standard deviation, both of all events of earlier times.

    ::

        x'ᵢ = (xᵢ − m(t)) / s(t),   m, s over events with time < tᵢ;   s = 1 where they do not differ

    Args:
        stream: any with that feature.
        feature: its name.
    """

    def change(whole: Stream) -> Stream:
        column = whole.features.get(feature)
        if column is None or np.asarray(column).dtype.kind != "f":
            known = ", ".join(whole.features) or "none"
            what = f"no feature of numbers is called {feature!r}; there are {known}"
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

    origin = x[0]  # sums of squares of numbers far from 0 would lose their digits
    count = np.maximum(before, 1)[:, None]
    mean = sums(x - origin) / count
    variance = np.maximum(sums(np.square(x - origin)) / count - np.square(mean), 0.0)
    spread = np.sqrt(np.where(variance > 1e-12 * np.square(mean), variance, 1.0))
    scaled = np.where(before[:, None] > 0, (x - origin - mean) / np.where(spread > 0, spread, 1.0), 0.0)
    return scaled.astype(column.dtype).reshape(column.shape)


def relabel(stream: Given, *, least: float, classes: tuple[str, str] = ("low", "high")) -> Source:
    """Two classes of a number: the task becomes ``classify``.

    Args:
        stream: one with labels that are numbers.
        least: the lowest label of the second class.
        classes: names of the two.
    """
    if len(classes) != 2 or not all(isinstance(one, str) for one in classes):  # noqa: PLR2004
        raise UsageError(f"classes={classes!r}", where="classes", remedy="two names")

    def change(whole: Stream) -> Stream:
        if whole.label is None or whole.task == "classify":
            raise DataError("no labels that are numbers", where=whole.name, remedy="a stream of click or rate")
        label = (np.asarray(whole.label) >= least).astype(np.int64)
        return replace(whole, task="classify", label=label, classes=tuple(classes), oracle=None)

    return derived(stream, "relabel", change, least=least, classes=tuple(classes))


def time_shift(stream: Given, *, days: float) -> Source:
    """Every time, and every planted drift, so much later; or earlier.

    Args:
        stream: any.
        days: how much.
    """
    _number("days", days, -1e6)
    by = round(days * 86_400 * SECOND)

    def change(whole: Stream) -> Stream:
        drifts = tuple(replace(one, begin=one.begin + by, end=one.end + by) for one in whole.drifts)
        return replace(whole, time=np.asarray(whole.time) + by, drifts=drifts)

    return derived(stream, "time_shift", change, days=days)


def anonymise(stream: Given, *, salt: str, seconds: float = 1.0, buckets: int | None = None) -> Source:
    """Ids as salted hashes, times cut to a grid; with buckets, users share ids. Features are left out.

    The order of events within a grid step stays, and is a tie. What it costs is measured by running both streams.

    Args:
        stream: any.
        salt: a secret; with it an id can be found by trying, without it not. It is part of the plan: keep that secret.
        seconds: step of the grid.
        buckets: how many ids users share, by hash; None: each has its own. With n users, n / buckets share one, about.
    """
    if not isinstance(salt, str) or not salt:
        raise UsageError("salt is empty", where="salt", remedy="a secret text")
    _number("seconds", seconds, 1e-6)
    if buckets is not None:
        _whole("buckets", buckets, 1)
    step = round(seconds * SECOND)

    def change(whole: Stream) -> Stream:
        users = [_digest(salt, "user", name) for name in whole.users]
        if buckets is not None:
            users = [f"b{int(one, 16) % buckets}" for one in users]
        names, place = np.unique(np.array(users), return_inverse=True)
        code, old = coded(place[np.asarray(whole.user)], len(names))
        return replace(
            whole,
            time=np.asarray(whole.time) // step * step,
            user=code,
            users=Vocabulary.of(names[old]),
            items=Vocabulary.of(_digest(salt, "item", name) for name in whole.items),
            features={},
            drifts=(),
            about={},
        )

    hidden = hashlib.sha256(salt.encode()).hexdigest()[:8]
    made = derived(stream, "anonymise", change, salt=hidden, seconds=seconds, buckets=buckets)
    return Source(made.key, lambda: _forgetful(made.load()))


def _forgetful(stream: Stream) -> Stream:
    """Without what was told of the source: paths, columns, examples."""
    told = stream.about["transform anonymise"]
    return replace(stream, name="anonymised", about={"transform anonymise": told})


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _whole(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError(f"{name}={value!r}", where=name, remedy=f"a whole number from {least}")


def _number(name: str, value: object, least: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < 1e12:  # noqa: PLR2004
        raise UsageError(f"{name}={value!r}", where=name, remedy=f"a number from {least:g}")
