"""Archives are read, never unpacked to disk: links, devices, duplicates and bombs are refused."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from freshmark.errors import DataError
from freshmark_datasets.logs.folder import folder
from freshmark_datasets.readers import archives, rawtext
from freshmark_datasets.readers.archives import is_archive, matches, members

ROWS = b"user,item,time\n1,2,1400000000\n3,4,1400000001\n"


def tarred(path: Path, *contents: tuple[str, bytes], kind: bytes = b"", mode: Any = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in contents:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        if kind:
            info = tarfile.TarInfo("events.csv")
            info.type, info.linkname = kind, "../../../etc/passwd"
            archive.addfile(info)
    return path


def zipped(path: Path, *contents: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents:
            archive.writestr(name, data)
    return path


both = pytest.mark.parametrize("pack", [tarred, zipped])


@pytest.mark.parametrize("kind", ["SYMTYPE", "LNKTYPE", "CHRTYPE", "BLKTYPE", "FIFOTYPE", "a link in a zip"])
def test_a_member_that_is_not_a_regular_file_is_refused(tmp_path, kind):
    path = tmp_path / "archive"
    if kind.endswith("TYPE"):
        tarred(path, kind=getattr(tarfile, kind))
    else:
        info = zipfile.ZipInfo("events.csv")
        info.external_attr = 0o120777 << 16
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(info, "/etc/passwd")
    with pytest.raises(DataError, match=r"'events\.csv' is a link or a device") as caught:
        folder(path, "*.csv").load()
    assert (caught.value.code, caught.value.where) == ("FM217", str(path))


@both
def test_names_that_lead_out_of_the_archive_lead_nowhere(tmp_path, pack):
    inner = tmp_path / "inner"
    inner.mkdir()
    names = ["../../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:\\evil.csv", "..\\evil.csv"]
    path = pack(inner / "archive", *((name, ROWS) for name in names))
    assert len(folder(path, "*.csv").load()) == 10
    assert sorted(tmp_path.rglob("*")) == [inner, path]


@both
@pytest.mark.filterwarnings("ignore:Duplicate")
def test_duplicate_and_missing_names_are_refused_and_case_matters(tmp_path, pack):
    path = tmp_path / "archive"
    for name, pattern, count in (("events.csv", r"events\.csv", 2), ("readme.txt", r"\*\.csv", 0)):
        pack(path, (name, ROWS), (name, b""))
        with pytest.raises(DataError, match=f"contains '{pattern}' {count} times"):
            folder(path, "*.csv").load()
    assert len(folder(pack(path, ("events.csv", ROWS), ("Events.csv", ROWS)), "*.csv").load()) == 4


@both
def test_a_bomb_and_an_archive_of_too_many_members_are_refused(tmp_path, pack, monkeypatch):
    monkeypatch.setattr(rawtext, "FREE_BYTES", 100_000)
    path = pack(tmp_path / "archive", ("events.csv", ROWS + b"\n" * 2_000_000))
    with pytest.raises(DataError, match="more than 100 times its size") as caught:
        folder(path, "*.csv").load()
    assert caught.value.where == f"{path}:events.csv"
    monkeypatch.setattr(archives, "MOST_MEMBERS", 20)
    pack(path, *((f"{number}.csv", b"") for number in range(21)))
    with pytest.raises(DataError, match="more than 20 members"):
        folder(path, "none").load()


@both
def test_an_archive_within_an_archive_is_not_opened(tmp_path, pack):
    inner = zipped(tmp_path / "inner.zip", ("events.csv", ROWS)).read_bytes()
    path = pack(tmp_path / "outer", ("inner.zip", inner))
    with pytest.raises(DataError) as caught:
        folder(path, "*.zip").load()
    assert caught.value.where.startswith(f"{path}:inner.zip")
    assert caught.value.code == "FM211"


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_archives_are_read_in_every_compression(tmp_path, mode):
    path = tarred(tmp_path / "archive", ("events.csv", ROWS), mode=mode)
    assert is_archive(path)
    assert len(folder(path, "*.csv").load()) == 2


@both
def test_a_truncated_archive_is_an_error(tmp_path, pack):
    whole = pack(tmp_path / "whole", ("a.bin", bytes(range(256)) * 100), ("events.csv", ROWS * 1_000)).read_bytes()
    for share in (0.2, 0.6, 0.95):
        (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(DataError) as caught:
            folder(tmp_path / "cut", "*.csv").load()
        assert caught.value.exit_code == 3


def with_flags(path: Path, flags: int) -> Path:
    """A zip archive whose only member claims these flags, in its own header and in the directory."""
    text = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        text[text.find(mark) + offset] |= flags
    path.write_bytes(text)
    return path


def test_an_encrypted_member_is_refused(tmp_path):
    zipped(tmp_path / "log.zip", ("events.csv", ROWS))
    with_flags(tmp_path / "log.zip", archives.ENCRYPTED)
    with pytest.raises(DataError, match="encrypted") as caught:
        folder(str(tmp_path / "log.zip"), "*.csv").load()
    assert caught.value.code == "FM217"


def test_an_error_of_the_code_is_not_called_a_damaged_archive(tmp_path, monkeypatch):
    path = zipped(tmp_path / "log.zip", ("events.csv", ROWS))

    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr(rawtext.TextFile, "_without_mark", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        folder(str(path), "*.csv").load()


def test_plain_files_are_not_archives(tmp_path):
    for name, content in (("a", b""), ("b", ROWS), ("c", gzip.compress(ROWS)), ("d", gzip.compress(ROWS)[:20])):
        (tmp_path / name).write_bytes(content)
        assert not is_archive(tmp_path / name)
    assert not is_archive(tmp_path)


def test_members_are_sorted_by_their_numbers(tmp_path):
    path = zipped(tmp_path / "a.zip", *((f"part-{number}.csv", b"") for number in (10, 9, 1, 100)))
    assert members(path, "*.csv") == ["part-1.csv", "part-9.csv", "part-10.csv", "part-100.csv"]


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("a/b/events.csv", "events.csv", True),
        ("a/b/events.csv", "b/*.csv", True),
        ("a/b/events.csv", "*.csv", True),
        ("a/other-events.csv", "events.csv", False),
        ("a/Events.csv", "events.csv", False),
    ],
)
def test_a_pattern_matches_the_end_of_a_name_from_any_slash(name, pattern, expected):
    assert matches(name, pattern) is expected
