"""Options of simulated documents, and their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from freshmark import UnknownName, UsageError

from freshmark_datasets.simulators.options import Bounds, overridden

SHIFTS = ("none", "prior", "covariate", "words", "classes")


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOptions:
    """Options of a simulated stream of documents.

    shift: ``none``; ``prior``: frequent classes become rare and rare ones frequent; ``covariate``: common words are
        replaced by others and P(class|words) stays, so there is nothing to relearn; ``words``: every second word of a
        class moves to the next class; ``classes``: the second half of the classes appears
    at: share of the span after which the shift sets in
    until: share of the span at which it is complete, after linear growth; None: at once
    events: how many documents
    classes: number of classes
    length: words of a document
    words: number of topical words per class
    common: number of words that all classes use alike
    topical: share of topical words in a document; the others are common
    focus: share of those that belong to the document's class
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


def document_options(shift: str, overrides: Mapping[str, object]) -> DocumentOptions:
    """The options of this shift, overridden and checked.

    Raises:
        UsageError: a shift or option does not exist, or a value is invalid.
    """
    if shift not in SHIFTS:
        raise UnknownName("shift of topics", shift, SHIFTS)
    chosen = overridden(DocumentOptions(), {"shift": shift, **overrides}, bounds=BOUNDS, of="topics")
    if chosen.until is not None and chosen.until < chosen.at:
        what = f"until is {chosen.until!r}, before the shift sets in"
        raise UsageError(what, remedy=f"a number between {chosen.at!r} and 1")
    return chosen
