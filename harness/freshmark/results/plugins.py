"""What installed plugins offer to results that were opened without a registry, as in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from freshmark.discovery.lazy import loaded
from freshmark.discovery.plugins import find_plugins


def offered(hook: str) -> dict[str, Any]:
    """Name → thing, of a ``register_…`` hook, from every installed plugin that is not blocked."""
    manager = find_plugins()
    # pluggy calls the last registered first; a list reads in the order of registration.
    mappings: list[Mapping[str, Any]] = getattr(manager.hook, hook)()
    return {name: thing for mapping in reversed(mappings) for name, thing in mapping.items()}


def imported(thing: Any) -> Any:
    """The thing, or what the text ``"package.module:name"`` names.

    Raises:
        PluginError: it cannot be imported.
    """
    return loaded(thing, thing.partition(".")[0]) if isinstance(thing, str) else thing
