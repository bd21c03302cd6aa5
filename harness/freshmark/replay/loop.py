"""One cell: ask, score, observe, reveal, update.

This is the protocol. Two people who follow it get the same numbers:

    the strategy learns the warm-up
    while there are events:
        every update that is due and live by now is made, with what was known when it was due
        the queries up to the next change of knowledge are asked, without their answers
        the answers are scored
        the events are past: the strategy may observe them as context
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from freshmark.replay.measuring.meters import Clock, CollectorMeter
from freshmark.replay.measuring.records import Records
from freshmark.replay.scheduling.agenda import Agenda, agenda_of
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.side_evaluations import Asides
from freshmark.replay.timeline import Timeline

Table = dict[str, AnyArray]


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of one cell.

    tables: ``outcomes`` (one row a test event), ``windows``, ``updates`` (row 0 is the warm-up), ``latencies``; of the
        task rank also ``lists`` and ``panel``; ``matrix`` where one was asked for
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
    on_window: Callable[[Mapping[str, float]], None] | None = None,
    clock: Clock | None = None,
    agenda: Agenda | None = None,
    matrix: bool = True,
) -> Replay:
    """Replay a stream through a strategy without ever showing it the future.

    Args:
        timeline: the stream, under the settings of the run.
        strategy: a Strategy, or anything with ``update`` and one way to answer; fresh, it is used up.
        schedule: when it is updated.
        seed: of the strategy and of the choice of single requests.
        device: where models live, in torch's words.
        meters: more numbers to read at the end of each window.
        on_window: called with each window's numbers, outside of timed regions.
        clock: what time is read from.
        agenda: the updates to make, where they are not to follow from the schedule.
        matrix: whether the matrix is filled, where the settings ask for one.

    Raises:
        InvalidAnswer: the strategy answered something that its contract rules out.
        UsageError: a matrix is asked for on a device of which there can be no copy.
    """
    clock = clock or Clock()
    past = Past(timeline.learning)
    calls = calls_of(strategy)
    answers = answers_of(strategy, timeline)
    agenda = agenda or agenda_of(schedule, timeline)
    batches = Batches(timeline, answers, observing=calls.observe is not None, context=_context(strategy))
    blocks = timeline.settings.matrix if matrix else 0
    rows = Matrix(timeline, calls, answers, batches, blocks=blocks, device=device)
    panel = Panel(timeline, answers, seed=seed)
    records = Records(timeline, calls, answers, agenda, seed=seed, clock=clock, meters=meters or {})

    asides = Asides(panel, rows, records)
    with CollectorMeter(clock) as collector:
        records.begin(collector, on_window)
        if calls.start is not None:
            calls.start(_run(timeline, past, seed, device))
        past._extend(timeline.warm)  # noqa: SLF001  (the replay alone may)
        records.learn_warmup(calls.fit, timeline.given(0, timeline.warm))

        # Where every event updates, this is the innermost loop: a view gives a number faster than an array.
        live, known, end = agenda.live, agenda.known, timeline.end
        update, observe, watches = calls.update, calls.observe, agenda.watches
        at, given, made, pause = timeline.first, timeline.warm, 0, asides.place
        while at < end:
            if at == pause:
                asides.before_updates(at)
            while made < len(live) and live[made] <= at:
                past._extend(known[made])  # noqa: SLF001
                records.learn(update, timeline.given(given, known[made]))
                given, made = known[made], made + 1

            if at == pause:
                pause = asides.after_updates(at)
            stop = batches.stop(at, min(pause, live[made]) if made < len(live) else pause)
            records.ask(at, stop)
            if watches:
                stop = agenda.watch(stop, records.losses)
            records.passed(stop)
            if observe is not None:
                observe(timeline.context(at, stop))
            at = stop
        asides.before_updates(end)
        asides.after_updates(end)
        tables, summary = records.tables(), records.summary()
        return Replay({**tables, **asides.tables()}, summary)


def _context(strategy: object) -> str:
    return getattr(strategy, "context", Strategy.context)


def _run(timeline: Timeline, past: Past, seed: int, device: str) -> Run:
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
    )
