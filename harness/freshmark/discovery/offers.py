"""What plugins offer through a ``register_…`` hook: name → thing, and the plugin it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pluggy

from freshmark.discovery.faults import broken
from freshmark.discovery.lazy import loaded, place_within
from freshmark.errors import PluginError


@dataclass(frozen=True, slots=True)
class Offer:
    """One name that a plugin offers.

    plugin: its name
    factory: the thing or what builds it, or the ``"module:name"`` where either is defined
    """

    plugin: str
    factory: Any

    def thing(self) -> Any:
        """The thing, imported now if it was not.

        Raises:
            PluginError: its module cannot be imported, or has no such name.
        """
        return loaded(self.factory, self.plugin) if isinstance(self.factory, str) else self.factory


def offers_in(manager: pluggy.PluginManager, hook: str, noun: str) -> dict[str, Offer]:
    """Every offer of the hook: those of built-in plugins first, then in the order in which plugins were found.

    Raises:
        PluginError: a hook fails or does not return a mapping, or two plugins offer one name.
    """
    offers: dict[str, Offer] = {}
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        for name, given in _returned(implementation, hook).items():
            factory = place_within(given, implementation.plugin) if isinstance(given, str) else given
            add(offers, noun, name, Offer(implementation.plugin_name, factory))
    return offers


def add(offers: dict[str, Offer], noun: str, name: str, offer: Offer) -> None:
    """Add an offer, unless the name is taken.

    Raises:
        PluginError: it is.
    """
    if name in offers:
        both = f"{offers[name].plugin!r} and {offer.plugin!r}"
        raise PluginError(
            f"two plugins offer the {noun} {name!r}: {both}", remedy="rename one, or remove a plugin", code="FM306"
        )
    offers[name] = offer


def _returned(implementation: Any, hook: str) -> Mapping[str, Any]:
    """What one plugin's hook returns, or the error that names it."""
    try:
        returned = implementation.function()
    except Exception as error:
        raise broken(implementation.plugin_name, f"fails in {hook}", error) from error
    if not isinstance(returned, Mapping) or not all(isinstance(name, str) for name in returned):
        raise PluginError(
            f"{hook} of plugin {implementation.plugin_name!r} returns {_with_article(type(returned).__name__)}",
            remedy="return a mapping from names to factories",
            code="FM307",
        )
    return returned


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"
