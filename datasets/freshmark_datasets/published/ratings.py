"""A published file of ratings as a stream: what movietweetings and movielens have in common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from freshmark import Source, Stream

from freshmark_datasets.logs.checked_options import check_options
from freshmark_datasets.logs.file import digest_of, key_of
from freshmark_datasets.published.downloading import fetch, provenance
from freshmark_datasets.published.sources import Published
from freshmark_datasets.readers.options import Options


def source_of(file: Published, options: Options, *, path: str | Path | None) -> Source:
    """The stream of a published file, or of a local copy of it.

    The key of a file whose checksum is known needs no file: nothing is fetched before the stream is asked for.

    Args:
        file: what was published.
        options: how it is read.
        path: a copy; the archive, or the ratings alone.
    """
    if path is not None:
        copy = Path(path).expanduser()
        check_options(options)
        return Source(
            key=key_of(options, digest_of(copy)), load=partial(_load, copy, file, options, provenance(file, copy=True))
        )
    check_options(options)
    known = file.checksum or digest_of(fetch(file))
    return Source(key=key_of(options, known), load=partial(_fetched, file, options))


def _fetched(file: Published, options: Options) -> Stream:
    return _load(fetch(file), file, options, provenance(file, copy=False))


def _load(path: Path, file: Published, options: Options, about: Mapping[str, str]) -> Stream:
    from freshmark_datasets.logs.loading import load  # noqa: PLC0415  (pyarrow and pandas, half a second)
    from freshmark_datasets.readers.places import texts_of  # noqa: PLC0415

    return load(texts_of([path], file.member), options, name=f"{file.name} {file.size}", about=about)
