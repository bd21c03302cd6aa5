"""The ids of users and items as the source wrote them, by code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from freshmark.contract.arrays import IntArray


class Vocabulary(Sequence[str]):
    """Code → id. One UTF-8 text and the offset where each id ends, so that it can be mapped from disk.

    text: (bytes,) uint8, all ids concatenated
    ends: (n,) int64, the end of each id in ``text``
    """

    def __init__(self, text: NDArray[np.uint8], ends: IntArray) -> None:
        self.text = text
        self.ends = ends

    @classmethod
    def of(cls, ids: Iterable[object]) -> Vocabulary:
        """The vocabulary of these ids; whatever is not text is converted by ``str``."""
        parts = [str(one).encode("utf-8", "surrogatepass") for one in ids]
        ends = np.cumsum(np.fromiter((len(part) for part in parts), np.int64, len(parts)))
        return cls(np.frombuffer(b"".join(parts), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, code: int) -> str: ...
    @overload
    def __getitem__(self, code: slice) -> list[str]: ...
    def __getitem__(self, code: int | slice) -> str | list[str]:
        if isinstance(code, slice):
            return [self[one] for one in range(*code.indices(len(self)))]
        if not -len(self) <= code < len(self):
            raise IndexError(f"code {code} is out of range: {len(self)} ids")
        code %= len(self)
        begin = int(self.ends[code - 1]) if code else 0
        return bytes(self.text[begin : int(self.ends[code])]).decode("utf-8", "surrogatepass")

    def save(self, folder: Path, name: str) -> None:
        """Write ``name.text.npy`` and ``name.ends.npy`` into the folder."""
        np.save(folder / f"{name}.text.npy", self.text)
        np.save(folder / f"{name}.ends.npy", self.ends)

    @classmethod
    def open(cls, folder: Path, name: str) -> Vocabulary:
        """The vocabulary that ``save`` wrote, memory-mapped."""
        return cls(
            np.load(folder / f"{name}.text.npy", mmap_mode="r"),
            np.load(folder / f"{name}.ends.npy", mmap_mode="r"),
        )
