"""topics(): a simulated stream of documents to classify, with the true probability of each class.

The options are in ``document_options``, the distributions in ``language``, the times in ``rhythm``.
"""

from __future__ import annotations

import numpy as np
from freshmark import SECOND, Drift, FloatArray, IntArray, Source, Stream, Vocabulary

from freshmark_datasets.simulators import bayes, rhythm
from freshmark_datasets.simulators.documents.document_options import DocumentOptions, document_options
from freshmark_datasets.simulators.documents.language import language
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.options import described, digest, expression
from freshmark_datasets.simulators.rhythm import DAY, START
from freshmark_datasets.tokens import token

VERSION = 1
"""Raised whenever an expression gives another stream than before."""


def topics(shift: str = "none", seed: int = 0, **overrides: object) -> Source:
    """Simulated documents of classes: task ``classify``, the oracle is the true probability of each class.

    The feature is ``text``, (n, length) int64, hashes of words.

    Args:
        shift: ``none``, ``prior``, ``covariate``, ``words`` or ``classes``.
        seed: int ≥ 0; the same expression gives the same stream under every numpy.
        overrides: any other option of ``DocumentOptions``, such as ``events=100_000``, ``at=0.5`` or ``until=0.8``.
    """
    chosen = document_options(shift, overrides)
    Draws(seed)  # refuses an invalid seed now, not when the stream is built
    name = expression("topics", shift, seed, overrides)
    return Source(digest(name, VERSION, seed, chosen), lambda: stream(chosen, seed, name=name))


def stream(chosen: DocumentOptions, seed: int, *, name: str) -> Stream:
    """The stream of these options and this seed."""
    draws, distributions = Draws(seed), language(chosen)
    time = rhythm.times(draws, chosen.events, span_days=chosen.span_days, diurnal=1.0, weekly=1.0)
    progress = _progress(chosen, time)
    label = distributions.classes(draws, progress)
    word = distributions.words(draws, label, progress, length=chosen.length)
    moment, probability, drifts = (time + START) * SECOND, distributions.posterior(word, progress), _truth(chosen)
    return Stream(
        name=name,
        task="classify",
        time=moment,
        user=np.zeros(chosen.events, np.int32),
        item=np.zeros(chosen.events, np.int32),
        users=Vocabulary.of(["all"]),
        items=Vocabulary.of(["all"]),
        label=label,
        features={"text": _tokens(distributions.word.shape[2])[word]},
        classes=tuple(f"topic{number}" for number in range(chosen.classes)),
        drifts=drifts,
        oracle=probability,
        about={
            **described("topics", VERSION, seed, chosen),
            "oracle": "the true probability of each class",
            "bayes log loss": bayes.summary(probability, moment, drifts),
        },
    )


def _tokens(many: int) -> IntArray:
    """(many,) the token of each word; the words are called word0, word1 and so on."""
    return np.array([token(f"word{number}") for number in range(many)])


def _span(chosen: DocumentOptions) -> tuple[int, int]:
    """Begin and end of the shift, in seconds since the start."""
    until = chosen.at if chosen.until is None else chosen.until
    begin, end = (round(share * chosen.span_days * DAY) for share in (chosen.at, until))
    return begin, end


def _progress(chosen: DocumentOptions, time: IntArray) -> FloatArray:
    """(n,) progress of the shift at each time, 0 to 1."""
    begin, end = _span(chosen)
    if chosen.shift == "none":
        return np.zeros(len(time))
    if begin == end:
        return (time >= begin).astype(np.float64)
    return np.clip((time - begin) / (end - begin), 0.0, 1.0)


def _truth(chosen: DocumentOptions) -> tuple[Drift, ...]:
    """The shift, which affects everyone."""
    if chosen.shift == "none":
        return ()
    begin, end = ((second + START) * SECOND for second in _span(chosen))
    return (Drift(begin, end, chosen.shift, (0,), (0,)),)
