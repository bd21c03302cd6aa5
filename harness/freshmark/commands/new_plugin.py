"""``freshmark new-plugin``: a package with one working plugin of the chosen kind, to be changed into one's own."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from freshmark.commands.options import NoPlugins, Plugins, registry_of
from freshmark.commands.terminal.outlet import note, say
from freshmark.errors import UsageError
from freshmark.runs.catalogue.registry import KINDS

if TYPE_CHECKING:
    from freshmark.runs.catalogue.registry import Registry


class Kind(StrEnum):
    """What the plugin offers; each is a pair of templates, the module and its test."""

    STRATEGY = "strategy"
    MODEL = "model"
    DATASET = "dataset"
    METRIC = "metric"
    METER = "meter"
    SECTION = "section"
    EXECUTOR = "executor"


TRY = {
    Kind.STRATEGY: 'freshmark run -s "@NAME@(size=1000)" -s "popularity()" --every 1d',
    Kind.MODEL: 'freshmark run -s "retrain(@NAME@())" -s "popularity()" --every 1d',
    Kind.DATASET: 'freshmark run -d "@NAME@()" --every 1d',
    Kind.METRIC: "freshmark export RUN --table measurements",
    Kind.METER: "freshmark run --every 1d",
    Kind.SECTION: "freshmark report RUN",
    Kind.EXECUTOR: "freshmark run --executor @NAME@ --every 1d",
}
"""Kind → the command that shows the plugin at work."""

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a new plugin in each of their spellings.

    name: ``last-seen``
    kind: what it is
    """

    name: str
    kind: Kind

    @property
    def module(self) -> str:
        """``last_seen``."""
        return self.name.replace("-", "_")

    def filled(self, text: str) -> str:
        """The template with the names filled in."""
        marks = {
            "@TRY@": TRY[self.kind],
            "@NAME@": self.name,
            "@MODULE@": self.module,
            "@CLASS@": self.name.title().replace("-", ""),
            "@KIND@": self.kind.value,
        }
        for mark, word in marks.items():
            text = text.replace(mark, word)
        return text


def new_plugin_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of what the plugin offers: last-seen.")],
    *,
    kind: Annotated[Kind, typer.Option("--kind", help="What the plugin offers.")] = Kind.STRATEGY,
    plugin: Plugins = None,
    no_plugin: NoPlugins = None,
) -> None:
    """Write a package with a working plugin.

    It is a new folder NAME, whose path is printed. It can be installed, tested and used as it is.
    """
    refuse_taken(registry_of(plugin, no_plugin), name)
    names = Names(name, kind)
    say(str(written(names, Path(name))))
    note(f"next: {names.filled(TRY[kind])} --plugin {name}/{names.module}.py")


def refuse_taken(registry: Registry, name: str) -> None:
    """Refuse a name that a plugin offers already, whatever the kind: expressions look names up among several kinds.

    Raises:
        UsageError: the name is taken.
    """
    for kind, noun in KINDS.items():
        if name in registry.names(kind):
            what = f"a {noun} {name!r} already exists, from plugin {registry.plugin(kind, name)!r}"
            raise UsageError(what, remedy="choose another name", code="FM306")


def written(names: Names, folder: Path) -> Path:
    """Write the package into a new folder.

    Raises:
        UsageError: the name is not valid, or the folder exists or cannot be written.
    """
    _refuse_invalid(names)
    targets = {
        "project.txt": "pyproject.toml",
        "readme.txt": "README.md",
        f"{names.kind}.txt": "@MODULE@.py",
        f"test_{names.kind}.txt": "test_@MODULE@.py",
    }
    try:
        folder.mkdir(parents=True)
        for template, target in targets.items():
            text = (files("freshmark.commands") / "template" / template).read_text("utf-8")
            (folder / names.filled(target)).write_text(names.filled(text), "utf-8")
    except FileExistsError as error:
        raise UsageError(f"{folder} already exists", remedy="choose another name") from error
    except OSError as error:
        what = f"the folder cannot be written: {error.strerror}"
        raise UsageError(what, where=str(folder)[:80], remedy="another name, or another folder") from error
    return folder


def _refuse_invalid(names: Names) -> None:
    if not _NAME.fullmatch(names.name):
        what = f"{names.name!r} is not a valid name of a plugin"
        raise UsageError(what, remedy="use lower-case letters, digits and -, starting with a letter")
    if iskeyword(names.name) or names.module in sys.stdlib_module_names or _is_installed(names.module):
        what = f"{names.module!r} is a keyword of Python or the name of an installed module"
        raise UsageError(what, remedy="choose another name")


def _is_installed(module: str) -> bool:
    """Whether a module has the name; a folder without ``__init__.py`` does not count."""
    spec = find_spec(module)
    return spec is not None and spec.origin is not None
