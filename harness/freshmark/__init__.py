"""freshmark: how, and how often, should a recommender model be updated?

What stands here is what a plugin author imports. Heavy things are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from freshmark.contract.events import Events, Query
from freshmark.contract.hookspecs import Meter, hookimpl
from freshmark.contract.metric import Metric, Outcomes
from freshmark.contract.model import Model
from freshmark.contract.past import Past
from freshmark.contract.section import Chart, Column, Listing, Prose, Section, Table, Value
from freshmark.contract.strategy import Factors, Run, Strategy
from freshmark.contract.stream import Drift, Source, Stream, stream_of
from freshmark.contract.vocabulary import Vocabulary
from freshmark.errors import FreshmarkError

if TYPE_CHECKING:
    from freshmark.results.tables import Results
    from freshmark.runs.api import run

__version__ = "0.1.0"

_LATER = {"Results": "freshmark.results.tables", "run": "freshmark.runs.api"}

__all__ = [
    "Chart",
    "Column",
    "Drift",
    "Events",
    "Factors",
    "FreshmarkError",
    "Listing",
    "Meter",
    "Metric",
    "Model",
    "Outcomes",
    "Past",
    "Prose",
    "Query",
    "Results",
    "Run",
    "Section",
    "Source",
    "Strategy",
    "Stream",
    "Table",
    "Value",
    "Vocabulary",
    "hookimpl",
    "run",
    "stream_of",
]


def __getattr__(name: str) -> Any:
    """`freshmark.run` and `freshmark.Results`, imported when first asked for: pandas costs half a second."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module 'freshmark' has no attribute {name!r}")
