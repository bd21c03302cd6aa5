"""Merging: several streams become one, by time, for cross-domain work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase

import numpy as np
from freshmark import DataError, Drift, Owner, Source, Stream, UnknownName, UsageError

from freshmark_datasets.transforms.derived import StreamLike, combined
from freshmark_datasets.transforms.joining import Joined, columns, features, joined, spans

WAYS = ("matched", "apart")


def merge(*streams: StreamLike, users: str = "matched", items: str = "apart", domains: Sequence[str] = ()) -> Source:
    """Streams of one task become one, by time, for cross-domain work: users matched by id, items kept apart.

    At equal times, events of an earlier argument come first. Features and labels stay if all streams have them with
    one type and shape; what is left out is reported. Planted drifts are kept. The result repeats where one of the
    streams does, and where users and items are both matched, for a user may meet an item again in another domain.
    Clocks are not aligned: ``time_shift`` does that.

    Args:
        streams: two or more.
        users: "matched": equal ids are one user; "apart": ids are prefixed by the name of their domain.
        items: likewise.
        domains: a name for each stream; a, b, c … by default.
    """
    for name, way in (("users", users), ("items", items)):
        if way not in WAYS:
            raise UnknownName(f"way to merge {name}", str(way), WAYS, where=f"{name}={way!r}")
    names = _domains(domains, len(streams))

    def change(loaded: Sequence[Stream]) -> Stream:
        return _merged(dict(zip(names, loaded, strict=True)), users, items)

    return combined(streams, "merge", change, users=users, items=items, domains=names)


def _domains(given: Sequence[str], count: int) -> tuple[str, ...]:
    """A name for each stream.

    Raises:
        UsageError: fewer than two streams, or not one distinct name for each.
    """
    if count < 2:  # noqa: PLR2004
        what = f"merge got {count} stream{'s' * (count != 1)}"
        raise UsageError(what, where="merge", remedy="two or more: merge(drift('tiny'), drift('small'))")
    names = tuple(given) if isinstance(given, list | tuple) else (given,)
    names = names if given else tuple(ascii_lowercase[:count])
    valid = all(isinstance(name, str) and name and "/" not in name for name in names)
    if not valid or len(names) != count or len(set(names)) != count:
        remedy = f"{count} different names without a slash, such as ('books', 'films')"
        raise UsageError(f"domains={given!r}", where="domains", remedy=remedy)
    return names


def _merged(streams: Mapping[str, Stream], users: str, items: str) -> Stream:
    for what in ("task", "classes"):
        _check_alike(streams, what)
    parts = list(streams.values())
    time = np.concatenate([stream.time for stream in parts])
    order = np.argsort(time, kind="stable")
    prefixes = [f"{domain}/" for domain in streams]
    user = joined([(stream.user, stream.users) for stream in parts], prefixes if users == "apart" else None, order)
    item = joined([(stream.item, stream.items) for stream in parts], prefixes if items == "apart" else None, order)
    joined_columns, missing = columns(streams)
    label, oracle, label_delay = (None if column is None else column[order] for column in joined_columns)
    common, different = features(streams)
    about = {f"{domain}: {what}": text for domain, stream in streams.items() for what, text in stream.about.items()}
    about |= spans(streams) | {"merge matched": f"{user.matched:,} users, {item.matched:,} items"}
    tables = [name for name in ("item_features", "user_features") if any(getattr(stream, name) for stream in parts)]
    if left_out := [*missing, *different, *tables]:
        about["merge left out"] = ", ".join(left_out)
    return replace(
        parts[0],
        time=time[order],
        user=user.codes,
        item=item.codes,
        users=user.names,
        items=item.names,
        features={name: column[order] for name, column in common.items()},
        of=_owners(parts, common),
        user_features={},
        item_features={},
        repeats=any(stream.repeats for stream in parts) or users == items == "matched",
        drifts=_drifts(parts, user, item),
        about=about,
        label=label,
        oracle=oracle,
        label_delay=label_delay,
    )


def _owners(parts: Sequence[Stream], common: Iterable[str]) -> dict[str, Owner]:
    """The owner of each common feature; where streams disagree it is the item, whose features no query shows."""
    owners = {name: {stream.owner(name) for stream in parts} for name in common}
    return {name: which.pop() if len(which) == 1 else "item" for name, which in owners.items()}


def _check_alike(streams: Mapping[str, Stream], what: str) -> None:
    values = {domain: getattr(stream, what) for domain, stream in streams.items()}
    if len(set(values.values())) > 1:
        listed = ", ".join(f"{domain} {value!r}" for domain, value in values.items())
        remedy = (
            "the option task= of each, or relabel(…) around it" if what == "task" else "the same, in the same order"
        )
        raise DataError(f"merged streams must agree in {what}: {listed}", where="merge", remedy=remedy)


def _drifts(parts: Sequence[Stream], user: Joined, item: Joined) -> tuple[Drift, ...]:
    """The drifts of all streams by their begin, with the codes of the result."""
    drifts = [
        replace(
            drift,
            users=tuple(users[list(drift.users)].tolist()),
            items=tuple(items[list(drift.items)].tolist()),
        )
        for part, users, items in zip(parts, user.recoding, item.recoding, strict=True)
        for drift in part.drifts
    ]
    return tuple(sorted(drifts, key=lambda drift: drift.begin))
