"""Which column is the user, the item, the time, the label: as given, or by its name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from freshmark import DataError

from freshmark_datasets.readers.formats import Reader
from freshmark_datasets.readers.options import Column

COMMON: Mapping[str, tuple[str, ...]] = {
    "user": (
        *("user", "userid", "uid", "u", "customerid", "customer", "visitorid", "reviewerid", "author", "username"),
        *("sessionid", "session", "playerid", "accountid"),
    ),
    "item": (
        *("item", "itemid", "iid", "i", "movieid", "movie", "filmid", "productid", "product", "asin", "parentasin"),
        *("stockcode", "articleid", "newsid", "songid", "trackid", "videoid", "bookid", "businessid", "contentid"),
    ),
    "time": (
        *("time", "timestamp", "ts", "t", "unixtime", "unixreviewtime", "datetime", "eventtime", "date", "eventdate"),
        *("invoicedate", "createdat", "dt", "dmin"),
    ),
    "label": ("label", "rating", "click", "clicked", "overall", "score", "stars", "y", "target"),
}


def choose(
    reader: Reader, given: Mapping[str, Column], required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> tuple[dict[str, int], str]:
    """For each role the index of its column, and a sentence that says which were chosen and why.

    Args:
        reader: of the file.
        given: role → name or index of the column, None where it is to be guessed.
        required: roles without which there is no stream.
        optional: roles that are guessed, but may be absent.

    Raises:
        DataError: a given column does not exist, or a required one cannot be guessed.
    """
    chosen: dict[str, int] = {}
    explanation: list[str] = []
    for role in dict.fromkeys((*COMMON, *given)):
        column = given.get(role)
        if column is not None:
            chosen[role] = _given(reader, role, column)
            if role in COMMON:
                explanation.append(f"{role} {reader.names[chosen[role]]!r}")
        elif role in required or role in optional:
            index = _guessed(reader, role)
            if index is not None:
                chosen[role] = index
                explanation.append(f"{role} {reader.names[index]!r} (by its name)")
    missing = [role for role in required if role not in chosen]
    if missing:
        raise _not_guessed(reader, missing)
    return chosen, ", ".join(explanation)


def _given(reader: Reader, role: str, column: str | int) -> int:
    where = reader.where
    if isinstance(column, int):
        if not 0 <= column < len(reader.names):
            raise DataError(
                f"{role}={column}: there are {len(reader.names)} columns, counted from 0",
                where=where,
                remedy=f"the first line is {reader.first_line[:200]!r}",
                code="FM214",
            )
        return column
    if not reader.headed:
        raise DataError(
            f"{role}={column!r}, but the first line names no columns: {reader.first_line[:200]!r}",
            where=where,
            remedy=f"pass indexes, counted from 0, as in {role}=0, or header=True",
            code="FM214",
        )
    if column not in reader.names:
        close = difflib.get_close_matches(column, reader.names, n=1)
        known = ", ".join(reader.names[:20])
        raise DataError(
            f"no column {column!r}",
            where=where,
            remedy=f"did you mean {close[0]!r}?" if close else f"there are {known}",
            code="FM214",
        )
    return reader.names.index(column)


def _guessed(reader: Reader, role: str) -> int | None:
    untyped = (name.lower().partition(":")[0] for name in reader.names)  # RecBole writes user_id:token
    plain = [re.sub(r"[^a-z0-9]", "", name) for name in untyped]
    return next((plain.index(name) for name in COMMON[role] if name in plain), None)


def _not_guessed(reader: Reader, missing: list[str]) -> DataError:
    example = ", ".join(f"{role}={'…' if reader.headed else index}" for index, role in enumerate(missing))
    kind = "names" if reader.headed else "indexes, counted from 0 (the file names no columns)"
    return DataError(
        f"cannot tell which column is the {' and which the '.join(missing)}; "
        f"the first line is {reader.first_line[:200]!r}",
        where=reader.where,
        remedy=f"pass {kind}: {example}",
        code="FM214",
    )
