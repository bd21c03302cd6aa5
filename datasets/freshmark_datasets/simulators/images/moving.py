"""Moving pictures: a set of pictures becomes a stream in which what they look like, or which there are, changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from freshmark import SECOND, AnyArray, Drift, FloatArray, IntArray, Stream, UnknownName, UsageError, Vocabulary

from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.images.pictures import Pictures
from freshmark_datasets.simulators.options import Bounds, overridden
from freshmark_datasets.simulators.rhythm import DAY, START

VERSION = 2
"""Of what is made: another number wherever the same pictures and options give another stream than before."""

CERTAIN = "labels are certain: who knows every picture is always right; no model need be able to"
"""What the oracle of pictures is."""

DRIFTS = ("none", "rotation", "permutation", "classes")

BOUNDS: Bounds = {"degrees": (-36_000, 36_000), "phases": (2, 1_000), "span_days": (0.01, 36_500)}


@dataclass(frozen=True, slots=True)
class Motion:
    """What changes.

    drift: ``none``; ``rotation``: pictures are turned, from 0 at the first to ``degrees`` at the last, steadily;
        ``permutation``: the span has ``phases`` equal parts, and in each but the first the pixels stand in an order of
        its own; ``classes``: in each of the parts classes appear that were not there before, and stay
    degrees: counter-clockwise
    phases: how many parts
    span_days: from the first picture to the last
    """

    drift: str = "none"
    degrees: float = 120.0
    phases: int = 5
    span_days: float = 60.0


def motion(**told: object) -> Motion:
    """The motion of these options.

    Raises:
        UsageError: one has a value that makes no stream.
    """
    chosen = overridden(Motion(), told, bounds=BOUNDS, of="a stream of pictures")
    if chosen.drift not in DRIFTS:
        raise UnknownName("drift of pictures", chosen.drift, DRIFTS)
    return chosen


def stream(found: Pictures, chosen: Motion, seed: int, *, name: str, about: Mapping[str, str]) -> Stream:
    """The pictures in an order drawn by the seed, spread over the span; the task is ``classify``."""
    if chosen.drift == "classes" and chosen.phases > len(found.classes):
        what = f"{len(found.classes)} classes cannot appear in {chosen.phases} phases"
        raise UsageError(what, where=name, remedy=f"phases={len(found.classes)} at most")
    draws = Draws(seed)
    place = draws.uniform("pictures/place", len(found.label))  # of each picture within the span, from 0 to 1
    if chosen.drift == "classes":
        begin = found.label * chosen.phases // len(found.classes) / chosen.phases
        place = begin + place * (1.0 - begin)
    order = np.argsort(place, kind="stable")
    place, label = place[order], found.label[order]
    return Stream(
        name=name,
        task="classify",
        time=(np.floor(place * chosen.span_days * DAY).astype(np.int64) + START) * SECOND,
        user=np.zeros(len(order), np.int32),
        item=np.zeros(len(order), np.int32),
        users=Vocabulary.of(["all"]),
        items=Vocabulary.of(["all"]),
        label=label,
        features={"image": _changed(found.image[order], place, chosen, draws)},
        classes=found.classes,
        drifts=_truth(chosen),
        oracle=np.eye(len(found.classes))[label],
        about={
            **about,
            "order": f"drawn by seed {seed}",
            "oracle": CERTAIN,
            **{f"option {k}": str(v) for k, v in asdict(chosen).items()},
        },
    )


def _changed(image: AnyArray, place: FloatArray, chosen: Motion, draws: Draws) -> AnyArray:
    if chosen.drift == "rotation":
        return turned(image, place * chosen.degrees)
    if chosen.drift == "permutation":
        pixels = int(np.prod(image.shape[1:]))
        orders = np.argsort(draws.uniform("pictures/pixels", chosen.phases, pixels), 1, kind="stable")
        orders[0] = np.arange(pixels)
        return permuted(image, orders, np.floor(place * chosen.phases).astype(np.int64))
    return image


def turned(image: AnyArray, degrees: FloatArray) -> AnyArray:
    """Each picture turned by its angle about its middle, counter-clockwise, by bilinear interpolation.

    Args:
        image: (n, …, h, w).
        degrees: (n,).
    """
    from scipy.ndimage import rotate  # noqa: PLC0415  (half a second that other drifts do not need)

    result = np.empty_like(image)
    for row, (one, angle) in enumerate(zip(image, degrees, strict=True)):
        plain = rotate(one.astype(np.float64), angle, axes=(-1, -2), reshape=False, order=1)
        result[row] = np.rint(plain) if image.dtype.kind == "u" else plain
    return result


def permuted(image: AnyArray, orders: IntArray, phase: IntArray) -> AnyArray:
    """Each picture with its pixels in the order of its phase.

    Args:
        image: (n, …).
        orders: (phases, pixels) permutations.
        phase: (n,) which of them.
    """
    flat = image.reshape(len(image), -1)
    shuffled: AnyArray = np.take_along_axis(flat, orders[phase], 1).reshape(image.shape)
    return shuffled


def _truth(chosen: Motion) -> tuple[Drift, ...]:
    """What was planted; it concerns everyone."""

    def moment(share: float) -> int:
        return (int(share * chosen.span_days * DAY) + START) * SECOND

    if chosen.drift == "none":
        return ()
    if chosen.drift == "rotation":
        return (Drift(moment(0), moment(1), "incremental", (0,), (0,)),)
    begins = [moment(phase / chosen.phases) for phase in range(1, chosen.phases)]
    return tuple(Drift(begin, begin, "sudden", (0,), (0,)) for begin in begins)
