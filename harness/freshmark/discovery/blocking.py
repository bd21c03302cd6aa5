"""Blocked plugins: not imported, although they are installed or named."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from freshmark.errors import UnknownName, UsageError

DISABLE_VARIABLE = "FRESHMARK_DISABLE"
"""The environment variable with the names of blocked plugins, separated by commas."""


def split_names(texts: Iterable[str]) -> tuple[str, ...]:
    """The names in these texts; each text may contain several, separated by commas."""
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())


def names_in_environment() -> tuple[str, ...]:
    """The plugins that the environment blocks."""
    return split_names([os.environ.get(DISABLE_VARIABLE, "")])


def blocked_among(aliases: Mapping[str, frozenset[str]], disabled: Iterable[str]) -> set[str]:
    """The plugins to block.

    Args:
        aliases: plugin → every name by which it can be blocked; none if freshmark itself needs it.
        disabled: names, besides those in the environment.

    Raises:
        UnknownName: no plugin has one of the names.
        UsageError: freshmark itself needs the plugin.
    """
    blocked: set[str] = set()
    given = [(name, "--no-plugin") for name in disabled]
    given += [(name, DISABLE_VARIABLE) for name in names_in_environment()]
    for name, where in given:
        matches = {plugin for plugin, names in aliases.items() if name in names}
        if not matches and (
            needed := [one for one in aliases if not aliases[one] and name in (one, one.partition(":")[2])]
        ):
            raise UsageError(
                f"plugin {needed[0]!r} cannot be blocked: freshmark itself needs it", where=where, remedy="leave it out"
            )
        if not matches:
            raise UnknownName("plugin", name, {one for names in aliases.values() for one in names}, where=where)
        blocked |= matches
    return blocked
