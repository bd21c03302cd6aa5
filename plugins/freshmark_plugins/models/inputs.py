"""Features of events as tensors, by the convention of docs/models.md: numbers, categories, text and images."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from freshmark import AnyArray, Events, Query, Run, UsageError
from torch import Tensor

from freshmark_plugins.kernels.hashing import buckets

TEXT, IMAGE = "text", "image"

UNREAD = frozenset({"position", "propensity"})
"""Features about the logging policy, for off-policy estimates: not read by models."""


def numeric(features: Mapping[str, AnyArray]) -> list[str]:
    """The features that are read as numbers, sorted by name."""
    read = sorted(features.keys() - UNREAD)
    return [name for name in read if name == IMAGE or features[name].dtype.kind == "f"]


def categorical(features: Mapping[str, AnyArray]) -> list[str]:
    """The categorical features, sorted by name."""
    return [name for name in sorted(features.keys() - UNREAD - {TEXT}) if name not in numeric(features)]


def width(features: Mapping[str, AnyArray], names: list[str]) -> int:
    """Total number of columns of these features."""
    return sum(int(np.prod(features[name].shape[1:])) for name in names)


def numbers(rows: Events | Query, names: list[str]) -> Tensor:
    """(n, width) float32, these features, concatenated."""
    columns = [_floats(rows.features[name]).reshape(len(rows), -1) for name in names]
    concatenated = np.concatenate([np.zeros((len(rows), 0), np.float32), *columns], 1, dtype=np.float32)
    return torch.from_numpy(concatenated)


def tokens(rows: Events | Query, *, bits: int) -> tuple[Tensor, Tensor]:
    """(n, L) int64 the bucket of each token, below 2^bits; (n, L) whether there is a token."""
    codes = rows.features[TEXT]
    index = buckets(codes.reshape(-1), field=TEXT, bits=bits).reshape(codes.shape)
    return torch.from_numpy(index), torch.from_numpy(codes != 0)


def pixels(rows: Events | Query) -> Tensor:
    """(n, c, h, w) float32."""
    images = _floats(rows.features[IMAGE])
    return torch.from_numpy(images if images.ndim == 4 else images[:, None])  # noqa: PLR2004  (axes)


def require_feature(run: Run, name: str, model: object) -> AnyArray:
    """The empty column of a feature, with its shape and dtype.

    Raises:
        UsageError: the stream lacks it, or has it in another form.
    """
    column = run.features.get(name)
    form = {TEXT: ("iu", {2}, "(n, L) integers"), IMAGE: ("fu", {3, 4}, "(n, h, w) or (n, c, h, w) numbers")}
    kinds, axes, wanted = form[name]
    what = type(model).__name__
    if column is None:
        known = ", ".join(sorted(run.features)) or "no features"
        raise UsageError(f"{what} reads a feature {name!r}, and this stream has {known}", remedy="see docs/models.md")
    if column.dtype.kind not in kinds or column.ndim not in axes:
        raise UsageError(
            f"{what} reads a feature {name!r} of {wanted}, and it is {column.dtype} with {column.ndim} axes",
            remedy="see docs/models.md",
        )
    return column


def _floats(column: AnyArray) -> AnyArray:
    """Floats unchanged; bytes as pixels from 0 to 1."""
    return column.astype(np.float32) / np.float32(255) if column.dtype == np.uint8 else column.astype(np.float32)
