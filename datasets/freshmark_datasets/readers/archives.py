"""What lies in an archive or a folder: names are compared and never written to, so where they point does not matter.

Nothing is unpacked to disk. A member is read as a stream; a link, a device or a name that stands twice is refused.
"""

from __future__ import annotations

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
"""How many names an archive may hold."""

Names = Iterator[tuple[str, bool]]
"""Each name, and whether it is a plain file."""


def is_archive(path: Path) -> bool:
    """Whether it is a zip or tar archive, packed or not; seen from its bytes, not from its name."""
    return path.is_file() and (zipfile.is_zipfile(path) or _is_tar(path))


def members(path: Path, pattern: str) -> list[str]:
    """The names of the members that match, in the order of the numbers in them.

    Args:
        path: a zip or tar archive, or a folder.
        pattern: as of a shell, for the end of the name: ``events.csv``, ``clicks/*.csv``.

    Raises:
        DataError: none matches, one is no plain file, or a name stands twice.
    """
    with _told(path):
        found = [(name, plain) for name, plain in _counted(path) if matches(name, pattern)]
    strange = next((name for name, plain in found if not plain), None)
    if strange is not None:
        raise DataError(f"{strange!r} is no plain file but a link or a device", where=str(path), code="FM217")
    times = Counter(name for name, _ in found)
    if not times or max(times.values()) > 1:
        name, count = max(times.items(), key=lambda one: one[1]) if times else (pattern, 0)
        remedy = "name the file itself" if not count else "an archive in which every name stands once"
        raise DataError(f"holds {name!r} {count} times", where=str(path), remedy=remedy, code="FM217")
    return sorted(times, key=_by_number)


def matches(name: str, pattern: str) -> bool:
    """Whether the end of the name matches, from the start of one of its parts."""
    return fnmatchcase(name, pattern) or fnmatchcase(name, f"*/{pattern}")


@contextmanager
def opened(path: Path, member: str) -> Iterator[IO[bytes]]:
    """The bytes of a member of a zip or tar archive."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive, archive.open(_only(archive, member)) as stream:
            yield stream
        return
    with tarfile.open(path, "r:*") as tar:
        info = next((one for one in tar if one.name == member), None)
        stream_or_none = tar.extractfile(info) if info is not None and info.isreg() else None
        if stream_or_none is None:
            raise DataError(f"holds no plain file {member!r}", where=str(path), code="FM217")
        with stream_or_none as stream:
            yield stream


def _only(archive: zipfile.ZipFile, member: str) -> zipfile.ZipInfo:
    found = [info for info in archive.infolist() if info.filename == member]
    if len(found) != 1:
        raise DataError(f"holds {member!r} {len(found)} times", where=str(archive.filename), code="FM217")
    return found[0]


def _counted(path: Path) -> Names:
    names = _names(path)
    yield from islice(names, MOST_MEMBERS)
    if next(names, None) is not None:
        raise DataError(f"holds more than {MOST_MEMBERS:,} members", where=str(path), code="FM217")


def _names(path: Path) -> Names:
    if path.is_dir():
        yield from ((one.relative_to(path).as_posix(), True) for one in sorted(path.rglob("*")) if one.is_file())
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from ((info.filename, _is_plain(info)) for info in archive.infolist() if not info.is_dir())
    else:
        with tarfile.open(path, "r:*") as tar:
            yield from ((info.name, info.isreg()) for info in tar if not info.isdir())


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Unix keeps the kind of a file in the upper bits; other systems leave them 0."""
    kind = info.external_attr >> 28
    return kind in (0, 0o10)


def _is_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except (OSError, EOFError, zlib.error):
        return False


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DataError(
            f"a damaged archive: {error}", where=str(path), remedy="fetch it again", code="FM217"
        ) from error


def _by_number(name: str) -> list[tuple[int, str]]:
    """``part10`` comes after ``part9``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]
