"""Progress of a run: one line per finished cell, and a progress bar on a terminal."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from freshmark.commands.terminal.outlet import note, on_terminal, one_line, say
from freshmark.contract.hookspecs import hookimpl

if TYPE_CHECKING:
    from freshmark.results.stored.looks import RacingLook

Clock = Callable[[], float]
Headline = Callable[[Mapping[str, Any]], tuple[str, float] | None]
"""From a successful cell to its main metric: name and value."""


@dataclass
class Progress:
    """Reports each cell as it ends. It is a plugin that observes the run through hooks.

    total: how many cells are to be run
    headline: gives the number to show for a cell
    as_json: write JSON Lines to stdout instead of text to stderr
    cells: those of them that are known, as hooks receive them; what they take is estimated from those like them
    """

    total: int
    headline: Headline
    as_json: bool = False
    clock: Clock = time.monotonic
    cells: Sequence[Mapping[str, Any]] = ()
    done: int = 0
    begun: float = field(init=False)
    started: dict[str, float] = field(init=False, default_factory=dict)
    took: dict[str, tuple[Mapping[str, Any], float]] = field(init=False, default_factory=dict)
    bar: Any = field(init=False, default=None)
    _contending: dict[str, set[tuple[str, str, str]]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.begun = self.clock()

    def __enter__(self) -> Self:
        if on_terminal() and not self.as_json:
            self.bar = _bar(self.total)
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()
            self.bar = None

    @hookimpl
    def cell_started(self, cell: Mapping[str, Any]) -> None:
        """Note the time, and show the cell."""
        self.started[cell["key"]] = self.clock()
        if self.bar is not None:
            self.bar.update(self.bar.task_ids[0], cell=one_line(called(cell)))
        if self.as_json:
            say(json.dumps({"event": "cell_started", **_plain(cell)}, ensure_ascii=False))

    @hookimpl
    def cell_finished(self, cell: Mapping[str, Any], status: str, reason: str) -> None:
        """Report the cell: position, name, status, seconds, main metric, and the estimated time that is left."""
        self.done += 1
        now = self.clock()
        seconds = now - self.started.pop(cell["key"], now)
        self.took[cell["key"]] = cell, seconds
        metric = self.headline(cell) if status == "ok" else None
        if self.as_json:
            record = {"event": "cell_finished", **_plain(cell), "status": status, "reason": reason, "seconds": seconds}
            record |= {metric[0]: metric[1]} if metric else {}
            say(json.dumps(record, ensure_ascii=False))
            return
        self._write([self._line(cell, status, reason, seconds, metric)])
        if self.bar is not None:
            self.bar.update(self.bar.task_ids[0], completed=self.done)

    def look(self, looks: Sequence[RacingLook], added: int) -> None:
        """Report the looks of a race: who contends, who does not any more and why, and how many cells follow."""
        self.total += added
        for look in looks:
            if self.as_json:
                say(json.dumps({"event": "look", **look.packed()}, ensure_ascii=False))
            else:
                self._write(_look_lines(look, self._contending.get(look.stream)))
            self._contending[look.stream] = {row.row for row in look.rows if row.contends}
        if self.bar is not None:
            self.bar.update(self.bar.task_ids[0], total=self.total)

    def _write(self, lines: Sequence[str]) -> None:
        for line in lines:
            if self.bar is None:
                note(line)
            else:
                self.bar.console.print(one_line(line), markup=False, highlight=False, soft_wrap=True)

    def _line(
        self, cell: Mapping[str, Any], status: str, reason: str, seconds: float, metric: tuple[str, float] | None
    ) -> str:
        width = len(str(self.total))
        parts = [f"[{self.done:{width}}/{self.total}] {one_line(called(cell))} {status} {seconds:.1f} s"]
        if metric:
            parts.append(f"{metric[0]} {_short(metric[1])}")
        if self.done < self.total:
            left = self._seconds_left()
            parts.append(f"ETA {int(left) // 60}:{int(left) % 60:02d}")
        if reason:
            parts.append(f"– {one_line(reason)}")
        return " ".join(parts)

    def _seconds_left(self) -> float:
        """What the cells that are left will take, at the pace so far."""
        left = [cell for cell in self.cells if cell["key"] not in self.took]
        unknown = max(0, self.total - self.done - len(left))
        expected = sum(map(self._expected, left)) + unknown * self._expected({})
        # Cells that run side by side take more seconds than pass.
        return expected * (self.clock() - self.begun) / (sum(seconds for _, seconds in self.took.values()) or 1.0)

    def _expected(self, cell: Mapping[str, Any]) -> float:
        """Mean seconds of the cells of its row; else of its strategy on its stream, of its strategy, of all."""
        for alike in (("stream", "strategy", "every", "delay"), ("stream", "strategy"), ("strategy",), ()):
            times = [
                seconds
                for one, seconds in self.took.values()
                if all(name in cell and one[name] == cell[name] for name in alike)
            ]
            if times:
                return sum(times) / len(times)
        return 0.0


def called(cell: Mapping[str, Any]) -> str:
    """``movietweetings × retrain(mf()) every 1d seed 0``, as in a report."""
    from freshmark.results import naming  # noqa: PLC0415  (numpy, which a help text does not need)

    name = naming.row_label(cell["strategy"], cell["every"], cell.get("delay", "0s"))
    return f"{cell['stream']} × {name} seed {cell['seed']}"


def _look_lines(look: RacingLook, before: set[tuple[str, str, str]] | None) -> list[str]:
    """A headline, then the rows that contend, and those that did at the look before and do not any more."""
    from freshmark.results import naming  # noqa: PLC0415  (as above)
    from freshmark.results.decision.racing import STOPS  # noqa: PLC0415

    added = sum(len(row.adds) for row in look.rows)
    contend = sum(row.contends for row in look.rows)
    goes_on = f"{added} more cells" if not look.stop else f"stop: {STOPS[look.stop]}"
    lines = [f"look {look.number} at {look.stream}: {contend} of {len(look.rows)} rows may win; {goes_on}"]
    for row in sorted(look.rows, key=lambda row: not row.contends):
        if row.contends or before is None or row.row in before:
            seeds = f"{row.seeds} seed{'s' * (row.seeds != 1)}"
            lines.append(f"  {'in ' if row.contends else 'out'} {naming.row_label(*row.row)}, {seeds}: {row.why}")
    return lines


def _short(value: float) -> str:
    """Three decimals without the leading zero: .031."""
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def _plain(cell: Mapping[str, Any]) -> dict[str, Any]:
    """The cell in JSON types."""
    return {name: value if isinstance(value, int | float) else str(value) for name, value in cell.items()}


def _bar(total: int) -> Any:
    """A progress bar on stderr; rich is imported only on a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.table import Column  # noqa: PLC0415

    bar = Progress(
        MofNCompleteColumn(),
        BarColumn(bar_width=20),
        TimeRemainingColumn(),
        TextColumn("{task.fields[cell]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
        console=Console(stderr=True),
        refresh_per_second=2,  # cells are being timed meanwhile
        transient=True,
    )
    bar.add_task("", total=total, cell="")
    return bar
