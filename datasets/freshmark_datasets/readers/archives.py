"""Members of archives and folders. Names are only compared, never written to, so where they point does not matter.

Nothing is unpacked to disk. A member is read as a stream; a link, a device or a duplicate name is refused.
"""

from __future__ import annotations

import gzip
import lzma
import re
import tarfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import IO

from freshmark import DataError

MOST_MEMBERS = 100_000
"""How many members an archive may have."""

DAMAGE = (
    EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile, tarfile.TarError, NotImplementedError,
)  # fmt: skip
"""What damaged bytes raise; NotImplementedError: a compression that zipfile does not know."""

ENCRYPTED = 0x1
"""The bit of a zip member's flags that says so."""

Names = Iterator[tuple[str, bool]]
"""Each name, and whether it is a regular file."""


def is_archive(path: Path) -> bool:
    """Whether it is a zip or tar archive, compressed or not; by its bytes, not by its name."""
    return path.is_file() and (zipfile.is_zipfile(path) or _is_tar(path))


def members(path: Path, pattern: str) -> list[str]:
    """The names of the members that match, sorted by the numbers in them.

    Args:
        path: a zip or tar archive, or a folder.
        pattern: a shell pattern for the end of the name: ``events.csv``, ``clicks/*.csv``.

    Raises:
        DataError: none matches, one is not a regular file, or a name occurs twice.
    """
    with damage_reported(str(path)):
        matching = [(name, regular) for name, regular in _limited(path) if matches(name, pattern)]
    special = next((name for name, regular in matching if not regular), None)
    if special is not None:
        raise DataError(f"{special!r} is a link or a device", where=str(path), code="FM217")
    times = Counter(name for name, _ in matching)
    if not times or max(times.values()) > 1:
        name, count = max(times.items(), key=lambda pair: pair[1]) if times else (pattern, 0)
        remedy = "name the file itself" if not count else "an archive in which every name occurs once"
        raise DataError(f"contains {name!r} {count} times", where=str(path), remedy=remedy, code="FM217")
    return sorted(times, key=_by_number)


def matches(name: str, pattern: str) -> bool:
    """Whether the name, or its end from any ``/``, matches."""
    return fnmatchcase(name, pattern) or fnmatchcase(name, f"*/{pattern}")


@contextmanager
def opened(path: Path, member: str) -> Iterator[IO[bytes]]:
    """The bytes of a member of a zip or tar archive."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive, archive.open(_only(archive, member)) as stream:
            yield stream
        return
    with tarfile.open(path, "r:*") as tar:
        info = next((info for info in tar if info.name == member), None)
        stream_or_none = tar.extractfile(info) if info is not None and info.isreg() else None
        if stream_or_none is None:
            raise DataError(f"contains no regular file {member!r}", where=str(path), code="FM217")
        with stream_or_none as stream:
            yield stream


def _only(archive: zipfile.ZipFile, member: str) -> zipfile.ZipInfo:
    infos = [info for info in archive.infolist() if info.filename == member]
    if len(infos) != 1:
        raise DataError(f"contains {member!r} {len(infos)} times", where=str(archive.filename), code="FM217")
    if infos[0].flag_bits & ENCRYPTED:
        raise DataError(f"{member!r} is encrypted", where=str(archive.filename), remedy="unpack it", code="FM217")
    return infos[0]


def _limited(path: Path) -> Names:
    names = _names(path)
    yield from islice(names, MOST_MEMBERS)
    if next(names, None) is not None:
        raise DataError(f"contains more than {MOST_MEMBERS:,} members", where=str(path), code="FM217")


def _names(path: Path) -> Names:
    if path.is_dir():
        yield from ((file.relative_to(path).as_posix(), True) for file in sorted(path.rglob("*")) if file.is_file())
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from ((info.filename, _is_regular(info)) for info in archive.infolist() if not info.is_dir())
    else:
        with tarfile.open(path, "r:*") as tar:
            yield from ((info.name, info.isreg()) for info in tar if not info.isdir())


def _is_regular(info: zipfile.ZipInfo) -> bool:
    """Unix stores the file type in the upper bits; other systems leave them 0."""
    kind = info.external_attr >> 28
    return kind in (0, 0o10)


def _is_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except (OSError, EOFError, zlib.error):
        return False


@contextmanager
def damage_reported(name: str) -> Iterator[None]:
    """Turn what the unpacking libraries raise on damaged bytes into an error that names the file."""
    try:
        yield
    except DAMAGE as error:
        raise DataError(f"a damaged archive: {error}", where=name, remedy="fetch it again", code="FM217") from error
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", where=name, code="FM210") from error


def _by_number(name: str) -> list[tuple[int, str]]:
    """A sort key under which ``part10`` comes after ``part9``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
