"""The log of a job: its first and its last half megabyte, whatever it writes."""

from __future__ import annotations

from collections import deque

HALF = 512 * 1024
"""Bytes kept of the beginning, and of the end."""


class Log:
    """Bytes as they come; the middle of a long log is counted and dropped, so that nobody can fill a disk."""

    def __init__(self, half: int = HALF) -> None:
        self._half = half
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._dropped = 0

    def write(self, data: bytes) -> None:
        """Add what was written."""
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
        """Everything, or the beginning, a line that says how much is missing, and the end."""
        tail = b"".join(self._tail)
        surplus = max(0, len(tail) - self._half)
        missing = self._dropped + surplus
        notice = f"\n… {missing} bytes left out …\n".encode() if missing else b""
        return bytes(self._head) + notice + tail[surplus:]


def last_lines(log: bytes, count: int = 40, width: int = 500) -> str:
    """The last lines as text; what is no text in them is replaced, what is long is cut."""
    text = log[-count * width * 4 :].decode("utf-8", "replace")
    return "\n".join(line[:width] for line in text.splitlines()[-count:])
