"""The plan as a TOML file: one key per line, errors with file and line."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, NoReturn

from freshmark.contract.delays import duration_label
from freshmark.errors import PlanError, UsageError
from freshmark.replay.durations import parse_duration
from freshmark.replay.timeline import Settings
from freshmark.results.costs.prices import Prices
from freshmark.runs.plan.limits import TuningBudget, byte_count, seconds
from freshmark.runs.plan.plan import Plan, first_seeds

PLAN_FILE = "plan.toml"
"""Its name in a run folder."""


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
        "every": [duration_label(every) for every in plan.every],
        "delay": [duration_label(delay) for delay in plan.delay],
        "seeds": plan.seeds,
        **asdict(plan.settings),
        "timeout": plan.timeout,
        "max_memory": plan.max_memory,
        "device": plan.device,
        "plugins": [_portable(file, path.parent) for file in plan.plugins],
        "no_plugins": plan.no_plugins,
        "factories": plan.factories,
        "durations": None if plan.durations is None else _portable(plan.durations, path.parent),
        "tune": plan.tune,
        "metric": plan.metric,
        "price": plan.price,
        "max_p99": plan.max_p99,
        "max_cost": plan.max_cost,
        "tolerance": plan.tolerance,
        "worth": plan.worth,
        "settle": plan.settle or None,
        "max_seeds": plan.max_seeds,
        "max_time": plan.max_time,
    }
    lines = [f"{name} = {_toml(value)}\n" for name, value in entries.items() if value not in (None, (), [])]
    path.write_text("".join(lines), "utf-8")


def _texts(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str | int) and not isinstance(value, bool) else value
    if not isinstance(values, list) or not all(
        isinstance(item, str | int) and not isinstance(item, bool) for item in values
    ):
        raise TypeError("a text or a list of texts")
    return tuple(str(item) for item in values)


def _seeds(value: Any) -> tuple[int, ...]:
    """``3`` stands for the seeds 0, 1, 2; a list names them."""
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 1:
            raise ValueError("at least one seed")
        return first_seeds(value)
    if not isinstance(value, list) or not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
        raise TypeError("a number of seeds, or a list of them")
    return tuple(value)


def _of_type(*kinds: type) -> Callable[[Any], Any]:
    names = {str: "a text", int: "an integer", float: "a number"}

    def check(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise TypeError(" or ".join(names[kind] for kind in kinds))
        return value

    return check


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def _parsable(read: Callable[[str], object]) -> Callable[[Any], str]:
    """Accepts a text that ``read`` can parse, and returns it unchanged."""

    def check(value: Any) -> str:
        text: str = _of_type(str)(value)
        read(text)
        return text

    return check


def _tune(value: Any) -> str:
    TuningBudget.parse(_of_type(str, int)(value))
    return str(value)


def _price(value: Any) -> tuple[str, ...]:
    texts = _texts(value)
    Prices.parse(texts)
    return texts


def _cost(text: str) -> float:
    from freshmark.results.costs.budget import per_million  # noqa: PLC0415  (imports scipy, half a second that few plans need)

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
    "timeout": lambda value: seconds(_of_type(str, float, int)(value)),
    "max_memory": lambda value: byte_count(_of_type(str, int)(value)),
    "device": _of_type(str),
    "plugins": _texts,
    "no_plugins": _texts,
    "factories": _texts,
    "durations": _of_type(str),
    "tune": _tune,
    "price": _price,
    "metric": _of_type(str),
    "max_p99": _parsable(parse_duration),
    "max_cost": _parsable(_cost),
    "tolerance": _parsable(_tolerance),
    "worth": _parsable(_worth),
    "settle": _switch,
    "max_seeds": _of_type(int),
    "max_time": lambda value: seconds(_of_type(str, float, int)(value)),
    # The settings of the replay are keys as well, with the types of the fields of Settings.
    **{
        setting.name: {"float": _of_type(float, int), "str": _of_type(str), "int": _of_type(int)}[str(setting.type)]
        for setting in fields(Settings)
    },
}
_SETTINGS = {setting.name for setting in fields(Settings)}


class _Reader:
    """Reads one file; every error carries its line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()
        try:
            self.entries = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            match = re.search(r"line (\d+)", str(error))
            line = int(match[1]) if match else len(self.lines)
            raise PlanError(f"not valid TOML: {error}", where=f"{path}:{line}", code="FM115") from error

    def plan(self) -> Plan:
        """The plan; raises the first error."""
        for key in self.entries:
            if key not in _KEYS:
                close = difflib.get_close_matches(key, _KEYS, n=1)
                self._fail(
                    f"no key {key!r}", key, f"did you mean {close[0]!r}?" if close else f"keys are {', '.join(_KEYS)}"
                )
        for key in ("streams", "strategies"):
            if key not in self.entries:
                raise PlanError(f"no key {key!r}", where=str(self.path), remedy=f"name at least one under {key!r}")
        values = {key: self._value(key, value) for key, value in self.entries.items()}
        settings = {key: values.pop(key) for key in _SETTINGS & values.keys()}
        values["plugins"] = tuple(self.path.parent / Path(file).expanduser() for file in values.get("plugins", ()))
        if "durations" in values:
            values["durations"] = self.path.parent / Path(values["durations"]).expanduser()
        return self._build(values, settings)

    def _value(self, key: str, value: Any) -> Any:
        try:
            return _KEYS[key](value)
        except TypeError as error:
            self._fail(f"key {key!r} is {value!r}", key, f"it must be {error}")
        except (ValueError, UsageError) as error:
            self._fail(f"key {key!r}: {error}", key, "")

    def _build(self, values: dict[str, Any], settings: dict[str, Any]) -> Plan:
        """Build the parts first, one by one, so that an error can name the line of its key."""
        try:
            for key, value in settings.items():
                self._key = key
                Settings(**{key: value})
            for key in ("strategies", "every", "delay", "seeds"):
                self._key = key
                if key in values:
                    Plan(**{"streams": ("a",), "strategies": ("a",), key: values[key]})
            self._key = "streams"
            return Plan(**values, settings=Settings(**settings))
        except UsageError as error:
            self._fail(error.what, self._key, error.remedy, error.code)

    def _fail(self, what: str, key: str, remedy: str, code: str = "") -> NoReturn:
        pattern = re.compile(rf"""\s*(["']?){re.escape(key)}\1\s*[=.]|\s*\[+\s*{re.escape(key)}\b""")
        line = next((number for number, line in enumerate(self.lines, 1) if pattern.match(line)), 1)
        raise PlanError(what, where=f"{self.path}:{line}", remedy=remedy, code=code)


def _portable(file: Path, folder: Path) -> str:
    """A path without the name of the user: relative to the folder, else to ``~``."""
    path = file.absolute()
    for base, sign in ((folder.absolute(), ""), (Path.home(), "~/")):
        if path.is_relative_to(base):
            return sign + path.relative_to(base).as_posix()
    return path.as_posix()


def _toml(value: Any) -> str:
    if isinstance(value, str):
        # JSON and TOML agree on basic strings, except that TOML requires DEL to be escaped.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return repr(value)
