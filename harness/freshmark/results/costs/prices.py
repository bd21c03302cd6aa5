"""What a cell's resources cost: money by a price list, energy as an estimate; computed from what was measured.

Per million test events, of ``fit``, the updates and the answers:

    money  = CPU hours · cpu_hour + peak GB · busy hours · gb_hour + GPU hours · gpu_hour
    energy = CPU seconds · 12 W + peak GB · busy seconds · 0.3725 W + GPU seconds · 200 W

Busy hours are wall-clock time in ``fit``, the updates and the answers: what a job that runs only then is billed for.
GPU hours are busy hours of cells whose device is a GPU. The watts are what Green Algorithms takes for hardware that
nobody named (Lannelongue, Grealey & Inouye 2021, doi 10.1002/advs.202100707; "Any" in its tables of processors): an
average core and GPU at full load, memory as installed; no cooling, which adds 10 to 70 % in a data centre. They order
strategies; they are no meter's reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from freshmark.errors import UnknownName, UsageError

CORE_WATTS = 12.0
MEMORY_WATTS_PER_GB = 0.3725
GPU_WATTS = 200.0
_HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """A price list, in whatever currency.

    cpu_hour: of one core for an hour
    gb_hour: of 10⁹ bytes of memory for an hour
    gpu_hour: of one GPU for an hour
    """

    cpu_hour: float = 0.0
    gb_hour: float = 0.0
    gpu_hour: float = 0.0

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Prices:
        """The list that ``["cpu_hour=0.04", "gb_hour=0.005 gpu_hour=2"]`` says; what is not named is free.

        Raises:
            UnknownName: nothing has that price.
            UsageError: an amount is not a valid price, or all are 0.
        """
        names = [field.name for field in fields(cls)]
        found: dict[str, float] = {}
        for text in " ".join(texts).replace(",", " ").split():
            name, _, amount = text.partition("=")
            if name not in names:
                raise UnknownName("price", name, names)
            found[name] = _amount(amount, text)
        if not any(found.values()):
            raise UsageError("the price list is empty", remedy="write it like cpu_hour=0.04", code="FM121")
        return cls(**found)


def _amount(text: str, where: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1.0
    if not 0 <= amount < float("inf"):
        raise UsageError(f"{where!r} is not a valid price", remedy="write it like cpu_hour=0.04", code="FM121")
    return amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a million test events take, mean over seeds; NaN where it was not measured.

    cpu_seconds: of all threads
    busy_seconds: wall-clock time in fit, updates and answers; gpu_seconds: of those, where the device is a GPU
    gigabytes: resident above the start, at the highest, in 10⁹ bytes
    """

    cpu_seconds: float
    busy_seconds: float
    gigabytes: float
    gpu_seconds: float = 0.0


def money(prices: Prices, usage: Usage) -> float:
    """Of a million events. What has no price need not have been measured."""
    parts = (
        (prices.cpu_hour, usage.cpu_seconds),
        (prices.gb_hour, usage.gigabytes * usage.busy_seconds),
        (prices.gpu_hour, usage.gpu_seconds),
    )
    return sum(price * seconds / _HOUR for price, seconds in parts if price)


def watt_hours(usage: Usage) -> float:
    """Of a million events, estimated."""
    joules = (
        CORE_WATTS * usage.cpu_seconds
        + MEMORY_WATTS_PER_GB * usage.gigabytes * usage.busy_seconds
        + GPU_WATTS * usage.gpu_seconds
    )
    return joules / _HOUR
