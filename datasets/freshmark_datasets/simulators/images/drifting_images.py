"""Drifting images: a set of images becomes a stream whose appearance or classes change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from freshmark import SECOND, AnyArray, Drift, FloatArray, IntArray, Stream, UnknownName, UsageError, Vocabulary

from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.images.image_files import ImageSet
from freshmark_datasets.simulators.options import overridden, within
from freshmark_datasets.simulators.rhythm import DAY, START

VERSION = 2
"""Raised whenever the same images and options give another stream than before."""

CERTAIN = "labels are certain: the oracle is always right, which a model may be unable to be"

DRIFTS = ("none", "rotation", "permutation", "classes")


@dataclass(frozen=True, slots=True)
class ImageDrift:
    """What changes.

    drift: ``none``; ``rotation``: images are rotated, linearly from 0 at the first to ``degrees`` at the last;
        ``permutation``: in each of ``phases`` equal parts of the span but the first, pixels are permuted differently;
        ``classes``: in each part new classes appear, and stay
    degrees: counter-clockwise
    phases: how many parts
    span_days: from the first image to the last
    """

    drift: str = "none"
    degrees: float = within(-36_000, 36_000, 120.0)
    phases: int = within(2, 1_000, 5)
    span_days: float = within(0.01, 36_500, 60.0)


def image_drift(**given: object) -> ImageDrift:
    """The checked options.

    Raises:
        UsageError: an option does not exist or has an invalid value.
    """
    chosen = overridden(ImageDrift(), given, of="a stream of images")
    if chosen.drift not in DRIFTS:
        raise UnknownName("drift of images", chosen.drift, DRIFTS)
    return chosen


def stream(images: ImageSet, chosen: ImageDrift, seed: int, *, name: str, about: Mapping[str, str]) -> Stream:
    """The images in an order drawn by the seed, spread over the span; the task is ``classify``."""
    if chosen.drift == "classes" and chosen.phases > len(images.classes):
        what = f"{len(images.classes)} classes cannot appear in {chosen.phases} phases"
        raise UsageError(what, where=name, remedy=f"phases={len(images.classes)} at most")
    draws = Draws(seed)
    place = draws.uniform("pictures/place", len(images.label))  # of each image within the span, from 0 to 1
    if chosen.drift == "classes":
        begin = images.label * chosen.phases // len(images.classes) / chosen.phases
        place = begin + place * (1.0 - begin)
    order = np.argsort(place, kind="stable")
    place, label = place[order], images.label[order]
    return Stream(
        name=name,
        task="classify",
        time=(np.floor(place * chosen.span_days * DAY).astype(np.int64) + START) * SECOND,
        user=np.zeros(len(order), np.int32),
        item=np.zeros(len(order), np.int32),
        users=Vocabulary.of(["all"]),
        items=Vocabulary.of(["all"]),
        label=label,
        features={"image": _changed(images.image[order], place, chosen, draws)},
        classes=images.classes,
        drifts=_truth(chosen),
        oracle=np.eye(len(images.classes))[label],
        about={
            **about,
            "order": f"drawn by seed {seed}",
            "oracle": CERTAIN,
            **{f"option {k}": str(v) for k, v in asdict(chosen).items()},
        },
    )


def _changed(image: AnyArray, place: FloatArray, chosen: ImageDrift, draws: Draws) -> AnyArray:
    if chosen.drift == "rotation":
        return rotated(image, place * chosen.degrees)
    if chosen.drift == "permutation":
        pixels = int(np.prod(image.shape[1:]))
        orders = np.argsort(draws.uniform("pictures/pixels", chosen.phases, pixels), 1, kind="stable")
        orders[0] = np.arange(pixels)
        return permuted(image, orders, np.floor(place * chosen.phases).astype(np.int64))
    return image


def rotated(image: AnyArray, degrees: FloatArray) -> AnyArray:
    """Each image (n, …, h, w) rotated by its angle about its centre, counter-clockwise, with bilinear interpolation."""
    from scipy.ndimage import rotate  # noqa: PLC0415  (half a second that other drifts do not need)

    result = np.empty_like(image)
    for row, (one, angle) in enumerate(zip(image, degrees, strict=True)):
        plain = rotate(one.astype(np.float64), angle, axes=(-1, -2), reshape=False, order=1)
        result[row] = np.rint(plain) if image.dtype.kind == "u" else plain
    return result


def permuted(image: AnyArray, orders: IntArray, phase: IntArray) -> AnyArray:
    """Each image with its pixels in the order (phases, pixels) of its phase (n,)."""
    flat = image.reshape(len(image), -1)
    shuffled: AnyArray = np.take_along_axis(flat, orders[phase], 1).reshape(image.shape)
    return shuffled


def _truth(chosen: ImageDrift) -> tuple[Drift, ...]:
    """The planted drifts; they affect everyone."""

    def moment(share: float) -> int:
        return (int(share * chosen.span_days * DAY) + START) * SECOND

    if chosen.drift == "none":
        return ()
    if chosen.drift == "rotation":
        return (Drift(moment(0), moment(1), "incremental", (0,), (0,)),)
    begins = [moment(phase / chosen.phases) for phase in range(1, chosen.phases)]
    return tuple(Drift(begin, begin, "sudden", (0,), (0,)) for begin in begins)
