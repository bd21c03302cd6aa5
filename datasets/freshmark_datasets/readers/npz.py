"""npz archives: one array per column, unpacked within limits; pickled objects are refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from freshmark import AnyArray, DataError
from numpy.lib import format as npy

from freshmark_datasets.readers.archives import damage_reported, opened
from freshmark_datasets.readers.rawtext import FREE_BYTES, PIECE, RATIO

MAGIC = b"PK"
ORIGIN = "t0"
"""The name of a single number, seconds since 1970, from which an array of steps counts."""
STEPS = {
    "dt": (1_000_000, "seconds"),
    "ds": (1_000_000, "seconds"),
    "dms": (1_000, "milliseconds"),
    "dmin": (60_000_000, "minutes"),
}
"""Next to a ``t0``, arrays of these names hold the time since the previous row: microseconds and name of the unit."""


class Npz:
    """One npz archive.

    names: of its arrays
    headed: True
    first_line: their names, for messages
    where: the path
    detected: facts about the format
    skipped: 0
    """

    headed = True
    skipped = 0

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = str(path)
        with damage_reported(self.where), zipfile.ZipFile(path) as archive:
            members = archive.namelist()
        self.names = tuple(name.removesuffix(".npy") for name in members if name.endswith(".npy"))
        if not self.names:
            raise DataError(
                "a zip archive without arrays", where=str(path), remedy="unpack it and name the file", code="FM210"
            )
        if len(set(self.names)) < len(self.names):
            raise DataError("an array occurs twice", where=str(path), code="FM213")
        self.first_line = "arrays " + ", ".join(self.names)
        self.detected = {"format": "npz"}

    def batches(self, indexes: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        """For each role its array as an Arrow array, all rows at once."""
        names = {role: self.names[index] for role, index in indexes.items()}
        arrays = {name: self._array(name) for name in set(names.values())}
        lengths = {name: array.shape for name, array in arrays.items()}
        if any(len(shape) != 1 for shape in lengths.values()) or len(set(lengths.values())) > 1:
            shapes = ", ".join(f"{name} {shape}" for name, shape in sorted(lengths.items()))
            raise DataError(f"columns differ in length: {shapes}", where=str(self.path), code="FM212")
        try:
            columns = {role: pa.array(arrays[name]) for role, name in names.items()}
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise DataError(f"an array of unsupported type: {error}", where=str(self.path), code="FM212") from error

        if names.get("time") in STEPS and ORIGIN in self.names:
            columns["time"] = self._stepped(names["time"], arrays[names["time"]])
        yield columns

    def location(self, row: int) -> str:
        """The file and the row, counted from 1."""
        return f"{self.path}:{row + 1}"

    def _stepped(self, name: str, steps: AnyArray) -> Any:
        """Timestamps from the time that passed between rows."""
        origin = self._array(ORIGIN)
        if origin.size != 1 or {origin.dtype.kind, steps.dtype.kind} - set("iu"):
            raise DataError(f"{ORIGIN} and {name} are not whole numbers", where=str(self.path), code="FM215")
        size, unit = STEPS[name]
        start = int(origin.reshape(-1)[0])
        self.detected |= {"steps": f"{name!r} holds the {unit} since the previous row, from {ORIGIN} = {start} s"}
        return pa.array(start * 1_000_000 + np.cumsum(steps, dtype=np.int64) * size, pa.timestamp("us"))

    def _array(self, name: str) -> AnyArray:
        """The array of that name; its header must agree with the number of bytes."""
        data = self._unpacked(name)
        file = io.BytesIO(data)
        try:
            version = npy.read_magic(file)
            read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, by_column, dtype = read_header(file)
        except ValueError as error:
            raise self._damaged(f"{name!r}: {error}") from error
        if dtype.hasobject:
            raise DataError(
                f"the array {name!r} contains Python objects, which are not loaded",
                where=self.where,
                remedy="save numbers or text",
                code="FM217",
            )
        begin, count = file.tell(), prod(shape)
        if count * dtype.itemsize != len(data) - begin:
            raise self._damaged(f"{name!r} has another length than it declares")
        return np.frombuffer(data, dtype, count, begin).reshape(shape, order="F" if by_column else "C")

    def _unpacked(self, name: str) -> bytes:
        limit = max(FREE_BYTES, RATIO * self.path.stat().st_size)
        pieces: list[bytes] = []
        size = 0
        with damage_reported(self.where), opened(self.path, f"{name}.npy") as stream:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > limit:
                    what = f"{name!r} unpacks into more than {RATIO} times the archive's size"
                    raise DataError(what, where=self.where, code="FM217")
                pieces.append(piece)
        return b"".join(pieces)

    def _damaged(self, why: str) -> DataError:
        return DataError(f"not a readable npz: {why}", where=self.where, code="FM217")
