"""Texts that become separated fields once their lines are rewritten; lines keep their numbers, for messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from freshmark import DataError

from freshmark_datasets.readers.rawtext import TextFile

_HEADED = re.compile(rb"^(\d+):[ \t]*$", re.MULTILINE)
_ROW = re.compile(rb"^(?=[^\n])", re.MULTILINE)
_FIRST_FOUR = re.compile(rb"^((?:[^,\n]*,){3}[^,\n]*),.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rewritten(TextFile):
    """A text file whose lines are rewritten as they are read.

    lines: takes the text and its chunks of whole lines, gives as many lines
    """

    lines: Callable[[TextFile, Iterator[bytes]], Iterator[bytes]] = lambda _, chunks: chunks

    def chunks(self) -> Iterator[bytes]:
        """The text as chunks of whole lines, rewritten."""
        plain = TextFile(self.path, self.member)
        return self.lines(plain, plain.chunks())


def sections(text: TextFile, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Netflix: the number of a line ``movie:`` moves to the front of the rows ``user,rating,date`` below it."""
    movie = b""
    for chunk in chunks:
        before, *pairs = _HEADED.split(chunk)
        if before.strip() and not movie:
            raise DataError(
                "no line 'movie:' before the first rating", where=text.at(1), remedy="such as 1:", code="FM212"
            )
        parts = [_ROW.sub(movie + b",", before)]
        for movie, rows in zip(pairs[::2], pairs[1::2], strict=True):
            parts.append(_ROW.sub(movie + b",", rows))
        yield b"".join(parts)


def first_four(_: TextFile, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """JODIE: user, item, time, label, then numbers under one name; the numbers are dropped."""
    return (_FIRST_FOUR.sub(rb"\1", chunk) for chunk in chunks)
