"""Selecting: transforms that drop events, by what came before them."""

from __future__ import annotations

import numpy as np
from freshmark import SECOND, Source, Stream, UsageError

from freshmark_datasets.arguments import check_number, check_whole
from freshmark_datasets.transforms.derived import StreamLike, derived, occurrence, only
from freshmark_datasets.transforms.pseudonyms import digest


def min_count(stream: StreamLike, *, users: int = 1, items: int = 1) -> Source:
    """Drops the first events of every user and item: uses the past alone, unlike k-core filters.

    Args:
        stream: any.
        users: the number of a user's first event that is kept, from 1.
        items: likewise of an item.
    """
    check_whole("users", users, 1)
    check_whole("items", items, 1)

    def change(whole: Stream) -> Stream:
        enough = occurrence(np.asarray(whole.user, np.int64)) >= users - 1
        return only(whole, enough & (occurrence(np.asarray(whole.item, np.int64)) >= items - 1))

    return derived(stream, "min_count", change, users=users, items=items)


def deduplicate(stream: StreamLike, *, seconds: float | None = 0.0) -> Source:
    """Drops an event whose user had the same item shortly before.

    Args:
        stream: any.
        seconds: how long before at most; 0: at the same time, None: ever.
    """
    if seconds is not None:
        check_number("seconds", seconds, 0)

    def change(whole: Stream) -> Stream:
        time = np.asarray(whole.time)
        pair = np.asarray(whole.user, np.int64) * len(whole.items) + np.asarray(whole.item)
        order = np.argsort(pair, kind="stable")
        repeated = np.zeros(len(whole), np.bool_)
        same = pair[order][1:] == pair[order][:-1]
        near = True if seconds is None else np.diff(time[order]) <= seconds * SECOND
        repeated[order[1:]] = same & near
        return only(whole, ~repeated)

    return derived(stream, "deduplicate", change, seconds=seconds)


def subsample(stream: StreamLike, *, share: float, seed: int = 0) -> Source:
    """All events of a share of the users, chosen by a hash of their ids, so that other users make no difference.

    Args:
        stream: any.
        share: of the users, above 0 and at most 1.
        seed: which users.
    """
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise UsageError(f"share={share!r}", where="share", remedy="above 0 and at most 1")

    def change(whole: Stream) -> Stream:
        position = [int(digest(str(seed), name)[:13], 16) / 16**13 for name in whole.users]
        return only(whole, (np.array(position) < share)[np.asarray(whole.user)])

    return derived(stream, "subsample", change, share=share, seed=seed)
