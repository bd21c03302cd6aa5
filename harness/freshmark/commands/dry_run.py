"""``freshmark run --dry-run``: the cells of a plan, and how many updates each schedule would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from freshmark.commands.terminal.outlet import note, say_table
from freshmark.contract.delays import duration_label
from freshmark.errors import DataError

if TYPE_CHECKING:
    from freshmark.replay.timeline import Timeline
    from freshmark.runs.catalogue.registry import Registry
    from freshmark.runs.plan.plan import Plan

UNKNOWN = "?"
WATCHED = "when detected"
_UNCACHED = "FM206"


def show_cells(plan: Plan, registry: Registry) -> None:
    """Print one line per cell, with the updates that are due in it.

    They are counted once for each stream and schedule, on streams that are in the cache: nothing is built.
    """
    cells = plan.cells()[: plan.count]
    due = {
        (stream, every, delay): count
        for stream in plan.streams
        for (every, delay), count in _due_on(stream, plan, registry).items()
    }
    rows = [
        (
            str(cell.position + 1),
            cell.stream,
            cell.strategy,
            duration_label(cell.every),
            duration_label(cell.delay),
            str(cell.seed),
            due[cell.stream, cell.every, cell.delay],
        )
        for cell in cells
    ]
    say_table([("cell", "stream", "strategy", "every", "delay", "seed", "updates"), *rows])
    race = f" at the first look; the race may take up to {plan.most:,}" if plan.settle else ""
    note(f"{len(cells)} cell{'s' * (len(cells) != 1 or not plan.settle)}{race}")


def _due_on(stream: str, plan: Plan, registry: Registry) -> dict[tuple[str, str], str]:
    """(every, delay) → updates that are due on the stream, in words; notes what is unknown, and which have none."""
    from freshmark.results.decision.sentences import span_in_words  # noqa: PLC0415  (pandas, which no help text needs)
    from freshmark.results.naming import join_words, schedule_label  # noqa: PLC0415

    schedules = [(every, delay) for every in plan.every for delay in plan.delay]
    timeline = _timeline(stream, plan, registry)
    if timeline is None:
        note(f"updates are unknown, since {stream} is not prepared: freshmark data fetch {stream!r}")
        return dict.fromkeys(schedules, UNKNOWN)
    counts = {schedule: _counted(timeline, *schedule) for schedule in schedules}
    undue = [schedule_label(*schedule) for schedule, count in counts.items() if count == "0" and schedule[0] != "never"]
    if undue:
        span = (int(timeline.time[-1]) - int(timeline.time[timeline.first])) / 1e6
        note(
            f"No update is due {join_words(undue)} on {stream}: the test spans {span_in_words(span)}. "
            "Those rows would be the model of the warm-up, and say nothing about updating."
        )
    return counts


def _timeline(stream: str, plan: Plan, registry: Registry) -> Timeline | None:
    """The test events of the stream; None where it is not in the cache."""
    from freshmark.contract.streams.prepared import open_stream  # noqa: PLC0415  (as above)
    from freshmark.replay.timeline import Timeline  # noqa: PLC0415
    from freshmark.runs.store.prepared_streams import prepared  # noqa: PLC0415

    try:
        folder = prepared(registry, stream)
    except DataError as error:
        if error.code != _UNCACHED:
            raise
        return None
    return Timeline(open_stream(folder), plan.settings)


def _counted(timeline: Timeline, every: str, delay: str) -> str:
    """How many updates are due; with a measured delay, at most so many: those that fall into another are merged."""
    from freshmark.contract.delays import time_scale  # noqa: PLC0415  (as above)
    from freshmark.replay.scheduling.schedule import Schedule  # noqa: PLC0415

    measured = time_scale(delay) is not None
    schedule = Schedule.parse(every, "0s" if measured else delay)
    if schedule.kind == "loss":
        return WATCHED
    count = len(schedule.updates(timeline.time, timeline.first, known=timeline.known))
    return f"at most {count:,}" if measured and count else f"{count:,}"
