"""check_meter: does a meter give numbers?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from freshmark.contract.hookspecs import Meter
from freshmark.testing.findings import Check, Finding, run_checks


def check_meter(build: Callable[[], Meter]) -> list[Finding]:
    """Check a meter: it gives finite numbers by name, the same names in every window. Since contract 1 (0.2).

    Args:
        build: the class or function that a plugin registers.
    """
    return list(run_checks(_checks(build)))


def _checks(build: Callable[[], Meter]) -> Iterator[tuple[str, Check]]:
    yield "it gives finite numbers by name", partial(_numbers, build)
    yield "every window has the same names", partial(_names, build)


def _numbers(build: Callable[[], Meter]) -> str:
    meter = build()
    meter.begin()
    given: Mapping[Any, Any] = meter.window()  # a plugin may give anything
    for name, value in given.items():
        if not isinstance(name, str) or not isinstance(value, int | float) or not math.isfinite(value):
            return f"it gave {name!r}: {value!r}"
    return ""


def _names(build: Callable[[], Meter]) -> str:
    meter = build()
    meter.begin()
    one, other = set(meter.window()), set(meter.window())
    return "" if one == other else f"it gave {sorted(one)}, then {sorted(other)}"
