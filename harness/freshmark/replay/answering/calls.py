"""The methods that a strategy offers, with the defaults of Strategy for those that it omits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from freshmark.contract.arrays import AnyArray
from freshmark.contract.events import Events
from freshmark.contract.strategy import Run, Strategy
from freshmark.errors import PluginError


@dataclass(frozen=True, slots=True)
class Calls:
    """What the replay calls; ``observe`` is None if the strategy has no context."""

    start: Callable[[Run], object] | None
    fit: Callable[[Events], object]
    update: Callable[[Events], object]
    observe: Callable[[Events], object] | None
    state: Callable[[], Mapping[str, AnyArray]]
    readings: Callable[[], Mapping[str, float]]


def calls_of(strategy: object) -> Calls:
    """The methods of anything with ``update`` and one way to answer; a subclass of Strategy or not.

    Raises:
        PluginError: it has no ``update``.
    """
    update = getattr(strategy, "update", None)
    if not callable(update):
        raise PluginError(
            f"{type(strategy).__name__} is not a strategy", remedy="it needs update(events) and one way to answer"
        )
    observe = getattr(strategy, "observe", None)
    if getattr(observe, "__func__", None) is Strategy.observe:
        observe = None
    return Calls(
        start=getattr(strategy, "start", None),
        fit=getattr(strategy, "fit", update),
        update=update,
        observe=observe,
        state=getattr(strategy, "state", dict),
        readings=getattr(strategy, "readings", dict),
    )
