"""river(): any recommender, classifier or regressor of River, or a pipeline that ends in one, as an update strategy."""

from __future__ import annotations

from collections import defaultdict
from copy import copy, deepcopy
from functools import reduce
from importlib import import_module
from inspect import signature
from operator import or_
from typing import Any

import numpy as np
from freshmark import Strategy, UsageError, hookimpl


@hookimpl
def register_strategies():
    return {"river": River}


class River(Strategy):
    """Learns each event by ``learn_one``, when the schedule or a delayed label makes it known.

    A recommender learns (user, item, label), where an interaction of the task rank counts as 1. Other models learn the
    numbers among the features; with ``ids`` also which user and item it is.

    Args:
        model: dotted names within ``river``: ``preprocessing.StandardScaler | linear_model.LogisticRegression``.
        ids: whether user and item are features.
        options: of the last step.
    """

    def __init__(self, model: str, *, ids: bool = False, **options: Any) -> None:
        from river import base, reco

        self.steps, self.options, self.ids = [_step(name.strip()) for name in model.split("|")], options, ids
        self.reco = issubclass(self.steps[-1], reco.base.Ranker)
        if self.reco:
            self.tasks, self.score = frozenset({"rank", "rate"}), self._score
        else:
            self.tasks = frozenset({"click", "classify"} if issubclass(self.steps[-1], base.Classifier) else {"rate"})

    def start(self, run):
        *before, last = self.steps
        seed = {"seed": run.seed} if "seed" in signature(last).parameters else {}
        self.run, self.model = run, reduce(or_, [*(step() for step in before), last(**seed | self.options)])

    def fit(self, history):
        self.observe(history)
        self.update(history)

    def observe(self, events):
        """River draws the vectors of a new user and item when first asked: in the order of the events."""
        for row in self._rows(events) if self.reco else ():
            self.model.predict_one(**row)

    def update(self, events):
        labels = [1.0] * len(events) if events.label is None else events.label.tolist()
        rows = self._rows(events)
        for row, label in zip(rows, labels, strict=True):
            self.model.learn_one(**row, y=bool(label) if self.run.task == "click" else label)

    def predict(self, query):
        if self.reco:
            return np.array([_untouched(self.model).predict_one(**row) for row in self._rows(query)], float)
        if self.run.task == "rate":
            return np.array([self.model.predict_one(**row) for row in self._rows(query)], float)
        shares = [self.model.predict_proba_one(**row) for row in self._rows(query)]
        if self.run.task == "click":
            return np.array([one.get(True, 0.0 if one else 0.5) for one in shares])
        classes = range(self.run.classes)
        return np.array([[one.get(c, 0.0 if one else 1 / len(classes)) for c in classes] for one in shares])

    def _score(self, query):
        models = ((user, _untouched(self.model)) for user in query.user.tolist())
        return np.array(
            [[model.predict_one(user, item) for item in range(query.candidates[-1])] for user, model in models]
        )

    def _rows(self, events):
        """The arguments that say what an event is, one dict per row."""
        items = [None] * len(events) if events.item is None else events.item.tolist()
        pairs = zip(events.user.tolist(), items, strict=True)
        if self.reco:
            return [{"user": user, "item": item} for user, item in pairs]
        records = events.records()
        for record, (user, item) in zip(records, pairs, strict=True):
            record.update({f"user {user}": 1.0, f"item {item}": 1.0} if self.ids else {})
        return [{"x": record} for record in records]


def _untouched(model):
    """A copy for one answer: an answer must not change the model by the vectors that it draws for new ids."""
    drawn, clone = {}, copy(model)
    for name, stored in vars(model).items():
        if isinstance(stored, defaultdict):
            setattr(clone, name, Layered(stored, deepcopy(stored.default_factory, drawn)))
    return clone


class Layered(dict):
    """The values of a defaultdict, and those that it would create."""

    def __init__(self, stored, create):
        self.stored, self.create = stored, create

    def __missing__(self, key):
        self[key] = self.stored[key] if key in self.stored else self.create()
        return self[key]


def _step(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(import_module(f"river.{module}"), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"river has no {name!r}", remedy="such as 'linear_model.LogisticRegression'") from error
