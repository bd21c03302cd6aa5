"""The file behind a published stream: a download, or a copy that the user has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from freshmark import Source, Stream

from freshmark_datasets.logs.file import digest_of_all, key_of
from freshmark_datasets.published.downloading import fetch, provenance
from freshmark_datasets.published.entry import Published
from freshmark_datasets.readers.options import Options


class About(Protocol):
    """Gives what a stream's ``about`` adds about its publication."""

    def __call__(self, stream: Stream, *, copy: bool) -> dict[str, str]:
        """Key → sentence; ``copy`` says whether it was the user's own."""


def paths_of(path: str | Path | Sequence[str | Path] | None) -> list[Path]:
    """No path, one, or several."""
    several = [path] if isinstance(path, str | Path) else path or []
    return [Path(one).expanduser() for one in several]


def source(file: Published, options: Options, paths: Sequence[Path], about: About) -> Source:
    """The stream of a published file, or of copies of it.

    The key of a file whose checksum is known needs no file: nothing is downloaded before the stream is loaded.
    """
    which = f"{file.name} {file.part} {file.member}"  # one archive may hold several streams
    if paths:
        digests = [digest_of_all(path) for path in paths]
        return Source(key_of(options, which, *digests), partial(_load, paths, file, options, about, copy=True))
    known = file.checksum or digest_of_all(fetch(file))
    return Source(key_of(options, which, known), partial(_fetched, file, options, about))


def _fetched(file: Published, options: Options, about: About) -> Stream:
    return _load([fetch(file)], file, options, about, copy=False)


def _load(paths: Sequence[Path], file: Published, options: Options, about: About, *, copy: bool) -> Stream:
    from freshmark_datasets.logs.loading import load  # noqa: PLC0415  (pyarrow and pandas, half a second)
    from freshmark_datasets.readers.text_files import text_files_of  # noqa: PLC0415

    name = f"{file.name} {file.part}"
    texts = text_files_of(paths, file.member)
    stream = load(texts, options, name=name, about=provenance(file, copy=copy))
    return replace(stream, about={**stream.about, **about(stream, copy=copy)})
