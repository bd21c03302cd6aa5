"""Finding plugins: entry points and plain files, each checked; an error names the plugin."""

from __future__ import annotations

import difflib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

import pluggy

from freshmark.contract import hookspecs
from freshmark.contract.hookspecs import PROJECT
from freshmark.discovery.blocking import blocked_among
from freshmark.discovery.faults import FILE_PREFIX, broken
from freshmark.errors import PluginError
from freshmark.version import CONTRACT, __version__

HOOKS = frozenset(name for name, spec in vars(hookspecs).items() if hasattr(spec, f"{PROJECT}_spec"))
"""The names of all hooks."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plugin before it is imported.

    name: ``distribution:entry-point``, or the path of a file as it was given
    aliases: every name by which it can be blocked; empty for parts of the harness
    load: imports it
    file: its path, if it is a plain file
    """

    name: str
    aliases: frozenset[str]
    load: Callable[[], ModuleType]
    file: Path | None = None


def find_plugins(
    files: Iterable[Path] = (), *, disabled: Iterable[str] = (), installed: bool = True
) -> pluggy.PluginManager:
    """The plugins of the entry-point group ``freshmark``, then these files, registered and checked.

    Args:
        files: plugins that are plain files.
        disabled: plugins to block, besides those in ``FRESHMARK_DISABLE``; the manager knows their names.
        installed: whether to look at entry points.

    Raises:
        UnknownName: no plugin has a name that is to be blocked.
        PluginError: a plugin cannot be imported, needs a newer contract, misspells a hook, or offers none.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    candidates = [*(_installed() if installed else ()), *map(_of_file, files)]
    blocked = blocked_among({one.name: one.aliases for one in candidates}, disabled)
    for one in candidates:
        if one.name in blocked:
            manager.set_blocked(one.name)
        else:
            _register(manager, one)
    return manager


def add_plugin(manager: pluggy.PluginManager, module: ModuleType) -> None:
    """Register a module that is imported already; nothing happens if it is registered.

    Raises:
        PluginError: it needs a newer contract, or misspells a hook.
    """
    if not manager.is_registered(module):
        _register(manager, Candidate(module.__name__, frozenset(), lambda: module))


def blocked_in(manager: pluggy.PluginManager) -> tuple[str, ...]:
    """The names of the blocked plugins."""
    return tuple(name for name, module in manager.list_name_plugin() if module is None)


def _installed() -> Iterator[Candidate]:
    """The plugins of the entry points, built-in ones first."""
    for point in sorted(entry_points(group=PROJECT), key=_built_in_first):
        distribution = point.dist.name if point.dist else ""
        name = f"{distribution}:{point.name}" if distribution else point.name
        # Without its own metrics and executor the harness cannot work, so they cannot be blocked.
        harness = point.module.partition(".")[0] == PROJECT
        aliases = frozenset() if harness else frozenset({name, point.name, distribution} - {""})
        yield Candidate(name, aliases, partial(_imported, point, name))


def _of_file(file: Path) -> Candidate:
    aliases = {str(file), str(file.expanduser().absolute()), file.name, file.stem}
    return Candidate(str(file), frozenset(aliases), partial(load_file, file), file)


def load_file(file: Path) -> ModuleType:
    """The module of a plain file. Its name follows from its path, so that every process agrees on it.

    Modules next to the file can be imported by it: its folder is the last place where Python looks.

    Raises:
        PluginError: the file does not exist, or fails while it is imported.
    """
    path = file.expanduser().absolute()
    name = f"{FILE_PREFIX}{path.stem}_{sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        what = "not a Python file" if os.path.exists(path) else "no such plugin file"  # noqa: PTH110  (as Path.exists raises on EACCES)
        raise PluginError(what, where=str(file), remedy="the path of a .py file", code="FM301")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # last, so that a neighbour never hides an installed module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise broken(str(file), "cannot be imported", error) from error
    return module


def _built_in_first(point: EntryPoint) -> tuple[bool, str]:
    return (not point.module.startswith(PROJECT), point.name)


def _imported(point: EntryPoint, name: str) -> ModuleType:
    try:
        module: ModuleType = point.load()
    except Exception as error:
        raise broken(name, "cannot be imported", error) from error
    return module


def _register(manager: pluggy.PluginManager, candidate: Candidate) -> None:
    module, name = candidate.load(), candidate.name
    _check_contract(module, name)
    try:
        manager.register(module, name)
    except pluggy.PluginValidationError as error:
        remedy = "arguments as in the hook's documentation"
        raise PluginError(" ".join(str(error).split()), where=name, remedy=remedy, code="FM303") from error
    except ValueError as error:
        raise PluginError(f"plugin {name!r} is loaded twice", remedy="name it once", code="FM304") from error
    _check_spelling(manager, module, name)
    if candidate.file and not manager.get_hookcallers(module):
        raise PluginError("the plugin offers nothing", where=name, remedy="put @hookimpl over its hooks", code="FM305")


def _check_contract(module: ModuleType, name: str) -> None:
    """Refuse a plugin that needs a newer contract, before its hooks are compared with those of this one."""
    needed = getattr(module, "freshmark_contract", CONTRACT)
    if not isinstance(needed, int) or isinstance(needed, bool) or needed < 1:
        raise PluginError(
            f"plugin {name!r} declares freshmark_contract = {needed!r}",
            remedy=f"a whole number; this freshmark offers {CONTRACT}",
            code="FM315",
        )
    if needed > CONTRACT:
        raise PluginError(
            f"plugin {name!r} needs version {needed} of the plugin contract; freshmark {__version__} offers {CONTRACT}",
            remedy="upgrade freshmark, or block the plugin with --no-plugin",
            code="FM315",
        )


def _check_spelling(manager: pluggy.PluginManager, module: ModuleType, name: str) -> None:
    for caller in manager.get_hookcallers(module) or []:
        if not caller.has_spec():
            close = difflib.get_close_matches(caller.name, HOOKS, n=1)
            raise PluginError(
                f"plugin {name!r} implements {caller.name!r}, which is not a hook",
                remedy=f"did you mean {close[0]!r}?" if close else f"hooks are {', '.join(sorted(HOOKS))}",
                code="FM303",
            )
    for hook in HOOKS & vars(module).keys():
        function = getattr(module, hook)
        if callable(function) and not hasattr(function, f"{PROJECT}_impl"):
            raise PluginError(
                f"{hook!r} of plugin {name!r} is not marked", remedy="put @hookimpl over it", code="FM303"
            )
