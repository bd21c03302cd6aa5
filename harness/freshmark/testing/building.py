"""What a check builds: a class or function, or an expression of names that plugins offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from freshmark.discovery.plugins import add_plugin
from freshmark.runs.catalogue.registry import load


def builder(kind: str, build: Callable[[], Any] | str, plugins: Iterable[ModuleType]) -> Callable[[], Any]:
    """A function that builds a new object on every call.

    Args:
        kind: ``strategies`` or ``streams``.
        build: a class or function without required arguments, or an expression.
        plugins: modules with hooks, besides the installed plugins, where an expression finds its names.

    Raises:
        UsageError: the expression is wrong.
    """
    if not isinstance(build, str):
        return build
    registry = load()
    for module in plugins:
        add_plugin(registry.manager, module)
    return registry.assembly(kind, build).build
