"""Downloads: the licence is shown first, then the file is fetched and checked before it is used."""

from __future__ import annotations

import hashlib
import logging
import shutil
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from freshmark import DataError, cache_folder

from freshmark_datasets.published.entry import Published

SECONDS = 30
"""How long a server may be silent."""

_log = logging.getLogger("freshmark.downloads")


def target(file: Published) -> Path:
    """Where the file is stored, and where to put it by hand."""
    return cache_folder() / "downloads" / file.name / (file.shelf or file.part) / file.file_name


def licence(file: Published) -> str:
    """What is shown before the download: the address and the terms."""
    return f"{file.name} {file.part}, from {file.address}\n{file.terms}\nIn full: {file.read_more}"


def fetch(file: Published) -> Path:
    """The file, downloaded if it is not there yet; its licence goes to the log as a warning first.

    Raises:
        DataError: it cannot be downloaded, or is not the published file.
    """
    path = target(file)
    if path.exists():
        _verify(path, file)
    elif file.by_hand:
        raise DataError(
            f"{file.name} {file.part} has to be fetched by hand: {file.by_hand}",
            where=file.address,
            remedy=f"put it at {path} (a file, an archive or a folder), or pass path=",
            code="FM222",
        )
    else:
        _log.warning("Downloading %s", licence(file))
        _download(file, path)
    return path


def provenance(file: Published, *, copy: bool) -> dict[str, str]:
    """What a stream's ``about`` says of its origin; a user's own copy is not verified."""
    verified = file.checksum or "unverified: its publisher gives no checksum, or replaces the file from time to time"
    checked = "unverified: a local copy" if copy else verified
    return {"address": file.address, "checksum": checked, "licence": f"{file.terms}\nIn full: {file.read_more}"}


def _download(file: Published, path: Path) -> None:
    """Download into a temporary file, renamed only when complete and verified: a kill leaves nothing behind."""
    import pooch  # noqa: PLC0415  (half a second, needed for a download only)

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
            remedy="try again later; nothing was stored",
            code="FM221",
        ) from error
    except OSError as error:
        raise DataError(
            f"{file.name} {file.part} cannot be downloaded: {_reason(error)}",
            where=file.address,
            remedy=f"put the file at {path}, or pass path= with a copy of it",
            code="FM220",
        ) from error


def _receive(address: str, output: str, _: object) -> None:
    """Write the response into a file; a connection that ends early is an error, not a short file."""
    with _opened(address) as response, Path(output).open("wb") as file:
        shutil.copyfileobj(response, file, 1 << 20)
        promised = response.headers.get("Content-Length")
        if promised is not None and file.tell() != int(promised):
            raise ConnectionError(f"{file.tell():,} of {int(promised):,} bytes arrived")


def _opened(address: str) -> Any:
    try:
        return urlopen(address, timeout=SECONDS)  # noqa: S310  (the addresses are listed in this package)
    except HTTPError as error:
        error.close()  # it holds the connection open
        raise


def _verify(path: Path, file: Published) -> None:
    kind, _, expected = file.checksum.partition(":")
    if not kind or path.is_dir():
        return
    try:
        with path.open("rb") as stream:
            actual = hashlib.file_digest(stream, kind).hexdigest()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", where=str(path), code="FM210") from error
    if actual != expected:
        raise DataError(
            f"not the published file: its {kind} is {actual}, the published one {expected}",
            where=str(path),
            remedy="delete it to download it again, or pass path= to use it as it is",
            code="FM221",
        )


def _reason(error: BaseException) -> str:
    """The innermost cause: the errors around it only say where in the library it happened."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return f"{type(error).__name__}: {error}"[:200]
