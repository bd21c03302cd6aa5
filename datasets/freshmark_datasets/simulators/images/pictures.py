"""Pictures with their classes, out of idx and npz files."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from freshmark import AnyArray, DataError

GZIP = b"\x1f\x8b"
ZIP = b"PK"
KINDS = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Of the elements of an idx file, by the third byte of its head."""
IMAGES, LABELS = ("x", "images", "image", "data"), ("y", "labels", "label", "target")
"""What the arrays of an npz file are called."""
AXES = (3, 4)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures and what they show.

    image: (n, h, w) or (n, c, h, w), uint8 or float32
    label: (n,) int64 codes of classes
    classes: their names
    """

    image: AnyArray
    label: AnyArray
    classes: tuple[str, ...]


def read(path: Path, labels: Path | None) -> Pictures:
    """The pictures of an npz file, or of an idx file with another for its labels.

    Raises:
        DataError: a file cannot be read, or holds no pictures with their classes.
    """
    if labels is not None:
        return pictures(idx(path), idx(labels), where=str(path))
    image, label = _arrays(path)
    return pictures(image, label, where=str(path))


def pictures(image: AnyArray, label: AnyArray, *, where: str) -> Pictures:
    """Pictures as the convention of features wants them: bytes or float32; square where they come as rows of pixels."""
    if len(image) != len(label) or label.ndim != 1 or not len(label):
        raise DataError(f"{len(image)} pictures and labels of shape {label.shape}", where=where, remedy="one each")
    side = round(prod(image.shape[1:]) ** 0.5)
    if image.ndim == 2 and side * side == image.shape[1]:  # noqa: PLR2004  (rows of pixels)
        image = image.reshape(-1, side, side)
    if image.ndim not in AXES or image.dtype.kind not in "iuf":
        what = f"pictures are {image.dtype} of shape {image.shape}"
        raise DataError(what, where=where, remedy="numbers of shape (n, h, w) or (n, channels, h, w)")
    if image.dtype != np.uint8:
        image = image.astype(np.float32)
    if not np.isfinite(image).all():
        raise DataError("a pixel is not finite", where=where, remedy="finite numbers")
    names, codes = np.unique(label, return_inverse=True)
    return Pictures(image, codes.astype(np.int64), tuple(map(str, names)))


def idx(path: Path) -> AnyArray:
    """The array in an idx file, gzipped or not: the form of MNIST (LeCun, Cortes, Burges).

    Raises:
        DataError: it is no such file, or not as long as it says.
    """
    text = _bytes(path)
    if len(text) < 4 or text[:2] != b"\0\0" or text[2] not in KINDS:  # noqa: PLR2004
        raise DataError("not an idx file", where=str(path), remedy="a file that begins with 0, 0, type, axes")
    head = 4 + 4 * text[3]
    shape = np.frombuffer(text[4:head], ">u4").tolist() if len(text) >= head else [-1]
    kind = np.dtype(KINDS[text[2]])
    if len(text) - head != prod(shape) * kind.itemsize:
        raise DataError(f"{len(text):,} bytes are not what its head says: {shape}", where=str(path), remedy="all of it")
    return np.frombuffer(text[head:], kind).reshape(shape).astype(kind.newbyteorder("="))


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw.startswith(GZIP) else raw
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise DataError(f"cannot be read: {error}", where=str(path), remedy="an idx file") from error


def _arrays(path: Path) -> list[AnyArray]:
    """The pictures and the labels of an npz file."""
    try:
        with path.open("rb") as stream:
            if stream.read(2) != ZIP:
                raise DataError("not an npz file", where=str(path), remedy="for an idx file, labels= as well")
            stream.seek(0)
            with np.load(stream, allow_pickle=False) as arrays:
                return [np.asarray(arrays[_called(arrays.files, names, path)]) for names in (IMAGES, LABELS)]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"cannot be read: {error}", where=str(path), remedy="an npz file of numbers") from error


def _called(there: Sequence[str], names: Sequence[str], path: Path) -> str:
    found = next((name for name in names if name in there), None)
    if found is None:
        what = f"no array is called {names[0]}; there are {', '.join(there)}"
        raise DataError(what, where=str(path), remedy=f"one of {', '.join(names)}")
    return found
