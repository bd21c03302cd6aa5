"""What plugins offer as metrics and segments: checked when it is taken, and named when it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from freshmark.contract.arrays import AnyArray
from freshmark.contract.metric import Metric, MetricFamily
from freshmark.contract.segment import Segment
from freshmark.discovery.faults import BUILT_IN, fault
from freshmark.discovery.offers import Offer
from freshmark.errors import PluginError, PluginFault


def of_session(things: Mapping[str, Any]) -> dict[str, Offer]:
    """These as offers of no plugin."""
    return {name: Offer("this session", thing) for name, thing in things.items()}


def checked(noun: str, name: str, offer: Offer) -> Any:
    """The thing that is offered, if it is what it should be."""
    thing = offer.thing()
    kinds = (Metric, MetricFamily) if noun == "metric" else (Segment,)
    if not isinstance(thing, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        what = f"plugin {offer.plugin!r} offers {type(thing).__name__} as {noun} {name!r}"
        raise PluginError(what, remedy=f"a {wanted}", code="FM307")
    if thing.name != name:
        what = f"plugin {offer.plugin!r} offers the {noun} {thing.name!r} as {name!r}"
        raise PluginError(what, remedy="one name", code="FM307")
    return thing


def guarded(plugin: str, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; whatever a plugin's raises, errors of freshmark included, names the plugin."""

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except PluginFault:
            raise
        except Exception as error:
            if plugin.startswith(BUILT_IN):
                raise
            raise fault(plugin, f"fails in {what}", error) from error

    return call


def form_of(value: AnyArray) -> str:
    """The dtype and shape of an array, for messages."""
    return f"{value.dtype} of shape {value.shape}"
