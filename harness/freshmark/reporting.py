"""What a section or a form of report needs beside ``freshmark``: words, numbers and units, and the types of tables."""

from __future__ import annotations

from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.mean_ranks import CriticalDifference
from freshmark.results.decision.verdict import Verdict
from freshmark.results.dynamics.attainment import oracle_outcomes
from freshmark.results.dynamics.learning import grid_of
from freshmark.results.dynamics.queueing import PERCENTILES, OpenLoop, open_loop, rates_of
from freshmark.results.dynamics.staleness import half_lives_of
from freshmark.results.metrics.influence import centred
from freshmark.results.metrics.latency import percentile_of, too_few
from freshmark.results.metrics.per_event import summands_of
from freshmark.results.metrics.registry import ROOTS, metric_named
from freshmark.results.metrics.segments import SEGMENTS, Measured, measure
from freshmark.results.naming import called, listed, metric_in_words, number, schedule_in_words, seconds, size, within
from freshmark.results.output.document import Document
from freshmark.results.output.export import write_csv
from freshmark.results.redaction import redacted
from freshmark.results.statistics.dependence import spread_of
from freshmark.results.statistics.intervals import holm, margin, pareto, spread_over_seeds
from freshmark.results.stored.folder import StreamRecord
from freshmark.results.style import HEIGHT, STYLE, WIDE, WIDTH

__all__ = [
    "HEIGHT",
    "PERCENTILES",
    "ROOTS",
    "SEGMENTS",
    "STYLE",
    "WIDE",
    "WIDTH",
    "Alert",
    "CriticalDifference",
    "Document",
    "Measured",
    "OpenLoop",
    "StreamRecord",
    "Verdict",
    "called",
    "centred",
    "grid_of",
    "half_lives_of",
    "holm",
    "listed",
    "margin",
    "measure",
    "metric_in_words",
    "metric_named",
    "number",
    "open_loop",
    "oracle_outcomes",
    "pareto",
    "percentile_of",
    "rates_of",
    "redacted",
    "schedule_in_words",
    "seconds",
    "size",
    "spread_of",
    "spread_over_seeds",
    "summands_of",
    "too_few",
    "within",
    "write_csv",
]
