"""What can go wrong, as one short tree.

    FreshmarkError              .code  .exit_code  .where  .remedy
    ├── UsageError      exit 2  a command, option, plan or expression is wrong         FM1xx
    │   ├── UnknownName         no plugin, stream, metric … of that name               FM101
    │   └── PlanError           a plan file is wrong, with file:line                   FM11x
    ├── DataError       exit 3  a stream does not match the given options, file:line    FM2xx
    ├── PluginError     exit 2  a plugin cannot be used; the message names it          FM3xx
    │   ├── PluginFault exit 1  its code raised while it was used                      FM302
    │   └── InvalidAnswer       a strategy's answer breaks the contract (fails a cell) FM31x
    └── StoreError      exit 2  a run folder cannot be used                            FM4xx

Every message says what was wrong, where, and what would be right.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import ClassVar


class FreshmarkError(Exception):
    """Everything that freshmark raises on purpose.

    Args:
        what: one sentence: what is wrong.
        where: ``file:line``, an option, or a plugin. May be empty.
        remedy: one sentence: what would be right. May be empty.
        code: ``FM…``, under which the documentation explains it.
    """

    exit_code: ClassVar[int] = 1
    default_code: ClassVar[str] = "FM000"

    def __init__(self, what: str, *, where: str = "", remedy: str = "", code: str = "") -> None:
        super().__init__(what, where, remedy, code)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.code = code or self.default_code

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f"; {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}{advice}"

    def fields(self) -> dict[str, str]:
        """The error as JSON; ``rebuilt`` is the inverse."""
        values = {name: str(getattr(self, name)) for name in ("what", "where", "remedy", "code")}
        return {"kind": type(self).__name__, **values}

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.what, self.where, self.remedy, self.code)


def _rebuild(kind: type[FreshmarkError], what: str, where: str, remedy: str, code: str) -> FreshmarkError:
    """An error that crossed a process boundary, keyword arguments included."""
    error = kind.__new__(kind)
    FreshmarkError.__init__(error, what, where=where, remedy=remedy, code=code)
    return error


def rebuilt(fields: Mapping[str, str]) -> FreshmarkError:
    """The error with these fields; a PluginError where the kind was defined by a plugin."""
    kind = globals().get(fields["kind"], PluginError)
    return _rebuild(kind, fields["what"], fields["where"], fields["remedy"], fields["code"])


class UsageError(FreshmarkError):
    """A command, option, expression or plan is wrong."""

    exit_code = 2
    default_code = "FM100"


MOVED = {"git": "git() is an example plugin: pip install ./examples/plugins/freshmark-git"}
"""Names that were built in before version 0.2 → where they are now."""


class UnknownName(UsageError):
    """Nothing of that kind has that name.

    Args:
        kind: what was looked for; empty: anything.
        name: the name.
        known: the names that exist.
        where: an option, or the expression that contains the name.
        offered: whether plugins offer such names, so that a plugin file may be missing.
    """

    default_code = "FM101"

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "", offered: bool = False) -> None:
        names = sorted(known)
        close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
        if name in MOVED and "stream" in kind:
            remedy = MOVED[name]
        elif close:
            remedy = f"did you mean {close[0]!r}?"
        else:
            shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")  # noqa: PLR2004
            remedy = f"known: {shown}" if names else f"no {kind} is installed"
        if offered and not difflib.get_close_matches(name, names, n=1, cutoff=0.8):  # hardly a slip of the keyboard
            remedy += f"{'' if close else ';'} or load the plugin file that offers it with --plugin FILE"
        super().__init__(f"no {kind} {name!r}" if kind else f"nothing is called {name!r}", where=where, remedy=remedy)


class PlanError(UsageError):
    """A plan file is wrong."""

    default_code = "FM110"


class DataError(FreshmarkError):
    """A stream does not match the given options."""

    exit_code = 3
    default_code = "FM200"


class PluginError(FreshmarkError):
    """A plugin cannot be used: a name offered twice, a misspelt hook, a failing import, a contract that is too new."""

    exit_code = 2
    default_code = "FM300"


class PluginFault(PluginError):
    """The code of a plugin raised an exception that is not an error of freshmark."""

    exit_code = 1
    default_code = "FM302"


class InvalidAnswer(PluginError):
    """A strategy answered something that its contract rules out; the cell fails."""

    default_code = "FM310"


class StoreError(FreshmarkError):
    """A run folder cannot be used: locked, from a newer version, damaged."""

    exit_code = 2
    default_code = "FM400"
