"""Anonymising: a stream that can be shared more widely than its source; what is guaranteed and what is not."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
from freshmark import NO_FEATURES, SECOND, DataError, IntArray, Source, Stream, UsageError, Vocabulary

from freshmark_datasets.arguments import check_number, check_whole
from freshmark_datasets.transforms.derived import StreamLike, derived, key_of, noted, occurrence, rows_of
from freshmark_datasets.transforms.pseudonyms import digest


def anonymise(stream: StreamLike, *, salt: str, seconds: float = 1.0, k: int = 1) -> Source:
    """Salted hashes as ids, times rounded down to a grid, and every user id shared by k users. Features are left out.

    Users share ids in order of arrival: the first k, the next k. Their events are held back until the k-th user has
    arrived, and then released together, with the time of that user's first event; events still held at the end are
    left out and counted. So, without using the future:

    * at any time of the result each user id has events of at least k users of the source;
    * a user of the source has one id for good, shared by exactly k users.

    This does not hide which items an id had: whoever knows some of a person's events and their times may find the id,
    and then reads what its k users did together. docs/transforms.md lists what else is not guaranteed. The cost in
    accuracy is measured by running both streams.

    Args:
        stream: any.
        salt: a secret; whoever has it can find an id by trying. It is part of the plan: keep the plan secret too.
        seconds: step of the grid. Events within a step are a tie, in the order of their release.
        k: how many users share an id; with 1 nothing is held back. Above 1, users of one id may have the same items,
            so the result repeats.
    """
    if not isinstance(salt, str) or not salt:
        raise UsageError("salt is empty", where="salt", remedy="a secret text")
    check_number("seconds", seconds, 1e-6)
    check_whole("k", k, 1)
    step = round(seconds * SECOND)
    hidden = hashlib.sha256(salt.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    hashed = derived(
        stream, "anonymise", lambda whole: _anonymous(whole, salt, step, k), salt=hidden, seconds=seconds, k=k
    )
    # The name must not reveal the source, but has to differ by source: equal names would be replaced by expressions.
    name = f"anonymised({digest(salt, 'stream', key_of(stream))[:6]}, seconds={seconds!r}, k={k})"
    return Source(hashed.key, lambda: replace(hashed.load(), name=name))


def _anonymous(whole: Stream, salt: str, step: int, k: int) -> Stream:
    """The anonymised stream, without any fact about its source: paths, columns, examples."""
    if k > len(whole.users):
        what = f"{len(whole.users)} users are fewer than the {k} that share an id"
        raise DataError(what, where=whole.name, remedy="a smaller k", code="FM201")
    time = np.asarray(whole.time)
    group, released = shared(np.asarray(whole.user, np.int64), time, k)
    rows = np.flatnonzero(group >= 0)
    order = rows[np.argsort(released[rows], kind="stable")]
    names = [digest(salt, "user", name) for name in whole.users] if k == 1 else range(len(whole.users) // k)
    full = Vocabulary.of(names)
    bare = replace(
        whole,
        items=Vocabulary.of(digest(salt, "item", name) for name in whole.items),
        features=NO_FEATURES,
        of={},
        item_features=NO_FEATURES,
        user_features=NO_FEATURES,
        oracle=None,  # it answers for the original candidates
        repeats=whole.repeats or k > 1,
    )
    # Groups fill up in order, so group numbers are already codes in order of first appearance.
    return rows_of(
        bare,
        order,
        time=released[order] // step * step,
        user=group[order].astype(np.int32),
        users=full,
        label_delay=None if whole.label_delay is None else _label_delay(whole, released, step)[order],
        drifts=(),
        about=_about(whole, rows, released - time),
    )


def shared(user: IntArray, time: IntArray, k: int) -> tuple[IntArray, IntArray]:
    """(n,) the group of each event's user, −1 where it never has k users; and (n,) when the event is released.

    ::

        group(u) = ⌊u / k⌋                                  users are numbered in order of arrival
        release(e) = max(time(e), first event of user k · group + k − 1)

    Args:
        user: (n,) codes in order of first appearance.
        time: (n,) microseconds, never decreasing.
        k: how many users are a group.
    """
    first = time[occurrence(user) == 0]  # by user
    complete = first[k - 1 :: k]  # when the k-th user of each group arrives
    group = user // k
    group = np.where(group < len(complete), group, -1)
    return group, np.maximum(time, complete[group]) if len(complete) else time


def _label_delay(whole: Stream, released: IntArray, step: int) -> IntArray:
    """(n,) the time from an event's release to its label, on the grid and never before the label was known."""
    known = np.asarray(whole.time) + np.asarray(whole.label_delay)
    delay: IntArray = np.maximum(-(-known // step) * step - released // step * step, 0)
    return delay


def _about(whole: Stream, rows: IntArray, held: IntArray) -> dict[str, str]:
    """How many events were held back, for how long, and how many were left out."""
    waiting = held[rows][held[rows] > 0] / SECOND
    users = len(np.unique(np.delete(np.asarray(whole.user), rows)))
    text = f"{len(waiting):,} events"
    if len(waiting):
        text += f", for {np.median(waiting):,.0f} s (median), at most {waiting.max():,.0f} s"
    left = f"{len(whole) - len(rows):,} events of {users:,} users whose group stayed below k"
    return noted({"anonymise left out": left}, "anonymise held back", text)
