"""Fences: what a strategy may not reach while it is measured: its own stream's files, and other machines.

What it may know of its stream it is given, and ``run.past`` reads what is past; what it fetches while it runs, nobody
can measure again. An audit hook sees the files that Python opens and the addresses that it connects to. That stops
mistakes and the curious; whoever calls the kernel by other ways passes it.
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

_NEAR = frozenset({"", "localhost", "<broadcast>"})
_FRAMES = 4
"""Between the opening of a file and the code that wanted it: this one, NumPy's, and its caller."""


class Fence:
    """Around a strategy, as long as it is entered: where it reaches over it, the call that did raises a PluginError.

    refused: what was reached for; a strategy may catch the error, and has got nothing all the same

    Args:
        folders: files below these are not to be opened.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(f"{one.resolve()}/" for one in folders)
        self._standing = False
        self._installed = False
        self.refused: list[str] = []
        self._judges: dict[str, Callable[[Any], str]] = {
            "open": self._opened,
            "socket.connect": lambda arguments: _called(arguments[1]),
            "socket.sendto": lambda arguments: _called(arguments[1]),
            "socket.getaddrinfo": lambda arguments: _called((arguments[0],)),
        }

    def __enter__(self) -> Self:
        if not self._installed:
            sys.addaudithook(self._hear)  # it stays as long as the process; where no fence stands it does nothing
            self._installed = True
        self._standing = True
        return self

    def __exit__(self, *failure: object) -> None:
        self._standing = False

    def lifted(self, call: Callable[[], object]) -> None:
        """Make a call that is not the strategy's: of an observer, which may tell whom it likes."""
        self._standing = False
        try:
            call()
        finally:
            self._standing = True

    def _hear(self, event: str, arguments: Any) -> None:
        if not self._standing or event not in self._judges:
            return
        reached = self._judges[event](arguments)
        if reached:
            self.refused.append(reached)
            raise PluginError(
                f"the strategy reaches for {reached} while it is measured",
                remedy="run.past is what it may know of the stream; fetch everything else before the run",
                code="FM314",
            )

    def _opened(self, arguments: Any) -> str:
        """The file, where it is one of the stream's and not opened by ``run.past``."""
        if isinstance(arguments[0], int) or _wanted_by_past():
            return ""  # a descriptor is open already
        path = Path(os.fsdecode(arguments[0])).resolve()
        return f"the file {path.name} of its stream" if str(path).startswith(self._folders) else ""


def _wanted_by_past() -> bool:
    frame = sys._getframe(2)  # noqa: SLF001  (who asks is all that tells the one way from the others)
    for _ in range(_FRAMES):
        if frame.f_code is past.prefix.__code__:
            return True
        if frame.f_back is None:
            return False
        frame = frame.f_back
    return False


def _called(address: object) -> str:
    """The host, where it is not this machine. Addresses that are no tuples are of sockets within it."""
    if not isinstance(address, tuple) or not address or address[0] is None:
        return ""
    host = os.fsdecode(address[0]) if isinstance(address[0], bytes) else str(address[0])
    if host in _NEAR or _is_loopback(host):
        return ""
    return f"the network ({host})"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
