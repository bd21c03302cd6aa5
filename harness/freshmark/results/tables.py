"""Results: what users get, as pandas tables, verdicts and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from freshmark.contract.arrays import AnyArray
from freshmark.contract.hookspecs import Factory
from freshmark.contract.metric import Metric, MetricFamily
from freshmark.contract.outcomes import Outcomes
from freshmark.contract.segment import Segment
from freshmark.errors import PluginFault, UnknownName, UsageError
from freshmark.results.decision import alerts, curves, mean_ranks, pairs, ranking, verdict
from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.budget import Budget
from freshmark.results.decision.curves import CurvePoint
from freshmark.results.decision.judgement import Judgement, judged
from freshmark.results.decision.mean_ranks import CriticalDifference
from freshmark.results.decision.prices import Prices
from freshmark.results.decision.ranking import RankingRow
from freshmark.results.decision.regret import Tolerance
from freshmark.results.decision.standings import Standings, standings_of
from freshmark.results.decision.terms import Terms
from freshmark.results.decision.verdict import Verdict
from freshmark.results.decision.worth import Worth
from freshmark.results.dynamics import arrivals, attainment, churn, learning, queueing, recovery, slowness, staleness
from freshmark.results.metrics.measured import Measured
from freshmark.results.metrics.named import Metrics, Segments
from freshmark.results.output import notebook
from freshmark.results.output.document import write_report
from freshmark.results.output.export import rows_of_cells, write_tables
from freshmark.results.output.plots import Plots
from freshmark.results.plugins import imported, offered, offers
from freshmark.results.stored import measurements
from freshmark.results.stored.folder import RunFolder
from freshmark.results.stored.recorded import Recorded

USUAL_TERMS = Terms()


class Results:
    """What came of one or more runs. Nothing is measured again; outcomes are read when a number of them is needed.

    >>> results = Results.open("runs/mt")                                  # doctest: +SKIP
    >>> results.ranking("ndcg@25")[["strategy", "every", "value", "margin"]]  # doctest: +SKIP

    recorded: what the run folders hold, which every table is computed from
    terms: prices, limits and request rates
    folders: the run folders
    cells: one row a cell: stream, task, strategy, every, delay, seed, status, reason, seconds …, and its summary
    streams: name → what is known of the stream
    heading: what stands above everything in a report; empty where the verdicts are heading enough
    """

    heading = ""

    def __init__(self, recorded: Recorded, terms: Terms = USUAL_TERMS) -> None:
        self.recorded = recorded
        self.terms = terms
        self.folders = recorded.folders
        self.cells = recorded.cells
        self.streams = recorded.streams
        self._standings: dict[tuple[str, str], Standings] = {}
        self._judgements: dict[str | None, dict[str, Judgement]] = {}
        self._curves: dict[str | None, list[CurvePoint]] = {}
        self._tables: dict[tuple[str, str | None], pd.DataFrame] = {}

    @classmethod
    def open(
        cls,
        folder: Path | str,
        *more: Path | str,
        metrics: Mapping[str, Metric | MetricFamily] | None = None,
        segments: Mapping[str, Segment] | None = None,
        plugins: Iterable[Path | str] = (),
    ) -> Results:
        """The results in these run folders; a cell that several hold is taken once.

        Args:
            folder: a run folder.
            more: further ones.
            metrics: name → metric besides the built-in ones; None: those of the installed plugins.
            segments: name → segment, likewise.
            plugins: plain files that are plugins, besides the installed ones; they offer metrics and segments.

        Raises:
            StoreError: one is not a run folder, or two use one name for different streams.
        """
        files = [Path(file) for file in plugins]
        known_metrics = Metrics(offers("register_metrics", files)) if files else None
        known_segments = Segments(offers("register_segments", files)) if files else None
        return cls(
            Recorded(
                [RunFolder(path) for path in (folder, *more)],
                known_metrics if metrics is None else Metrics.besides_built_in(metrics),
                known_segments if segments is None else Segments.besides_built_in(segments),
            )
        )

    def __repr__(self) -> str:
        states = ", ".join(f"{count} {status}" for status, count in self.cells["status"].value_counts().items())
        return f"<Results: {len(self.cells)} cells on {len(self.streams)} streams; {states}>"

    # What was recorded

    @property
    def provenance(self) -> dict[str, Any]:
        """Machine, versions and command of the first run; ``folders`` has them all."""
        return self.recorded.provenance

    @property
    def metrics(self) -> Metrics:
        """The metrics that are known by name: built-in ones, and those of plugins."""
        return self.recorded.metrics

    @property
    def segments(self) -> tuple[str, ...]:
        """The names of the segments: ``all``, built-in ones, and those of plugins."""
        return self.recorded.segments.names

    @property
    def faults(self) -> list[PluginFault]:
        """What metrics and segments of plugins raised so far, each once; their values are missing."""
        return self.recorded.faults

    def metric_for(self, stream: str, metric: str | None = None) -> str | None:
        """This metric, or the one that decides; None where the stream's task has no such metric."""
        return self.recorded.metric_for(stream, metric)

    def better(self, metric: str) -> str:
        """``higher`` or ``lower``."""
        return self.recorded.better(metric)

    def keys_of(self, stream: str, strategy: str, every: str, delay: str) -> list[str]:
        """The keys of the cells of a row that succeeded: its seeds."""
        return self.recorded.keys_of(stream, strategy, every, delay)

    def measured(self, key: str, metrics: Sequence[str]) -> list[Measured]:
        """These metrics of the cell with this key, by segment and window."""
        return self.recorded.measured(key, metrics)

    def outcomes(self, key: str, *, free: bool = False) -> Outcomes:
        """What became of each test event in the cell with this key; ``free``: had its updates taken no time."""
        return self.recorded.outcomes(key, free=free)

    def events(self, stream: str) -> dict[str, AnyArray]:
        """The stream's test events, column → (n,) array."""
        return self.recorded.events(stream)

    def table(self, key: str, name: str) -> dict[str, AnyArray]:
        """A table of the cell with this key: ``outcomes``, ``windows``, ``updates`` or ``latencies``."""
        return self.recorded.table(key, name)

    @cached_property
    def measurements(self) -> pd.DataFrame:
        """The tidy table, one row a number.

        Columns: stream, task, strategy, every, delay, seed, window (−1: the whole), time (begin of the window),
        segment, metric, value, n (events behind it). Accuracy by window and segment; costs and meters by window.
        """
        return self.measure()

    def measure(self, *metrics: str) -> pd.DataFrame:
        """The tidy table of these metrics only, ``ndcg@25`` say; of all where none is named."""
        return measurements.tidy(self.recorded, metrics)

    # The terms

    def priced(self, prices: Prices | Sequence[str]) -> Results:
        """The same results with what they cost in money: ``results.priced(["cpu_hour=0.04", "gb_hour=0.005"])``.

        Raises:
            UnknownName: nothing has that price.
            UsageError: it is not a price.
        """
        return self._on(replace(self.terms, prices=prices if isinstance(prices, Prices) else Prices.parse(prices)))

    def within(self, budget: Budget) -> Results:
        """The same results, with a verdict that stays within these limits.

        Raises:
            UsageError: a limit of cost without prices.
        """
        return self._on(replace(self.terms, budget=budget.checked(self.prices)))

    def ranked_by(self, metric: str) -> Results:
        """The same results with another metric that decides, on every stream whose task has it: ``"mine@5"``.

        Where a plugin's metric fails, the main metric decides; ``faults`` says why.

        Raises:
            UnknownName: the metric does not exist.
            UsageError: no stream's task has it, or its K is larger than the recorded depth.
        """
        recorded = self.recorded.choosing(metric)
        decided = [stream for stream in self.streams if recorded.metric_for(stream) == metric]
        if not decided and not any(recorded.failed(stream, metric) for stream in self.streams):
            raise UsageError(f"no stream of these runs has a task with the metric {metric}", where="metric")
        results = Results(recorded, self.terms)
        results._standings = self._standings
        return results

    def tolerating(self, tolerance: Tolerance | str) -> Results:
        """The same results, where a choice may be so much worse than the best: ``results.tolerating("2%")``.

        Raises:
            UsageError: it is not a tolerance.
        """
        parsed = tolerance if isinstance(tolerance, Tolerance) else Tolerance.parse(tolerance)
        return self._on(replace(self.terms, tolerance=parsed))

    def worth(self, worth: Worth | str) -> Results:
        """The same results, with gain weighed against cost: ``results.worth("1% ndcg@10 = 20 per million events")``.

        Raises:
            UsageError: it does not state a worth, there are no prices, or no stream is decided by its metric.
        """
        parsed = worth if isinstance(worth, Worth) else Worth.parse(worth)
        if self.prices is None:
            raise UsageError("a worth needs prices to be weighed against", remedy="--price cpu_hour=0.04", code="FM128")
        deciding = [name for stream in self.streams if (name := self.metric_for(stream)) is not None]
        if parsed.metric not in deciding:
            named = ", ".join(dict.fromkeys(deciding))
            raise UsageError(f"{parsed.metric} does not decide here", remedy=f"a worth of {named}", code="FM128")
        return self._on(replace(self.terms, worth=parsed))

    def asked_at(self, *rates: float) -> Results:
        """The same results, with response times at these rates of requests a second; see ``open_loop``."""
        return self._on(replace(self.terms, rates=rates))

    def _on(self, terms: Terms) -> Results:
        """These results on other terms; what was read and compared is shared, rankings are not."""
        results = Results(self.recorded, terms)
        results._standings = self._standings
        return results

    @property
    def prices(self) -> Prices | None:
        """What resources cost; None where no prices were given."""
        return self.terms.prices

    @property
    def budget(self) -> Budget:
        """The limits within which a verdict stays."""
        return self.terms.budget

    @property
    def rates(self) -> tuple[float, ...]:
        """Requests a second at which response times are given; empty: the usual ones."""
        return self.terms.rates

    # The decision

    def standings(self, stream: str, metric: str | None = None) -> Standings:
        """Every row of a stream, and how far any two are apart.

        Raises:
            UsageError: the stream's task has no such metric.
        """
        name = self.metric_for(stream, metric)
        if name is None:
            raise UsageError(f"{metric} is not a metric of task {self.streams[stream].task}", where=stream)
        if (stream, name) not in self._standings:
            self._standings[stream, name] = standings_of(self.recorded, stream, name)
        return self._standings[stream, name]

    def ranking(self, metric: str | None = None) -> pd.DataFrame:
        """One row a (stream, strategy, every, delay), best first; see ``decision.ranking`` for the columns."""
        return self._table("ranking", metric, lambda: ranking.table_of(self._rows(metric)))

    def curves(self, metric: str | None = None) -> pd.DataFrame:
        """One row a schedule of each strategy, slowest first: where its curve flattens; see ``decision.curves``."""
        return self._table("curves", metric, lambda: curves.table_of(self._points(metric)))

    def pairs(self, metric: str | None = None) -> pd.DataFrame:
        """Every pair of rows of a stream: how far apart, and whether significantly; see ``decision.pairs``."""
        return pairs.pairs_of(self._standings_by_stream(metric))

    def critical_difference(self, metric: str | None = None) -> CriticalDifference | None:
        """Mean ranks over streams, and how far apart they must be; None below five streams."""
        return mean_ranks.critical_difference(list(self._standings_by_stream(metric).values()))

    def verdicts(self, metric: str | None = None) -> list[Verdict]:
        """What to do on each stream, in a sentence."""
        judgements, points = self._judged(metric), self._points(metric)
        return [
            verdict.verdict_on(
                stream,
                judgements[stream],
                [point for point in points if point.stream == stream],
                self.recorded.span_seconds(stream),
            )
            for stream in self.streams
        ]

    def alerts(self) -> list[Alert]:
        """What to know before believing it, gravest first."""
        return alerts.alerts_of(self.recorded, self._judged(None), self._standings_by_stream(None))

    def _standings_by_stream(self, metric: str | None) -> dict[str, Standings]:
        """Of the streams whose task has the metric."""
        names = {stream: self.metric_for(stream, metric) for stream in self.streams}
        return {stream: self.standings(stream, name) for stream, name in names.items() if name is not None}

    def _judged(self, metric: str | None) -> dict[str, Judgement]:
        """What the rule says of every stream."""
        if metric not in self._judgements:
            standings = self._standings_by_stream(metric)
            rows = ranking.ranking_of(self.recorded, standings, self.terms)
            self._judgements[metric] = {
                stream: judged(
                    [row for row in rows if row.stream == stream],
                    standings.get(stream),
                    self.terms,
                    self.recorded.events_a_day(stream),
                )
                for stream in self.streams
            }
        return self._judgements[metric]

    def _rows(self, metric: str | None) -> list[RankingRow]:
        return [row for judgement in self._judged(metric).values() for row in judgement.rows]

    def _points(self, metric: str | None) -> list[CurvePoint]:
        if metric not in self._curves:
            self._curves[metric] = curves.curves_of(self._judged(metric), self._standings_by_stream(metric))
        return self._curves[metric]

    def _table(self, name: str, metric: str | None, build: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """A copy that the caller may change; a report asks for each table many times, and building one takes longer."""
        if (name, metric) not in self._tables:
            self._tables[name, metric] = build()
        return self._tables[name, metric].copy()

    # The dynamics: what updates did over time; each table is explained in the module that makes it

    def learning(self, metric: str | None = None) -> pd.DataFrame:
        """Forward and backward transfer of every row that has a matrix."""
        return learning.learning_of(self.recorded, metric)

    def staleness(self, metric: str | None = None) -> pd.DataFrame:
        """The metric by age of knowledge, and what is retained of the gain."""
        return staleness.staleness_of(self.recorded, metric)

    def half_lives(self, metric: str | None = None) -> pd.DataFrame:
        """The age at which half of what updating gains is left."""
        return staleness.half_lives_of(self.staleness(metric))

    def slowness(self, metric: str | None = None) -> pd.DataFrame:
        """What is lost because updates take time, of every row with a measured delay."""
        return slowness.slowness_of(self.recorded, metric)

    def recovery(self, metric: str | None = None) -> pd.DataFrame:
        """What each declared drift cost, and how many windows until recovery."""
        return recovery.recovery_of(self.recorded, metric)

    def attainment(self, metric: str | None = None) -> pd.DataFrame:
        """The share of the oracle's gain."""
        return attainment.attainment_of(self.recorded, metric)

    def arrivals(self) -> pd.DataFrame:
        """Time to the first recommendation and the first hit of new items."""
        return arrivals.arrivals_of(self.recorded)

    def churn(self) -> pd.DataFrame:
        """How much lists change between windows."""
        return churn.churn_of(self.recorded)

    def open_loop(self, *rates: float) -> pd.DataFrame:
        """Response times, queue and updates included, where requests come at these rates, so many a second."""
        return queueing.open_loop_of(self.recorded, rates or self.rates)

    # Output

    @cached_property
    def plot(self) -> Plots:
        """The charts of the report as matplotlib figures: ``results.plot.over_time()``, ``.plot.schedules()``."""
        return Plots(self)

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
        sections = offered("register_sections") if sections is None else sections
        loaded = {name: imported(section) for name, section in sections.items()}
        return write_report(self, Path(path), format, loaded, writers)

    def export(
        self,
        folder: Path | str,
        format: str = "csv",  # noqa: A002
        tables: Sequence[str] | None = None,
    ) -> list[Path]:
        """Write tables into a folder, one file each, as ``csv``, ``parquet``, ``markdown`` or ``latex``; their paths.

        Args:
            folder: created if missing.
            format: the form of every file.
            tables: of ``TABLES``; None: all but the outcomes.

        Raises:
            UnknownName: the form or a table does not exist.
        """
        names = USUAL_TABLES if tables is None else tables
        for name in names:
            if name not in TABLES:
                raise UnknownName("table", name, TABLES)
        return write_tables({name: partial(TABLES[name], self) for name in names}, Path(folder), format)

    def _repr_html_(self) -> str:
        """For a notebook: the verdict on each stream, and the head of its ranking."""
        return notebook.html_of(repr(self), self.verdicts(), self._rows(None))


TABLES: Mapping[str, Callable[[Results], pd.DataFrame]] = {
    "cells": lambda results: results.cells,
    "ranking": Results.ranking,
    "curves": Results.curves,
    "pairs": Results.pairs,
    "measurements": lambda results: results.measurements,
    "learning": Results.learning,
    "staleness": Results.staleness,
    "half_lives": Results.half_lives,
    "open_loop": Results.open_loop,
    "slowness": Results.slowness,
    "recovery": Results.recovery,
    "attainment": Results.attainment,
    "arrivals": Results.arrivals,
    "churn": Results.churn,
    "windows": lambda results: rows_of_cells(results.recorded, "windows"),
    "updates": lambda results: rows_of_cells(results.recorded, "updates"),
    "latencies": lambda results: rows_of_cells(results.recorded, "latencies"),
    "outcomes": lambda results: rows_of_cells(results.recorded, "outcomes"),
}
"""Name → table."""

USUAL_TABLES = tuple(name for name in TABLES if name != "outcomes")
"""The tables that are written where none is named: the outcomes have a row for every event of every cell."""
