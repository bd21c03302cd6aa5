"""Language: how likely the classes are and what is said in each, before a shift and after it.

P(class, words | t) = P(class | t) · Π P(word | class, t). While a shift lasts, both factors lie between what they were
and what they become. Words are independent given the class, so the posterior of the classes is naive Bayes with the
true numbers, which is exact: no classifier has a lower log loss.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from freshmark import FloatArray, IntArray

from freshmark_datasets.simulators.documents.documents import Documents
from freshmark_datasets.simulators.draws import Draws


@dataclass(frozen=True, slots=True)
class Language:
    """What documents are drawn from.

    Words are numbered: those of class 0, of class 1 and so on, the common ones, and those that take their place.

    prior: (2, classes) P(class), before the shift and after it
    word: (2, classes, words) P(word | class), likewise
    """

    prior: FloatArray
    word: FloatArray

    def classes(self, draws: Draws, progress: FloatArray) -> IntArray:
        """(n,) int64, the class of each document.

        Args:
            draws: where chance comes from.
            progress: (n,) how far the shift has gone, 0 to 1.
        """
        turn, point = draws.uniform("topics/class", 2, len(progress))
        return _picked(np.cumsum(self.prior, axis=1), (turn < progress).astype(np.int64), point)

    def words(self, draws: Draws, label: IntArray, progress: FloatArray, *, length: int) -> IntArray:
        """(n, length) int64, the words of documents of these classes.

        Args:
            draws: where chance comes from.
            label: (n,) classes.
            progress: (n,) how far the shift has gone, 0 to 1.
            length: of a document.
        """
        classes, many = self.word.shape[1:]
        turn, point = draws.uniform("topics/word", 2, len(label), length)
        row = (turn < progress[:, None]) * classes + label[:, None]
        said = _picked(np.cumsum(self.word, axis=2).reshape(-1, many), row.reshape(-1), point.reshape(-1))
        return said.reshape(row.shape)

    def posterior(self, word: IntArray, progress: FloatArray) -> FloatArray:
        """(n, classes) P(class | words, t), exactly.

        Args:
            word: (n, length) the words of documents.
            progress: (n,) how far the shift has gone, 0 to 1.
        """
        far = progress[:, None]
        prior = (1.0 - far) * self.prior[0] + far * self.prior[1]
        evidence = np.full(prior.shape, -np.inf)  # of a class that does not exist yet
        np.log(prior, out=evidence, where=prior > 0)
        for label, (before, after) in enumerate(zip(*self.word, strict=True)):
            evidence[:, label] += np.log((1.0 - far) * before[word] + far * after[word]).sum(1)
        odds = np.exp(evidence - evidence.max(1, keepdims=True))
        shares: FloatArray = odds / odds.sum(1, keepdims=True)
        return shares


def language(chosen: Documents) -> Language:
    """The language that these options describe."""
    own = np.arange(chosen.classes).repeat(chosen.words)  # whose each word is
    second = np.arange(len(own)) % chosen.words % 2 == 0
    passed_on = np.where(second & (chosen.shift == "words"), (own + 1) % chosen.classes, own)
    now = _words(chosen, own, fresh=False)
    then = _words(chosen, passed_on, fresh=chosen.shift == "covariate")
    return Language(np.stack(_priors(chosen)), np.stack([now, then]))


def _priors(chosen: Documents) -> tuple[FloatArray, FloatArray]:
    """(classes,) P(class), before the shift and after it."""
    prior = _falling(chosen.classes, chosen.skew)
    if chosen.shift == "prior":
        return prior, prior[::-1]
    if chosen.shift == "classes":
        first = np.where(np.arange(chosen.classes) < (chosen.classes + 1) // 2, prior, 0.0)
        return first / first.sum(), prior
    return prior, prior


def _words(chosen: Documents, own: IntArray, *, fresh: bool) -> FloatArray:
    """(classes, words) P(word | class), where the words of classes are whose ``own`` says; fresh: other common ones."""
    other = (1.0 - chosen.focus) / (chosen.classes - 1)
    share = np.where(own == np.arange(chosen.classes)[:, None], chosen.focus, other)
    topical = chosen.topical * share * np.tile(_falling(chosen.words, 1.0), chosen.classes)
    common = np.tile((1.0 - chosen.topical) * _falling(chosen.common, 1.0), (chosen.classes, 1))
    unsaid = np.zeros_like(common)
    return np.hstack([topical, unsaid, common] if fresh else [topical, common, unsaid])


def _falling(many: int, skew: float) -> FloatArray:
    """(many,) ∝ (place + 1)^−skew, sum 1."""
    weight = np.arange(1, many + 1, dtype=np.float64) ** -skew
    share: FloatArray = weight / weight.sum()
    return share


def _picked(cumulative: FloatArray, row: IntArray, point: FloatArray) -> IntArray:
    """(n,) the place in its row of cumulative shares at which each point in (0, 1) lies."""
    found = np.empty(len(row), np.int64)
    for one, reach in enumerate(cumulative):
        here = np.flatnonzero(row == one)
        found[here] = np.searchsorted(reach, point[here] * reach[-1], side="right")
    return found
