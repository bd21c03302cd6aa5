"""Images with their classes, from idx and npz files."""

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
"""Type of the elements of an idx file, by the third byte of its header."""
IMAGES, LABELS = ("x", "images", "image", "data"), ("y", "labels", "label", "target")
"""Accepted names of the arrays in an npz file."""
AXES = (3, 4)


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Images and their classes.

    image: (n, h, w) or (n, c, h, w), uint8 or float32
    label: (n,) int64 codes of classes
    classes: their names
    """

    image: AnyArray
    label: AnyArray
    classes: tuple[str, ...]


def read(path: Path, labels: Path | None) -> ImageSet:
    """The images of an npz file, or of an idx file with a second one for the labels.

    Raises:
        DataError: a file cannot be read, or does not contain images with their classes.
    """
    if labels is not None:
        return image_set(idx(path), idx(labels), where=str(path))
    image, label = _arrays(path)
    return image_set(image, label, where=str(path))


def image_set(image: AnyArray, label: AnyArray, *, where: str) -> ImageSet:
    """Images in the form that features have: bytes or float32; rows of pixels become squares."""
    if len(image) != len(label) or label.ndim != 1 or not len(label):
        raise DataError(f"{len(image)} images and labels of shape {label.shape}", where=where, remedy="one each")
    side = round(prod(image.shape[1:]) ** 0.5)
    if image.ndim == 2 and side * side == image.shape[1]:  # noqa: PLR2004  (rows of pixels)
        image = image.reshape(-1, side, side)
    if image.ndim not in AXES or image.dtype.kind not in "iuf":
        what = f"images are {image.dtype} of shape {image.shape}"
        raise DataError(what, where=where, remedy="numbers of shape (n, h, w) or (n, channels, h, w)")
    if image.dtype != np.uint8:
        image = image.astype(np.float32)
    if not np.isfinite(image).all():
        raise DataError("a pixel is not finite", where=where, remedy="finite numbers")
    names, codes = np.unique(label, return_inverse=True)
    return ImageSet(image, codes.astype(np.int64), tuple(map(str, names)))


def idx(path: Path) -> AnyArray:
    """The array in an idx file, gzipped or not: the form of MNIST (LeCun, Cortes, Burges).

    Raises:
        DataError: it is not an idx file, or its length is not the declared one.
    """
    text = _bytes(path)
    if len(text) < 4 or text[:2] != b"\0\0" or text[2] not in KINDS:  # noqa: PLR2004
        raise DataError("not an idx file", where=str(path), remedy="a file that begins with 0, 0, type, axes")
    head = 4 + 4 * text[3]
    shape = np.frombuffer(text[4:head], ">u4").tolist() if len(text) >= head else [-1]
    kind = np.dtype(KINDS[text[2]])
    if len(text) - head != prod(shape) * kind.itemsize:
        raise DataError(f"{len(text):,} bytes do not match its header: {shape}", where=str(path), remedy="all of it")
    return np.frombuffer(text[head:], kind).reshape(shape).astype(kind.newbyteorder("="))


def _bytes(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw.startswith(GZIP) else raw
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise DataError(f"cannot be read: {error}", where=str(path), remedy="an idx file") from error


def _arrays(path: Path) -> list[AnyArray]:
    """The images and the labels of an npz file."""
    try:
        with path.open("rb") as stream:
            if stream.read(2) != ZIP:
                raise DataError("not an npz file", where=str(path), remedy="for an idx file, labels= as well")
            stream.seek(0)
            with np.load(stream, allow_pickle=False) as arrays:
                return [np.asarray(arrays[_called(arrays.files, names, path)]) for names in (IMAGES, LABELS)]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"cannot be read: {error}", where=str(path), remedy="an npz file of numbers") from error


def _called(present: Sequence[str], names: Sequence[str], path: Path) -> str:
    name = next((name for name in names if name in present), None)
    if name is None:
        what = f"no array is called {names[0]}; the arrays are {', '.join(present)}"
        raise DataError(what, where=str(path), remedy=f"one of {', '.join(names)}")
    return name
