"""The log of a job: the first and the last half megabyte of its output."""

from __future__ import annotations

from collections import deque

HALF = 512 * 1024
"""Bytes retained of the beginning, and of the end."""


class Log:
    """A log of bounded size: the middle of a long one is counted and dropped, so that no job can fill a disk."""

    def __init__(self, half: int = HALF) -> None:
        self._half = half
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._dropped = 0

    def write(self, data: bytes) -> None:
        """Append output."""
        room = self._half - len(self._head)
        self._head += data[:room]
        if rest := data[room:]:
            self._tail.append(rest)
            self._tail_bytes += len(rest)
        while self._tail and self._tail_bytes - len(self._tail[0]) >= self._half:
            first = self._tail.popleft()
            self._tail_bytes -= len(first)
            self._dropped += len(first)

    def read(self) -> bytes:
        """The log; a long one as its beginning, a line with the number of missing bytes, and its end."""
        tail = b"".join(self._tail)
        surplus = max(0, len(tail) - self._half)
        missing = self._dropped + surplus
        notice = f"\n… {missing} bytes left out …\n".encode() if missing else b""
        return bytes(self._head) + notice + tail[surplus:]


def last_lines(log: bytes, count: int = 40, width: int = 500) -> str:
    """The last lines as text; invalid bytes are replaced, long lines are cut."""
    text = log[-count * width * 4 :].decode("utf-8", "replace")
    return "\n".join(line[:width] for line in text.splitlines()[-count:])
