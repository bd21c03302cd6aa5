"""One cell: ask, score, observe, reveal, update.

This is the protocol. Two people who follow it get the same numbers:

    the strategy learns the warm-up
    while events remain:
        make every update that is live by now, with what was known when it was due
        ask the queries up to the next change of knowledge, without their answers
        score the answers
        the events are past: let the strategy observe them as context
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from freshmark.contract.arrays import AnyArray
from freshmark.contract.hookspecs import Meter
from freshmark.contract.past import Past
from freshmark.contract.strategy import Run, Strategy
from freshmark.replay.answering.answers import answers_of
from freshmark.replay.answering.batches import Batches
from freshmark.replay.answering.calls import calls_of
from freshmark.replay.answering.matrix import Matrix
from freshmark.replay.answering.panel import Panel
from freshmark.replay.known_attributes import KnownAttributes
from freshmark.replay.measuring.meters import Clock, CollectorMeter
from freshmark.replay.measuring.records import OnAnswers, OnWindow, Records
from freshmark.replay.scheduling.agenda import Agenda, agenda_of
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.side_evaluations import SideEvaluations
from freshmark.replay.timeline import Timeline

Table = dict[str, AnyArray]


@dataclass(frozen=True, slots=True)
class Replay:
    """The result of one cell.

    tables: ``outcomes`` (one row per test event), ``windows``, ``updates`` (row 0 is the warm-up), ``latencies``; for
        the task rank also ``lists`` and ``panel``; ``matrix`` if requested
    summary: seconds and bytes of the whole cell
    """

    tables: Mapping[str, Table]
    summary: Mapping[str, float]


def replay(
    timeline: Timeline,
    strategy: Strategy | Any,
    schedule: Schedule,
    *,
    seed: int = 0,
    device: str = "cpu",
    meters: Mapping[str, Meter] | None = None,
    on_window: OnWindow | None = None,
    on_answers: OnAnswers | None = None,
    clock: Clock | None = None,
    agenda: Agenda | None = None,
    matrix: bool = True,
) -> Replay:
    """Replay a stream through a strategy without showing it the future.

    Args:
        timeline: the stream, under the settings of the run.
        strategy: a Strategy, or anything with ``update`` and one way to answer. It must be fresh.
        schedule: when it is updated.
        seed: of the strategy and of the choice of single requests.
        device: torch device of the models.
        meters: further numbers to read at the end of each window.
        on_window: called with the numbers of each window, outside timed regions.
        on_answers: called at the end of each window with the answers so far, columns as in ``answer_columns``, and the
            CPU seconds of fit, updates and answers so far.
        clock: source of time.
        agenda: the updates to make; those of the schedule if None.
        matrix: whether to fill the matrix that the settings ask for.

    Raises:
        InvalidAnswer: an answer breaks the contract.
        UsageError: a matrix is requested on a device that does not survive a fork.
    """
    clock = clock or Clock()
    past, reveal = Past.with_writer(timeline.learning)
    calls = calls_of(strategy)
    answers = answers_of(strategy, timeline)
    agenda = agenda or agenda_of(schedule, timeline)
    batches = Batches(timeline, answers, observing=calls.observe is not None, context=_context(strategy))
    blocks = timeline.settings.matrix if matrix else 0
    attributes = KnownAttributes(timeline)
    matrix_rows = Matrix(timeline, calls, answers, batches, attributes, blocks=blocks, device=device)
    panel = Panel(timeline, answers, seed=seed)
    records = Records(timeline, calls, answers, agenda, seed=seed, clock=clock, meters=meters or {})

    side_evaluations = SideEvaluations(panel, matrix_rows, records)
    with CollectorMeter(clock) as collector:
        records.begin(collector, on_window, on_answers)
        attributes.reveal(timeline.first)
        if calls.start is not None:
            calls.start(_run(timeline, past, attributes, seed, device))
        reveal(timeline.warm)
        records.learn_warmup(calls.fit, timeline.given(0, timeline.warm))

        # With an update per event this is the innermost loop: a memoryview gives a number faster than an array.
        live, known, end = agenda.live, agenda.known, timeline.end
        update, observe, watches = calls.update, calls.observe, agenda.watches
        at, given, made, pause = timeline.first, timeline.warm, 0, side_evaluations.next_stop
        while at < end:
            if at == pause:
                side_evaluations.before_updates(at)
            while made < len(live) and live[made] <= at:
                reveal(known[made])
                records.learn(update, timeline.given(given, known[made]))
                given, made = known[made], made + 1

            if at == pause:
                pause = side_evaluations.after_updates(at)
            stop = batches.stop(at, min(pause, live[made]) if made < len(live) else pause)
            if attributes:
                attributes.reveal(stop)
            records.ask(at, stop)
            if watches:
                stop = agenda.watch(stop, records.losses)
            records.passed(stop)
            if observe is not None:
                observe(timeline.context(at, stop))
            at = stop
        side_evaluations.before_updates(end)
        side_evaluations.after_updates(end)
        tables, summary = records.tables(), {**records.summary(), "draws": float(_draws(strategy))}
        return Replay({**tables, **side_evaluations.tables()}, summary)


def _draws(strategy: object) -> bool:
    return bool(getattr(strategy, "draws", Strategy.draws))


def _context(strategy: object) -> str:
    return getattr(strategy, "context", Strategy.context)


def _run(timeline: Timeline, past: Past, attributes: KnownAttributes, seed: int, device: str) -> Run:
    stream = timeline.stream
    warm = timeline.given(0, timeline.warm)
    return Run(
        task=stream.task,
        seed=seed,
        rng=np.random.default_rng(seed),
        past=past,
        users=int(warm.user.max(initial=-1)) + 1,
        items=int(warm.item.max(initial=-1)) + 1,
        classes=len(stream.classes),
        features={name: column[:0] for name, column in warm.features.items()},
        repeats=stream.repeats,
        device=device,
        of={name: stream.owner(name) for name in stream.features},
        item_features=attributes.items,
        user_features=attributes.users,
    )
