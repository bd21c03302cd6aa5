"""Prepared streams: built once, kept on disk as memory maps, shared by every cell and every run."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from freshmark.contract.streams.prepared import open_stream, save_stream
from freshmark.contract.streams.stream import Source, Stream
from freshmark.discovery.faults import fault
from freshmark.errors import DataError, FreshmarkError, PluginError
from freshmark.runs.catalogue.registry import Registry


def cache_folder() -> Path:
    """Where prepared streams are kept: ``FRESHMARK_CACHE``, else the user's cache folder."""
    from platformdirs import user_cache_path  # noqa: PLC0415  (a list of streams needs no cache)

    chosen = os.environ.get("FRESHMARK_CACHE")
    return Path(chosen).expanduser() if chosen else user_cache_path("freshmark")


def prepared(registry: Registry, expression: str, cache: Path | None = None) -> Path:
    """The folder of a stream that was prepared before.

    Raises:
        DataError: it was not.
    """
    assembly = registry.assembly("streams", expression)
    made = assembly.build()
    key = made.key if isinstance(made, Source) else f"{made.fingerprint} {made.name}"
    name = assembly.expression.name if isinstance(made, Source) else made.name
    folder = _folder(key, name, cache)
    if not _is_whole(folder):
        remedy = f'freshmark data fetch "{assembly.expression}"'
        raise DataError(f"the stream {assembly.expression} is not here yet", remedy=remedy, code="FM206")
    return folder


def prepare(registry: Registry, expression: str, cache: Path | None = None) -> Path:
    """The folder of the prepared stream, which ``open_stream`` opens; built where it is not there yet.

    Args:
        registry: where the expression's names come from.
        expression: what builds the stream, such as ``drift(preset='tiny')``.
        cache: the folder to keep it in; ``cache_folder()`` where none is given.

    Raises:
        UsageError: the expression is wrong.
        DataError: the stream cannot be read.
        PluginError: the plugin that offers it fails, or gives something that is no stream.
    """
    assembly = registry.assembly("streams", expression)
    name = assembly.expression.name
    plugin = registry.plugin("streams", name)

    def told(build: Callable[[], object]) -> object:
        try:
            return build()
        except FreshmarkError:
            raise
        except Exception as error:
            raise fault(plugin, f"cannot build {assembly.expression}", error) from error

    def stream_of(made: object) -> Stream:
        if isinstance(made, Stream):
            return made
        what = f"{assembly.expression} of plugin {plugin!r} gives {type(made).__name__}"
        raise PluginError(what, remedy="a Stream, or a Source that loads one", code="FM308")

    made = told(assembly.build)
    if isinstance(made, Source):
        load = made.load
        return _kept(made.key, name, lambda: stream_of(told(load)), cache)
    return save(stream_of(made), cache)


def save(stream: Stream, cache: Path | None = None) -> Path:
    """The folder of this stream, written where it is not there yet."""
    return _kept(f"{stream.fingerprint} {stream.name}", stream.name, lambda: stream, cache)


def slug(name: str, key: str) -> str:
    """A file name that any name may have: what is harmless of it, and eight digits that tell it from others."""
    harmless = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:48]
    return f"{harmless or 'stream'}-{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _kept(key: str, name: str, load: Callable[[], Stream], cache: Path | None) -> Path:
    """Under a lock, so that of several processes one builds and the others wait; renamed when complete."""
    folder = _folder(key, name, cache)
    shelf = folder.parent
    try:
        shelf.mkdir(parents=True, exist_ok=True)
        with _locked(shelf / f".{folder.name}.lock"):
            if not _is_whole(folder):
                _build(folder, shelf / f".{folder.name}.partial", load)
    except OSError as error:
        reason = f"cannot keep a prepared stream: {error.strerror or error}"
        raise DataError(
            reason, where=str(shelf), remedy="set FRESHMARK_CACHE to another folder", code="FM205"
        ) from error
    return folder


def _folder(key: str, name: str, cache: Path | None) -> Path:
    digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return (cache or cache_folder()) / "streams" / f"{slug(name, key)}-{digest[8:24]}"


def _build(folder: Path, partial: Path, load: Callable[[], Stream]) -> None:
    stream = load()
    for leftover in (partial, folder):
        if leftover.exists():
            shutil.rmtree(leftover)
    partial.mkdir()
    try:
        save_stream(stream, partial)
        partial.rename(folder)
    finally:
        if partial.exists():
            shutil.rmtree(partial)


def _is_whole(folder: Path) -> bool:
    """Whether the columns that the stream names are there, each as long as it says."""
    if not folder.exists():
        return False
    try:
        open_stream(folder)
    except (DataError, OSError, ValueError, KeyError):
        return False  # torn by a full disk or an older format: it is built anew
    return True


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
