from __future__ import annotations

import gzip
import zipfile

import pytest
from freshmark.errors import DataError
from freshmark_datasets.readers import rawtext
from freshmark_datasets.readers.rawtext import TextFile


@pytest.fixture
def text(tmp_path):
    def write(content: bytes) -> TextFile:
        (tmp_path / "log").write_bytes(content)
        return TextFile(tmp_path / "log")

    return write


@pytest.fixture(params=[1, 2, 3, 7, 1 << 20])
def piece(request, monkeypatch):
    monkeypatch.setattr(rawtext, "PIECE", request.param)
    return request.param


@pytest.mark.parametrize(
    ("content", "plain"),
    [
        (b"", b""),
        (b"a\nb\n", b"a\nb\n"),
        (b"a\nb", b"a\nb\n"),
        (b"a\r\nb\r\n", b"a\nb\n"),
        (b"a\rb\r", b"a\nb\n"),
        (b"a\r\rb\r\n\r\n", b"a\n\nb\n\n"),
        (b"\n\r\na", b"\n\na\n"),
    ],
)
def test_lines_end_in_one_line_feed_wherever_the_pieces_are_cut(text, piece, content, plain):
    chunks = list(text(content).chunks())
    assert b"".join(chunks) == plain
    assert all(chunk.endswith(b"\n") for chunk in chunks)


def test_a_byte_order_mark_is_dropped_once(text):
    assert list(text(b"\xef\xbb\xbf\xef\xbb\xbfa\n").chunks()) == [b"\xef\xbb\xbfa\n"]


@pytest.mark.parametrize("at", [0, 1, 5])
def test_a_nul_is_refused_with_its_line(text, at):
    log = text(b"a\n" * at + b"x\0\n")
    with pytest.raises(DataError) as caught:
        list(log.chunks())
    assert caught.value.where == log.at(at + 1)


def test_the_line_of_a_nul_is_counted_over_all_chunks(text, monkeypatch):
    monkeypatch.setattr(rawtext, "PIECE", 4)
    log = text(b"a\n" * 100 + b"\0\n")
    with pytest.raises(DataError) as caught:
        list(log.chunks())
    assert caught.value.where == log.at(101)


def test_a_line_without_end_is_given_up_at_the_limit(text, monkeypatch):
    monkeypatch.setattr(rawtext, "PIECE", 10)
    monkeypatch.setattr(rawtext, "LONGEST_LINE", 50)
    assert b"".join(text(b"a\n" + b"x" * 49 + b"\n").chunks())
    log = text(b"a\nb\n" + b"x" * 70 + b"\n")
    with pytest.raises(DataError, match="a line of more than") as caught:
        list(log.chunks())
    assert caught.value.where == log.at(3)


def test_the_head_begins_with_the_first_line_that_is_not_blank(text, piece):
    line, head = text(b"\n\r\n\n a\nb\n").head()
    assert line == 4
    assert head.startswith(b" a\n")
    assert text(b"\n\n").head()[1] == b""


def test_gzip_is_seen_from_its_bytes_not_from_its_name(text):
    assert list(text(gzip.compress(b"a\n")).chunks()) == [b"a\n"]


def test_what_a_gzip_unpacks_into_is_counted(text, monkeypatch):
    monkeypatch.setattr(rawtext, "FREE_BYTES", 1000)
    monkeypatch.setattr(rawtext, "PIECE", 100)
    assert list(text(b"a\n" * 5000).chunks())
    packed = gzip.compress(b"a\n" * 5000)
    assert rawtext.RATIO * len(packed) < 10_000
    with pytest.raises(DataError, match="100 times its size"):
        list(text(packed).chunks())


@pytest.mark.parametrize("damage", [slice(0, -4), slice(0, 15)])
def test_a_damaged_gzip_is_an_error(text, damage):
    with pytest.raises(DataError, match="damaged archive") as caught:
        list(text(gzip.compress(bytes(range(1, 256)) * 50)[damage]).chunks())
    assert caught.value.code == "FM217"


def test_a_wrong_sum_at_the_end_of_a_gzip_is_an_error(text):
    packed = bytearray(gzip.compress(b"a\n" * 100))
    packed[-6] ^= 1
    with pytest.raises(DataError, match="damaged archive"):
        list(text(bytes(packed)).chunks())


def test_a_member_of_a_zip_is_read_in_place(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in/side.csv", "a\r\nb")
        archive.writestr("../evil", "x")
    text = TextFile(tmp_path / "a.zip", "in/side.csv")
    assert list(text.chunks()) == [b"a\nb\n"]
    assert text.at(2) == f"{tmp_path}/a.zip:in/side.csv:2"
    assert [one.name for one in tmp_path.iterdir()] == ["a.zip"]


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        TextFile(tmp_path / "none").head()
