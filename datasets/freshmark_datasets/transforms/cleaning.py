"""Cleaning: events that say nothing about interests are left out, by what is known when they happen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from freshmark import SECOND, AnyArray, BoolArray, Source, Stream, UsageError, Vocabulary

from freshmark_datasets.arguments import check_whole, moment
from freshmark_datasets.transforms.derived import StreamLike, derived, noted, only

MINUTE = 60 * SECOND

Rule: TypeAlias = tuple[str, Callable[[Stream], BoolArray]]
"""Which events it leaves out, in words; and (n,) whether each is left out."""


def clean(
    stream: StreamLike,
    *,
    per_minute: int | None = None,
    without_users: str | None = None,
    without_items: str | None = None,
    since: str | None = None,
    until: str | None = None,
    finite: bool = False,
) -> Source:
    """Leaves out bots, ids by pattern, times outside a span and non-finite numbers, using the past alone; counted.

    Args:
        stream: any; every option sees the whole stream, and an event counts for the first option that drops it.
        per_minute: a user with more events than that within a minute is a bot: the event that shows it and all later
            ones are left out, earlier ones stay. The rows of a basket count one by one.
        without_users: a regular expression; users with a matching id are left out.
        without_items: likewise for items.
        since: an ISO date; events before it are left out. The warm-up begins with the first that stays.
        until: an ISO date; events at or after it are left out.
        finite: whether events with a non-finite feature are left out. Labels are always finite.
    """
    rules = [
        *_pace(per_minute),
        *_ids("without_users", without_users, lambda whole: (whole.users, whole.user)),
        *_ids("without_items", without_items, lambda whole: (whole.items, whole.item)),
        *_span(since, until),
        *_numbers(finite),
    ]

    def change(whole: Stream) -> Stream:
        stays, counts = np.ones(len(whole), np.bool_), []
        for reason, out in rules:
            gone = stays & out(whole)
            counts.append(f"{np.count_nonzero(gone):,} {reason}")
            stays &= ~gone
        return replace(only(whole, stays), about=noted(whole.about, "clean left out", ", ".join(counts) or "nothing"))

    options = {"per_minute": per_minute, "without_users": without_users, "without_items": without_items}
    options |= {"since": since, "until": until, "finite": finite or None}
    return derived(stream, "clean", change, **{name: value for name, value in options.items() if value is not None})


def _pace(most: int | None) -> Iterator[Rule]:
    if most is not None:
        check_whole("per_minute", most, 1)
        yield f"of users with more than {most} in a minute", lambda whole: too_fast(whole, most)


def _ids(name: str, given: str | None, of: Callable[[Stream], tuple[Vocabulary, AnyArray]]) -> Iterator[Rule]:
    if given is None:
        return
    pattern = _pattern(name, given)

    def out(whole: Stream) -> BoolArray:
        names, codes = of(whole)
        matching: BoolArray = np.array([pattern.search(each) is not None for each in names], np.bool_)
        return matching[codes]

    yield f"by {name}={given!r}", out


def _span(since: str | None, until: str | None) -> Iterator[Rule]:
    if since is not None:
        begin = moment("since", since)
        yield f"before {since}", lambda whole: np.asarray(whole.time) < begin
    if until is not None:
        end = moment("until", until)
        yield f"at or after {until}", lambda whole: np.asarray(whole.time) >= end


def _numbers(finite: bool) -> Iterator[Rule]:  # noqa: FBT001
    if not isinstance(finite, bool):
        raise UsageError(f"finite={finite!r}", where="finite", remedy="True or False")
    if finite:
        yield "with a feature that is not finite", _not_finite


def too_fast(stream: Stream, most: int) -> BoolArray:
    """(n,) whether, by this event, the user ever had more than ``most`` events within less than a minute."""
    user, time = np.asarray(stream.user), np.asarray(stream.time)
    order = np.argsort(user, kind="stable")
    late, early = order[most:], order[:-most]  # each event, and the one ``most`` events earlier
    fast = late[(user[late] == user[early]) & (time[late] - time[early] < MINUTE)]
    first = np.full(len(stream.users), len(stream))  # of the events that expose the user
    np.minimum.at(first, user[fast], fast)
    exposed: BoolArray = np.arange(len(stream)) >= first[user]
    return exposed


def _pattern(name: str, given: str) -> re.Pattern[str]:
    remedy = "a regular expression, such as '^bot'"
    if not given or not isinstance(given, str):
        raise UsageError(f"{name}={given!r}", where=name, remedy=remedy)
    try:
        return re.compile(given)
    except re.error as error:
        raise UsageError(f"{name}={given!r}: {error}", where=name, remedy=remedy) from error


def _not_finite(stream: Stream) -> BoolArray:
    invalid = np.zeros(len(stream), np.bool_)
    for column in stream.features.values():
        if column.dtype.kind in "fc":
            invalid |= ~np.isfinite(column).reshape(len(stream), -1).all(axis=1)
    return invalid
