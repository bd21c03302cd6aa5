"""Results: what users get, as pandas tables, verdicts and reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

import pandas as pd

from freshmark.contract.hookspecs import Factory
from freshmark.contract.metric import Metric, MetricFamily
from freshmark.contract.segment import Segment
from freshmark.errors import UnknownName, UsageError
from freshmark.results.access import RecordedAccess
from freshmark.results.costs.budget import Budget
from freshmark.results.costs.prices import Prices
from freshmark.results.costs.worth import Worth
from freshmark.results.decision import curves, deciding_costs, mean_ranks, pairs, ranking
from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.decisions import Decisions
from freshmark.results.decision.mean_ranks import CriticalDifference
from freshmark.results.decision.regret import Tolerance
from freshmark.results.decision.standings import Standings
from freshmark.results.decision.terms import Terms
from freshmark.results.decision.verdict import Verdict
from freshmark.results.dynamics import arrivals, attainment, churn, learning, queueing, recovery, slowness, staleness
from freshmark.results.metrics.named import Metrics
from freshmark.results.metrics.named_segments import Segments
from freshmark.results.output import notebook
from freshmark.results.output.document import write_report
from freshmark.results.output.export import rows_of_cells, write_tables
from freshmark.results.output.plots import Plots
from freshmark.results.plugins import imported, offered, offers
from freshmark.results.stored import looks, measurements
from freshmark.results.stored.folder import RunFolder
from freshmark.results.stored.recorded import Recorded

USUAL_TERMS = Terms()


class Results(RecordedAccess):
    """The results of one or more runs. Nothing is measured again; outcomes are read on demand.

    >>> results = Results.open("runs/mt")                                  # doctest: +SKIP
    >>> results.ranking("ndcg@25")[["strategy", "every", "value", "margin"]]  # doctest: +SKIP

    recorded: what the run folders hold; every table is computed from it
    cells: one row a cell: stream, task, strategy, every, delay, seed, status, reason, seconds …, and its summary
    streams: name → stream
    terms: prices, limits, tolerance, worth and request rates
    heading: the title of a report; empty where the verdicts suffice
    """

    heading = ""

    def __init__(self, recorded: Recorded, terms: Terms = USUAL_TERMS) -> None:
        super().__init__(recorded)
        self.terms = terms
        self._decisions = Decisions(recorded, terms)
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
        return self._on(self.terms, recorded)

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
            UsageError: it is not a worth, there are no prices, or no stream is decided by its metric.
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

    def _on(self, terms: Terms, recorded: Recorded | None = None) -> Results:
        """These results on other terms; what was read, measured and compared is shared."""
        results = Results(recorded or self.recorded, terms)
        results._decisions = self._decisions.on(results.recorded, terms)
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
            UsageError: the stream's task does not have the metric.
        """
        return self._decisions.standings(stream, metric)

    def ranking(self, metric: str | None = None) -> pd.DataFrame:
        """One row a (stream, strategy, every, delay), best first; see ``decision.ranking`` for the columns."""
        return self._table("ranking", metric, lambda: ranking.table_of(self._decisions.rows(metric)))

    def curves(self, metric: str | None = None) -> pd.DataFrame:
        """One row a schedule of each strategy, slowest first: where its curve flattens; see ``decision.curves``."""
        return self._table("curves", metric, lambda: curves.table_of(self._decisions.curves(metric)))

    def pairs(self, metric: str | None = None) -> pd.DataFrame:
        """Every pair of rows of a stream: how far apart, and whether significantly; see ``decision.pairs``."""
        return pairs.pairs_of(self._decisions.by_stream(metric))

    def looks(self) -> pd.DataFrame:
        """One row a look of a race and row: seeds, threat, whether it contends, and why; empty without a race."""
        return looks.table_of([look for stream in self.streams for look in self.recorded.looks_at(stream)])

    def critical_difference(self, metric: str | None = None) -> CriticalDifference | None:
        """Mean ranks over streams, and how far apart they must be; None below five streams."""
        return mean_ranks.critical_difference(list(self._decisions.by_stream(metric).values()))

    def verdicts(self, metric: str | None = None) -> list[Verdict]:
        """What to do on each stream, in a sentence."""
        return self._decisions.verdicts(metric)

    def timed_in_company(self) -> list[str]:
        """Keys of the cells whose cost decides a verdict, and that were timed while others ran."""
        return deciding_costs.timed_in_company(self.recorded, self._decisions.judgements(None).values())

    def alerts(self) -> list[Alert]:
        """What limits or invalidates the conclusions, most severe first."""
        return self._decisions.alerts()

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
        """The charts of the report: ``results.plot.over_time()``, ``.schedules(ax=axes)``; each returns its Axes."""
        return Plots(self)

    def report(
        self,
        path: Path | str,
        format: str = "html",  # noqa: A002  (the word that people use)
        *,
        writers: Mapping[str, Factory] | None = None,
        sections: Mapping[str, Factory] | None = None,
    ) -> Path:
        """Write a report; returns its path.

        Args:
            path: the file to write.
            format: ``html``, ``markdown``, ``csv``, or the name of a plugin's writer.
            writers: name → writer; None: those of the installed plugins.
            sections: name → section; None: those of the installed plugins.
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
        """Write tables into a folder, one file each; returns their paths.

        Args:
            folder: created if missing.
            format: ``csv``, ``parquet``, ``markdown`` or ``latex``.
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
        """For a notebook: the verdict on each stream, its alerts and the head of its ranking."""
        return notebook.html_of(repr(self), self.verdicts(), self._decisions.rows(None), self.alerts())


_DYNAMICS = (
    "learning", "staleness", "half_lives", "open_loop", "slowness", "recovery", "attainment", "arrivals", "churn",
)  # fmt: skip
_OF_CELLS = ("windows", "updates", "latencies", "outcomes")

TABLES: Mapping[str, Callable[[Results], pd.DataFrame]] = {
    "cells": lambda results: results.cells,
    "ranking": Results.ranking,
    "curves": Results.curves,
    "pairs": Results.pairs,
    "looks": Results.looks,
    "measurements": lambda results: results.measurements,
    "tunings": lambda results: results.tunings,
    "trials": lambda results: results.trials,
    **{name: getattr(Results, name) for name in _DYNAMICS},
    **{name: lambda results, name=name: rows_of_cells(results.recorded, name) for name in _OF_CELLS},  # type: ignore[misc]
}
"""Name → table."""

USUAL_TABLES = tuple(name for name in TABLES if name != "outcomes")
"""Those that are written by default: the outcomes have a row for every event of every cell."""
