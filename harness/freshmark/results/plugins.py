"""What installed plugins offer to results that were opened without a registry, as in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from freshmark.discovery.lazy import loaded
from freshmark.discovery.offers import Offer, offers_in
from freshmark.discovery.plugins import find_plugins


def offers(hook: str, files: Iterable[Path] = ()) -> Mapping[str, Offer]:
    """The offers of a ``register_…`` hook, from these plugin files and every installed plugin that is not blocked."""
    return offers_in(find_plugins(files), hook, hook.removeprefix("register_").removesuffix("s"))


def offered(hook: str) -> dict[str, Any]:
    """The same as name → thing; one given as text is not imported yet."""
    return {name: offer.factory for name, offer in offers(hook).items()}


def imported(thing: Any) -> Any:
    """The thing, or what the text ``"package.module:name"`` names.

    Raises:
        PluginError: it cannot be imported.
    """
    return loaded(thing, thing.partition(".")[0]) if isinstance(thing, str) else thing
