"""Bad input: each is an error with its place and code, or is read as it should be; never a traceback."""

from __future__ import annotations

import gzip
import resource

import pytest
from freshmark.errors import DataError
from freshmark_datasets.logs.file import file

HEAD = b"user,item,time\n"
GOOD = b"1,2,1400000000\n3,4,1400000001\n"

REFUSED = {
    # name: bytes, code, the place after the file name, words of the message
    "an empty file": (b"", "FM201", "", "empty"),
    "blank lines only": (b"\n\r\n\n", "FM201", "", "empty"),
    "a header and nothing else": (HEAD, "FM201", "", "no events"),
    "no column of items": (b"user,thing,time\n1,2,3\n", "FM214", ":1", "which column is the item"),
    "a short row": (HEAD + GOOD + b"1,2\n" + GOOD, "FM212", ":4", "2 fields where the header has 3"),
    "a long row": (HEAD + b"1,2,1400000000,9\n" + GOOD, "FM212", ":2", "4 fields where the header has 3"),
    "all rows long, which pandas shifts": (HEAD + b"9,1,2,1400000000\n" * 3, "FM212", ":2", "4 fields"),
    "all rows short": (HEAD + b"1,2\n" * 3, "FM212", ":2", "2 fields"),
    "a short row without a header": (GOOD + b"1,2\n", "FM214", ":1", "first line is '1,2,1400000000'"),
    "a comma at the end of every row": (HEAD + b"1,2,1400000000,\n", "FM212", ":2", "4 fields"),
    "one word a line": (b"hello\nworld\n", "FM213", ":1", "no separator detected; the first line is 'hello'"),
    "a page of HTML": (b"<!DOCTYPE html>\n<html>\n<title>404 Not Found</title>\n", "FM214", ":1", "<!DOCTYPE html>"),
    "a name twice in the header": (b"user,item,item,time\n1,2,3,4\n", "FM213", ":1", "'item' twice"),
    "a NUL byte": (HEAD + GOOD + b"1,2,14000\x0000000\n", "FM211", ":4", "NUL"),
    "UTF-16 with a mark": ((HEAD + GOOD).decode().encode("utf-16"), "FM211", ":1", "UTF-16"),
    "UTF-16 without": ((HEAD + GOOD).decode().encode("utf-16-le"), "FM211", ":1", "UTF-16"),
    "an id that is not UTF-8": (HEAD + GOOD + b"\xff\xfe,4,1400000001\n", "FM211", ":4", "the user is not UTF-8"),
    "a time that is not UTF-8": (HEAD + GOOD + b"1,4,\xff\n", "FM215", ":4", "not a number"),
    "a quote that opens and never closes": (HEAD + b'1,"2,1400000000\n' + GOOD, "FM212", ":2", "quote"),
    "the same in the last column": (b"user,time,item\n" + b'1,1400000000,"2\n3,1400000001,4\n', "FM212", ":2", "quote"),
    "the same in a column that is not used": (
        b"user,item,time,title\n1,2,1400000000,fine\n" + b'1,2,1400000000,"oops\n3,4,1400000001,fine\n',
        "FM212",
        ":3",
        "quote",
    ),
    "two quotes that swallow a row": (
        b'user,item,time\n1,"2,1400000000\n3,4",1400000001\n5,6,1400000002\n',
        "FM212",
        ":2",
        "line break",
    ),
    "a line of 6 MB": (HEAD + b"x" * 6_000_000, "FM212", ":2", "more than 4 MiB"),
    "NaN for a time": (HEAD + GOOD + b"1,2,nan\n", "FM215", ":4", "not finite"),
    "infinity for a time": (HEAD + GOOD + b"1,2,inf\n", "FM215", ":4", "not finite"),
    "1e30 for a time": (HEAD + GOOD + b"1,2,1e30\n", "FM215", ":4", "another unit"),
    "a negative time": (HEAD + GOOD + b"1,2,-5\n", "FM215", ":4", "before 1970"),
    "milliseconds among seconds": (HEAD + GOOD + b"1,2,1400000000000\n", "FM215", ":4", "another unit"),
    "seconds among milliseconds": (
        HEAD + b"1,2,1400000000000\n" * 3 + b"1,2,1400000000\n",
        "FM215",
        ":5",
        "another unit",
    ),
    "a zero among seconds": (HEAD + GOOD + b"1,2,0\n", "FM215", ":4", "another unit"),
    "a number between all units": (HEAD + b"1,2,30000000000\n", "FM215", ":2", "fits no known unit"),
    "a time in hexadecimal": (HEAD + b"1,2,0x10\n", "FM215", ":2", "'0x10'"),
    "no time": (HEAD + GOOD + b"1,2,\n", "FM215", ":4", "the time is empty"),
    "words for a time": (HEAD + GOOD + b"1,2,yesterday\n", "FM215", ":4", "'yesterday'"),
    "'now' among dates, which pandas reads as the clock": (HEAD + b"1,2,2016-05-06\n1,2,now\n", "FM215", ":3", "'now'"),
    "two kinds of dates": (HEAD + b"1,2,2016-05-06\n1,2,5/6/2016\n", "FM215", ":3", "'5/6/2016' is not an ISO date"),
    "dates that are not ISO": (HEAD + b"1,2,5/6/2016\n", "FM215", ":2", "not a number or an ISO date"),
    "a date before 1970": (HEAD + b"1,2,1960-05-06\n", "FM215", ":2", "before 1970"),
    "a date after 2262": (HEAD + b"1,2,2300-05-06\n", "FM215", ":2", "after the year 2262"),
    "a number among dates": (HEAD + b"1,2,2016-05-06\n1,2,1400000000\n", "FM215", ":3", "'1400000000'"),
    "an empty id": (HEAD + GOOD + b",2,1400000000\n", "FM216", ":4", "the user is empty"),
    "an empty id after blank lines": (
        b"\n" + HEAD + b"\n\n" + GOOD + b",2,1400000000\n",
        "FM216",
        ":7",
        "user is empty",
    ),
    "an empty id after a quoted line break": (
        b'user,item,time,title\n1,2,1400000000,"two\nlines"\n1,,1400000000,x\n',
        "FM216",
        ":4",
        "the item is empty",
    ),
    "a gzip cut short": (gzip.compress(HEAD + GOOD * 10_000)[:-50], "FM217", "", "damaged archive"),
    "a gzip of 68 MB in 66 kB": (gzip.compress(HEAD + b"\n" * 68_000_000), "FM217", "", "100 times its size"),
    "a JSON array": (b'[{"user": 1, "item": 2, "time": 3}]', "FM210", ":1", "JSON array"),
    "JSON cut short": (b'{"user": 1, "item": 2, "time": 3}\n{"user": \n', "FM212", ":2", "not JSON"),
    "JSON that is no object": (b'{"user": 1, "item": 2, "time": 3}\n7\n', "FM212", ":2", "not an object"),
    "JSON nested 100,000 deep": (b'{"user":' + b"[" * 100_000 + b"\n", "FM212", ":1", "not JSON"),
    "a list for an id in JSON": (b'{"user": [1], "item": 2, "time": 3}\n', "FM212", ":1", "neither text nor a number"),
    "a key that one line lacks": (
        b'{"user": 1, "item": 2, "time": 3}\n{"user": 1, "time": 3}\n',
        "FM212",
        ":2",
        "'item'",
    ),
    "half a character in JSON": (b'{"user": "\\ud800", "item": 2, "time": 3}\n', "FM211", ":1", "not UTF-8"),
    "null for an id in JSON": (b'{"user": null, "item": 2, "time": 3}\n', "FM216", ":1", "the user is empty"),
    "NaN for a time in JSON": (b'{"user": 1, "item": 2, "time": NaN}\n', "FM215", ":1", "not finite"),
    "no parquet after its mark": (b"PAR1" + b"x" * 100, "FM217", "", "not a readable parquet"),
    "no zip after its mark": (b"PK\x03\x04" + b"x" * 100, "FM217", "", "a damaged archive"),
    "xz": (b"\xfd7zXZ\x00" + b"x" * 100, "FM210", "", "xz is not supported"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "FM211", ":3", "NUL"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_refused_with_its_place_and_code(tmp_path, name):
    content, code, place, words = REFUSED[name]
    log = tmp_path / "events.log"
    log.write_bytes(content)
    with pytest.raises(DataError) as caught:
        file(log).load()
    error = caught.value
    assert (error.code, error.where) == (code, f"{log}{place}"), str(error)
    assert error.exit_code == 3
    assert words in error.what
    assert len(str(error)) < 600


READ = {
    "a byte order mark": b"\xef\xbb\xbf" + HEAD + GOOD,
    "lone carriage returns": (HEAD + GOOD).replace(b"\n", b"\r"),
    "carriage return and line feed": (HEAD + GOOD).replace(b"\n", b"\r\n"),
    "no line feed at the end": (HEAD + GOOD).rstrip(b"\n"),
    "blank lines everywhere": b"\n\n" + HEAD + b"\n" + GOOD.replace(b"\n", b"\n\n"),
    "semicolons": (HEAD + GOOD).replace(b",", b";"),
    "tabs": (HEAD + GOOD).replace(b",", b"\t"),
    "bars": (HEAD + GOOD).replace(b",", b"|"),
    "double colons": (HEAD + GOOD).replace(b",", b"::"),
    "runs of blanks": (HEAD + GOOD).replace(b",", b"   "),
    "blanks around lines": b" " + (HEAD + GOOD).replace(b",", b" ").replace(b"\n", b" \n "),
    "quoted fields": HEAD + b'"1","2","1400000000"\n"3",4,1400000001\n',
    "blanks before times": HEAD + GOOD.replace(b",14", b", 14"),
    "gzip": gzip.compress(HEAD + GOOD),
    "two gzips, one after the other": gzip.compress(HEAD) + gzip.compress(GOOD),
    "JSON lines": b'{"user": 1, "item": 2, "time": 1400000000}\n\n{"time": 1400000001, "item": "4", "user": "3"}\n',
    "gzipped JSON lines": gzip.compress(
        b'{"user": "1", "item": "2", "time": 1400000000}\n{"time": 1400000001.0, "item": "4", "user": "3"}\n'
    ),
    "more columns than are used": b"x,time,user,y,item\n,1400000000,1,,2\n,1400000001,3,\xff,4\n",
}


@pytest.mark.parametrize("name", READ)
def test_the_same_two_events_in_every_form_are_the_same_stream(tmp_path, name):
    log = tmp_path / "events.log"
    log.write_bytes(READ[name])
    stream = file(log).load()
    assert stream.time.tolist() == [1_400_000_000_000_000, 1_400_000_001_000_000]
    assert list(stream.users) == ["1", "3"]
    assert list(stream.items) == ["2", "4"]


ODD_IDS = ["00123", "123", "NA", "null", "nan", "None", "-1", "9007199254740993", "9223372036854775808"]
ODD_IDS += ["1.0", " x ", "=cmd|x"]
ODD_IDS += [
    "\U0001f3ac",
    "\u00e9" * 5000,
    "\u00e9",
    "e\u0301",
    "\u202etxt",
    "\x1b[31mred",
    "\x1f",
    "\x1e",
    "</script><script>",
    "'",
    "#",
    "True",
]


@pytest.mark.parametrize("packed", [False, True])
def test_ids_are_kept_as_the_text_that_they_are(tmp_path, packed):
    text = HEAD.decode() + "".join(f"{one},{one},{1_400_000_000 + row}\n" for row, one in enumerate(ODD_IDS))
    log = tmp_path / "events.csv"
    log.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    stream = file(log).load()
    assert list(stream.users) == ODD_IDS
    assert list(stream.items) == ODD_IDS


def test_skip_bad_leaves_bad_rows_out_and_counts_them(tmp_path):
    log = tmp_path / "events.csv"
    log.write_bytes(
        HEAD + GOOD + b"1,2\n,2,1400000002\n1,2,soon\n\xff,2,1400000002\n5,6,1400000003,7\n8,9,1400000004\n"
    )
    stream = file(log, skip_bad=True).load()
    assert list(stream.users) == ["1", "3", "8"]
    assert stream.about["left out"] == "5 rows that could not be read"


def test_rows_that_are_no_utf_8_and_too_short_are_left_out_too(tmp_path):
    log = tmp_path / "events.csv"
    log.write_bytes(b"user,item,time,title\n1,2,1400000000,caf\xe9\n\xe9,2\n\xe9,2,1400000000,x\n3,4,1400000000,x\n")
    assert list(file(log, skip_bad=True).load().users) == ["1", "3"]
    with pytest.raises(DataError, match="2 fields") as caught:
        file(log).load()
    assert caught.value.where == f"{log}:3"


def test_an_error_after_rows_that_were_left_out_still_names_its_line(tmp_path):
    log = tmp_path / "events.csv"
    log.write_bytes(HEAD + GOOD + b"1,2\n,2,1400000002\n5,6,1400000003000\n" + GOOD)
    with pytest.raises(DataError) as caught:
        file(log, skip_bad=True).load()
    assert caught.value.where == f"{log}:6"
    log.write_bytes(
        b'{"user":1,"item":2,"time":1400000000}\n{"user":1}\n{"user":1,"item":2,"time":1400000000000}\n' * 2
    )
    with pytest.raises(DataError) as caught:
        file(log, skip_bad=True).load()
    assert caught.value.where == f"{log}:1"


def test_leaving_everything_out_is_an_error(tmp_path):
    log = tmp_path / "events.csv"
    log.write_bytes(HEAD + b"1,2\n")
    with pytest.raises(DataError, match="no events"):
        file(log, skip_bad=True).load()


def test_a_quote_that_never_closes_is_not_left_out_with_all_that_it_swallows(tmp_path):
    log = tmp_path / "events.csv"
    log.write_bytes(HEAD + GOOD + b'1,"2,1400000000\n' + GOOD)
    with pytest.raises(DataError, match="quote"):
        file(log, skip_bad=True).load()


def test_a_directory_and_a_file_that_is_not_there_are_errors_before_anything_is_read(tmp_path):
    with pytest.raises(DataError, match="cannot be read: Is a directory") as caught:
        file(tmp_path)
    assert caught.value.code == "FM210"
    with pytest.raises(DataError, match="cannot be read: No such file"):
        file(tmp_path / "none.csv")
    with pytest.raises(DataError, match="null byte"):
        file("a\0b")


def test_a_bomb_is_given_up_before_it_fills_memory(tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    log = tmp_path / "bomb.csv.gz"
    with gzip.open(log, "wb") as stream:
        for _ in range(160):
            stream.write(b"\n" * (1 << 20))
    with pytest.raises(DataError, match="100 times"):
        file(log).load()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # KiB
