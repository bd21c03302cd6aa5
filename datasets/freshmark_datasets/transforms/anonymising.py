"""Privacy: a stream that can be shown to more people than its source; what is promised, and what is not."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from freshmark import NO_FEATURES, SECOND, DataError, IntArray, Source, Stream, UsageError, Vocabulary

from freshmark_datasets.arguments import check_number, check_whole
from freshmark_datasets.transforms.derived import Given, derived, key_of, noted, occurrence, taken
from freshmark_datasets.transforms.pseudonyms import digest


def anonymise(stream: Given, *, salt: str, seconds: float = 1.0, k: int = 1) -> Source:
    """Ids as salted hashes, times cut to a grid, and every user id that of at least k users. Features are left out.

    Users share ids in the order in which they come: the first k, the next k. Their events are held back until the k-th
    is there, and then told together, with the time of his first event; what is still held at the end is left out and
    counted. So, with no look into the future:

    * at any time of the result each user id has events of at least k users of the source;
    * a user of the source has one id, for good; it is that of k users exactly.

    This does not hide which items an id had: who knows some of what a person did, and when, may find the id, and then
    reads what its k users did together. docs/transforms.md says what else is not promised. What it costs is measured by
    running both streams.

    Args:
        stream: any.
        salt: a secret; with it an id can be found by trying, without it not. It is part of the plan: keep that secret.
        seconds: step of the grid. Events within a step stand in the order in which they were told, and are a tie.
        k: how many users share an id; 1: each has its own, and nothing is held back. Above 1 users of one id may have
            the same items, so the result repeats.
    """
    if not isinstance(salt, str) or not salt:
        raise UsageError("salt is empty", where="salt", remedy="a secret text")
    check_number("seconds", seconds, 1e-6)
    check_whole("k", k, 1)
    step = round(seconds * SECOND)
    hidden = hashlib.sha256(salt.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    made = derived(
        stream, "anonymise", lambda whole: _anonymous(whole, salt, step, k), salt=hidden, seconds=seconds, k=k
    )
    # Without the name of what is inside, and yet another for each: where two are alike, a run writes expressions out.
    name = f"anonymised({digest(salt, 'stream', key_of(stream))[:6]}, seconds={seconds!r}, k={k})"
    return Source(made.key, lambda: replace(made.load(), name=name))


def _anonymous(whole: Stream, salt: str, step: int, k: int) -> Stream:
    """The changed stream, without anything that was told of its source: paths, columns, examples."""
    if k > len(whole.users):
        what = f"{len(whole.users)} users, so that no id is shared by {k}"
        raise DataError(what, where=whole.name, remedy="a smaller k", code="FM201")
    time = np.asarray(whole.time)
    group, told = shared(np.asarray(whole.user, np.int64), time, k)
    rows = np.flatnonzero(group >= 0)
    order = rows[np.argsort(told[rows], kind="stable")]
    named = [digest(salt, "user", name) for name in whole.users] if k == 1 else range(len(whole.users) // k)
    full = Vocabulary.of(named)
    bare = replace(
        whole,
        items=Vocabulary.of(digest(salt, "item", name) for name in whole.items),
        features=NO_FEATURES,
        of={},
        item_features=NO_FEATURES,
        user_features=NO_FEATURES,
        oracle=None,  # it is of the question that was asked before
        repeats=whole.repeats or k > 1,
    )
    # Ids come in the order in which they are full, so that groups are codes already.
    return taken(
        bare,
        order,
        time=told[order] // step * step,
        user=group[order].astype(np.int32),
        users=full,
        label_delay=None if whole.label_delay is None else _later(whole, told, step)[order],
        drifts=(),
        about=_about(whole, rows, told - time),
    )


def shared(user: IntArray, time: IntArray, k: int) -> tuple[IntArray, IntArray]:
    """(n,) the group that each event's user is in, −1 where it never has k; and (n,) when the event is told.

    ::

        group(u) = ⌊u / k⌋                                  users are numbered in the order in which they come
        told(e) = max(time(e), first event of user k · group + k − 1)

    Args:
        user: (n,) codes in order of first appearance.
        time: (n,) microseconds, never decreasing.
        k: how many users are a group.
    """
    first = time[occurrence(user) == 0]  # by user
    filled = first[k - 1 :: k]
    group = user // k
    group = np.where(group < len(filled), group, -1)
    return group, np.maximum(time, filled[group]) if len(filled) else time


def _later(whole: Stream, told: IntArray, step: int) -> IntArray:
    """(n,) how long after it is told an event may be learned from: on the grid, and never before it was known."""
    known = np.asarray(whole.time) + np.asarray(whole.label_delay)
    delay: IntArray = np.maximum(-(-known // step) * step - told // step * step, 0)
    return delay


def _about(whole: Stream, rows: IntArray, held: IntArray) -> dict[str, str]:
    """What was held back, for how long, and what was left out."""
    waiting = held[rows][held[rows] > 0] / SECOND
    users = len(np.unique(np.delete(np.asarray(whole.user), rows)))
    told = f"{len(waiting):,} events"
    if len(waiting):
        told += f", for {np.median(waiting):,.0f} s (median), at most {waiting.max():,.0f} s"
    left = f"{len(whole) - len(rows):,} events of {users:,} users, whose id did not come to be shared"
    return noted({"anonymise left out": left}, "anonymise held back", told)
