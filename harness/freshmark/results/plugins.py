"""What installed plugins offer to results, for those who come without a registry (a notebook)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import pluggy

from freshmark.contract import hookspecs
from freshmark.errors import PluginError


def offered(hook: str) -> dict[str, Any]:
    """Name → thing, of a ``register_…`` hook, from every entry point of the group ``freshmark``."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.load_setuptools_entrypoints(hookspecs.PROJECT)
    # pluggy calls the last registered first; a list reads in the order of registration.
    mappings: list[Mapping[str, Any]] = getattr(manager.hook, hook)()
    return {name: imported(thing) for mapping in reversed(mappings) for name, thing in mapping.items()}


def imported(thing: Any) -> Any:
    """The thing, or what the text ``"package.module:name"`` names."""
    if not isinstance(thing, str):
        return thing
    module, _, name = thing.partition(":")
    try:
        loaded: Callable[..., Any] = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise PluginError(f"{thing!r} cannot be imported: {error}", code="FM304") from error
    return loaded
