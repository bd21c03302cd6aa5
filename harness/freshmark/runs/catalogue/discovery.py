"""Finding plugins: entry points and plain files, each checked, and the culprit named."""

from __future__ import annotations

import difflib
import importlib.util
import sys
import sysconfig
import traceback
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

import pluggy

from freshmark.contract import hookspecs
from freshmark.contract.hookspecs import PROJECT
from freshmark.errors import PluginError

HOOKS = frozenset(name for name, spec in vars(hookspecs).items() if hasattr(spec, f"{PROJECT}_spec"))
"""Every hook there is, by name."""

_HARNESS = str(Path(__file__).parents[1])
_STDLIB = sysconfig.get_path("stdlib")
_LIBRARIES = frozenset({"numpy", "torch", "numba", "pandas", "pyarrow", "scipy", "sklearn", "pluggy", "llvmlite"})


def find_plugins(files: Iterable[Path] = (), *, installed: bool = True) -> pluggy.PluginManager:
    """The plugins of the entry-point group ``freshmark``, then these files, registered and checked.

    Args:
        files: plugins that are plain files.
        installed: whether to look at entry points.

    Raises:
        PluginError: one cannot be imported, misspells a hook, or offers none.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    for point in sorted(entry_points(group=PROJECT), key=_built_in_first) if installed else ():
        name = f"{point.dist.name}:{point.name}" if point.dist else point.name
        _register(manager, _imported(point, name), name)
    for file in files:
        module = load_file(file)
        _register(manager, module, str(file))
        if not manager.get_hookcallers(module):
            raise PluginError(
                "the plugin offers nothing", where=str(file), remedy="put @hookimpl over its hooks", code="FM305"
            )
    return manager


def load_file(file: Path) -> ModuleType:
    """The module that a plain file makes. Its name is told from its path, so that every process agrees on it.

    Raises:
        PluginError: there is no such file, or it fails while it is imported.
    """
    path = file.expanduser().absolute()
    name = f"freshmark_file_{path.stem}_{sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise PluginError("no such plugin file", where=str(file), remedy="the path of a .py file", code="FM301")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise broken(str(file), "cannot be imported", error) from error
    return module


def broken(plugin: str, what: str, error: BaseException) -> PluginError:
    """The error that names the plugin, what happened, and the line of the plugin where it did."""
    line = culprit(error)
    return PluginError(
        f"plugin {plugin!r} {what}: {type(error).__name__}: {error}".rstrip(": "),
        where=line,
        remedy=f"install {error.name!r}" if isinstance(error, ModuleNotFoundError) and error.name else "",
        code="FM302",
    )


def culprit(error: BaseException) -> str:
    """``file:line`` of the innermost frame that belongs to a plugin, else of the innermost of all; maybe empty."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if _is_plugin(frame.filename)]
    chosen = (theirs or list(frames))[-1:]
    return f"{chosen[0].filename}:{chosen[0].lineno}" if chosen else ""


def _is_plugin(file: str) -> bool:
    """Whether a frame is a plugin's: not ours, not Python's, not one of the libraries that plugins call."""
    if file.startswith((_HARNESS, "<")):
        return False
    _, installed, package = file.rpartition("-packages/")
    return package.split("/")[0] not in _LIBRARIES if installed else not file.startswith(_STDLIB)


def _built_in_first(point: EntryPoint) -> tuple[bool, str]:
    return (not point.module.startswith(PROJECT), point.name)


def _imported(point: EntryPoint, name: str) -> ModuleType:
    try:
        module: ModuleType = point.load()
    except Exception as error:
        raise broken(name, "cannot be imported", error) from error
    return module


def _register(manager: pluggy.PluginManager, module: ModuleType, name: str) -> None:
    try:
        manager.register(module, name)
    except pluggy.PluginValidationError as error:
        remedy = "arguments as in the hook's documentation"
        raise PluginError(" ".join(str(error).split()), where=name, remedy=remedy, code="FM303") from error
    except ValueError as error:
        raise PluginError(f"plugin {name!r} is loaded twice", remedy="name it once", code="FM304") from error
    _check_spelling(manager, module, name)


def _check_spelling(manager: pluggy.PluginManager, module: ModuleType, name: str) -> None:
    for caller in manager.get_hookcallers(module) or []:
        if not caller.has_spec():
            close = difflib.get_close_matches(caller.name, HOOKS, n=1)
            raise PluginError(
                f"plugin {name!r} implements {caller.name!r}, which is no hook",
                remedy=f"did you mean {close[0]!r}?" if close else f"hooks are {', '.join(sorted(HOOKS))}",
                code="FM303",
            )
    for hook in HOOKS & vars(module).keys():
        function = getattr(module, hook)
        if callable(function) and not hasattr(function, f"{PROJECT}_impl"):
            raise PluginError(
                f"{hook!r} of plugin {name!r} is not marked", remedy="put @hookimpl over it", code="FM303"
            )
