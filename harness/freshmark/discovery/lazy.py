"""Factories given as text: ``"package.module:name"``, imported on first use."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from freshmark.discovery.faults import FILE_PREFIX, broken


def loaded(place: str, plugin: str) -> Any:
    """The object at ``"package.module:name"``.

    Raises:
        PluginError: its module cannot be imported, or has no such name.
    """
    module, _, name = place.partition(":")
    try:
        return getattr(import_module(module), name)
    except Exception as error:
        raise broken(plugin, f"cannot give {place!r}", error) from error


def place_within(place: str, plugin: object) -> str:
    """The text, where ``mine:Name`` in the plugin file ``mine.py`` means that file, which is loaded already."""
    module, _, name = place.partition(":")
    if isinstance(plugin, ModuleType) and plugin.__name__.startswith(FILE_PREFIX):
        file = Path(str(plugin.__file__))
        return f"{plugin.__name__}:{name}" if module == file.stem else place
    return place
