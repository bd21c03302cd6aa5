"""Options of simulated documents, and their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from freshmark import UnknownName, UsageError

from freshmark_datasets.simulators.options import overridden, within

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
    at: float = within(0, 1, 0.6)
    until: float | None = within(0, 1, None)
    events: int = within(1, 1_000_000_000, 50_000)
    classes: int = within(2, 100, 4)
    length: int = within(1, 10_000, 8)
    words: int = within(2, 1_000, 10)
    common: int = within(1, 100_000, 20)
    topical: float = within(0.001, 0.999, 0.8)
    focus: float = within(0.001, 0.999, 0.6)
    skew: float = within(0, 10, 1.0)
    span_days: float = within(0.01, 36_500, 60.0)


def document_options(shift: str, overrides: Mapping[str, object]) -> DocumentOptions:
    """The options of this shift, overridden and checked.

    Raises:
        UsageError: a shift or option does not exist, or a value is invalid.
    """
    if shift not in SHIFTS:
        raise UnknownName("shift of topics", shift, SHIFTS)
    chosen = overridden(DocumentOptions(), {"shift": shift, **overrides}, of="topics")
    if chosen.until is not None and chosen.until < chosen.at:
        what = f"until is {chosen.until!r}, before the shift sets in"
        raise UsageError(what, remedy=f"a number between {chosen.at!r} and 1")
    return chosen
