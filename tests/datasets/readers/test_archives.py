"""Archives are read, never unpacked to disk: what leads out of them, unpacks without end or is no file is refused."""

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
KINDS = {
    "symbolic link": tarfile.SYMTYPE,
    "hard link": tarfile.LNKTYPE,
    "character device": tarfile.CHRTYPE,
    "block device": tarfile.BLKTYPE,
    "named pipe": tarfile.FIFOTYPE,
}


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


@pytest.mark.parametrize("kind", KINDS)
def test_a_member_that_is_no_plain_file_is_refused(tmp_path, kind):
    path = tarred(tmp_path / "a.tar.gz", kind=KINDS[kind])
    with pytest.raises(DataError, match=r"'events\.csv' is a link or a device") as caught:
        folder(path, "*.csv").load()
    assert (caught.value.code, caught.value.where) == ("FM217", str(path))


def test_a_link_within_a_zip_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("events.csv")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(DataError, match="a link or a device"):
        folder(path, "*.csv").load()


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:\\evil.csv", "..\\evil.csv"]
)
@pytest.mark.parametrize("pack", [tarred, zipped])
def test_a_name_that_leads_out_of_the_archive_leads_nowhere(tmp_path, pack, name):
    inner = tmp_path / "inner"
    inner.mkdir()
    path = pack(inner / "archive", (name, ROWS))
    assert len(folder(path, "*.csv").load()) == 2
    assert sorted(tmp_path.rglob("*")) == [inner, path]


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_a_name_that_stands_twice_is_refused(tmp_path, pack, recwarn):
    path = pack(tmp_path / "archive", ("events.csv", ROWS), ("events.csv", b""))
    with pytest.raises(DataError, match=r"contains 'events\.csv' 2 times"):
        folder(path, "*.csv").load()


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_names_that_differ_by_case_are_two_files(tmp_path, pack):
    path = pack(tmp_path / "archive", ("events.csv", ROWS), ("Events.csv", ROWS))
    assert len(folder(path, "*.csv").load()) == 4


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_an_archive_without_what_is_asked_for_says_so(tmp_path, pack):
    path = pack(tmp_path / "archive", ("readme.txt", b"x"))
    with pytest.raises(DataError, match=r"contains '\*.csv' 0 times"):
        folder(path, "*.csv").load()


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_a_member_that_unpacks_without_end_is_given_up(tmp_path, pack, monkeypatch):
    monkeypatch.setattr(rawtext, "FREE_BYTES", 100_000)
    path = pack(tmp_path / "archive", ("events.csv", ROWS + b"\n" * 2_000_000))
    with pytest.raises(DataError, match="more than 100 times its size") as caught:
        folder(path, "*.csv").load()
    assert caught.value.where == f"{path}:events.csv"


@pytest.mark.parametrize("pack", [tarred, zipped])
def test_an_archive_of_too_many_members_is_refused(tmp_path, pack, monkeypatch):
    monkeypatch.setattr(archives, "MOST_MEMBERS", 20)
    path = pack(tmp_path / "archive", *((f"{number}.csv", b"") for number in range(21)))
    with pytest.raises(DataError, match="more than 20 members"):
        folder(path, "none").load()


def test_an_archive_within_an_archive_is_not_opened(tmp_path):
    inner = zipped(tmp_path / "inner.zip", ("events.csv", ROWS)).read_bytes()
    for pack in (tarred, zipped):
        path = pack(tmp_path / "outer", ("inner.zip", inner))
        with pytest.raises(DataError) as caught:
            folder(path, "*.zip").load()
        assert caught.value.where.startswith(f"{path}:inner.zip")
        assert caught.value.code == "FM211"


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_every_way_to_pack_a_tar_is_read(tmp_path, mode):
    path = tarred(tmp_path / "archive", ("events.csv", ROWS), mode=mode)
    assert is_archive(path)
    assert len(folder(path, "*.csv").load()) == 2


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("pack", [tarred, zipped])
def test_an_archive_that_was_cut_off_is_an_error(tmp_path, pack, share):
    whole = pack(tmp_path / "whole", ("a.bin", bytes(range(256)) * 100), ("events.csv", ROWS * 1_000)).read_bytes()
    path = tmp_path / "cut"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DataError) as caught:
        folder(path, "*.csv").load()
    assert caught.value.exit_code == 3


def test_plain_files_are_no_archives(tmp_path):
    for name, content in (("a", b""), ("b", ROWS), ("c", gzip.compress(ROWS)), ("d", gzip.compress(ROWS)[:20])):
        (tmp_path / name).write_bytes(content)
        assert not is_archive(tmp_path / name)
    assert not is_archive(tmp_path)


def test_parts_come_in_the_order_of_their_numbers(tmp_path):
    names = [f"part-{number}.csv" for number in (10, 9, 1, 100)]
    path = zipped(tmp_path / "a.zip", *((name, b"") for name in names))
    assert members(path, "*.csv") == ["part-1.csv", "part-9.csv", "part-10.csv", "part-100.csv"]


def test_a_pattern_matches_the_end_of_a_name_by_its_parts():
    assert matches("a/b/events.csv", "events.csv")
    assert matches("a/b/events.csv", "b/*.csv")
    assert matches("a/b/events.csv", "*.csv")
    assert not matches("a/other-events.csv", "events.csv")
    assert not matches("a/Events.csv", "events.csv")
