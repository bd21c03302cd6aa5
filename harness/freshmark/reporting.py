"""The public API of report sections and report writers, besides ``freshmark`` itself.

Labels, so that a row is called the same everywhere: ``row_label``, ``schedule_label``, ``duration_label``,
``metric_label``, ``join_words``.
Numbers with their units: ``format_number``, ``format_seconds``, ``format_bytes``, ``with_margin``.
Charts: ``CHART_WIDTH``, ``WIDE_CHART_WIDTH``, ``CHART_HEIGHT``, ``CHART_STYLE``, ``chart_theme``.
What Results returns: ``Verdict``, ``Tolerance``, ``Alert``, ``CriticalDifference``, ``Measured``, ``StreamRecord``.
Analyses beyond the tables of Results; they take ``results.recorded``: ``score_matrix`` of ``per_event_metric``,
``open_loop`` at ``default_rates`` (an ``OpenLoop``, with ``PERCENTILES``). Of tables and arrays: ``half_lives_of``,
``segment_margins``, ``pareto``, ``holm``, ``percentile_of`` and ``too_few``.
Writers: ``Document``, ``write_csv``, ``redact``.
"""

from __future__ import annotations

from freshmark.contract.delays import duration_label
from freshmark.results.decision.alerts import Alert
from freshmark.results.decision.mean_ranks import CriticalDifference
from freshmark.results.decision.regret import Tolerance
from freshmark.results.decision.verdict import Verdict
from freshmark.results.dynamics.learning import score_matrix
from freshmark.results.dynamics.queueing import PERCENTILES, OpenLoop, default_rates, open_loop
from freshmark.results.dynamics.staleness import half_lives_of
from freshmark.results.metrics.latency import percentile_of, too_few
from freshmark.results.metrics.measured import Measured
from freshmark.results.metrics.per_event import per_event_metric
from freshmark.results.metrics.segment_margins import segment_margins
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
from freshmark.results.statistics.intervals import holm, pareto
from freshmark.results.stored.folder import StreamRecord
from freshmark.results.style import CHART_HEIGHT, CHART_STYLE, CHART_WIDTH, WIDE_CHART_WIDTH, chart_theme

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
    "Tolerance",
    "Verdict",
    "chart_theme",
    "default_rates",
    "duration_label",
    "format_bytes",
    "format_number",
    "format_seconds",
    "half_lives_of",
    "holm",
    "join_words",
    "metric_label",
    "open_loop",
    "pareto",
    "per_event_metric",
    "percentile_of",
    "redact",
    "row_label",
    "schedule_label",
    "score_matrix",
    "segment_margins",
    "too_few",
    "with_margin",
    "write_csv",
]
