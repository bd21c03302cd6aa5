"""What is written down and read again goes on as if nothing had been; what things are called changes nothing."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from freshmark import Events, Run
from freshmark_plugins.strategies.counting.edgebank import EdgeBank
from freshmark_plugins.strategies.counting.itemknn import ItemKNN
from freshmark_plugins.strategies.counting.popularity import Popularity
from freshmark_plugins.strategies.counting.recency import Recency
from freshmark_plugins.strategies.counting.repeat_popularity import RepeatPopularity
from freshmark_plugins.strategies.counting.sequential_rules import SequentialRules
from freshmark_plugins.strategies.counting.transition import Transition
from freshmark_plugins.strategies.counting.userknn import UserKNN


class Saving(pickle.Pickler):
    """What a strategy was told, and the past with it, are the harness's: they are not written."""

    def persistent_id(self, obj):
        return "run" if isinstance(obj, Run) else None


class Loading(pickle.Unpickler):
    def __init__(self, file, run):
        super().__init__(file)
        self.run = run

    def persistent_load(self, pid):
        return self.run


def again(strategy, run):
    file = io.BytesIO()
    Saving(file).dump(strategy)
    file.seek(0)
    return Loading(file, run).load()


def test_what_is_saved_and_loaded_has_the_same_future(ranker, walk, stream, query, scores):
    untouched, saved = walk(ranker(), stream), walk(ranker(), stream)
    asked = query([0, 3, 17, 10_000])
    for end in (350, 600):
        saved.strategy = again(saved.strategy, saved.run)
        assert np.array_equal(scores(saved.strategy, asked), scores(untouched.strategy, asked))
        untouched.update(end)
        saved.update(end)
    assert np.array_equal(scores(saved.strategy, asked), scores(untouched.strategy, asked))
    one, other = saved.strategy.state(), untouched.strategy.state()
    assert all(np.array_equal(array, other[name]) for name, array in one.items())


COUNTING: dict[str, Callable[[], Any]] = {
    "popularity": Popularity,
    "popularity(window='1d')": lambda: Popularity("1d"),
    "popularity(half_life='12h')": lambda: Popularity(half_life="12h"),
    "recency": Recency,
    "transition": lambda: Transition(order=3),
    "sequential_rules": lambda: SequentialRules(session="5h"),
    "itemknn": ItemKNN,
    "userknn": lambda: UserKNN(neighbours=1000),  # of users equally near the first in the order of codes are taken
    "repeat_popularity": RepeatPopularity,
    "edgebank": lambda: EdgeBank("1d"),
}


@pytest.mark.parametrize("name", COUNTING)
def test_any_codes_do_though_they_come_in_another_order_than_users_and_items(name, events, query, stream):
    """What draws nothing scores an item of any other code alike: sums in another order differ in their last bits."""
    draw = np.random.default_rng(4)
    users, items = draw.permutation(len(stream.users)), draw.permutation(len(stream.items))
    answers = []
    for u, i in ((np.arange(len(users)), np.arange(len(items))), (users, items)):
        one = COUNTING[name]()
        first, second = (
            Events(part.time, u[part.user], i[part.item]) for part in (events(stream, 0, 300), events(stream, 300, 600))
        )
        one.fit(first)
        one.observe(second)
        one.update(second)
        now = int(stream.time[-1]) + 1
        answers.append(one.score(query(u[np.arange(len(users))], time=now))[:, i[np.arange(len(items))]])
    assert answers[0] == pytest.approx(answers[1], abs=1e-12)
