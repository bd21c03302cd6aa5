"""check_dataset: is a stream valid, reproducible, and unchanged when it is saved and opened?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

from freshmark.contract.streams.prepared import open_stream, save_stream
from freshmark.contract.streams.source import Source
from freshmark.contract.streams.stream import Stream
from freshmark.replay.timeline import Settings, Timeline
from freshmark.testing.building import builder
from freshmark.testing.findings import Check, Finding, run_checks

Build = Callable[[], Stream | Source]


def check_dataset(build: Build | str, *, plugins: Iterable[ModuleType] = ()) -> list[Finding]:
    """Check what a dataset factory gives: a valid, reproducible stream, the same after saving, with test events.

    Args:
        build: a function without required arguments, ``lambda: mine(path="log.csv")``, or an expression.
        plugins: modules with hooks where an expression finds its names, besides the installed plugins.
    """
    return list(run_checks(_checks(builder("streams", build, plugins))))


def _checks(build: Build) -> Iterator[tuple[str, Check]]:
    yield "it gives a stream", partial(_gives, build)
    yield "two calls give the same stream", partial(_twice, build)
    yield "saved and opened it is the same", partial(_disk, build)
    yield "there are test events", partial(_tests, build)


def stream_from(build: Build) -> Stream:
    """The stream of a factory, loaded if it gives a Source."""
    built = build()
    return built.load() if isinstance(built, Source) else built


def _gives(build: Build) -> str:
    stream = stream_from(build)
    return "" if isinstance(stream, Stream) else f"it gave a {type(stream).__name__}"


def _twice(build: Build) -> str:
    if stream_from(build).fingerprint != stream_from(build).fingerprint:
        return "two calls gave two fingerprints"
    one, other = build(), build()
    if isinstance(one, Source) and isinstance(other, Source) and one.key != other.key:
        return "two calls gave two keys"
    return ""


def _disk(build: Build) -> str:
    stream = stream_from(build)
    with tempfile.TemporaryDirectory() as folder:
        save_stream(stream, Path(folder))
        again = open_stream(Path(folder))
        del again.__dict__["fingerprint"]  # the stored value: it is computed again from the columns
        same = (again.fingerprint, again.users[:], again.items[:], again.drifts) == (
            stream.fingerprint,
            stream.users[:],
            stream.items[:],
            stream.drifts,
        )
    return "" if same else "columns, ids or drifts differ"


def _tests(build: Build) -> str:
    Timeline(stream_from(build), Settings())
    return ""
