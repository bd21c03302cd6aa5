"""Language: the distributions of classes and of words given the class, before and after a shift.

P(class, words | t) = P(class | t) · Π P(word | class, t). During a shift both factors are interpolated. Words are
independent given the class, so naive Bayes with the true parameters is the exact posterior: no classifier has a lower
expected log loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from freshmark import FloatArray, IntArray

from freshmark_datasets.simulators.documents.document_options import DocumentOptions
from freshmark_datasets.simulators.draws import Draws


@dataclass(frozen=True, slots=True)
class Language:
    """The distributions that documents are drawn from.

    Words are numbered: those of class 0, of class 1 and so on, then common words, then their replacements.

    prior: (2, classes) P(class), before and after the shift
    word: (2, classes, words) P(word | class), likewise
    """

    prior: FloatArray
    word: FloatArray

    def classes(self, draws: Draws, progress: FloatArray) -> IntArray:
        """(n,) int64, the class of each document, at this progress (n,) of the shift, 0 to 1."""
        turn, point = draws.uniform("topics/class", 2, len(progress))
        return _sample(np.cumsum(self.prior, axis=1), (turn < progress).astype(np.int64), point)

    def words(self, draws: Draws, label: IntArray, progress: FloatArray, *, length: int) -> IntArray:
        """(n, length) int64, the words of documents of these classes (n,), at this progress (n,)."""
        classes, many = self.word.shape[1:]
        turn, point = draws.uniform("topics/word", 2, len(label), length)
        row = (turn < progress[:, None]) * classes + label[:, None]
        drawn = _sample(np.cumsum(self.word, axis=2).reshape(-1, many), row.reshape(-1), point.reshape(-1))
        return drawn.reshape(row.shape)

    def posterior(self, word: IntArray, progress: FloatArray) -> FloatArray:
        """(n, classes) P(class | words, t), exactly, from words (n, length) and progress (n,)."""
        after = progress[:, None]
        prior = (1.0 - after) * self.prior[0] + after * self.prior[1]
        evidence = np.full(prior.shape, -np.inf)  # log 0, for a class that does not exist yet
        np.log(prior, out=evidence, where=prior > 0)
        for label, (old, new) in enumerate(zip(*self.word, strict=True)):
            evidence[:, label] += np.log((1.0 - after) * old[word] + after * new[word]).sum(1)
        odds = np.exp(evidence - evidence.max(1, keepdims=True))
        shares: FloatArray = odds / odds.sum(1, keepdims=True)
        return shares


def language(chosen: DocumentOptions) -> Language:
    """The language that these options describe."""
    own = np.arange(chosen.classes).repeat(chosen.words)  # the class of each word
    second = np.arange(len(own)) % chosen.words % 2 == 0
    moved = np.where(second & (chosen.shift == "words"), (own + 1) % chosen.classes, own)
    before = _words(chosen, own, fresh=False)
    after = _words(chosen, moved, fresh=chosen.shift == "covariate")
    return Language(np.stack(_priors(chosen)), np.stack([before, after]))


def _priors(chosen: DocumentOptions) -> tuple[FloatArray, FloatArray]:
    """(classes,) P(class), before and after the shift."""
    prior = _falling(chosen.classes, chosen.skew)
    if chosen.shift == "prior":
        return prior, prior[::-1]
    if chosen.shift == "classes":
        first = np.where(np.arange(chosen.classes) < (chosen.classes + 1) // 2, prior, 0.0)
        return first / first.sum(), prior
    return prior, prior


def _words(chosen: DocumentOptions, own: IntArray, *, fresh: bool) -> FloatArray:
    """(classes, words) P(word | class); ``own`` is the class of each word; fresh: replaced common words."""
    other = (1.0 - chosen.focus) / (chosen.classes - 1)
    share = np.where(own == np.arange(chosen.classes)[:, None], chosen.focus, other)
    topical = chosen.topical * share * np.tile(_falling(chosen.words, 1.0), chosen.classes)
    common = np.tile((1.0 - chosen.topical) * _falling(chosen.common, 1.0), (chosen.classes, 1))
    unused = np.zeros_like(common)
    return np.hstack([topical, unused, common] if fresh else [topical, common, unused])


def _falling(many: int, skew: float) -> FloatArray:
    """(many,) ∝ (place + 1)^−skew, sum 1."""
    weight = np.arange(1, many + 1, dtype=np.float64) ** -skew
    share: FloatArray = weight / weight.sum()
    return share


def _sample(cumulative: FloatArray, row: IntArray, point: FloatArray) -> IntArray:
    """(n,) the index in the given row of cumulative shares at which each point in (0, 1) falls."""
    drawn = np.empty(len(row), np.int64)
    for number, reach in enumerate(cumulative):
        here = np.flatnonzero(row == number)
        drawn[here] = np.searchsorted(reach, point[here] * reach[-1], side="right")
    return drawn
