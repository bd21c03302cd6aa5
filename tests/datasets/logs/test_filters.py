"""What is left out beforehand and what the loader leaves out are the same: identities over made-up logs."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from freshmark.contract.streams.stream import Stream
from freshmark.errors import DataError
from freshmark_datasets.logs.file import file
from freshmark_datasets.logs.folder import folder
from hypothesis import given, settings
from hypothesis import strategies as st

BEGIN = 1_700_000_000
ROWS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(0, 4),
        st.integers(BEGIN, BEGIN + 500_000),
        st.sampled_from(["view", "cart", "buy", ""]),
        st.integers(-50, 50),
    ),
    min_size=2,
    max_size=30,
)
FEW = settings(max_examples=20)
"""Each example reads two files."""
Row = tuple[int, int, int, str, int]
FIELDS = "user,item,time,event,price"


def text(rows: list[Row], *, moment: Any = str) -> str:
    lines = (f"{user},{item},{moment(time)},{event},{price}\n" for user, item, time, event, price in rows)
    return f"{FIELDS}\n{''.join(lines)}"


def read(content: str, **options: Any) -> Stream:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "log.csv"
        path.write_text(content)
        usual: dict[str, Any] = {"unit": "s", "numbers": "price", "words": "event", "repeats": True}
        return file(path, **(usual | options)).load()


def same(stream: Stream, other: Stream) -> bool:
    return stream.fingerprint == other.fingerprint and list(stream.users) == list(other.users)


@FEW
@given(ROWS, st.sampled_from(["view", "buy", "cart"]))
def test_filtered_rows_make_no_difference(rows, event):
    kept = [row for row in rows if row[3] == event]
    if not kept:
        with pytest.raises(DataError, match="no events"):
            read(text(rows), only=("event", f"^{event}$"))
        return
    stream = read(text(rows), only=("event", f"^{event}$"))
    assert same(stream, read(text(kept)))
    assert stream.about.get("not asked for", "0 ").startswith(f"{len(rows) - len(kept)} ")


@FEW
@given(ROWS, st.integers(BEGIN, BEGIN + 500_000), st.integers(0, 500_000))
def test_time_is_cut_as_if_the_log_began_and_ended_there(rows, begin, length):
    kept = [row for row in rows if begin <= row[2] < begin + length]
    bounds: dict[str, Any] = {
        name: datetime.fromtimestamp(at, UTC).isoformat() for name, at in (("since", begin), ("until", begin + length))
    }
    if kept:
        assert same(read(text(rows), **bounds), read(text(kept)))
    else:
        with pytest.raises(DataError, match="no events"):
            read(text(rows), **bounds)


@FEW
@given(ROWS, st.integers(1, 40))
def test_so_many_rows_are_the_first_of_the_file(rows, count):
    assert same(read(text(rows), rows=count), read(text(rows[:count])))


@FEW
@given(ROWS, st.data())
def test_a_log_in_parts_is_the_log(rows, data):
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows) - 1), max_size=3)))
    with tempfile.TemporaryDirectory() as place:
        for number, (begin, end) in enumerate(zip([0, *cuts], [*cuts, len(rows)], strict=True)):
            Path(place, f"{number}.csv").write_text(text(rows[begin:end]))
        options: dict[str, Any] = {"unit": "s", "numbers": "price", "words": "event", "repeats": True}
        assert same(folder(place, "*.csv", **options).load(), read(text(rows)))


@FEW
@given(ROWS)
def test_a_moment_is_the_same_however_it_is_written(rows):
    whole = read(text(rows))
    for pattern, unit in (("%Y-%m-%dT%H:%M:%SZ", "iso"), ("%d/%m/%Y %H.%M.%S", "%d/%m/%Y %H.%M.%S")):
        written = text(rows, moment=lambda at, pattern=pattern: datetime.fromtimestamp(at, UTC).strftime(pattern))
        assert same(read(written, unit=unit), whole)
    assert same(read(text(rows, moment=lambda at: at * 1000), unit="ms"), whole)


@FEW
@given(ROWS, ROWS)
def test_features_of_an_event_depend_on_no_later_row(rows, later):
    after = [(user, item, time + 1_000_000, event, price) for user, item, time, event, price in later]
    both = read(text(rows + after), log=True)
    first = read(text(rows), log=True)
    for name in ("numbers", "words"):
        assert np.array_equal(both.features[name][: len(rows)], first.features[name])


@FEW
@given(ROWS)
def test_a_column_of_milliseconds_is_added_to_the_date(rows):
    days = [(user, item, at // 86_400 * 86_400, event, price) for user, item, at, event, price in rows]
    lines = [f"{line},{row[2] % 86_400 * 1000}" for line, row in zip(text(days).splitlines()[1:], rows, strict=True)]
    options: dict[str, Any] = {"offset": "ms", "unit": "s", "repeats": True}
    with tempfile.TemporaryDirectory() as place:
        Path(place, "log.csv").write_text("\n".join([f"{FIELDS},ms", *lines]))
        assert same(folder(place, "*.csv", **options).load(), read(text(rows), numbers=(), words=()))


@pytest.mark.parametrize("value", ["9" * 30, "-9e30", "-1400000000001"])
def test_milliseconds_that_lead_beyond_all_times_are_refused_with_their_line(tmp_path, value):
    (tmp_path / "log.csv").write_text(f"user,item,time,ms\n1,2,1400000000,5\n1,2,1400000000,{value}\n")
    with pytest.raises(DataError, match="before 1970 or after") as caught:
        folder(tmp_path, "*.csv", offset="ms", unit="s").load()
    assert caught.value.where == f"{tmp_path / 'log.csv'}:3"


def test_a_filtered_row_may_be_invalid(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("user,item,time,event\n,2,1400000000,ping\n1,,x,ping\n1,2,1400000000,view\n")
    assert len(file(path, only=("event", "^view$"), unit="s").load()) == 1
    with pytest.raises(DataError) as caught:
        file(path, unit="s").load()
    assert caught.value.where == f"{path}:2"


def test_a_key_that_is_only_a_filter_may_be_missing_in_json(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text(
        '{"user": 1, "item": 2, "time": 1400000000}\n{"user": 1, "item": 2, "time": 1400000001, "event": "view"}\n'
    )
    assert len(file(path, only=("event", "view")).load()) == 1
    with pytest.raises(DataError, match="no 'event' here"):
        file(path, words="event").load()


def test_a_word_is_a_hash_of_its_text_and_an_empty_one_is_a_word(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("user,item,time,a,b\n1,2,1400000000,red,1\n1,2,1400000001,,red\n1,2,1400000002,red,\n")
    words = file(path, words=["a", "b"]).load().features["words"]
    assert words[0, 0] == words[2, 0] == words[1, 1]
    assert words[1, 0] == words[2, 1] != words[0, 0]
    table = tmp_path / "log.parquet"
    __import__("pandas").read_csv(path, dtype=str, keep_default_na=False).astype({"time": int}).to_parquet(table)
    assert np.array_equal(file(table, words=["a", "b"]).load().features["words"], words)


@pytest.mark.parametrize("value", ["dear", "0x10", "nan", "inf", "1e999", "1,5", "1e39"])
def test_a_number_that_is_not_finite_is_refused_with_its_line(tmp_path, value):
    path = tmp_path / "log.csv"
    path.write_text(f'user,item,time,price\n1,2,1400000000,\n1,2,1400000000,"{value}"\n')
    with pytest.raises(DataError, match="is not a finite number") as caught:
        file(path, numbers="price").load()
    assert caught.value.where == f"{path}:3"
    stream = file(path, numbers="price", skip_bad=True).load()
    assert stream.features["numbers"].tolist() == [[0.0]]
    assert stream.about["missing numbers"] == "1, taken as 0"
