"""Merging: several streams in one, by time, for work across domains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase

import numpy as np
from freshmark import DataError, Drift, Owner, Source, Stream, UnknownName, UsageError

from freshmark_datasets.transforms.derived import Given, combined
from freshmark_datasets.transforms.joining import Joined, columns, features, joined, spans

WAYS = ("matched", "apart")


def merge(*streams: Given, users: str = "matched", items: str = "apart", domains: Sequence[str] = ()) -> Source:
    """Streams of one task in one, by time, for work across domains: users matched by id, items of a domain each.

    Of events of one time those of an earlier stream come first. Features that all have, of one kind and shape, stay,
    and so do labels that all have; what is left out is told. Planted drifts of all are kept. The result repeats where
    one of the streams does, and where users and items are both matched: what a user had in one domain may come again
    in another. Clocks are not moved: ``time_shift`` does that.

    Args:
        streams: two or more.
        users: "matched": one id is one user in all; "apart": a user is of a domain, whose name comes before the id.
        items: likewise.
        domains: what each stream is called; a, b, c … where it is not said.
    """
    for name, way in (("users", users), ("items", items)):
        if way not in WAYS:
            raise UnknownName(f"way to merge {name}", str(way), WAYS, where=f"{name}={way!r}")
    called = _domains(domains, len(streams))

    def change(given: Sequence[Stream]) -> Stream:
        return _merged(dict(zip(called, given, strict=True)), users, items)

    return combined(streams, "merge", change, users=users, items=items, domains=called)


def _domains(told: Sequence[str], count: int) -> tuple[str, ...]:
    """A name for each stream.

    Raises:
        UsageError: there are not two streams, or not a name for each.
    """
    if count < 2:  # noqa: PLR2004
        what = f"merge is given {count} stream{'s' * (count != 1)}"
        raise UsageError(what, where="merge", remedy="two or more: merge(drift('tiny'), drift('small'))")
    names = tuple(told) if isinstance(told, list | tuple) else (told,)
    names = names if told else tuple(ascii_lowercase[:count])
    right = all(isinstance(one, str) and one and "/" not in one for one in names)
    if not right or len(names) != count or len(set(names)) != count:
        remedy = f"{count} different names without a slash, such as ('books', 'films')"
        raise UsageError(f"domains={told!r}", where="domains", remedy=remedy)
    return names


def _merged(streams: Mapping[str, Stream], users: str, items: str) -> Stream:
    for what in ("task", "classes"):
        _check_alike(streams, what)
    parts = list(streams.values())
    time = np.concatenate([one.time for one in parts])
    order = np.argsort(time, kind="stable")
    prefixes = [f"{domain}/" for domain in streams]
    user = joined([(one.user, one.users) for one in parts], prefixes if users == "apart" else None, order)
    item = joined([(one.item, one.items) for one in parts], prefixes if items == "apart" else None, order)
    kept, without = columns(streams)
    label, oracle, label_delay = (None if column is None else column[order] for column in kept)
    shared, unshared = features(streams)
    told = {f"{domain}: {what}": text for domain, one in streams.items() for what, text in one.about.items()}
    told |= spans(streams) | {"merge matched": f"{user.matched:,} users, {item.matched:,} items"}
    tables = [f"{side}_features" for side in ("item", "user") if any(getattr(one, f"{side}_features") for one in parts)]
    if left_out := [*without, *unshared, *tables]:
        told["merge left out"] = ", ".join(left_out)
    return replace(
        parts[0],
        time=time[order],
        user=user.codes,
        item=item.codes,
        users=user.names,
        items=item.names,
        features={name: column[order] for name, column in shared.items()},
        of=_owners(parts, shared),
        user_features={},
        item_features={},
        repeats=any(one.repeats for one in parts) or users == items == "matched",
        drifts=_drifts(parts, user, item),
        about=told,
        label=label,
        oracle=oracle,
        label_delay=label_delay,
    )


def _owners(parts: Sequence[Stream], shared: Iterable[str]) -> dict[str, Owner]:
    """Whose the shared features are; those on which the streams disagree belong to the item, whom no query shows."""
    owners = {name: {one.owner(name) for one in parts} for name in shared}
    return {name: found.pop() if len(found) == 1 else "item" for name, found in owners.items()}


def _check_alike(streams: Mapping[str, Stream], what: str) -> None:
    told = {domain: getattr(one, what) for domain, one in streams.items()}
    if len(set(told.values())) > 1:
        each = ", ".join(f"{domain} {value!r}" for domain, value in told.items())
        remedy = (
            "the option task= of each, or relabel(…) around it" if what == "task" else "the same, in the same order"
        )
        raise DataError(f"streams that are merged have one {what}: {each}", where="merge", remedy=remedy)


def _drifts(parts: Sequence[Stream], user: Joined, item: Joined) -> tuple[Drift, ...]:
    """Those of all, by their begin; who is concerned is coded as in the result."""
    drifts = [
        replace(
            one,
            users=tuple(users[list(one.users)].tolist()),
            items=tuple(items[list(one.items)].tolist()),
        )
        for part, users, items in zip(parts, user.places, item.places, strict=True)
        for one in part.drifts
    ]
    return tuple(sorted(drifts, key=lambda one: one.begin))
