"""The file behind a named stream: what was fetched, or a copy that a user has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from freshmark import Source, Stream

from freshmark_datasets.logs.file import digest_of_all, key_of
from freshmark_datasets.published.downloading import fetch, provenance
from freshmark_datasets.published.sources import Published
from freshmark_datasets.readers.options import Options

Tell = Callable[[Stream, Options, bool], dict[str, str]]
"""Gives what a stream's ``about`` says besides, of the stream, how it was read, and whether it is a copy."""


def paths_of(path: str | Path | Sequence[str | Path] | None) -> list[Path]:
    """No path, one, or several."""
    several = [path] if isinstance(path, str | Path) else path or []
    return [Path(one).expanduser() for one in several]


def source(file: Published, options: Options, paths: Sequence[Path], tell: Tell) -> Source:
    """The stream of a published file, or of copies of it.

    The key of a file whose checksum is known needs no file: nothing is fetched before the stream is asked for.
    """
    which = f"{file.name} {file.size} {file.member}"  # one archive may hold several streams
    if paths:
        digests = [digest_of_all(path) for path in paths]
        return Source(key_of(options, which, *digests), partial(_load, paths, file, options, tell, copy=True))
    known = file.checksum or digest_of_all(fetch(file))
    return Source(key_of(options, which, known), partial(_fetched, file, options, tell))


def _fetched(file: Published, options: Options, tell: Tell) -> Stream:
    return _load([fetch(file)], file, options, tell, copy=False)


def _load(paths: Sequence[Path], file: Published, options: Options, tell: Tell, *, copy: bool) -> Stream:
    from freshmark_datasets.logs.loading import load  # noqa: PLC0415  (pyarrow and pandas, half a second)
    from freshmark_datasets.readers.places import texts_of  # noqa: PLC0415

    name = f"{file.name} {file.size}"
    stream = load(texts_of(paths, file.member), options, name=name, about=provenance(file, copy=copy))
    return replace(stream, about={**stream.about, **tell(stream, options, copy)})
