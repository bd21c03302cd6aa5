"""topics(): a simulated stream of documents, the task is to tell their class, with the true probability of each class.

``documents`` holds the options, ``language`` what is said in each class and when, ``calendar`` when.
"""

from __future__ import annotations

import numpy as np
from freshmark import SECOND, Drift, FloatArray, IntArray, Source, Stream, Vocabulary

from freshmark_datasets.simulators import bayes
from freshmark_datasets.simulators import rhythm as calendar
from freshmark_datasets.simulators.documents.documents import Documents, documents
from freshmark_datasets.simulators.documents.language import language
from freshmark_datasets.simulators.draws import Draws
from freshmark_datasets.simulators.options import described, digest, expression
from freshmark_datasets.simulators.rhythm import DAY, START
from freshmark_datasets.tokens import token

VERSION = 1
"""Of what is generated: another number wherever one expression gives another stream than before."""


def topics(shift: str = "none", seed: int = 0, **overrides: object) -> Source:
    """Simulated documents of classes: task ``classify``, the oracle is the true probability of each class.

    The feature is ``text``, (n, length) int64, hashes of words.

    Args:
        shift: ``none``, ``prior``, ``covariate``, ``words`` or ``classes``.
        seed: int ≥ 0; the same expression gives the same stream, under every numpy.
        overrides: any other option of ``Documents``, such as ``events=100_000``, ``at=0.5`` or ``until=0.8``.
    """
    chosen = documents(shift, overrides)
    Draws(seed)  # refuses what is no seed now, not when the stream is built
    name = expression("topics", shift, seed, overrides)
    return Source(digest(name, VERSION, seed, chosen), lambda: stream(chosen, seed, name=name))


def stream(chosen: Documents, seed: int, *, name: str) -> Stream:
    """The stream that these options and this seed make."""
    draws, spoken = Draws(seed), language(chosen)
    time = calendar.times(draws, chosen.events, span_days=chosen.span_days, diurnal=1.0, weekly=1.0)
    progress = _progress(chosen, time)
    label = spoken.classes(draws, progress)
    word = spoken.words(draws, label, progress, length=chosen.length)
    moment, probability, drifts = (time + START) * SECOND, spoken.posterior(word, progress), _truth(chosen)
    return Stream(
        name=name,
        task="classify",
        time=moment,
        user=np.zeros(chosen.events, np.int32),
        item=np.zeros(chosen.events, np.int32),
        users=Vocabulary.of(["all"]),
        items=Vocabulary.of(["all"]),
        label=label,
        features={"text": _tokens(spoken.word.shape[2])[word]},
        classes=tuple(f"topic{one}" for one in range(chosen.classes)),
        drifts=drifts,
        oracle=probability,
        about={
            **described("topics", VERSION, seed, chosen),
            "oracle": "the true probability of each class",
            "bayes log loss": bayes.told(probability, moment, drifts),
        },
    )


def _tokens(many: int) -> IntArray:
    """(many,) the token of each word; the words are called word0, word1 and so on."""
    return np.array([token(f"word{one}") for one in range(many)])


def _span(chosen: Documents) -> tuple[int, int]:
    """Seconds since the start from which and until which the shift grows."""
    until = chosen.at if chosen.until is None else chosen.until
    begin, end = (round(share * chosen.span_days * DAY) for share in (chosen.at, until))
    return begin, end


def _progress(chosen: Documents, time: IntArray) -> FloatArray:
    """(n,) how far the shift has gone at each time, 0 to 1."""
    begin, end = _span(chosen)
    if chosen.shift == "none":
        return np.zeros(len(time))
    if begin == end:
        return (time >= begin).astype(np.float64)
    return np.clip((time - begin) / (end - begin), 0.0, 1.0)


def _truth(chosen: Documents) -> tuple[Drift, ...]:
    """The shift, which concerns everyone."""
    if chosen.shift == "none":
        return ()
    begin, end = ((second + START) * SECOND for second in _span(chosen))
    return (Drift(begin, end, chosen.shift, (0,), (0,)),)
