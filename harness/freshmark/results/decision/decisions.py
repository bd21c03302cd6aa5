"""Everything that is decided about recorded runs on given terms, each part computed once."""

from __future__ import annotations

from dataclasses import replace

from freshmark.errors import UsageError
from freshmark.results.decision.alerts import Alert, alerts_of
from freshmark.results.decision.curves import CurvePoint, curves_of
from freshmark.results.decision.judgement import Judgement, judged
from freshmark.results.decision.racing import raced
from freshmark.results.decision.ranking import RankingRow, ranking_of
from freshmark.results.decision.standings import Standings, standings_of
from freshmark.results.decision.terms import Terms
from freshmark.results.decision.verdict import Verdict, verdict_on
from freshmark.results.statistics.intervals import LEVEL
from freshmark.results.stored.recorded import Recorded


class Decisions:
    """Standings, judgements, curves, verdicts and alerts; ``metric`` is the deciding one where it is None.

    standings: computed already, by stream and metric; they depend on neither the terms nor the deciding metric
    """

    def __init__(
        self, recorded: Recorded, terms: Terms, standings: dict[tuple[str, str], Standings] | None = None
    ) -> None:
        self.recorded = recorded
        self.terms = terms
        self._standings = {} if standings is None else standings
        self._judgements: dict[str | None, dict[str, Judgement]] = {}
        self._curves: dict[str | None, list[CurvePoint]] = {}

    def on(self, recorded: Recorded, terms: Terms) -> Decisions:
        """The decisions about the same runs on other terms, or by another metric; standings are shared."""
        return Decisions(recorded, terms, self._standings)

    def standings(self, stream: str, metric: str | None) -> Standings:
        """Every row of a stream.

        Raises:
            UsageError: the stream's task does not have the metric.
        """
        name = self.recorded.metric_for(stream, metric)
        if name is None:
            task = self.recorded.streams[stream].task
            raise UsageError(f"{metric} is not a metric of task {task}", where=stream)
        if (stream, name) not in self._standings:
            self._standings[stream, name] = standings_of(self.recorded, stream, name)
        return self._standings[stream, name]

    def by_stream(self, metric: str | None) -> dict[str, Standings]:
        """The standings of every stream whose task has the metric."""
        names = {stream: self.recorded.metric_for(stream, metric) for stream in self.recorded.streams}
        return {stream: self.standings(stream, name) for stream, name in names.items() if name is not None}

    def judgements(self, metric: str | None) -> dict[str, Judgement]:
        """The rows of every stream, judged by the rule of ``regret``."""
        if metric not in self._judgements:
            standings = self.by_stream(metric)
            rows = ranking_of(self.recorded, standings, self.terms)
            self._judgements[metric] = {
                stream: judged(
                    [row for row in rows if row.stream == stream],
                    standings.get(stream),
                    replace(self.terms, level=self._level(stream)),
                    self.recorded.events_a_day(stream),
                )
                for stream in self.recorded.streams
            }
        return self._judgements[metric]

    def _level(self, stream: str) -> float:
        """Of the bounds of regrets: that of the last look of a race, so that the report says what it said."""
        looks = self.recorded.looks_at(stream)
        return (looks[-1].level if looks else 0.0) or LEVEL

    def rows(self, metric: str | None) -> list[RankingRow]:
        """The rows of the ranking, one stream after the other, best first."""
        return [row for judgement in self.judgements(metric).values() for row in judgement.rows]

    def curves(self, metric: str | None) -> list[CurvePoint]:
        """The points of every curve over schedules."""
        if metric not in self._curves:
            self._curves[metric] = curves_of(self.judgements(metric), self.by_stream(metric))
        return self._curves[metric]

    def verdicts(self, metric: str | None) -> list[Verdict]:
        """One a stream."""
        found = [
            verdict_on(
                stream,
                judgement,
                [point for point in self.curves(metric) if point.stream == stream],
                self.recorded.span_seconds(stream),
            )
            for stream, judgement in self.judgements(metric).items()
        ]
        looks = [self.recorded.looks_at(verdict.stream) for verdict in found]
        return [replace(one, more=(*one.more, *raced(of_it))) for one, of_it in zip(found, looks, strict=True)]

    def alerts(self) -> list[Alert]:
        """Most severe first."""
        return alerts_of(self.recorded, self.judgements(None), self.by_stream(None))
