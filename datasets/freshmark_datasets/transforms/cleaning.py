"""Cleaning: events that are no one's interest, left out by what is known when they happen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from freshmark import SECOND, AnyArray, BoolArray, Source, Stream, UsageError, Vocabulary

from freshmark_datasets.arguments import check_whole, moment
from freshmark_datasets.transforms.derived import Given, derived, noted, only

MINUTE = 60 * SECOND

Rule: TypeAlias = tuple[str, Callable[[Stream], BoolArray]]
"""Which events it leaves out, in words; and (n,) whether it leaves out each."""


def clean(
    stream: Given,
    *,
    per_minute: int | None = None,
    without_users: str | None = None,
    without_items: str | None = None,
    since: str | None = None,
    until: str | None = None,
    finite: bool = False,
) -> Source:
    """Leaves out bots, ids by pattern, times beyond a span, numbers that are none; by the past alone, and counted.

    Args:
        stream: any; each option looks at it as it is, and an event is counted with the first option that leaves it out.
        per_minute: a user who had more events than that in a minute is a bot: the event that shows it and all later
            ones of the user are left out, those before it stay. The rows of a basket of one time count one by one.
        without_users: a regular expression; users whose id has a match are left out.
        without_items: likewise items.
        since: an ISO date; events before it are left out. Warm-up begins with the first that stays.
        until: an ISO date; events from there on are left out.
        finite: whether events with a feature that is infinite or no number are left out. Labels are always finite.
    """
    rules = [
        *_pace(per_minute),
        *_ids("without_users", without_users, lambda one: (one.users, one.user)),
        *_ids("without_items", without_items, lambda one: (one.items, one.item)),
        *_span(since, until),
        *_numbers(finite),
    ]

    def change(whole: Stream) -> Stream:
        kept, told = np.ones(len(whole), np.bool_), []
        for reason, out in rules:
            gone = kept & out(whole)
            told.append(f"{np.count_nonzero(gone):,} {reason}")
            kept &= ~gone
        return replace(only(whole, kept), about=noted(whole.about, "clean left out", ", ".join(told) or "nothing"))

    options = {"per_minute": per_minute, "without_users": without_users, "without_items": without_items}
    options |= {"since": since, "until": until, "finite": finite or None}
    return derived(stream, "clean", change, **{name: value for name, value in options.items() if value is not None})


def _pace(most: int | None) -> Iterator[Rule]:
    if most is not None:
        check_whole("per_minute", most, 1)
        yield f"of users with more than {most} in a minute", lambda whole: too_fast(whole, most)


def _ids(name: str, told: str | None, of: Callable[[Stream], tuple[Vocabulary, AnyArray]]) -> Iterator[Rule]:
    if told is None:
        return
    pattern = _pattern(name, told)

    def out(whole: Stream) -> BoolArray:
        names, codes = of(whole)
        named: BoolArray = np.array([pattern.search(one) is not None for one in names], np.bool_)
        return named[codes]

    yield f"by {name}={told!r}", out


def _span(since: str | None, until: str | None) -> Iterator[Rule]:
    if since is not None:
        begin = moment("since", since)
        yield f"before {since}", lambda whole: np.asarray(whole.time) < begin
    if until is not None:
        end = moment("until", until)
        yield f"from {until} on", lambda whole: np.asarray(whole.time) >= end


def _numbers(finite: bool) -> Iterator[Rule]:  # noqa: FBT001
    if not isinstance(finite, bool):
        raise UsageError(f"finite={finite!r}", where="finite", remedy="True or False")
    if finite:
        yield "with a feature that is not finite", _strange


def too_fast(stream: Stream, most: int) -> BoolArray:
    """(n,) whether the user had, with this event or before it, more events than that within less than a minute."""
    user, time = np.asarray(stream.user), np.asarray(stream.time)
    order = np.argsort(user, kind="stable")
    late, early = order[most:], order[:-most]  # each event, and the one that many places before it
    fast = late[(user[late] == user[early]) & (time[late] - time[early] < MINUTE)]
    found = np.full(len(stream.users), len(stream))
    np.minimum.at(found, user[fast], fast)
    shown: BoolArray = np.arange(len(stream)) >= found[user]
    return shown


def _pattern(name: str, told: str) -> re.Pattern[str]:
    remedy = "a regular expression, such as '^bot'"
    if not told or not isinstance(told, str):
        raise UsageError(f"{name}={told!r}", where=name, remedy=remedy)
    try:
        return re.compile(told)
    except re.error as error:
        raise UsageError(f"{name}={told!r}: {error}", where=name, remedy=remedy) from error


def _strange(stream: Stream) -> BoolArray:
    strange = np.zeros(len(stream), np.bool_)
    for column in stream.features.values():
        if column.dtype.kind in "fc":
            strange |= ~np.isfinite(column).reshape(len(stream), -1).all(axis=1)
    return strange
