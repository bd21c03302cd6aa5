"""Options of simulated documents, and which of them make a stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from freshmark import UnknownName, UsageError

from freshmark_datasets.simulators.options import Bounds, overridden

SHIFTS = ("none", "prior", "covariate", "words", "classes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What a simulated stream of documents is made of.

    shift: ``none``; ``prior``: frequent classes become rare and rare ones frequent; ``covariate``: other words take the
        place of the common ones, and P(class|words) stays, so that there is nothing to relearn; ``words``: every second
        word of a class becomes one of the next class; ``classes``: the second half of the classes appears
    at: share of the span after which the shift sets in
    until: share of the span at which it is complete, having grown steadily; None: at once
    events: how many documents
    classes: of documents
    length: words of a document
    words: how many words each class has of its own
    common: how many words there are that every class uses alike
    topical: share of a document's words that are some class's own, the others are common
    focus: share of those that are of the document's class
    skew: P(class c) is ∝ (c + 1)^−skew; after a prior shift the order is reversed
    span_days: from the first document to the last, about
    """

    shift: str = "none"
    at: float = 0.6
    until: float | None = None
    events: int = 50_000
    classes: int = 4
    length: int = 8
    words: int = 10
    common: int = 20
    topical: float = 0.8
    focus: float = 0.6
    skew: float = 1.0
    span_days: float = 60.0


BOUNDS: Bounds = MappingProxyType(
    {
        "at": (0, 1),
        "until": (0, 1),
        "events": (1, 1_000_000_000),
        "classes": (2, 100),
        "length": (1, 10_000),
        "words": (2, 1_000),
        "common": (1, 100_000),
        "topical": (0.001, 0.999),
        "focus": (0.001, 0.999),
        "skew": (0, 10),
        "span_days": (0.01, 36_500),
    }
)


def documents(shift: str, overrides: Mapping[str, object]) -> Documents:
    """The options of this shift, overridden and checked.

    Raises:
        UsageError: no such shift or option, or a value that makes no stream.
    """
    if shift not in SHIFTS:
        raise UnknownName("shift of topics", shift, SHIFTS)
    chosen = overridden(Documents(), {"shift": shift, **overrides}, bounds=BOUNDS, of="topics")
    if chosen.until is not None and chosen.until < chosen.at:
        what = f"until is {chosen.until!r}, before the shift sets in"
        raise UsageError(what, remedy=f"a number between {chosen.at!r} and 1")
    return chosen
