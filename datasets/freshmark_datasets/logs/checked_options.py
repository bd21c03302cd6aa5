"""The options of a log, checked before anything is read."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeAlias

from freshmark import TASKS, UnknownName, UsageError

from freshmark_datasets.arguments import moment
from freshmark_datasets.logs.units import UNITS
from freshmark_datasets.readers.options import ROW, Options

Columns: TypeAlias = str | int | Sequence[str | int]
Only: TypeAlias = tuple[str | int, str] | Sequence[tuple[str | int, str]]

OWNED = ("context", "of_user", "of_item")
"""Options that say whose features columns become."""


def options_of(**given: Any) -> Options:
    """The given options in canonical form: equal options make equal keys.

    Raises:
        UsageError: an option does not exist or has an invalid form.
    """
    names = [field.name for field in fields(Options)]
    for name in given:
        if name not in names:
            raise UnknownName("option of a log", name, names)
    unit = given.get("unit")
    given["unit"] = {"µs": "us", "μs": "us"}.get(unit, unit) if isinstance(unit, str) else unit
    for name in ("numbers", "words", "ids", *OWNED):
        if given.get(name) is not None:
            given[name] = _several(given[name])
    given["only"] = _pairs(given.get("only", ()))
    return Options(**given)


def _several(columns: object) -> tuple[str | int, ...]:
    return tuple(columns) if isinstance(columns, list | tuple) else (columns,)  # type: ignore[return-value]


def _pairs(only: Any) -> tuple[tuple[str | int, str], ...]:
    """One pair, or several."""
    several = only if isinstance(only, list | tuple) else (only,)
    pairs = [several] if len(several) == 2 and isinstance(several[1], str) else several  # noqa: PLR2004
    if not all(isinstance(pair, list | tuple) and len(pair) == 2 and _is_pattern(pair[1]) for pair in pairs):  # noqa: PLR2004
        raise UsageError(f"only={only!r}", where="only", remedy="pairs of a column and a pattern: ('event', '^view$')")
    return tuple((column, pattern) for column, pattern in pairs)


def _is_pattern(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(re.compile(text))
    except re.error:
        return False


def check_paths(paths: Sequence[Path]) -> None:
    """Refuse an empty list of paths."""
    if not paths:
        raise UsageError("no path", where="path", remedy="the file to read")


def check_options(options: Options) -> None:
    """Refuse invalid values before anything is read.

    Raises:
        UsageError: an option has an invalid value.
    """
    for role, column in options.columns.items():
        optional = role in ("user", "item", "time", "label")  # None: guessed; the others are there because given
        if (not optional or column is not None) and (isinstance(column, bool) or not isinstance(column, str | int)):
            raise UsageError(f"{role}={column!r}", where=role, remedy="the name of a column, or its index from 0")
    if options.task not in TASKS:
        raise UsageError(f"no task {options.task!r}", where="task", remedy=f"one of {', '.join(TASKS)}")
    _check_owners(options)
    _check_separator(options)
    _check_positive(options)
    _check_times(options)
    _check_rest(options)


def _check_owners(options: Options) -> None:
    owned = [(name, column) for name in OWNED for column in getattr(options, name)]
    for name, column in owned:
        if column not in (*options.numbers, *options.words):
            what = f"{name}={column!r} is neither in numbers= nor in words="
            raise UsageError(what, where=name, remedy="also list it in numbers= or words=")
        if [other for _, other in owned].count(column) > 1:
            raise UsageError(f"the column {column!r} has two owners", where=name, remedy=f"one of {', '.join(OWNED)}")


def _check_separator(options: Options) -> None:
    if options.sep is not None and not (isinstance(options.sep, str) and options.sep.isascii() and options.sep):
        raise UsageError(f"sep={options.sep!r}", where="sep", remedy="one or more ASCII characters, or 'whitespace'")
    if options.sep is not None and set(options.sep) & set('\n\r"\0'):
        raise UsageError(f"sep={options.sep!r}", where="sep", remedy="anything but quotes and line ends")


def _check_positive(options: Options) -> None:
    least = options.positive
    if least is None:
        return
    if isinstance(least, bool) or not isinstance(least, int | float) or not math.isfinite(least):
        raise UsageError(f"positive={least!r}", where="positive", remedy="the lowest label that makes an event")
    if options.task != "rank":
        raise UsageError(
            f"positive= turns labels into events, but task {options.task!r} predicts labels",
            where="positive",
            remedy="task='rank', or no positive=",
        )


def _check_times(options: Options) -> None:
    unit = options.unit
    if unit is not None and unit not in (*UNITS, ROW) and "%" not in str(unit):
        known = f"one of {', '.join((*UNITS, ROW))}, or a pattern such as %d/%m/%Y"
        raise UsageError(f"no unit {unit!r}", where="unit", remedy=known)
    for name, date in (("since", options.since), ("until", options.until)):
        if date is not None and unit in (None, ROW):
            raise UsageError(f"{name}= needs the unit of time", where=name, remedy="pass unit= as well")
        if date is not None:
            moment(name, date)


def _check_rest(options: Options) -> None:
    rows = options.rows
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or rows < 1):
        raise UsageError(f"rows={rows!r}", where="rows", remedy="a whole number from 1")
    if isinstance(options.length, bool) or not isinstance(options.length, int) or options.length < 1:
        raise UsageError(f"length={options.length!r}", where="length", remedy="a whole number from 1")
    if options.form:
        from freshmark_datasets.readers.formats import FORMS  # noqa: PLC0415  (pyarrow, which few logs need here)

        if str(options.form) not in FORMS:
            raise UnknownName("form", str(options.form), FORMS)
    if options.ids is not None and set(options.ids) - {"user", "item"}:
        raise UsageError(f"ids={options.ids!r}", where="ids", remedy="user, item, both or neither")
