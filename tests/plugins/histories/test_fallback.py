from __future__ import annotations

import numpy as np
import pytest
from freshmark import Events, Factors
from freshmark_plugins.histories.fallback import Fallback


class Fixed:
    """A model whose scores are known."""

    def __init__(self, *, biased=True):
        self.user = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 3.0]], np.float32)
        self.item = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]], np.float32)
        self.bias = np.array([0.5, 0.0, 0.0, -9.0], np.float32) if biased else None

    def factors(self, query):
        return Factors(self.user[np.minimum(query.user, 2)], self.item, self.bias)

    def score(self, query):
        return self.user[np.minimum(query.user, 2)] @ self.item.T + (0 if self.bias is None else self.bias)


def told(user, item):
    fallback = Fallback()
    fallback.update(Events(np.arange(len(user)), np.array(user), np.array(item)))
    return fallback


@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("way", ["factors", "score"])
def test_known_users_get_the_model_and_the_others_popularity(query, way, biased):
    model, fallback = Fixed(biased=biased), told([0, 2, 2, 2], [1, 1, 2, 0])
    question = query([0, 1, 2, 77])
    answer = getattr(fallback, way)(model, question)
    scores = answer.user @ answer.item.T if way == "factors" else answer
    assert scores[[0, 2]] == pytest.approx(model.score(query([0, 2])))
    assert scores[1].tolist() == scores[3].tolist() == [1, 2, 1, 0]


@pytest.mark.parametrize("way", ["factors", "score"])
def test_a_model_that_looks_at_histories_says_itself_whom_it_knows(query, way):
    class Knowing(Fixed):
        def knows(self, query):
            return query.user == 1

    fallback, question = told([0, 2, 2, 2], [1, 1, 2, 0]), query([0, 1])
    answer = getattr(fallback, way)(Knowing(), question)
    scores = answer.user @ answer.item.T if way == "factors" else answer
    assert scores[0].tolist() == [1, 2, 1, 0]
    assert scores[1] == pytest.approx(Fixed().score(query([1]))[0])


def test_what_was_learned_later_counts_at_once(query):
    model, fallback = Fixed(), told([0], [3])
    assert not fallback.knows(query([1]))[0]
    before = fallback.factors(model, query([1]))
    fallback.update(Events(np.arange(3), np.array([1, 1, 0]), np.array([2, 2, 3])))
    assert fallback.knows(query([1]))[0]
    after = fallback.factors(model, query([5]))
    assert (before.item[:, -1].tolist(), after.item[:, -1].tolist()) == ([0, 0, 0, 1], [0, 0, 2, 2])


def test_clearing_makes_strangers_of_all(query):
    fallback = told([0, 1], [0, 1])
    fallback.clear()
    assert not fallback.knows(query([0, 1])).any()
    assert fallback.factors(Fixed(), query([0])).item[:, -1].tolist() == [0] * 4
