"""Options that several commands share, and their shell completion."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from freshmark.contract.hookspecs import PROJECT
from freshmark.discovery.blocking import split_names
from freshmark.errors import FreshmarkError

if TYPE_CHECKING:
    from freshmark.runs.catalogue.registry import Registry


PLUGIN_VARIABLE = "FRESHMARK_PLUGIN"


def names_of(kind: str) -> Callable[[str], list[str]]:
    """The shell completion for names of this kind."""

    def complete(incomplete: str) -> list[str]:
        try:
            return [name for name in registry_of().names(kind) if name.startswith(incomplete)]
        except FreshmarkError:
            return []  # completion has nowhere to show an error; the command itself will

    return complete


Plugins: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE",
        envvar=PLUGIN_VARIABLE,
        help="A Python file that is a plugin; repeatable.",
    ),
]

NoPlugins: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--no-plugin",
        metavar="NAME",
        help="Block this plugin: it is not imported; repeatable. FRESHMARK_DISABLE=a,b does the same.",
    ),
]


def plugin_files() -> list[Path]:
    """The plugin files that the environment names."""
    return [Path(file) for file in os.environ.get(PLUGIN_VARIABLE, "").split(os.pathsep) if file]


def has_third_party_plugins() -> bool:
    """Whether there are plugins besides the built-in ones, which add no commands."""
    return bool(plugin_files()) or any(
        point.dist is None or point.dist.name != PROJECT for point in entry_points(group=PROJECT)
    )


def registry_of(plugins: list[Path] | None = None, no_plugins: list[str] | None = None) -> Registry:
    """Everything that installed plugins and these files offer, without the blocked ones."""
    from freshmark.runs.catalogue.registry import load  # noqa: PLC0415  (`freshmark --version` needs no registry)

    return load(plugins or [], disabled=split_names(no_plugins or []))
