"""Whatever a file holds, reading it ends in a Stream or in a DataError with a place."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

from freshmark.contract.streams.stream import Stream
from freshmark.errors import DataError
from freshmark_datasets.logs.file import file
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NUMBERS = ["1", "2", "00", "", " ", "NA", "nan", "inf", "-1", "1e30", "9" * 25, "1400000000", "1400000000000"]
DATES = ["2016-05-06", "2016-05-06T12:00:00Z", "5/6/2016", "20160506", "now"]
QUOTES = ['"', '""', '"a', 'a"b', '"a,b"', '"a\nb"', "user"]
TRAPS = ["\0", "\r", "\x1e", "\x1f", "\ufeff", "::", "{", "[", "PAR1", "PK", "\u2028", "é", "\ud800"]
CELLS = st.one_of(*map(st.sampled_from, (NUMBERS, DATES, QUOTES, TRAPS)), st.text(max_size=4))
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=12)
HEADS = st.sampled_from(["", "user,item,time\n", "user;item;time\n", "u i ts\n", "userId::movieId::rating::ts\n"])
MAGIC = st.sampled_from([b"", b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08\0", b'{"user":', b"\xef\xbb\xbf"])


def outcome(content: bytes, **options) -> Stream | DataError:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        log.write_bytes(content)
        try:
            return file(log, **options).load()
        except DataError as error:
            return error


def assert_sound(ended: Stream | DataError) -> None:
    if isinstance(ended, DataError):
        assert ended.code.startswith("FM2"), ended
        assert "/log" in ended.where, ended
    else:
        assert len(ended) > 0
        assert all(ended.users)
        assert all(ended.items)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HEADS, LINES, st.sampled_from([",", ";", "\t", "::", " ", "|"]), st.booleans())
def test_random_tables_end_in_a_stream_or_an_error(head, lines, sep, skip_bad):
    text = head + "".join(sep.join(cells) + "\n" for cells in lines)
    assert_sound(outcome(text.encode("utf-8", "surrogatepass"), skip_bad=skip_bad))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LINES, st.sampled_from([",", ";", "\t", "::", "whitespace"]), st.booleans())
def test_random_tables_read_by_index_end_in_a_stream_or_an_error(lines, sep, header):
    text = "".join(("," if sep == "whitespace" else sep).join(cells) + "\n" for cells in lines)
    content = text.encode("utf-8", "surrogatepass")
    assert_sound(outcome(content, user=0, item=1, time=2, sep=sep, header=header))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), MAGIC)
def test_random_bytes_end_in_a_stream_or_an_error(content, magic):
    assert_sound(outcome(magic + content))


ROW = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 5))


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=30), st.sampled_from([",", ";", "\t", "|", "::", " "]), st.booleans())
def test_a_sound_table_is_read_as_it_was_written(events, sep, packed):
    text = sep.join(["user", "item", "time"]) + "\n"
    text += "".join(sep.join([f"u{user}", f"i{item}", str(time)]) + "\n" for user, item, time in events)
    stream = outcome(gzip.compress(text.encode()) if packed else text.encode())
    assert isinstance(stream, Stream), stream
    read = [
        (stream.users[user], stream.items[item], time // 1_000_000)
        for user, item, time in zip(stream.user, stream.item, stream.time, strict=True)
    ]
    ordered = sorted(events, key=lambda event: event[2])
    assert read == [(f"u{user}", f"i{item}", time) for user, item, time in ordered]
