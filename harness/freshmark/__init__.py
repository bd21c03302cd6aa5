"""freshmark: how, and how often, should a recommender model be updated?

What stands here is what a plugin author imports. Everything is imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from freshmark.results.tables import Results
    from freshmark.runs.api import run

__version__ = "0.1.0"

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

_PLACES = {
    "freshmark.contract.events": ("Events", "Query"),
    "freshmark.contract.hookspecs": ("Meter", "hookimpl"),
    "freshmark.contract.metric": ("Metric", "Outcomes"),
    "freshmark.contract.model": ("Model",),
    "freshmark.contract.past": ("Past",),
    "freshmark.contract.section": ("Chart", "Column", "Listing", "Prose", "Section", "Table", "Value"),
    "freshmark.contract.strategy": ("Factors", "Run", "Strategy"),
    "freshmark.contract.stream": ("Drift", "Source", "Stream", "stream_of"),
    "freshmark.contract.vocabulary": ("Vocabulary",),
    "freshmark.errors": ("FreshmarkError",),
    "freshmark.results.tables": ("Results",),
    "freshmark.runs.api": ("run",),
}
_PLACE = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for: numpy costs a tenth of a second, pandas half of one."""
    if name not in _PLACE:
        raise AttributeError(f"module 'freshmark' has no attribute {name!r}")
    thing = globals()[name] = getattr(import_module(_PLACE[name]), name)
    return thing


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
