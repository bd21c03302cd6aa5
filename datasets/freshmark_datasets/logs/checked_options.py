"""What a user says of a log, checked before anything is read."""

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

FORMS = ("", "python", "events", "mind", "netflix", "jodie")


def options_of(**told: Any) -> Options:
    """The options that were told, in the one form that a key is made of.

    Raises:
        UsageError: no such option, or one that cannot be read.
    """
    names = [one.name for one in fields(Options)]
    for name in told:
        if name not in names:
            raise UnknownName("option of a log", name, names)
    unit = told.get("unit")
    told["unit"] = {"µs": "us", "μs": "us"}.get(unit, unit) if isinstance(unit, str) else unit
    for name in ("numbers", "words", "ids"):
        if told.get(name) is not None:
            told[name] = _several(told[name])
    told["only"] = _pairs(told.get("only", ()))
    return Options(**told)


def _several(columns: object) -> tuple[str | int, ...]:
    return tuple(columns) if isinstance(columns, list | tuple) else (columns,)  # type: ignore[return-value]


def _pairs(only: Any) -> tuple[tuple[str | int, str], ...]:
    """One pair, or several."""
    several = only if isinstance(only, list | tuple) else (only,)
    pairs = [several] if len(several) == 2 and isinstance(several[1], str) else several  # noqa: PLR2004
    if not all(isinstance(one, list | tuple) and len(one) == 2 and _is_pattern(one[1]) for one in pairs):  # noqa: PLR2004
        raise UsageError(f"only={only!r}", where="only", remedy="pairs of a column and a pattern: ('event', '^view$')")
    return tuple((column, pattern) for column, pattern in pairs)


def _is_pattern(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(re.compile(text))
    except re.error:
        return False


def check_paths(paths: Sequence[Path]) -> None:
    """Refuse no path at all."""
    if not paths:
        raise UsageError("no path", where="path", remedy="the file to read")


def check_options(options: Options) -> None:
    """Refuse what cannot be meant, before anything is read.

    Raises:
        UsageError: an option has a value that it cannot have.
    """
    more = [name for name in options.told if name not in ("user", "item", "time", "label")]
    for role, column in options.told.items():
        if (role in more or column is not None) and (isinstance(column, bool) or not isinstance(column, str | int)):
            raise UsageError(f"{role}={column!r}", where=role, remedy="the name of a column, or its index from 0")
    if options.task not in TASKS:
        raise UsageError(f"no task {options.task!r}", where="task", remedy=f"one of {', '.join(TASKS)}")
    _check_separator(options)
    _check_positive(options)
    _check_times(options)
    _check_rest(options)


def _check_separator(options: Options) -> None:
    if options.sep is not None and not (isinstance(options.sep, str) and options.sep.isascii() and options.sep):
        raise UsageError(f"sep={options.sep!r}", where="sep", remedy="one or more ASCII characters, or 'whitespace'")
    if options.sep is not None and set(options.sep) & set('\n\r"\0'):
        raise UsageError(f"sep={options.sep!r}", where="sep", remedy="no quote and no line end")


def _check_positive(options: Options) -> None:
    least = options.positive
    if least is None:
        return
    if isinstance(least, bool) or not isinstance(least, int | float) or not math.isfinite(least):
        raise UsageError(f"positive={least!r}", where="positive", remedy="the least label that counts")
    if options.task != "rank":
        raise UsageError(
            f"positive= makes events of labels, task {options.task!r} predicts them",
            where="positive",
            remedy="one of both",
        )


def _check_times(options: Options) -> None:
    unit = options.unit
    if unit is not None and unit not in (*UNITS, ROW) and "%" not in str(unit):
        known = f"one of {', '.join((*UNITS, ROW))}, or a pattern such as %d/%m/%Y"
        raise UsageError(f"no unit {unit!r}", where="unit", remedy=known)
    for name, told in (("since", options.since), ("until", options.until)):
        if told is not None and unit in (None, ROW):
            raise UsageError(f"{name}= needs to know the unit of time", where=name, remedy="pass unit= as well")
        if told is not None:
            moment(name, told)


def _check_rest(options: Options) -> None:
    rows = options.rows
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or rows < 1):
        raise UsageError(f"rows={rows!r}", where="rows", remedy="a whole number from 1")
    if isinstance(options.length, bool) or not isinstance(options.length, int) or options.length < 1:
        raise UsageError(f"length={options.length!r}", where="length", remedy="a whole number from 1")
    if options.form not in FORMS:
        raise UnknownName("form", str(options.form), [one for one in FORMS if one])
    if options.ids is not None and set(options.ids) - {"user", "item"}:
        raise UsageError(f"ids={options.ids!r}", where="ids", remedy="user, item, both or none")
