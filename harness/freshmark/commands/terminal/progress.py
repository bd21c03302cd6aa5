"""Progress of a run: one line per finished cell, and a progress bar on a terminal."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from freshmark.commands.terminal.outlet import note, on_terminal, one_line, say
from freshmark.contract.hookspecs import hookimpl

Clock = Callable[[], float]
Headline = Callable[[Mapping[str, Any]], tuple[str, float] | None]
"""From a successful cell to its main metric: name and value."""


@dataclass
class Progress:
    """Reports each cell as it ends. It is a plugin that observes the run through hooks.

    total: how many cells are to be run
    headline: gives the number to show for a cell
    as_json: write JSON Lines to stdout instead of text to stderr
    """

    total: int
    headline: Headline
    as_json: bool = False
    clock: Clock = time.monotonic
    done: int = 0
    begun: float = field(init=False)
    started: dict[str, float] = field(init=False, default_factory=dict)
    bar: Any = field(init=False, default=None)

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
        metric = self.headline(cell) if status == "ok" else None
        if self.as_json:
            record = {"event": "cell_finished", **_plain(cell), "status": status, "reason": reason, "seconds": seconds}
            record |= {metric[0]: metric[1]} if metric else {}
            say(json.dumps(record, ensure_ascii=False))
            return
        line = self._line(cell, status, reason, seconds, metric)
        if self.bar is None:
            note(line)
        else:
            self.bar.console.print(one_line(line), markup=False, highlight=False, soft_wrap=True)
            self.bar.update(self.bar.task_ids[0], completed=self.done)

    def _line(
        self, cell: Mapping[str, Any], status: str, reason: str, seconds: float, metric: tuple[str, float] | None
    ) -> str:
        width = len(str(self.total))
        parts = [f"[{self.done:{width}}/{self.total}] {one_line(called(cell))} {status} {seconds:.1f} s"]
        if metric:
            parts.append(f"{metric[0]} {_short(metric[1])}")
        if self.done < self.total:
            left = (self.clock() - self.begun) / self.done * (self.total - self.done)
            parts.append(f"ETA {int(left) // 60}:{int(left) % 60:02d}")
        if reason:
            parts.append(f"– {one_line(reason)}")
        return " ".join(parts)


def called(cell: Mapping[str, Any]) -> str:
    """``movietweetings × retrain(mf()) every 1d seed 0``, as in a report."""
    from freshmark.results import naming  # noqa: PLC0415  (numpy, which a help text does not need)

    name = naming.row_label(cell["strategy"], cell["every"], cell.get("delay", "0s"))
    return f"{cell['stream']} × {name} seed {cell['seed']}"


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
