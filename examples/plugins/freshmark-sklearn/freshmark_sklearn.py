"""sklearn(): any estimator of scikit-learn that has partial_fit, kept up to date one batch at a time."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from freshmark import Strategy, UsageError, hookimpl
from scipy.sparse import csr_matrix, hstack


@hookimpl
def register_strategies():
    return {"sklearn": Sklearn}


class Sklearn(Strategy):
    """``partial_fit`` on the events of each update; user and item are hashed, numeric features are taken as they are.

    Args:
        model: a dotted name within ``sklearn``, such as ``linear_model.SGDClassifier``.
        bits: log2 of the number of buckets that users and items share; 0: they are no features.
        passes: over the events of an update.
        options: of the estimator; ``random_state`` is the seed of the run where the estimator has one.
    """

    def __init__(self, model: str, *, bits: int = 18, passes: int = 1, **options: Any) -> None:
        from sklearn.base import is_classifier
        from sklearn.feature_extraction import FeatureHasher

        module, _, name = model.rpartition(".")
        try:
            self.make = getattr(import_module(f"sklearn.{module}"), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise UsageError(f"sklearn has no {model!r}", remedy="such as 'linear_model.SGDClassifier'") from error
        if not hasattr(self.make(**options), "partial_fit"):
            raise UsageError(f"{model} has no partial_fit", remedy="such as 'linear_model.SGDClassifier'")
        self.hasher = FeatureHasher(1 << bits, input_type="string") if bits else None
        self.options, self.passes = options, passes
        self.tasks = frozenset({"click", "classify"} if is_classifier(self.make(**options)) else {"rate"})

    def start(self, run):
        self.run, self.classes = run, range(run.classes or 2)
        self.known = {} if run.task == "rate" else {"classes": np.array(self.classes)}
        self.model = self.make(**self.options)
        if "random_state" in self.model.get_params():
            self.model.set_params(random_state=run.seed)

    def update(self, events):
        for _ in range(self.passes if len(events) else 0):
            self.model.partial_fit(self._matrix(events), events.label, **self.known)

    def predict(self, query):
        if self.run.task == "rate":
            return self.model.predict(self._matrix(query))
        shares = self.model.predict_proba(self._matrix(query))
        return shares[:, 1] if self.run.task == "click" else shares

    def _matrix(self, events):
        """(n, …) features: numbers, and hashed ids if wanted; then they are sparse."""
        if self.hasher is None:
            return events.numbers()
        items = events.user if events.item is None or self.run.classes else events.item
        ids = ((f"user {user}", f"item {item}") for user, item in zip(events.user, items, strict=True))
        return hstack([csr_matrix(events.numbers()), self.hasher.transform(ids)], "csr")
