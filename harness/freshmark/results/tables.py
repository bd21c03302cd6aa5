"""Results: the tables that users get, as pandas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from pathlib import Path

import pandas as pd

from freshmark.contract.hookspecs import Factory
from freshmark.contract.metric import Metric
from freshmark.errors import UnknownName, UsageError
from freshmark.results.decision import ranking
from freshmark.results.decision.alerts import Alert, alerts_of
from freshmark.results.decision.budget import Budget
from freshmark.results.decision.curves import curves_of
from freshmark.results.decision.mean_ranks import CriticalDifference, critical_difference
from freshmark.results.decision.pairs import pairs_of
from freshmark.results.decision.prices import Prices
from freshmark.results.decision.standings import Standings, standings_of
from freshmark.results.decision.verdict import Verdict, verdict_on
from freshmark.results.dynamics.dynamics import Dynamics
from freshmark.results.output import notebook
from freshmark.results.output.export import FORMS, TABLES, USUAL
from freshmark.results.output.plots import Plots
from freshmark.results.plugins import imported, offered
from freshmark.results.stored import measurements
from freshmark.results.stored.folder import RunFolder


class Results(Dynamics):
    """What came of one or more runs. Nothing is measured again; outcomes are read when a number of them is asked for.

    >>> results = Results.open("runs/mt")                                  # doctest: +SKIP
    >>> results.ranking("ndcg@25")[["strategy", "every", "value", "margin"]]  # doctest: +SKIP

    cells: one row a cell: stream, task, strategy, every, delay, seed, status, reason, seconds …, and its summary
    streams: name → what is known of the stream
    provenance: where and with what the first of the runs was made
    rates: requests a second, at which response times are given; empty: the usual ones
    heading: what stands above everything in a report; empty where the verdicts are heading enough
    """

    heading = ""

    def __init__(self, folders: Sequence[RunFolder], metrics: Mapping[str, Metric] | None = None) -> None:
        super().__init__(folders, metrics)
        self.prices: Prices | None = None
        self.budget = Budget()
        self.rates: tuple[float, ...] = ()
        self._standings: dict[tuple[str, str], Standings] = {}
        self._rankings: dict[str | None, pd.DataFrame] = {}
        self._curves: dict[str | None, pd.DataFrame] = {}

    @classmethod
    def open(cls, folder: Path | str, *more: Path | str) -> Results:
        """The results in these run folders; a cell that several hold is taken once.

        Raises:
            StoreError: one is no run folder, or two call different streams by one name.
        """
        return cls([RunFolder(path) for path in (folder, *more)])

    @cached_property
    def measurements(self) -> pd.DataFrame:
        """The tidy table, one row a number.

        Columns: stream, task, strategy, every, delay, seed, window (−1: the whole), time (begin of the window),
        segment, metric, value, n (events behind it). Accuracy by window and segment; costs and meters by window.
        """
        return self.measure()

    def measure(self, *metrics: str) -> pd.DataFrame:
        """The tidy table of these metrics only, ``ndcg@25`` say; of all there are where none is named."""
        return measurements.tidy(self, metrics)

    def ranking(self, metric: str | None = None) -> pd.DataFrame:
        """One row a (stream, strategy, every, delay), best first; the columns are explained in ``results.ranking``."""
        if metric not in self._rankings:
            self._rankings[metric] = ranking.ranked(self, metric)
        return self._rankings[metric].copy()

    def priced(self, prices: Prices | Sequence[str]) -> Results:
        """The same results with what they cost in money: ``results.priced(["cpu_hour=0.04", "gb_hour=0.005"])``.

        Raises:
            UnknownName: nothing has that price.
            UsageError: it is no price.
        """
        found = self._copy()
        found.prices = prices if isinstance(prices, Prices) else Prices.parse(prices)
        return found

    def within(self, budget: Budget) -> Results:
        """The same results, with a verdict that stays within these limits.

        Raises:
            UsageError: there is a limit of cost and no prices.
        """
        found = self._copy()
        found.budget = budget.checked(self.prices)
        return found

    def asked_at(self, *rates: float) -> Results:
        """The same results, with response times at these rates of requests a second; see ``results.open_loop``."""
        found = self._copy()
        found.rates = rates
        return found

    def _copy(self) -> Results:
        """These results; what was read and measured is shared, rankings are not."""
        found = copy(self)
        found._rankings, found._curves = {}, {}  # noqa: SLF001  (its own)
        return found

    def standings(self, stream: str, metric: str | None = None) -> Standings:
        """Every row of a stream, and how far any two are apart.

        Raises:
            UsageError: the stream's task has no such metric.
        """
        name = self.metric_for(stream, metric)
        if name is None:
            raise UsageError(f"{metric} is no metric of task {self.streams[stream].task}", where=stream)
        if (stream, name) not in self._standings:
            self._standings[stream, name] = standings_of(self, stream, name)
        return self._standings[stream, name]

    def curves(self, metric: str | None = None) -> pd.DataFrame:
        """One row a schedule of each strategy, slowest first: where its curve flattens; see ``results.curves``."""
        if metric not in self._curves:
            self._curves[metric] = curves_of(self, metric)
        return self._curves[metric].copy()

    def pairs(self, metric: str | None = None) -> pd.DataFrame:
        """Every pair of rows of a stream: how far apart, and whether they can be told apart; see ``results.pairs``."""
        return pairs_of(self, metric)

    def critical_difference(self, metric: str | None = None) -> CriticalDifference | None:
        """Mean ranks over streams, and how far apart they must be; None below five streams."""
        return critical_difference(self, metric)

    def verdicts(self, metric: str | None = None) -> list[Verdict]:
        """What to do on each stream, in a sentence."""
        table, curves = self.ranking(metric), self.curves(metric)
        found = []
        for stream in self.streams:
            rows = table[table["stream"] == stream]
            better = self.better(str(rows["metric"].iloc[0])) if len(rows) else "higher"
            found.append(verdict_on(stream, rows, better, curves[curves["stream"] == stream]))
        return found

    def alerts(self) -> list[Alert]:
        """What to know before believing it, gravest first."""
        return alerts_of(self, self.ranking())

    def report(
        self,
        path: Path | str,
        format: str = "html",  # noqa: A002  (the word that people use)
        *,
        writers: Mapping[str, Factory] | None = None,
        sections: Mapping[str, Factory] | None = None,
    ) -> Path:
        """Write a report of this form: ``html``, ``markdown``, ``csv``, or what a plugin offers. Gives its path.

        Args:
            path: the file to write.
            format: the name of the form.
            writers: name → writer; those of the installed plugins where None.
            sections: name → section; those of the installed plugins where None.
        """
        writers = offered("register_reports") if writers is None else writers
        sections = offered("register_sections") if sections is None else sections
        if format not in writers:
            raise UnknownName("form of report", format, writers)
        write = imported(writers[format])
        write(self, Path(path), {name: imported(section) for name, section in sections.items()})
        return Path(path)

    def __repr__(self) -> str:
        states = ", ".join(f"{count} {status}" for status, count in self.cells["status"].value_counts().items())
        return f"<Results: {len(self.cells)} cells on {len(self.streams)} streams; {states}>"

    @cached_property
    def plot(self) -> Plots:
        """The charts of the report as matplotlib figures: ``results.plot.over_time()``, ``.plot.schedules()``."""
        return Plots(self)

    def export(self, folder: Path | str, format: str = "csv", tables: Sequence[str] = USUAL) -> list[Path]:  # noqa: A002
        """Write tables into a folder, one file each, as ``csv``, ``parquet``, ``markdown`` or ``latex``; their paths.

        Args:
            folder: made where there is none.
            format: the form of every file.
            tables: of ``results.export.TABLES``; outcomes only where they are named.

        Raises:
            UnknownName: there is no such form or table.
        """
        if format not in FORMS:
            raise UnknownName("form of table", format, FORMS)
        for name in tables:
            if name not in TABLES:
                raise UnknownName("table", name, TABLES)
        ending, write = FORMS[format]
        Path(folder).mkdir(parents=True, exist_ok=True)
        paths = [Path(folder) / f"{name}{ending}" for name in tables]
        for name, path in zip(tables, paths, strict=True):
            write(TABLES[name](self), path)
        return paths

    def _repr_html_(self) -> str:
        """For a notebook: the verdict on each stream, and the head of its ranking."""
        return notebook.html_of(self)
