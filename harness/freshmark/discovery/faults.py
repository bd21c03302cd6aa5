"""Which plugin a fault comes from: the error that names it, and the line of its code."""

from __future__ import annotations

import sys
import sysconfig
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path
from types import FrameType
from typing import TypeVar

from freshmark.contract.hookspecs import PROJECT
from freshmark.errors import FreshmarkError, PluginError, PluginFault

Kind = TypeVar("Kind", bound=PluginError)

FILE_PREFIX = "freshmark_file_"
"""What the module names of plugin files begin with."""

BUILT_IN = f"{PROJECT}:"
"""What the names of built-in plugins begin with: their faults are bugs of freshmark."""

_HARNESS = str(Path(__file__).parents[1])
_STDLIB = sysconfig.get_path("stdlib")
_LIBRARIES = frozenset({"numpy", "torch", "numba", "pandas", "pyarrow", "scipy", "sklearn", "pluggy", "llvmlite"})


def broken(plugin: str, what: str, error: BaseException) -> PluginError:
    """The error for a plugin that cannot be loaded: its name, what happened, and where in its code."""
    return _error(PluginError, plugin, what, error)


def fault(plugin: str, what: str, error: BaseException) -> PluginFault:
    """The error for a plugin whose code raised while it was used."""
    return _error(PluginFault, plugin, what, error)


@contextmanager
def calling(plugin: str, what: str) -> Iterator[None]:
    """Turn what a third-party plugin raises into an error that names it; errors of freshmark pass unchanged.

    Args:
        plugin: its name; what built-in plugins raise passes unchanged.
        what: completes the sentence: ``fails in executor 'slurm'``.

    Raises:
        PluginFault: the plugin raised.
    """
    try:
        yield
    except FreshmarkError:
        raise
    except Exception as error:
        if plugin.startswith(BUILT_IN):
            raise
        raise fault(plugin, what, error) from error


def raised_by_plugin(error: Exception) -> PluginFault | None:
    """The error for an exception that came through the code of a third-party plugin; None if it did not."""
    source = source_plugin(error)
    if source is None:
        return None
    plugin, line = source
    raised = PluginFault(f"plugin {plugin!r} raised {_said(error)}", where=line)
    raised.__cause__ = error
    return raised


def source_line(error: BaseException) -> str:
    """``file:line`` of the innermost frame that belongs to a plugin, else of the innermost frame; may be empty."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if _is_plugin(frame.filename)]
    chosen = (theirs or list(frames))[-1:]
    return f"{chosen[0].filename}:{chosen[0].lineno}" if chosen else ""


def source_plugin(error: BaseException) -> tuple[str, str] | None:
    """The third-party plugin that the error passed through, and ``file:line`` of its innermost frame; else None.

    Plugins are recognised by what is installed and loaded now, so that no call needs to be wrapped for it.
    """
    files = {
        Path(str(module.__file__)): str(module.__file__)
        for name, module in list(sys.modules.items())
        if name.startswith(FILE_PREFIX)
    }
    installed = {
        point.dist.name: f"{point.dist.name}:{point.name}"
        for point in entry_points(group=PROJECT)
        if point.dist is not None and point.dist.name != PROJECT
    }
    packages = packages_distributions() if installed else {}
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        plugin = _owner(frame, files, installed, packages)
        if plugin:
            return plugin, f"{frame.f_code.co_filename}:{line}"
    return None


def _owner(
    frame: FrameType, files: dict[Path, str], installed: dict[str, str], packages: Mapping[str, list[str]]
) -> str | None:
    """The third-party plugin whose code the frame runs."""
    package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    path = Path(frame.f_code.co_filename)
    if not _is_plugin(str(path)) or (package.startswith(PROJECT) and not package.startswith(FILE_PREFIX)):
        return None
    for distribution in packages.get(package, []):
        if distribution in installed:
            return installed[distribution]
    if "-packages" in str(path):
        return None
    # A plugin file may import modules from its own folder.
    return next((name for file, name in files.items() if path.is_relative_to(file.parent)), None)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _error(kind: type[Kind], plugin: str, what: str, error: BaseException) -> Kind:
    return kind(
        f"plugin {plugin!r} {what}: {_said(error)}",
        where=source_line(error),
        remedy=f"install {error.name!r}" if isinstance(error, ModuleNotFoundError) and error.name else "",
        code="FM302",
    )


def _is_plugin(file: str) -> bool:
    """Whether a frame may be a plugin's: it is not in the harness, the standard library or a well-known library."""
    if file.startswith((_HARNESS, "<")):
        return False
    _, installed, package = file.rpartition("-packages/")
    return package.split("/")[0] not in _LIBRARIES if installed else not file.startswith(_STDLIB)
