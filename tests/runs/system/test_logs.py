"""A log keeps its beginning and its end, and its last lines are text."""

from __future__ import annotations

from freshmark.runs.system.logs import Log, last_lines
from hypothesis import given
from hypothesis import strategies as st


def test_a_short_log_is_kept_whole():
    log = Log(half=4)
    for part in (b"ab", b"cdef", b"gh"):
        log.write(part)
    assert log.read() == b"abcdefgh"


def test_of_a_long_log_the_middle_is_counted_and_dropped():
    log = Log(half=4)
    log.write(b"0123456789abcdef")
    assert log.read() == "0123\n… 8 bytes left out …\ncdef".encode()


@given(st.lists(st.binary(max_size=20), max_size=40))
def test_however_it_comes_in_the_ends_are_those_of_the_whole(parts):
    log = Log(half=8)
    for part in parts:
        log.write(part)
    whole = b"".join(parts)
    kept = log.read()
    assert kept[:8] == whole[:8]
    assert kept[-8:] == whole[-8:] if len(whole) > 16 else kept == whole
    assert len(kept) <= 16 + 60


def test_memory_does_not_grow_with_what_is_written():
    log = Log(half=1000)
    for _ in range(10_000):
        log.write(b"x" * 100)
    assert sum(map(len, log._tail)) < 1200


def test_the_last_lines_are_text_whatever_the_bytes():
    assert last_lines(b"one\ntwo\xff\nthree\n", count=2) == "two\N{REPLACEMENT CHARACTER}\nthree"
    assert last_lines(b"x" * 5000, width=10) == "x" * 10
    assert last_lines(b"") == ""
