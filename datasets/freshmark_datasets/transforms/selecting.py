"""Selecting: transforms that leave events out, by what came before them."""

from __future__ import annotations

import numpy as np
from freshmark import SECOND, Source, Stream, UsageError

from freshmark_datasets.arguments import check_number, check_whole
from freshmark_datasets.transforms.derived import Given, derived, occurrence, only
from freshmark_datasets.transforms.pseudonyms import digest


def min_count(stream: Given, *, users: int = 1, items: int = 1) -> Source:
    """Events from the n-th of their user, and of their item, on: by the past alone, unlike k-core filters.

    Args:
        stream: any.
        users: which event of a user is the first that is kept.
        items: likewise of an item.
    """
    check_whole("users", users, 1)
    check_whole("items", items, 1)

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
        check_number("seconds", seconds, 0)

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
        place = [int(digest(str(seed), name)[:13], 16) / 16**13 for name in whole.users]
        return only(whole, (np.array(place) < share)[np.asarray(whole.user)])

    return derived(stream, "subsample", change, share=share, seed=seed)
