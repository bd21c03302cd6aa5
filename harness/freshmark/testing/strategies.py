"""check_strategy: does a strategy keep the contract, and does the future not leak into it?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from types import ModuleType
from typing import Any, cast

import numpy as np

from freshmark.contract.arrays import AnyArray, FloatArray, Task
from freshmark.contract.outcomes import Outcomes, answer_columns
from freshmark.contract.streams.stream import Stream
from freshmark.replay.answering.answers import tasks_of
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark.testing.building import builder
from freshmark.testing.findings import Check, Finding, run_checks
from freshmark.testing.streams import small_stream, with_other_future

Build = Callable[[], Any]

PLACES = (0.4, 0.6, 0.85)
"""Shares of the stream after which the future is replaced."""

CHANCE_EVENTS_SIGMA = 5.0
"""Standard deviations above chance that still count as chance: one false alarm in millions of checks."""


def check_strategy(build: Build | str, *, every: str = "20s", plugins: Iterable[ModuleType] = ()) -> list[Finding]:
    """Check a strategy on small streams of each of its tasks.

    Answers are valid, and depend neither on batch size nor on single requests; two runs with one seed agree; two
    instances share nothing; later events change no earlier answer; on random streams it is no better than chance.

    Args:
        build: a class, ``lambda: Mine(size=5)``, or an expression: ``"retrain(mf(dim=4))"``.
        every: the update schedule of the checks.
        plugins: modules with hooks where an expression finds its names, besides the installed plugins.

    Raises:
        PluginError: it cannot answer any task.
        UsageError: the expression is wrong.
    """
    build = builder("strategies", build, plugins)
    tasks = tasks_of(build())
    return [finding for task in tasks for finding in run_checks(_checks(build, task, every))]


def _checks(build: Build, task: Task, every: str) -> Iterator[tuple[str, Check]]:
    answers = partial(_answers, build, every=every)
    kinds = (True, False) if task == "rank" else (True,)
    for repeats in kinds:
        stream = small_stream(task, repeats=repeats)
        usual = cache(partial(answers, stream))  # the run that the others are compared with
        where = f"{task}, " + ("items repeat" if repeats else "items do not repeat")
        yield f"answers are valid ({where})", partial(_valid, usual)
        yield f"two runs of one seed agree ({where})", partial(_same, usual, partial(answers, stream))
        if not getattr(build(), "draws", True):
            yield f"another seed changes no answer ({where})", partial(_same, usual, partial(answers, stream, seed=1))
        yield f"the batch size changes nothing ({where})", partial(_batches, usual, partial(answers, stream))
        yield f"single requests change nothing ({where})", partial(_same, usual, partial(answers, stream, probes=20))
        yield f"two instances share nothing ({where})", partial(_two_instances, usual, build, stream, every)
        for what in ("item", "user") if task == "rank" else ("label",):
            yield (
                f"another {what} in the future changes no answer ({where})",
                partial(_future, usual, answers, stream, what),
            )
    yield f"on a random stream it is no better than chance ({task})", partial(_chance, build, task)


def _answers(
    build: Build, stream: Stream, *, every: str, probes: int = 0, batch: int = 4096, seed: int = 0
) -> dict[str, AnyArray]:
    """The columns of a run that hold answers."""
    line = Timeline(stream, Settings(probes=probes, batch=batch))
    table = replay(line, build(), Schedule.parse(every), seed=seed).tables["outcomes"]
    return {name: table[name] for name in answer_columns(stream.task)}


Answers = Callable[..., dict[str, AnyArray]]


def _valid(usual: Answers) -> str:
    usual()
    return ""


def _same(usual: Answers, other: Answers) -> str:
    return _difference(usual(), other())


def _batches(usual: Answers, answers: Answers) -> str:
    return next((text for size in (1, 7) if (text := _difference(usual(), answers(batch=size)))), "")


def _two_instances(usual: Answers, build: Build, stream: Stream, every: str) -> str:
    """Another instance learns another stream in between, which shows state that is kept on the class."""

    def build_and_disturb() -> Any:
        strategy = build()
        other = small_stream(stream.task, seed=5, repeats=stream.repeats)
        replay(Timeline(other, Settings(probes=0)), build(), Schedule.parse("never"))
        return strategy

    return _difference(usual(), _answers(build_and_disturb, stream, every=every))


def _future(usual: Answers, answers: Answers, stream: Stream, what: str) -> str:
    whole = usual()
    first = len(stream) - len(next(iter(whole.values())))
    for place in PLACES:
        position = int(place * len(stream))
        # The answers at the position's own time are included: they precede its reveal.
        stop = int(np.searchsorted(stream.time, stream.time[position], "right")) - first
        changed = answers(with_other_future(stream, position, what))
        text = _difference(
            {name: column[:stop] for name, column in whole.items()},
            {name: column[:stop] for name, column in changed.items()},
        )
        if text:
            return f"{text}, though the streams are equal up to event {position}"
    return ""


def _difference(one: dict[str, AnyArray], other: dict[str, AnyArray]) -> str:
    for name, column in one.items():
        differ = np.flatnonzero(~((column == other[name]) | ((column != column) & (other[name] != other[name]))))  # noqa: PLR0124
        if len(differ):
            row = int(differ[0])
            return f"{name} of test event {row} is {column[row]:.6g} and {other[name][row]:.6g}"
    return ""


def _chance(build: Build, task: Task) -> str:
    """On a random stream, hits (or the share of true labels) must not exceed chance by far."""
    stream = small_stream(task, learnable=False)
    line = Timeline(stream, Settings(probes=0))
    outcomes = Outcomes(task, label=line.truth[line.first :]).answered(_answers(build, stream, every="event"))
    if task == "rank":
        hits = cast("FloatArray", outcomes.rank) <= 10  # noqa: PLR2004
        expected = np.minimum(1.0, 10 / np.maximum(1, line.candidates[line.first :]))
    elif task == "classify":
        hits = cast("AnyArray", outcomes.predicted) == line.truth[line.first :]
        expected = np.full(len(hits), _largest_share(line.truth[line.first :]))
    else:
        label = line.truth[line.first :] > line.truth[line.first :].mean()
        prediction = cast("FloatArray", outcomes.prediction)
        above = prediction > prediction.mean()
        hits = above == label
        # How often two independent columns agree.
        agree = above.mean() * label.mean() + (1 - above.mean()) * (1 - label.mean())
        expected = np.full(len(hits), agree)
    sigma = float(np.sqrt(np.sum(expected * (1 - expected))))
    excess = float(hits.sum() - expected.sum())
    if excess > CHANCE_EVENTS_SIGMA * sigma + 1:
        return f"{hits.mean():.3f} were right where chance gives {expected.mean():.3f}: the answers leak"
    return ""


def _largest_share(labels: AnyArray) -> float:
    _, counts = np.unique(labels, return_counts=True)
    return float(counts.max() / counts.sum())
