"""freshmark: how, and how often, should a recommender model be updated?

This is the public interface: every name that a plugin imports. Four more modules are public: ``freshmark.reporting``
(words, numbers and units for sections and forms of report), ``freshmark.testing`` (checks of a plugin),
``freshmark.cli`` (for a command line of your own) and ``freshmark_datasets.published`` (entries of published streams:
``Entry``, ``EntryLoader``, ``Licence``, ``Options``, ``Part``). Everything deeper may move between two releases.
Names are imported on first use: ``import freshmark`` costs neither numpy nor pandas.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from freshmark.version import CONTRACT as CONTRACT
from freshmark.version import __version__ as __version__

if TYPE_CHECKING:
    from freshmark.contract.arrays import TASKS, AnyArray, BoolArray, FloatArray, IntArray, Owner, Task
    from freshmark.contract.attributes import Attributes
    from freshmark.contract.compiling import COMPILED, compiling
    from freshmark.contract.events import NO_FEATURES, Events, Query
    from freshmark.contract.hookspecs import Factory, Meter, hookimpl
    from freshmark.contract.metric import Metric, MetricFamily
    from freshmark.contract.model import Model
    from freshmark.contract.outcomes import Outcomes
    from freshmark.contract.past import Past
    from freshmark.contract.search import Search
    from freshmark.contract.section import Chart, Column, Entry, Kind, Link, Listing, Part, Prose, Section, Table, Value
    from freshmark.contract.segment import Segment, SegmentEvents
    from freshmark.contract.strategy import Factors, Run, Strategy
    from freshmark.contract.streams.drift import Drift
    from freshmark.contract.streams.raw_columns import stream_of
    from freshmark.contract.streams.source import Source
    from freshmark.contract.streams.stream import SECOND, Stream
    from freshmark.contract.streams.validity import LAST_TIME
    from freshmark.contract.streams.vocabulary import Vocabulary
    from freshmark.errors import DataError, FreshmarkError, UnknownName, UsageError
    from freshmark.replay.durations import parse_duration
    from freshmark.replay.scheduling.detectors import DETECTORS, detector_of, losses, watching
    from freshmark.replay.settings import Settings
    from freshmark.results.tables import Results
    from freshmark.runs.api import run
    from freshmark.runs.catalogue.expressions import parse
    from freshmark.runs.executors.local import run_job
    from freshmark.runs.jobs import Executor, Job, JobResult, Limits, RunState
    from freshmark.runs.store.prepared_streams import cache_folder

__all__ = [
    "COMPILED",
    "CONTRACT",
    "DETECTORS",
    "LAST_TIME",
    "NO_FEATURES",
    "SECOND",
    "TASKS",
    "AnyArray",
    "Attributes",
    "BoolArray",
    "Chart",
    "Column",
    "DataError",
    "Drift",
    "Entry",
    "Events",
    "Executor",
    "Factors",
    "Factory",
    "FloatArray",
    "FreshmarkError",
    "IntArray",
    "Job",
    "JobResult",
    "Kind",
    "Limits",
    "Link",
    "Listing",
    "Meter",
    "Metric",
    "MetricFamily",
    "Model",
    "Outcomes",
    "Owner",
    "Part",
    "Past",
    "Prose",
    "Query",
    "Results",
    "Run",
    "RunState",
    "Search",
    "Section",
    "Segment",
    "SegmentEvents",
    "Settings",
    "Source",
    "Strategy",
    "Stream",
    "Table",
    "Task",
    "UnknownName",
    "UsageError",
    "Value",
    "Vocabulary",
    "cache_folder",
    "compiling",
    "detector_of",
    "hookimpl",
    "losses",
    "parse",
    "parse_duration",
    "run",
    "run_job",
    "stream_of",
    "watching",
]

_PLACES = {
    "contract.arrays": "AnyArray BoolArray FloatArray IntArray Owner Task TASKS",
    "contract.attributes": "Attributes",
    "contract.compiling": "COMPILED compiling",
    "contract.events": "Events NO_FEATURES Query",
    "contract.hookspecs": "Factory hookimpl Meter",
    "contract.metric": "Metric MetricFamily",
    "contract.model": "Model",
    "contract.outcomes": "Outcomes",
    "contract.past": "Past",
    "contract.section": "Chart Column Entry Kind Link Listing Part Prose Section Table Value",
    "contract.search": "Search",
    "contract.segment": "Segment SegmentEvents",
    "contract.strategy": "Factors Run Strategy",
    "contract.streams.drift": "Drift",
    "contract.streams.raw_columns": "stream_of",
    "contract.streams.source": "Source",
    "contract.streams.stream": "SECOND Stream",
    "contract.streams.validity": "LAST_TIME",
    "contract.streams.vocabulary": "Vocabulary",
    "errors": "DataError FreshmarkError UnknownName UsageError",
    "replay.durations": "parse_duration",
    "replay.settings": "Settings",
    "replay.scheduling.detectors": "detector_of DETECTORS losses watching",
    "results.tables": "Results",
    "runs.api": "run",
    "runs.catalogue.expressions": "parse",
    "runs.executors.local": "run_job",
    "runs.jobs": "Executor Job JobResult Limits RunState",
    "runs.store.prepared_streams": "cache_folder",
}
"""Module → its public names."""

_PLACE = {name: f"freshmark.{module}" for module, names in _PLACES.items() for name in names.split()}

_DEPRECATED: dict[str, tuple[str, str]] = {}
"""Old name → (new name, the version that removes the old one); see docs/plugins.md for the rule."""


def __getattr__(name: str) -> Any:
    """A public name, imported on first use: numpy costs a tenth of a second, pandas half a second."""
    if name in _DEPRECATED:
        new, removed = _DEPRECATED[name]
        warnings.warn(
            f"freshmark.{name} is deprecated and will be removed in {removed}: use freshmark.{new}",
            DeprecationWarning,
            stacklevel=2,
        )
        return globals().get(new) or __getattr__(new)
    if name not in _PLACE:
        raise AttributeError(f"module 'freshmark' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_PLACE[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
