"""Times in microseconds: the unit is detected and reported, and refused where it is mixed."""

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
LARGEST_GAP = 3.0
"""Times that count from 0 pass 1e8 without a jump by this factor; a stray 0 among dates makes a larger one."""


class Clock:
    """The column of times, collected batch by batch.

    unit: as given, None where it is to be detected; a pattern with % where dates are not ISO
    """

    def __init__(self, unit: str | None) -> None:
        self.unit = unit
        self._pattern = unit if unit is not None and "%" in unit else "ISO8601"
        dated = unit == "iso" or self._pattern is unit
        self._kind = "" if unit is None else ("date" if dated else "number")
        self._batches: list[AnyArray] = []

    def parse(self, column: Any) -> tuple[AnyArray, BoolArray]:
        """The batch as numbers (dates as int64 microseconds), and which rows are not times."""
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
            return self._stamps(column)
        if self._kind in DATED:
            return _dates(column, self._pattern)
        values, invalid = numbers(column)
        if not self._kind and len(values):
            self._kind = _kind_of(column, values, invalid)
        return _dates(column) if self._kind == "date" else (values, invalid)

    def explain(self, column: Any, row: int) -> DataError:
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
        """Which times of a batch, as ``parse`` gave it, are in [since, until); the unit is given, not detected."""
        scale = 1.0 if self._kind in DATED else PER_UNIT[str(self.unit)]
        inside = np.ones(len(values), np.bool_)
        if since is not None:
            inside &= values * scale >= moment("since", since)
        if until is not None:
            inside &= values * scale < moment("until", until)
        return inside

    def _stamps(self, column: Any) -> tuple[AnyArray, BoolArray]:
        """Timestamps of the file's own type; all invalid where another file had numbers."""
        if self._kind == "number" and self._batches:
            return np.zeros(len(column), np.int64), np.ones(len(column), np.bool_)
        self._kind = "stamp"
        micros = column.cast(pa.timestamp("us", getattr(column.type, "tz", None)), safe=False).cast(pa.int64())
        return micros.fill_null(0).to_numpy(zero_copy_only=False), column.is_null().to_numpy(zero_copy_only=False)

    def append(self, values: AnyArray) -> None:
        """Store a batch, as ``parse`` gave it."""
        self._batches.append(values)

    def microseconds(self, location: Callable[[int], str]) -> tuple[IntArray, dict[str, str]]:
        """(n,) int64 microseconds since 1970 (or since the first event), and what was detected.

        Args:
            location: event → ``file:line``, for errors.

        Raises:
            DataError: a time is negative, not finite, beyond 2262, or in another unit than the others.
        """
        values = np.concatenate(self._batches) if self._batches else np.empty(0, np.int64)
        self._batches = []  # freed now: they are as large as the result
        _check_range(values, location)
        if self._kind in DATED:
            micros, text = values.astype(np.int64), DATED[self._kind].replace("ISO dates", self._format())
        else:
            unit, relative = (self.unit, False) if self.unit else _detected(values, location)
            micros = _scaled(values, unit, location)
            how = "as given" if self.unit else "detected"
            text = f"{IN_WORDS[unit]} counted from {'0' if relative else '1970'} ({how})"
        beyond = micros > LAST_TIME
        if beyond.any():
            raise _error(location, beyond, "the time is after the year 2262", "pass unit= if it was detected wrongly")
        return micros, {"time": text, "resolution": _resolution(micros)}

    def _format(self) -> str:
        return "ISO dates" if self._pattern == "ISO8601" else f"dates as {self._pattern}"


class RowClock:
    """The times of a log without any: rows are a second apart, or evenly spread over a span per file.

    each: microseconds of a file's span, None for a second per row
    """

    def __init__(self, each: int | None) -> None:
        self.each = each
        self._files = 0
        self._begin = 0
        self._batches: list[IntArray] = []

    def append(self, rows: IntArray, count: int) -> None:
        """Add a file.

        Args:
            rows: (n,) those of its rows that are events.
            count: how many it has.
        """
        if self.each is None:
            self._batches.append((self._begin + rows) * 1_000_000)
        else:
            self._batches.append(self._files * self.each + rows * self.each // max(count, 1))
        self._files += 1
        self._begin += count

    def microseconds(self) -> tuple[IntArray, dict[str, str]]:
        """(n,) int64 microseconds since the first row, and a description of them."""
        text = "a second per row" if self.each is None else f"each file is {self.each / 86_400e6:g} days, evenly spread"
        times = np.concatenate(self._batches)
        return times, {"time": f"none in the log: {text}, in the order of the file", "resolution": ROW}


def _kind_of(column: Any, values: AnyArray, invalid: BoolArray) -> str:
    """Dates where more rows are dates than numbers (the first breaks a tie), or where all are days as YYYYMMDD."""
    if invalid.any():
        no_date = _dates(column)[1]
        return "date" if (no_date.sum(), no_date[0]) < (invalid.sum(), invalid[0]) else "number"
    days = values.dtype.kind == "i" and bool(19700101 <= values.min() <= values.max() <= 22621231)  # noqa: PLR2004
    return "date" if days and not _dates(column)[1].any() else "number"


def _dates(column: Any, pattern: str = "ISO8601") -> tuple[IntArray, BoolArray]:
    """(n,) int64 microseconds of dates, and the rows that are not dates; each distinct text is parsed once."""
    coded = text_of(column).dictionary_encode()
    text = coded.dictionary
    stamps = pd.to_datetime(pd.Series(text.to_pylist(), dtype=object), format=pattern, utc=True, errors="coerce")
    invalid = stamps.isna().to_numpy()
    if pattern == "ISO8601":  # pandas also accepts 'now' and '2016'
        invalid = invalid | ~pc.match_substring_regex(text, r"^\d{4}(-\d\d|\d{4})").to_numpy(zero_copy_only=False)
    micros = np.where(invalid, 0, pd.DatetimeIndex(stamps).as_unit("us").asi8)
    rows = pc.fill_null(coded.indices.cast(pa.int32()), len(text)).to_numpy(zero_copy_only=False)
    return np.append(micros, 0)[rows], np.append(invalid, True)[rows]


def _error(location: Callable[[int], str], invalid: BoolArray, what: str, remedy: str) -> DataError:
    return DataError(what, where=location(int(np.argmax(invalid))), remedy=remedy, code="FM215")


def _check_range(values: AnyArray, location: Callable[[int], str]) -> None:
    infinite = ~np.isfinite(values)
    if infinite.any():
        raise _error(
            location, infinite, f"the time {values[np.argmax(infinite)]} is not finite", "a number, or an ISO date"
        )
    negative = values < 0
    if negative.any():
        raise _error(location, negative, "the time is before 1970", "times from 1970 to 2262")


def _detected(values: AnyArray, location: Callable[[int], str]) -> tuple[str, bool]:
    """The one unit that fits all values, and whether they count from 0 instead of from 1970."""
    edges = [edge for _, low, high in MAGNITUDES for edge in (low, high)]
    band = np.searchsorted(edges, values, side="right")  # 0 below all, odd within a magnitude, even between two
    present = np.flatnonzero(np.bincount(band, minlength=len(edges) + 1))
    if present.tolist() == [0, 1] and values[band == 1].min() <= LARGEST_GAP * values[band == 0].max():
        return "s", True  # a log that counts from 0 for longer than three years
    if len(present) > 1:
        rare = band == min(present.tolist(), key=lambda number: np.count_nonzero(band == number))
        first = values[np.argmax(rare)]
        raise _error(
            location,
            rare,
            f"the time {first} has another unit than the others, or is not a time",
            "one unit, or pass unit=",
        )
    only = int(present[0]) if len(present) else 0
    if only == 0:
        return "s", True
    if only % 2 == 0:
        raise _error(
            location,
            band == only,
            f"the time {values[0]} fits no known unit",
            f"pass unit=, one of {', '.join(UNITS)}",
        )
    return MAGNITUDES[only // 2][0], False


def _scaled(values: AnyArray, unit: str, location: Callable[[int], str]) -> IntArray:
    """Whole numbers exactly (a float cannot hold every microsecond of today), others rounded to the microsecond."""
    factor = PER_UNIT[unit]
    beyond = values > LAST_TIME / factor
    if beyond.any():
        row = int(np.argmax(beyond))
        raise _error(location, beyond, f"the time {values[row]} {unit} is after the year 2262", "another unit=")
    if values.dtype.kind == "f":
        return np.rint(values * factor).astype(np.int64)
    return values * int(factor) if factor >= 1 else values // round(1 / factor)


def _resolution(micros: IntArray) -> str:
    """The coarsest unit of which all times are multiples."""
    return next((name for step, name in RESOLUTIONS if not np.any(micros % step)), "1 microsecond")
