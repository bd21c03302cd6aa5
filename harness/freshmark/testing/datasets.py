"""check_dataset: is a stream what it says, twice the same, and the same after a way over the disk?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from freshmark.contract.prepared import open_stream, save_stream
from freshmark.contract.stream import Source, Stream
from freshmark.replay.timeline import Settings, Timeline
from freshmark.testing.findings import Check, Finding, run_checks

Build = Callable[[], Stream | Source]


def check_dataset(build: Build) -> list[Finding]:
    """Check what a dataset factory gives: a valid stream, the same twice, unchanged by the disk, with events to test.

    Args:
        build: the factory, with its arguments: ``lambda: mine(path="log.csv")``.
    """
    return list(run_checks(_checks(build)))


def _checks(build: Build) -> Iterator[tuple[str, Check]]:
    yield "it gives a stream", partial(_gives, build)
    yield "twice the same", partial(_twice, build)
    yield "unchanged by a way over the disk", partial(_disk, build)
    yield "there are events to test", partial(_tests, build)


def stream_from(build: Build) -> Stream:
    """The stream of a factory, loaded where it gives a Source."""
    made = build()
    return made.load() if isinstance(made, Source) else made


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
        del again.__dict__["fingerprint"]  # the one that was written: it is computed anew from the columns
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
