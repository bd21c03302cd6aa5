"""The sandbox: while a strategy is measured, it can reach neither the files of its stream nor other machines.

What it may know of its stream it receives, and ``run.past`` reads the past; what it downloads during a run cannot be
measured again. An audit hook sees the files that Python opens and the addresses that it connects to. That stops
mistakes and curiosity, but not code that makes system calls by other means.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from freshmark.contract import past
from freshmark.errors import PluginError

_LOCAL = frozenset({"", "localhost", "<broadcast>"})
_FRAMES = 4
"""The depth of the stack to search: between ``run.past`` and the open call lie NumPy's frames."""


class Sandbox:
    """While entered, a call that opens a file in these folders or a connection raises a PluginError.

    refused: every attempt, also where the strategy catches the error
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(f"{folder.resolve()}/" for folder in folders)
        self._active = False
        self._installed = False
        self.refused: list[str] = []
        self._checks: dict[str, Callable[[Any], str]] = {
            "open": self._opened,
            "socket.connect": lambda arguments: _remote_host(arguments[1]),
            "socket.sendto": lambda arguments: _remote_host(arguments[1]),
            "socket.getaddrinfo": lambda arguments: _remote_host((arguments[0],)),
        }

    def __enter__(self) -> Self:
        if not self._installed:
            sys.addaudithook(self._audit)  # a hook cannot be removed; it does nothing while the sandbox is not active
            self._installed = True
        self._active = True
        return self

    def __exit__(self, *failure: object) -> None:
        self._active = False

    def suspended(self, call: Callable[[], object]) -> None:
        """Make a call of an observer, which may open files and connections."""
        self._active = False
        try:
            call()
        finally:
            self._active = True

    def _audit(self, event: str, arguments: Any) -> None:
        if not self._active or event not in self._checks:
            return
        attempt = self._checks[event](arguments)
        if attempt:
            self.refused.append(attempt)
            raise PluginError(
                f"the strategy reaches for {attempt} while it is measured",
                remedy="read the past from run.past; download everything else before the run",
                code="FM314",
            )

    def _opened(self, arguments: Any) -> str:
        """The file, if it belongs to the stream and ``run.past`` does not open it."""
        if isinstance(arguments[0], int) or _opened_by_past():
            return ""  # a descriptor is open already
        path = Path(os.fsdecode(arguments[0])).resolve()
        return f"the file {path.name} of its stream" if str(path).startswith(self._folders) else ""


def _opened_by_past() -> bool:
    frame = sys._getframe(2)  # noqa: SLF001  (only the caller distinguishes run.past from the strategy)
    for _ in range(_FRAMES):
        if frame.f_code is past.prefix.__code__:
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


def _remote_host(address: object) -> str:
    """The host, if it is not this machine. Addresses that are not tuples belong to local sockets."""
    if not isinstance(address, tuple) or not address or address[0] is None:
        return ""
    host = os.fsdecode(address[0]) if isinstance(address[0], bytes) else str(address[0])
    if host in _LOCAL or _is_loopback(host):
        return ""
    return f"the network ({host})"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
