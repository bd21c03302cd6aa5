"""The plan as a TOML file: one key a line, errors with file and line."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, NoReturn

from freshmark.errors import PlanError, UsageError
from freshmark.replay.durations import parse_duration
from freshmark.replay.timeline import Settings
from freshmark.results.costs.prices import Prices
from freshmark.runs.plan.limits import byte_count, seconds
from freshmark.runs.plan.plan import Plan, first_seeds


def read_plan(path: Path) -> Plan:
    """Read a plan from a TOML file.

    Raises:
        PlanError: with file and line: a key is unknown, or a value has the wrong type or is out of range.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise PlanError(f"the plan cannot be read: {reason}", where=str(path), code="FM114") from error
    return _Reader(path, text).plan()


def write_plan(plan: Plan, path: Path) -> None:
    """Write the plan as TOML, which ``read_plan`` reads back."""
    entries: dict[str, Any] = {
        "streams": plan.streams,
        "strategies": plan.strategies,
        "every": plan.every,
        "delay": plan.delay,
        "seeds": plan.seeds,
        **asdict(plan.settings),
        "timeout": plan.timeout,
        "max_memory": plan.max_memory,
        "device": plan.device,
        "plugins": [_shown(file, path.parent) for file in plan.plugins],
        "no_plugins": plan.no_plugins,
        "factories": plan.factories,
        "durations": None if plan.durations is None else _shown(plan.durations, path.parent),
        "metric": plan.metric,
        "price": plan.price,
        "max_p99": plan.max_p99,
        "max_cost": plan.max_cost,
        "tolerance": plan.tolerance,
        "worth": plan.worth,
    }
    lines = [f"{name} = {_toml(value)}\n" for name, value in entries.items() if value not in (None, (), [])]
    path.write_text("".join(lines), "utf-8")


def _texts(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str | int) and not isinstance(value, bool) else value
    if not isinstance(values, list) or not all(
        isinstance(one, str | int) and not isinstance(one, bool) for one in values
    ):
        raise TypeError("a text or a list of texts")
    return tuple(str(one) for one in values)


def _seeds(value: Any) -> tuple[int, ...]:
    """``3`` is three seeds: 0, 1, 2; a list names them."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 1:
            raise ValueError("at least one seed")
        return first_seeds(value)
    if not isinstance(value, list) or not all(isinstance(one, int) and not isinstance(one, bool) for one in value):
        raise TypeError("a number of seeds, or a list of them")
    return tuple(value)


def _one(*kinds: type) -> Callable[[Any], Any]:
    names = {str: "a text", int: "an integer", float: "a number"}

    def check(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise TypeError(" or ".join(names[kind] for kind in kinds))
        return value

    return check


def _readable(read: Callable[[str], object]) -> Callable[[Any], str]:
    """A text stays as it is written, where it can be read."""

    def check(value: Any) -> str:
        text: str = _one(str)(value)
        read(text)
        return text

    return check


def _price(value: Any) -> tuple[str, ...]:
    texts = _texts(value)
    Prices.parse(texts)
    return texts


def _cost(text: str) -> float:
    from freshmark.results.costs.budget import per_million  # noqa: PLC0415  (scipy: half a second that few plans need pay)

    return per_million(text)


def _tolerance(text: str) -> object:
    from freshmark.results.decision.regret import Tolerance  # noqa: PLC0415  (as above)

    return Tolerance.parse(text)


def _worth(text: str) -> object:
    from freshmark.results.costs.worth import Worth  # noqa: PLC0415  (as above)

    return Worth.parse(text)


_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "streams": _texts,
    "strategies": _texts,
    "every": _texts,
    "delay": _texts,
    "seeds": _seeds,
    "timeout": lambda value: seconds(_one(str, float, int)(value)),
    "max_memory": lambda value: byte_count(_one(str, int)(value)),
    "device": _one(str),
    "plugins": _texts,
    "no_plugins": _texts,
    "factories": _texts,
    "durations": _one(str),
    "price": _price,
    "metric": _one(str),
    "max_p99": _readable(parse_duration),
    "max_cost": _readable(_cost),
    "tolerance": _readable(_tolerance),
    "worth": _readable(_worth),
    # The settings of the replay are keys too, each of the type that Settings gives it.
    **{
        one.name: {"float": _one(float, int), "str": _one(str), "int": _one(int)}[str(one.type)]
        for one in fields(Settings)
    },
}
_SETTINGS = {one.name for one in fields(Settings)}


class _Reader:
    """One reading of one file: every error knows its line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()
        try:
            self.entries = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            line = int(found[1]) if found else len(self.lines)
            raise PlanError(f"this is no TOML: {error}", where=f"{path}:{line}", code="FM115") from error

    def plan(self) -> Plan:
        """The plan, or the first thing that is wrong with it."""
        for key in self.entries:
            if key not in _KEYS:
                close = difflib.get_close_matches(key, _KEYS, n=1)
                self._refuse(
                    f"no key {key!r}", key, f"did you mean {close[0]!r}?" if close else f"keys are {', '.join(_KEYS)}"
                )
        for key in ("streams", "strategies"):
            if key not in self.entries:
                raise PlanError(f"no key {key!r}", where=str(self.path), remedy=f"name at least one under {key!r}")
        values = {key: self._value(key, value) for key, value in self.entries.items()}
        settings = {key: values.pop(key) for key in _SETTINGS & values.keys()}
        values["plugins"] = tuple(self.path.parent / Path(one).expanduser() for one in values.get("plugins", ()))
        if "durations" in values:
            values["durations"] = self.path.parent / Path(values["durations"]).expanduser()
        return self._made(values, settings)

    def _value(self, key: str, value: Any) -> Any:
        try:
            return _KEYS[key](value)
        except TypeError as error:
            self._refuse(f"key {key!r} is {value!r}", key, f"it is {error}")
        except (ValueError, UsageError) as error:
            self._refuse(f"key {key!r}: {error}", key, "")

    def _made(self, values: dict[str, Any], settings: dict[str, Any]) -> Plan:
        """The parts alone first, so that what a part refuses is told with the line of its key."""
        try:
            for key, value in settings.items():
                self.at = key
                Settings(**{key: value})
            for key in ("strategies", "every", "delay", "seeds"):
                self.at = key
                if key in values:
                    Plan(**{"streams": ("a",), "strategies": ("a",), key: values[key]})
            self.at = "streams"
            return Plan(**values, settings=Settings(**settings))
        except UsageError as error:
            self._refuse(error.what, self.at, error.remedy, error.code)

    def _refuse(self, what: str, key: str, remedy: str, code: str = "") -> NoReturn:
        pattern = re.compile(rf"""\s*(["']?){re.escape(key)}\1\s*[=.]|\s*\[+\s*{re.escape(key)}\b""")
        line = next((number for number, line in enumerate(self.lines, 1) if pattern.match(line)), 1)
        raise PlanError(what, where=f"{self.path}:{line}", remedy=remedy, code=code)


def _shown(file: Path, folder: Path) -> str:
    """A path that does not tell whose machine this is: from the folder, else from ``~``."""
    path = file.absolute()
    for base, sign in ((folder.absolute(), ""), (Path.home(), "~/")):
        if path.is_relative_to(base):
            return sign + path.relative_to(base).as_posix()
    return path.as_posix()


def _toml(value: Any) -> str:
    if isinstance(value, str):
        # JSON and TOML agree on basic strings, but for DEL, which TOML wants escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return repr(value)
