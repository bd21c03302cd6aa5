"""What a section or a form of report needs beside ``freshmark``: words, numbers and units, and the types of tables."""

from __future__ import annotations

from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.mean_ranks import CriticalDifference
from freshmark.results.decision.verdict import Verdict
from freshmark.results.dynamics.learning import score_matrix
from freshmark.results.dynamics.queueing import PERCENTILES, OpenLoop, default_rates, open_loop
from freshmark.results.dynamics.staleness import half_lives_of
from freshmark.results.metrics.influence import centred
from freshmark.results.metrics.latency import percentile_of, too_few
from freshmark.results.metrics.measured import Measured
from freshmark.results.metrics.per_event import per_event_metric
from freshmark.results.naming import (
    format_bytes,
    format_number,
    format_seconds,
    join_words,
    metric_label,
    row_label,
    schedule_label,
    with_margin,
)
from freshmark.results.output.document import Document
from freshmark.results.output.export import write_csv
from freshmark.results.redaction import redact
from freshmark.results.statistics.dependence import spread_of
from freshmark.results.statistics.intervals import holm, margin, pareto, spread_over_seeds
from freshmark.results.stored.folder import StreamRecord
from freshmark.results.style import CHART_HEIGHT, CHART_STYLE, CHART_WIDTH, WIDE_CHART_WIDTH

__all__ = [
    "CHART_HEIGHT",
    "CHART_STYLE",
    "CHART_WIDTH",
    "PERCENTILES",
    "WIDE_CHART_WIDTH",
    "Alert",
    "CriticalDifference",
    "Document",
    "Measured",
    "OpenLoop",
    "StreamRecord",
    "Verdict",
    "centred",
    "default_rates",
    "format_bytes",
    "format_number",
    "format_seconds",
    "half_lives_of",
    "holm",
    "join_words",
    "margin",
    "metric_label",
    "open_loop",
    "pareto",
    "per_event_metric",
    "percentile_of",
    "redact",
    "row_label",
    "schedule_label",
    "score_matrix",
    "spread_of",
    "spread_over_seeds",
    "too_few",
    "with_margin",
    "write_csv",
]
