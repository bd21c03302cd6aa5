"""Prepared streams: built once, cached on disk as memory maps, shared by all cells and runs."""

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
from freshmark.contract.streams.source import Source
from freshmark.contract.streams.stream import Stream
from freshmark.discovery.faults import fault
from freshmark.errors import DataError, FreshmarkError, PluginError
from freshmark.runs.catalogue.registry import Registry


def cache_folder() -> Path:
    """The cache of prepared streams: ``FRESHMARK_CACHE``, else the user's cache folder."""
    from platformdirs import user_cache_path  # noqa: PLC0415  (listing streams needs no cache)

    chosen = os.environ.get("FRESHMARK_CACHE")
    return Path(chosen).expanduser() if chosen else user_cache_path("freshmark")


def prepared(registry: Registry, expression: str, cache: Path | None = None) -> Path:
    """The folder of a stream that is in the cache.

    Raises:
        DataError: it is not in the cache.
    """
    assembly = registry.assembly("streams", expression)
    built = assembly.build()
    key = built.key if isinstance(built, Source) else f"{built.fingerprint} {built.name}"
    name = assembly.expression.name if isinstance(built, Source) else built.name
    folder = _folder(key, name, cache)
    if not _is_whole(folder):
        remedy = f'freshmark data fetch "{assembly.expression}"'
        raise DataError(f"the stream {assembly.expression} is not in the cache", remedy=remedy, code="FM206")
    return folder


def prepare(registry: Registry, expression: str, cache: Path | None = None) -> Path:
    """The folder of the prepared stream, which ``open_stream`` opens; built if it is not in the cache.

    Args:
        registry: resolves the names in the expression.
        expression: builds the stream, e.g. ``drift(preset='tiny')``.
        cache: the cache folder; ``cache_folder()`` if None.

    Raises:
        UsageError: the expression is wrong.
        DataError: the stream cannot be read.
        PluginError: the plugin fails, or returns something that is not a stream.
    """
    assembly = registry.assembly("streams", expression)
    name = assembly.expression.name
    plugin = registry.plugin("streams", name)

    def guarded(build: Callable[[], object]) -> object:
        try:
            return build()
        except FreshmarkError:
            raise
        except Exception as error:
            raise fault(plugin, f"cannot build {assembly.expression}", error) from error

    def stream_of(built: object) -> Stream:
        if isinstance(built, Stream):
            return built
        what = f"{assembly.expression} of plugin {plugin!r} returns {type(built).__name__}"
        raise PluginError(what, remedy="return a Stream, or a Source that loads one", code="FM308")

    built = guarded(assembly.build)
    if isinstance(built, Source):
        load = built.load
        return _cached(built.key, name, lambda: stream_of(guarded(load)), cache)
    return save(stream_of(built), cache)


def save(stream: Stream, cache: Path | None = None) -> Path:
    """The folder of this stream, written if it is not in the cache."""
    return _cached(f"{stream.fingerprint} {stream.name}", stream.name, lambda: stream, cache)


def slug(name: str, key: str) -> str:
    """A file name for any name: its safe characters, and eight digits of a digest that make it unique."""
    safe = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:48]
    return f"{safe or 'stream'}-{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _cached(key: str, name: str, load: Callable[[], Stream], cache: Path | None) -> Path:
    """Build under a lock, so that one process builds and others wait; rename when complete."""
    folder = _folder(key, name, cache)
    parent = folder.parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with _locked(parent / f".{folder.name}.lock"):
            if not _is_whole(folder):
                _build(folder, parent / f".{folder.name}.partial", load)
    except OSError as error:
        reason = f"the stream cannot be cached: {error.strerror or error}"
        raise DataError(
            reason, where=str(parent), remedy="set FRESHMARK_CACHE to another folder", code="FM205"
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
    """Whether every column of the stream exists and has the stated length."""
    if not folder.exists():
        return False
    try:
        open_stream(folder)
    except (DataError, OSError, ValueError, KeyError):
        return False  # truncated by a full disk, or of an older format: it is built again
    return True


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
