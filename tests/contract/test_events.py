from __future__ import annotations

import numpy as np
from freshmark import Events, Factors, Metric, Outcomes, Query, Strategy
from freshmark.contract.arrays import Task
from freshmark.contract.events import NO_FEATURES


def three():
    return Events(
        np.array([1, 2, 3]), np.array([0, 1, 0]), np.array([4, 5, 6]), np.array([0.0, 1.0, 0.5]), {"x": np.eye(3)}
    )


def test_rows_are_taken_from_every_column():
    some = three()[1:]
    assert (some.time.tolist(), some.user.tolist(), some.item.tolist()) == ([2, 3], [1, 0], [5, 6])
    assert some.label.tolist() == [1.0, 0.5]
    assert some.features["x"].tolist() == [[0, 1, 0], [0, 0, 1]]
    assert len(some) == 2


def test_rows_may_be_chosen_by_mask_or_number():
    events = three()
    assert events[events.user == 0].item.tolist() == [4, 6]
    assert events[np.array([2, 0])].item.tolist() == [6, 4]


def test_without_label_and_features_there_are_none():
    events = Events(np.array([1]), np.array([0]), np.array([0]))
    assert events[:].label is None
    assert events[:].features is NO_FEATURES
    assert len(Query(np.array([1]), np.array([0]), None, np.array([3]))) == 1


def test_a_strategy_learns_the_warmup_as_an_update_and_has_no_context():
    given = []

    class Mine(Strategy):
        def update(self, events):
            given.append(len(events))

    mine = Mine()
    mine.fit(three())
    mine.observe(three())
    assert given == [3]
    assert dict(mine.state()) == {}


def test_factors_may_lack_a_bias():
    assert Factors(np.ones((1, 2)), np.ones((3, 2))).bias is None


def test_a_metric_is_a_mean_or_a_whole():
    outcomes = Outcomes("rank", rank=np.array([1.0, 2.0]))
    rank: frozenset[Task] = frozenset({"rank"})
    assert Metric("mean", rank, "lower", each=lambda o: np.asarray(o.rank))(outcomes) == 1.5
    assert Metric("most", rank, "lower", whole=lambda o: float(np.max(o.rank)))(outcomes) == 2.0


def test_features_come_as_a_matrix_of_numbers_and_as_a_dict_per_row():
    columns = {"weight": np.array([0.5, 2.0]), "place": np.array([[1, 2], [3, 4]]), "new": np.array([True, False])}
    events = Events(np.arange(2), np.arange(2), np.arange(2), None, columns | {"text": np.array([["a"], ["b"]])})
    assert events.numbers().tolist() == [[0.5, 1, 2, 1], [2, 3, 4, 0]]
    assert events.records() == [{"weight": 0.5, "new": True}, {"weight": 2.0, "new": False}]
    assert events[:0].numbers().shape == (0, 4)
    plain = Events(np.arange(2), np.arange(2), np.arange(2))
    assert (plain.numbers().shape, plain.records()) == ((2, 0), [{}, {}])
