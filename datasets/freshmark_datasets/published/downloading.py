"""Fetching what others published: the licence first, then the file, known by its checksum before it is used."""

from __future__ import annotations

import hashlib
import logging
import shutil
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from freshmark import DataError, cache_folder

from freshmark_datasets.published.sources import Published

SECONDS = 30
"""How long a server may be silent."""

_log = logging.getLogger("freshmark.downloads")


def target(file: Published) -> Path:
    """Where the file is kept, and where to put it by hand."""
    return cache_folder() / "downloads" / file.name / (file.shelf or file.size) / file.file_name


def licence(file: Published) -> str:
    """What is shown before the download: whose file it is, from where, on which terms."""
    return f"{file.name} {file.size}, from {file.address}\n{file.terms}\nAll of it: {file.read_more}"


def fetch(file: Published) -> Path:
    """The file; downloaded where it is not there yet, after its licence went to the log as a warning.

    Raises:
        DataError: it cannot be fetched, or is not what was published.
    """
    path = target(file)
    if path.exists():
        _refuse_strange(path, file)
    elif file.by_hand:
        raise DataError(
            f"{file.name} {file.size} is not fetched by a program: {file.by_hand}",
            where=file.address,
            remedy=f"put it at {path} (a file, an archive or a folder), or pass path=",
            code="FM222",
        )
    else:
        _log.warning("Downloading %s", licence(file))
        _download(file, path)
    return path


def provenance(file: Published, *, copy: bool) -> dict[str, str]:
    """What a stream's ``about`` says of where it comes from; of a copy that a user has nothing was verified."""
    verified = file.checksum or "unverified: its publisher gives no checksum, or replaces the file from time to time"
    checked = "unverified: a local copy" if copy else verified
    return {"address": file.address, "checksum": checked, "licence": f"{file.terms}\nAll of it: {file.read_more}"}


def _download(file: Published, path: Path) -> None:
    """Into a temporary file that takes its place only when whole and known, so that being killed leaves nothing."""
    import pooch  # noqa: PLC0415  (half a second that only a download needs)

    pooch.get_logger().setLevel(logging.ERROR)  # it warns of a missing checksum; `about` says so
    try:
        pooch.retrieve(
            file.address,
            known_hash=file.checksum or None,
            fname=path.name,
            path=path.parent,
            downloader=_receive,
        )
    except ValueError as error:
        raise DataError(
            f"what {file.address} sent is not the published file ({file.checksum})",
            where=str(path),
            remedy="try again later; nothing was kept",
            code="FM221",
        ) from error
    except OSError as error:
        raise DataError(
            f"{file.name} {file.size} cannot be fetched: {_reason(error)}",
            where=file.address,
            remedy=f"put the file at {path}, or pass path= with a copy of it",
            code="FM220",
        ) from error


def _receive(address: str, output: str, _: object) -> None:
    """Write what stands at the address into a file; a connection that ends early is an error, not a short file."""
    with _opened(address) as response, Path(output).open("wb") as file:
        shutil.copyfileobj(response, file, 1 << 20)
        promised = response.headers.get("Content-Length")
        if promised is not None and file.tell() != int(promised):
            raise ConnectionError(f"{file.tell():,} of {int(promised):,} bytes arrived")


def _opened(address: str) -> Any:
    try:
        return urlopen(address, timeout=SECONDS)  # noqa: S310  (the addresses are listed in this package)
    except HTTPError as error:
        error.close()  # it holds the connection
        raise


def _refuse_strange(path: Path, file: Published) -> None:
    kind, _, expected = file.checksum.partition(":")
    if not kind or path.is_dir():
        return
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, kind).hexdigest()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", where=str(path), code="FM210") from error
    if found != expected:
        raise DataError(
            f"not the published file: its {kind} is {found}, published is {expected}",
            where=str(path),
            remedy="delete it to fetch it again, or pass path= to use it as it is",
            code="FM221",
        )


def _reason(error: BaseException) -> str:
    """The innermost cause, which says what happened; what is wrapped around it says where in the library."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}"[:200]
