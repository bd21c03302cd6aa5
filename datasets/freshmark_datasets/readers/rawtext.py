"""The bytes of a text file in whole lines: unpacked, with plain line ends, and within limits.

What a text may not contain is refused here, with its line: a NUL byte, UTF-16, an endless line, an archive that unpacks
into a hundred times its size. Bytes are counted as they come out; the sizes that an archive declares are not trusted.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from freshmark import DataError

from freshmark_datasets.readers import archives

PIECE = 1 << 20
LONGEST_LINE = 4 << 20
FREE_BYTES = 64 << 20
"""What any archive may unpack into, however small it is, so that small repetitive files pass."""
RATIO = 100
BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class TextFile:
    """A text file; plain, gzipped, or one member of a zip or tar archive.

    path: of the file or archive
    member: name within the archive; empty for a plain file
    """

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """Its name in messages."""
        return f"{self.path}:{self.member}" if self.member else str(self.path)

    def at(self, line: int) -> str:
        """``file:line``; the first line is 1."""
        return f"{self.name}:{line}"

    def chunks(self) -> Iterator[bytes]:
        """The text as chunks of whole lines, each line ending with a line feed."""
        line = 1
        for chunk in self._whole_lines(_plain_ends(self._pieces())):
            at = chunk.find(b"\0")
            if at >= 0:
                raise DataError(
                    "a NUL byte: not a text, or UTF-16 or UTF-32",
                    where=self.at(line + chunk.count(b"\n", 0, at)),
                    remedy="save it as UTF-8",
                    code="FM211",
                )
            yield chunk
            line += chunk.count(b"\n")

    def head(self) -> tuple[int, bytes]:
        """The number of the first line that is not blank, and the whole lines from there on, about a mebibyte."""
        line = 1
        for chunk in self.chunks():
            text = chunk.lstrip(b"\n")
            line += len(chunk) - len(text)
            if text:
                return line, text
        return line, b""

    def _pieces(self) -> Iterator[bytes]:
        """The unpacked bytes, without a byte order mark."""
        seen = 0
        with archives.damage_reported(self.name), self._open() as stream:
            limit = max(FREE_BYTES, RATIO * self.path.stat().st_size)
            while piece := stream.read(PIECE):
                seen += len(piece)
                if seen > limit and self._packed:
                    raise DataError(
                        f"unpacks into more than {RATIO} times its size",
                        where=self.name,
                        remedy="unpack it yourself if you trust it",
                        code="FM217",
                    )
                yield piece if seen > len(piece) else self._without_mark(piece)

    @property
    def _packed(self) -> bool:
        return bool(self.member) or self._gzipped

    @property
    def _gzipped(self) -> bool:
        with self.path.open("rb") as file:
            return file.read(len(GZIP)) == GZIP

    @contextmanager
    def _open(self) -> Iterator[IO[bytes] | gzip.GzipFile]:
        if self.member:
            with archives.opened(self.path, self.member) as stream:
                yield stream
        elif self._gzipped:
            with gzip.open(self.path) as stream:
                yield stream
        else:
            with self.path.open("rb") as stream:
                yield stream

    def _without_mark(self, first: bytes) -> bytes:
        if first.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise DataError("UTF-16 text", where=self.at(1), remedy="save it as UTF-8", code="FM211")
        return first.removeprefix(BOM)

    def _whole_lines(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        held = rest = b""
        line = 1
        for piece in pieces:
            cut = piece.rfind(b"\n") + 1
            if cut:
                if held:
                    yield held
                held = rest + piece[:cut]
                line += held.count(b"\n")
            rest = piece[cut:] if cut else rest + piece
            if len(rest) > LONGEST_LINE:
                raise DataError(
                    f"a line of more than {LONGEST_LINE >> 20} MiB",
                    where=self.at(line),
                    remedy="one event per line",
                    code="FM212",
                )
        if held or rest:
            yield held + rest + (b"\n" if rest else b"")


def _plain_ends(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """CR LF and lone CR become LF; a CR at the end of a piece is held back, for an LF may follow."""
    held = b""
    for piece in pieces:
        text = held + piece
        held = b"\r" if text.endswith(b"\r") else b""
        text = text.removesuffix(b"\r")
        yield text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text
    if held:
        yield b"\n"
