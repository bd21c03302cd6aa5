"""Codes of a stream and rows of a model, matched by id."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark import Events, Factors
from freshmark_plugins.strategies.transfer.code_maps import CodeMap, Codes, TranslatedAnswers


@pytest.fixture
def translation():
    some = CodeMap(["a", "b", "c"])
    some.learn(["c", "x", "a"])
    return some


def test_an_id_of_both_has_one_row_and_a_new_one_the_next(translation):
    assert translation.rows.tolist() == [2, 3, 0]
    translation.learn(["y", "b"])
    assert translation.rows.tolist() == [2, 3, 0, 4, 1]
    assert translation.count == 5


def test_codes_become_rows_and_one_that_is_not_known_the_row_after_the_last(translation):
    assert translation(np.array([0, 1, 2, 3, 99])).tolist() == [2, 3, 0, 4, 4]
    assert CodeMap(["a"])(np.array([0, 5])).tolist() == [1, 1]


def test_a_user_seen_before_the_id_is_known_keeps_the_row(translation):
    translation.extend(np.array([4, 3]))
    assert translation.rows.tolist() == [2, 3, 0, 4, 5]
    translation.extend(np.array([1]))
    assert translation.count == 6


@pytest.fixture
def codes(translation):
    users = CodeMap([])
    users.learn(["u"])
    return Codes(users, translation)


def test_events_and_queries_are_translated_and_keep_the_rest(codes, query):
    event = codes.events(Events(np.array([7]), np.array([0]), np.array([1]), np.array([1.0])))
    assert (event.time.tolist(), event.user.tolist(), event.item.tolist(), event.label.tolist()) == ([7], [0], [3], [1])
    asked = codes.query(query([0, 9], item=[0, 2]))
    assert (asked.user.tolist(), asked.item.tolist(), asked.candidates.tolist()) == ([0, 1], [2, 0], [1000, 1000])
    assert codes.query(query([0])).item is None


class Inner:
    """Scores every row of its model by the number of the row."""

    def score(self, query):
        return np.arange(4.0) + 10 * query.user[:, None]

    def factors(self, query):
        return Factors(np.ones((len(query), 1)), np.arange(4.0)[:, None], np.arange(4.0))

    def predict(self, query):
        return query.item / 10


def test_answers_are_of_the_items_of_this_stream_in_its_order(codes, query):
    view = TranslatedAnswers(Inner())
    view.codes = codes
    assert view.score(query([0, 7])).tolist() == [[2, 3, 0], [12, 13, 10]]
    factors = view.factors(query([0]))
    assert (factors.item[:, 0].tolist(), factors.bias.tolist()) == ([2, 3, 0], [2, 3, 0])
    assert view.predict(query([0, 0], item=[0, 2])).tolist() == [0.2, 0.0]


def test_items_that_the_model_has_no_row_for_yet_are_left_out(codes, query):
    view = TranslatedAnswers(Inner())
    view.codes = codes
    codes.items.extend(np.array([3, 4]))  # rows 4 and 5
    assert view.score(query([0])).tolist() == [[2, 3, 0]]
