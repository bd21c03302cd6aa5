"""Streams of images: scikit-learn's digits, MNIST, and any npz or idx file."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from freshmark import DataError, Source, Stream, UsageError

from freshmark_datasets.extras import extra
from freshmark_datasets.logs.file import digest_of
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.images import drifting_images
from freshmark_datasets.simulators.images.drifting_images import ImageDrift, image_drift
from freshmark_datasets.simulators.images.image_files import ImageSet, image_set, read
from freshmark_datasets.simulators.options import expression

WHITE = 255


def digits(drift: str = "none", seed: int = 0, *, path: str | Path | None = None, **overrides: object) -> Source:
    """1,797 handwritten digits of 8 × 8 pixels: unchanged, rotating, with permuted pixels, or class after class.

    Task ``classify``; the feature is ``image``, (n, 8, 8) uint8 from 0 to 255. From scikit-learn, unless a copy
    is given: optical recognition of handwritten digits, E. Alpaydin and C. Kaynak, 1998, CC BY 4.0.

    Args:
        drift: none, rotation, permutation or classes.
        seed: determines the order of the images and of the pixels.
        path: an npz file with ``x`` (n, 64) from 0 to 16 and ``y``, instead of scikit-learn's copy.
        overrides: ``degrees=120`` of the rotation, ``phases=5`` of the others, ``span_days=60``.
    """
    options = image_drift(drift=drift, **overrides)
    name = expression("digits", drift, seed, overrides)
    copy = path and Path(path).expanduser()
    known = digest_of(copy) if copy else "scikit-learn"
    about = {"source": str(copy or "scikit-learn"), "licence": "CC BY 4.0, E. Alpaydin and C. Kaynak"}
    return _source(name, options, seed, (known,), partial(_digits, copy or None), about)


def mnist(path: str | Path, drift: str = "none", seed: int = 0, *, part: str = "t10k", **overrides: object) -> Source:
    """Handwritten digits of 28 × 28 pixels from the four files of MNIST, or any set published in their format.

    Task ``classify``; the feature is ``image``, (n, 28, 28) uint8. LeCun, Cortes and Burges; Fashion-MNIST and
    Kuzushiji-MNIST have the same format.

    Args:
        path: the folder with ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte``, gzipped or not.
        drift: none, rotation, permutation or classes.
        seed: determines the order of the images and of the pixels.
        part: t10k or train.
        overrides: ``degrees=120`` of the rotation, ``phases=5`` of the others, ``span_days=60``.
    """
    if part not in ("t10k", "train"):
        raise UsageError(f"part={part!r}", where="part", remedy="t10k or train")
    folder = Path(path).expanduser()
    image, label = (_file(folder, f"{part}-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1"))
    return images(image, drift, seed, labels=label, **overrides)


def images(
    path: str | Path,
    drift: str = "none",
    seed: int = 0,
    *,
    labels: str | Path | None = None,
    **overrides: object,
) -> Source:
    """Your own images with their classes, in random order, with a planted drift.

    Task ``classify``; the feature is ``image``: bytes as they are, other numbers as float32.

    Args:
        path: an npz file with ``x`` and ``y`` (or images and labels), or an idx file.
        drift: none, rotation, permutation or classes.
        seed: determines the order of the images and of the pixels.
        labels: the idx file of the labels.
        overrides: ``degrees=120`` of the rotation, ``phases=5`` of the others, ``span_days=60``.
    """
    options = image_drift(drift=drift, **overrides)
    file = Path(path).expanduser()
    label_file = None if labels is None else Path(labels).expanduser()
    known = tuple(digest_of(one) for one in (file, label_file) if one is not None)
    name = expression(f"images {file.name}", drift, seed, overrides)
    return _source(name, options, seed, known, partial(read, file, label_file), {"source": str(file)})


def _source(
    name: str,
    options: ImageDrift,
    seed: int,
    known: tuple[str, ...],
    load: Callable[[], ImageSet],
    about: Mapping[str, str],
) -> Source:
    Draws(seed)  # refuses an invalid seed now
    key = f"{name} {drifting_images.VERSION} {seed} {options} {known}"

    def built() -> Stream:
        return drifting_images.stream(load(), options, seed, name=name, about=about)

    return Source(hashlib.sha256(key.encode()).hexdigest(), built)


def _digits(copy: Path | None) -> ImageSet:
    if copy is not None:
        images = read(copy, None)
    else:
        bunch = extra("sklearn.datasets", "images").load_digits()
        images = image_set(bunch.data, bunch.target, where="scikit-learn")
    scaled = np.rint(images.image.astype(np.float64) * (WHITE / 16)).astype(np.uint8)
    return ImageSet(scaled, images.label, images.classes)


def _file(folder: Path, stem: str) -> Path:
    """The file of that name, plain or gzipped."""
    files = [folder / f"{stem}{end}" for end in ("", ".gz") if (folder / f"{stem}{end}").is_file()]
    if not files:
        raise DataError(f"no {stem}, nor {stem}.gz", where=str(folder), remedy="the folder with the four files")
    return files[0]
