"""Times in microseconds out of what a log holds: the unit detected, said, and refused where it is mixed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from freshmark import LAST_TIME, AnyArray, BoolArray, DataError, IntArray

from freshmark_datasets.arguments import moment
from freshmark_datasets.logs.numerals import numbers, text_of
from freshmark_datasets.logs.units import IN_WORDS, MAGNITUDES, PER_UNIT, RESOLUTIONS, UNITS
from freshmark_datasets.readers.options import ROW

DATED = {"date": "ISO dates, UTC where they name no zone", "stamp": "timestamps, as the file types them"}
GAP = 3.0
"""Times that count from 0 grow without a jump by this factor past 1e8; a stray 0 among dates does not."""


class Clock:
    """The column of times, taken in batch by batch.

    unit: as told, None where it is to be detected; a pattern with % where dates are not ISO
    """

    def __init__(self, unit: str | None) -> None:
        self.unit = unit
        self._pattern = unit if unit is not None and "%" in unit else "ISO8601"
        dated = unit == "iso" or self._pattern is unit
        self._kind = "" if unit is None else ("date" if dated else "number")
        self._chunks: list[AnyArray] = []

    def bad(self, column: Any) -> tuple[AnyArray, BoolArray]:
        """The batch as numbers (dates as int64 microseconds), and which rows are no time."""
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
            return self._stamps(column)
        if self._kind in DATED:
            return _dates(column, self._pattern)
        values, wrong = numbers(column)
        if not self._kind and len(values):
            self._kind = _kind_of(column, values, wrong)
        return _dates(column) if self._kind == "date" else (values, wrong)

    def why(self, column: Any, row: int) -> DataError:
        """What is wrong with the time of this row of a batch."""
        value = column[row].as_py()
        shown = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        expected = "an ISO date, as the others are" if self._kind == "date" else "a number or an ISO date"
        expected = expected if self._pattern == "ISO8601" else f"a date written as {self._pattern}"
        return DataError(
            f"the time {str(shown)[:60]!r} is not {expected}" if shown not in (None, "") else "the time is empty",
            remedy="times are numbers, or ISO dates such as 2016-05-06T12:00:00Z",
            code="FM215",
        )

    def within(self, values: AnyArray, since: str | None, until: str | None) -> BoolArray:
        """Which times of a batch, as ``bad`` gave it, lie in [since, until); the unit is one that was told."""
        scale = 1.0 if self._kind in DATED else PER_UNIT[str(self.unit)]
        kept = np.ones(len(values), np.bool_)
        if since is not None:
            kept &= values * scale >= moment("since", since)
        if until is not None:
            kept &= values * scale < moment("until", until)
        return kept

    def _stamps(self, column: Any) -> tuple[AnyArray, BoolArray]:
        """Timestamps of the file's own type; all wrong where another file had numbers."""
        if self._kind == "number" and self._chunks:
            return np.zeros(len(column), np.int64), np.ones(len(column), np.bool_)
        self._kind = "stamp"
        micros = column.cast(pa.timestamp("us", getattr(column.type, "tz", None)), safe=False).cast(pa.int64())
        return micros.fill_null(0).to_numpy(zero_copy_only=False), column.is_null().to_numpy(zero_copy_only=False)

    def add(self, values: AnyArray) -> None:
        """Keep a batch, as ``bad`` gave it."""
        self._chunks.append(values)

    def microseconds(self, place: Callable[[int], str]) -> tuple[IntArray, dict[str, str]]:
        """(n,) int64 microseconds since 1970 (or since the first of all), and what was found out.

        Args:
            place: row → ``file:line``, for errors.

        Raises:
            DataError: a time is negative, not finite, beyond 2262, or in another unit than the others.
        """
        values = np.concatenate(self._chunks) if self._chunks else np.empty(0, np.int64)
        self._chunks = []  # the batches are as large as the whole
        _refuse_strange(values, place)
        if self._kind in DATED:
            micros, told = values.astype(np.int64), DATED[self._kind].replace("ISO dates", self._said())
        else:
            unit, relative = (self.unit, False) if self.unit else _detected(values, place)
            micros = _scaled(values, unit, place)
            how = "as told" if self.unit else "detected"
            told = f"{IN_WORDS[unit]} counted from {'0' if relative else '1970'} ({how})"
        beyond = micros > LAST_TIME
        if beyond.any():
            raise _at(place, beyond, "the time lies beyond the year 2262", "pass unit= where it was taken wrongly")
        return micros, {"time": told, "resolution": _resolution(micros)}

    def _said(self) -> str:
        return "ISO dates" if self._pattern == "ISO8601" else f"dates as {self._pattern}"


class Rows:
    """The clock of a log without times: rows are a second apart, or each file is one span over which they spread.

    each: microseconds of a file's span, None for a second a row
    """

    def __init__(self, each: int | None) -> None:
        self.each = each
        self._files = 0
        self._begin = 0
        self._chunks: list[IntArray] = []

    def add(self, rows: IntArray, count: int) -> None:
        """Take in a file.

        Args:
            rows: (n,) those of its rows that were kept.
            count: how many it has.
        """
        if self.each is None:
            self._chunks.append((self._begin + rows) * 1_000_000)
        else:
            self._chunks.append(self._files * self.each + rows * self.each // max(count, 1))
        self._files += 1
        self._begin += count

    def microseconds(self) -> tuple[IntArray, dict[str, str]]:
        """(n,) int64 microseconds since the first row, and what to tell of them."""
        told = "a second a row" if self.each is None else f"each file is {self.each / 86_400e6:g} days, evenly spread"
        times = np.concatenate(self._chunks)
        return times, {"time": f"none in the log: {told}, in the order of the file", "resolution": ROW}


def _kind_of(column: Any, values: AnyArray, wrong: BoolArray) -> str:
    """Dates where more rows are dates than numbers (the first decides a draw), or where all are days as YYYYMMDD."""
    if wrong.any():
        no_date = _dates(column)[1]
        return "date" if (no_date.sum(), no_date[0]) < (wrong.sum(), wrong[0]) else "number"
    days = values.dtype.kind == "i" and bool(19700101 <= values.min() <= values.max() <= 22621231)  # noqa: PLR2004
    return "date" if days and not _dates(column)[1].any() else "number"


def _dates(column: Any, pattern: str = "ISO8601") -> tuple[IntArray, BoolArray]:
    """(n,) int64 microseconds of dates, and the rows that are none; each different text is parsed once."""
    coded = text_of(column).dictionary_encode()
    text = coded.dictionary
    stamps = pd.to_datetime(pd.Series(text.to_pylist(), dtype=object), format=pattern, utc=True, errors="coerce")
    wrong = stamps.isna().to_numpy()
    if pattern == "ISO8601":  # pandas takes 'now' and '2016' for such dates
        wrong = wrong | ~pc.match_substring_regex(text, r"^\d{4}(-\d\d|\d{4})").to_numpy(zero_copy_only=False)
    micros = np.where(wrong, 0, pd.DatetimeIndex(stamps).as_unit("us").asi8)
    rows = pc.fill_null(coded.indices.cast(pa.int32()), len(text)).to_numpy(zero_copy_only=False)
    return np.append(micros, 0)[rows], np.append(wrong, True)[rows]


def _at(place: Callable[[int], str], wrong: BoolArray, what: str, remedy: str) -> DataError:
    return DataError(what, where=place(int(np.argmax(wrong))), remedy=remedy, code="FM215")


def _refuse_strange(values: AnyArray, place: Callable[[int], str]) -> None:
    strange = ~np.isfinite(values)
    if strange.any():
        raise _at(place, strange, f"the time {values[np.argmax(strange)]} is not finite", "a number, or an ISO date")
    negative = values < 0
    if negative.any():
        raise _at(place, negative, "the time lies before 1970", "times from 1970 to 2262")


def _detected(values: AnyArray, place: Callable[[int], str]) -> tuple[str, bool]:
    """The unit that all of the values can be in, and whether they count from 0 rather than from 1970."""
    edges = [edge for _, low, high in MAGNITUDES for edge in (low, high)]
    band = np.searchsorted(edges, values, side="right")  # 0 below all, odd within a magnitude, even between two
    present = np.flatnonzero(np.bincount(band, minlength=len(edges) + 1))
    if present.tolist() == [0, 1] and values[band == 1].min() <= GAP * values[band == 0].max():
        return "s", True  # a log that counts from 0 for longer than three years
    if len(present) > 1:
        rare = band == min(present.tolist(), key=lambda one: np.count_nonzero(band == one))
        first = values[np.argmax(rare)]
        raise _at(
            place,
            rare,
            f"the time {first} is in another unit than the others, or none at all",
            "one unit, or pass unit=",
        )
    only = int(present[0]) if len(present) else 0
    if only == 0:
        return "s", True
    if only % 2 == 0:
        raise _at(
            place,
            band == only,
            f"the time {values[0]} is in no unit that is known",
            f"pass unit=, one of {', '.join(UNITS)}",
        )
    return MAGNITUDES[only // 2][0], False


def _scaled(values: AnyArray, unit: str, place: Callable[[int], str]) -> IntArray:
    """Whole numbers exactly, others rounded to the microsecond."""
    factor = PER_UNIT[unit]
    beyond = values > LAST_TIME / factor
    if beyond.any():
        row = int(np.argmax(beyond))
        raise _at(place, beyond, f"the time {values[row]} {unit} lies beyond the year 2262", "another unit=")
    if values.dtype.kind == "f":
        return np.rint(values * factor).astype(np.int64)
    return values * int(factor) if factor >= 1 else values // round(1 / factor)


def _resolution(micros: IntArray) -> str:
    """The coarsest step that all times are a multiple of."""
    return next((name for step, name in RESOLUTIONS if not np.any(micros % step)), "1 microsecond")
