"""transfer: pre-train on another stream, whose users and items are matched by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Unpack

import numpy as np
from freshmark import AnyArray, Events, Model, Run, Source, Strategy, Stream, UnknownName, UsageError

from freshmark_plugins.strategies.retraining.finetune import Finetune
from freshmark_plugins.strategies.retraining.model_strategy import ModelStrategy
from freshmark_plugins.strategies.transfer.code_maps import CodeMap, Codes, TranslatedAnswers
from freshmark_plugins.training.options import Training

CLOCKS = ("shared", "apart")


class Transfer(Strategy):
    """Pre-train on another stream, then ``finetune``.

    ::

        θ_A ← train(init, A)                    the part of A known by the end of the warm-up of B; or all of it
        θ_0 ← train(θ_A, D_0)                   D_0 the warm-up of B
        θ_t ← train(θ_{t−1}, D_t)

    A user or item of B with an id of A continues with its row, its history and other state of the model; others start
    fresh, and layers are shared. Items that only A has are never recommended. New users and items are matched at the
    first update that gives their ids. Cost of an update: that of ``finetune``; before the
    first query, warmup_epochs · |A| more. Extra memory: rows and ids of A.
    Cantador et al., Recommender Systems Handbook 2015 (cross-domain recommendation).

    Args:
        model: such as ``mf(dim=32)``.
        source: A, a stream of the same task and features, such as ``drift(seed=7)``.
        clock: "shared": only the events of A known by the end of the warm-up are learned; "apart": all, if the two
            streams have unrelated clocks.
        training: see ``Training``.
    """

    inherits: ClassVar[tuple[str, ...]] = ModelStrategy.inherits
    recipe: ClassVar[Training] = {"fallback": "popularity"}

    def __init__(self, model: Model, *, source: Any, clock: str = "shared", **training: Unpack[Training]) -> None:
        if clock not in CLOCKS:
            raise UnknownName("clock of transfer", clock, CLOCKS)
        if not isinstance(source, Source | Stream):
            kind = type(source).__name__
            raise UsageError(f"transfer has a source of {kind}", remedy="a stream: source=drift(seed=7)")
        self.inner = Finetune(model, **training)
        self.source: Source | Stream = source
        self.tasks, self.shared = self.inner.tasks, clock == "shared"
        self.translated = TranslatedAnswers(self.inner)
        for way in ("factors", "score", "predict"):
            if hasattr(self.inner, way):
                setattr(self, way, getattr(self.translated, way))
        if getattr(self.inner.observe, "__func__", None) is not Strategy.observe:
            self.observe = self._observe  # type: ignore[method-assign]  # not offered if the model has no context

    def start(self, run: Run) -> None:
        """Load A, and check that it fits.

        Raises:
            UsageError: A has another task, other features or classes.
        """
        other = self.source.load() if isinstance(self.source, Source) else self.source
        alike(other, run)
        self.run, self.before = run, other
        self.codes = self.translated.codes = Codes(CodeMap(other.users), CodeMap(other.items))
        self.inner.start(replace(run, users=len(other.users), items=len(other.items)))

    def fit(self, history: Events) -> None:
        """Train on A, then on the warm-up.

        Raises:
            UsageError: A is the stream itself, whose future it would give away.
        """
        if _same(self.before, history, self.run):
            raise UsageError(f"the source {self.before.name} is the stream itself", remedy="another stream")
        self.inner.fit(known(self.before, int(history.time.max()) if self.shared else None))
        del self.before
        self.codes.learn(self.run.past)
        self.inner.fit(self.codes.events(history))

    def update(self, events: Events) -> None:
        """Train on the new events, whose ids are known now."""
        self.codes.learn(self.run.past)
        self.inner.update(self.codes.events(events))

    def state(self) -> Mapping[str, AnyArray]:
        """The state of finetune, and the row of each code."""
        rows = {"transfer.users": self.codes.users.rows, "transfer.items": self.codes.items.rows}
        return {**self.inner.state(), **rows}

    def _observe(self, events: Events) -> None:
        self.codes.extend(events)
        self.inner.observe(self.codes.events(events))


def known(stream: Stream, until: int | None) -> Events:
    """The events of a stream whose labels are known by then; None: all.

    Raises:
        UsageError: no event is known by then.
    """
    when = stream.time if stream.label_delay is None else stream.time + stream.label_delay
    rows = np.arange(len(stream)) if until is None else np.flatnonzero(when <= until)
    if not len(rows):
        what = f"no event of {stream.name} is known by the end of the warm-up"
        raise UsageError(what, remedy="clock='apart', or an older source")
    label = None if stream.label is None else stream.label[rows]
    features = {name: column[rows] for name, column in stream.features.items()}
    user, item = (column[rows].astype(np.int64) for column in (stream.user, stream.item))
    return Events(stream.time[rows], user, item, label, features)


def _same(stream: Stream, history: Events, run: Run) -> bool:
    """Whether a stream continues this warm-up: it begins with the same events of the same users and items."""
    n = len(history)
    if len(stream) <= n or not np.array_equal(stream.time[:n], history.time):
        return False
    users, items = run.past.ids("user", begin=0), run.past.ids("item", begin=0)
    return list(stream.users[: len(users)]) == list(users) and list(stream.items[: len(items)]) == list(items)


def alike(stream: Stream, run: Run) -> None:
    """Refuse a stream that a model of this run cannot learn from."""
    for what, one, other in (
        ("task", stream.task, run.task),
        ("features", _kinds(stream.features), _kinds(run.features)),
        ("number of classes", len(stream.classes), run.classes),
    ):
        if one != other:
            raise UsageError(
                f"{what} of the source: {one}, of the stream: {other}",
                remedy="a source with the same task, features and classes",
            )


def _kinds(features: Mapping[str, AnyArray]) -> dict[str, str]:
    """Kind and width of each feature."""
    return {name: f"{column.dtype.kind}{column.shape[1:]}" for name, column in sorted(features.items())}
