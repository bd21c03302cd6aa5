"""What ``file`` is told, and what it finds out and says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from freshmark.contract.stream import Stream
from freshmark.errors import DataError, UsageError
from freshmark_datasets.logs.file import file
from freshmark_datasets.readers import rawtext

SECOND = 1_000_000


def labels(stream: Stream) -> list[Any]:
    assert stream.label is not None
    return list(stream.label.tolist())


@pytest.fixture
def log(tmp_path):
    def write(text: str, name: str = "events.csv") -> str:
        (tmp_path / name).write_text(text, "utf-8")
        return str(tmp_path / name)

    return write


def rows(*times: object, label: object = "") -> str:
    head = "user,item,time" + (",rating" if label != "" else "") + "\n"
    tail = f",{label}" if label != "" else ""
    return head + "".join(f"u{row},i{row},{time}{tail}\n" for row, time in enumerate(times))


S, MS, US, NS = (
    f"{unit} counted from 1970 (detected)" for unit in ("seconds", "milliseconds", "microseconds", "nanoseconds")
)
RELATIVE = "seconds counted from 0 (detected)"
ISO = "ISO dates, UTC where they name no zone"
NOON = 1_462_536_000_000_000  # 2016-05-06 12:00 UTC
HALF_DAY = 43_200 * SECOND
UNITS_FOUND = [
    # times as they are written, what about says, the first and last in microseconds, resolution
    ("1400000000 1400000061", S, (14e14, 14e14 + 61e6), "1 second"),
    ("1400000000000 1400000000500", MS, (14e14, 14e14 + 5e5), "1 millisecond"),
    ("1400000000000000 1400000000000001", US, (14e14, 14e14 + 1), "1 microsecond"),
    ("1400000000000000000 1400000000000001999", NS, (14e14, 14e14 + 1), "1 microsecond"),
    ("1289241911.72836 1289241941.53378", S, (1_289_241_911_728_360, 1_289_241_941_533_780), "1 microsecond"),
    ("1.4e9 1400000001", S, (14e14, 14e14 + 1e6), "1 second"),
    ("1005177600 1005264000", S, (1_005_177_600e6, 1_005_264_000e6), "1 day"),
    ("0 36 2678373", RELATIVE, (0, 2_678_373e6), "1 second"),
    ("0 60000000 100000000 137107267", RELATIVE, (0, 137_107_267e6), "1 second"),
    ("0.0 0.25", RELATIVE, (0, 250_000), "1 millisecond"),
    ("2016-05-06 2016-05-07", ISO, (NOON - HALF_DAY, NOON + HALF_DAY), "1 day"),
    ("2016-05-06T12:00:00Z 2016-05-06T15:00:00+02:00", ISO, (NOON, NOON + 3600e6), "1 hour"),
    ("2016-05-06T12:00:00.5 2016-05-06T12:01", ISO, (NOON + 5e5, NOON + 60e6), "1 millisecond"),
    ("20160506 20160507", ISO, (NOON - HALF_DAY, NOON + HALF_DAY), "1 day"),
]


@pytest.mark.parametrize(("times", "said", "ends", "resolution"), UNITS_FOUND)
def test_the_unit_of_time_is_found_and_said(log, times, said, ends, resolution):
    stream = file(log(rows(*times.split()))).load()
    assert stream.about["time"] == said
    assert (stream.time[0], stream.time[-1]) == ends
    assert stream.about["resolution"] == resolution


@pytest.mark.parametrize(
    ("unit", "number", "micros"),
    [
        ("µs", "1500", 1_500),
        ("ns", "1500", 1),
        ("min", "1.5", 90 * SECOND),
        ("s", "20160506", 20_160_506 * SECOND),
        ("iso", "20160506", 1_462_492_800 * SECOND),
    ],
)
def test_a_unit_that_was_told_is_taken(log, unit, number, micros):
    stream = file(log(rows(number)), unit=unit).load()
    assert stream.time.tolist() == [micros]


def test_a_zero_among_dates_passes_where_the_unit_is_told(log):
    stream = file(log(rows("0", "1400000000")), unit="s").load()
    assert stream.time.tolist() == [0, 1_400_000_000 * SECOND]
    assert stream.about["time"] == "seconds counted from 1970 (as given)"


def test_a_time_beyond_2262_in_the_unit_that_was_told_is_refused(log):
    with pytest.raises(DataError, match="1400000000000 s is after the year 2262"):
        file(log(rows("1400000000000")), unit="s").load()


def test_numbers_where_iso_was_told_are_refused(log):
    with pytest.raises(DataError, match="not an ISO date"):
        file(log(rows("1400000000")), unit="iso").load()


def test_events_are_sorted_by_time_and_ties_keep_the_order_of_the_file(log):
    stream = file(log("user,item,time\nc,x,9\na,x,5\nb,y,5\na,y,5\nd,z,1\n")).load()
    assert [stream.users[code] for code in stream.user] == ["d", "a", "b", "a", "c"]
    assert [stream.items[code] for code in stream.item] == ["z", "x", "y", "y", "x"]
    assert stream.user.tolist() == [0, 1, 2, 1, 3]
    assert stream.about["order"] == "sorted by time; equal times stay in the order of the file"


@pytest.mark.parametrize(
    ("text", "events", "users", "ties", "duplicates"),
    [
        ("a,x,5\n", 1, 1, 0, 0),
        ("a,x,5\nb,y,5\nc,x,5\n", 3, 3, 2, 0),
        ("a,x,5\n" * 100, 100, 1, 99, 99),
        ("a,x,5\na,y,6\na,x,5\n", 3, 1, 1, 1),
    ],
)
def test_ties_and_duplicates_are_kept_and_counted(log, text, events, users, ties, duplicates):
    facts = file(log(f"user,item,time\n{text}")).load().facts
    assert (facts["events"], facts["users"]) == (events, users)
    assert (facts["ties"], facts["duplicates"]) == (ties, duplicates)


@pytest.mark.parametrize("share", [0, 1, 2])
def test_repeats_are_found_from_one_event_in_a_hundred(log, share):
    text = "user,item,time\n" + "".join(f"u,i{row},{row}\n" for row in range(100 - share)) + "u,i0,200\n" * share
    stream = file(log(text)).load()
    assert stream.repeats == (share >= 1)
    assert stream.about["repeats"].startswith("yes (detected): " if share else "no (detected): ")
    assert f"{share}.00%" in stream.about["repeats"]


def test_repeats_that_were_told_are_taken(log):
    stream = file(log("user,item,time\nu,i,1\nu,i,2\n"), repeats=False).load()
    assert stream.repeats is False
    assert stream.about["repeats"].startswith("no (as given): 50.00%")


def test_columns_are_found_by_the_names_that_people_give_them(log):
    stream = file(log("rating,Movie ID,User-Id,TimeStamp\n5,m,u,1400000000\n")).load()
    assert (stream.users[0], stream.items[0]) == ("u", "m")
    assert stream.label is None
    assert stream.about["columns"] == (
        "user 'User-Id' (by its name), item 'Movie ID' (by its name), time 'TimeStamp' (by its name)"
    )


def test_a_user_is_taken_before_a_session(log):
    stream = file(log("sessionId;userId;itemId;eventdate\ns;u;i;2016-05-06\n")).load()
    assert stream.users[0] == "u"


def test_columns_are_told_by_name_or_by_index(log):
    text = "a,b,c\nx,y,7\n"
    by_name = file(log(text), user="b", item="a", time="c").load()
    by_index = file(log(text), user=1, item=0, time=2).load()
    assert by_name.fingerprint == by_index.fingerprint
    assert by_name.users[0] == by_index.users[0] == "y"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"user": "usr", "item": "item", "time": "time"}, "no column 'usr'.*did you mean 'user'"),
        ({"user": "zzz"}, "no column 'zzz'.*there are user, item, time"),
        ({"user": 7}, "user=7: there are 3 columns"),
        ({"user": -1}, "user=-1: there are 3 columns"),
        ({"label": "stars"}, "no column 'stars'"),
        ({"positive": 4}, "which column is the label"),
        ({"sep": ";"}, "';' separates nothing.*looks like ','"),
    ],
)
def test_a_column_that_is_not_there_is_an_error_that_says_what_is(log, options, words):
    path = log(rows("1400000000"))
    with pytest.raises(DataError, match=words) as caught:
        file(path, **options).load()
    assert caught.value.where == f"{path}:1"


def test_names_for_a_file_without_header_are_refused_with_its_first_line(log):
    with pytest.raises(DataError, match=r"names no columns: '1 2 1082040961'.*user=0"):
        file(log("1 2 1082040961\n3 4 1082155839\n"), user="user").load()


def test_a_header_is_found_told_and_denied(log):
    text = "10,20,30\n1,2,3\n"
    assert len(file(log(text), user=0, item=1, time=2).load()) == 2
    named = file(log(text), user="10", item="20", time="30", header=True).load()
    assert len(named) == 1
    with pytest.raises(DataError, match="'time'"):
        file(log("user,item,time\n1,2,3\n"), user=0, item=1, time=2, header=False).load()


def test_labels_that_reach_positive_make_events_of_the_task_rank(log):
    text = "user,item,rating,time\na,x,3.5,1\nb,y,4,2\nc,z,5,3\n"
    stream = file(log(text), positive=4).load()
    assert list(stream.users) == ["b", "c"]
    assert stream.task == "rank"
    assert stream.label is None
    assert stream.about["positive"] == "2 of 3 events, those with a label of at least 4"
    with pytest.raises(DataError, match="no label reaches positive=6"):
        file(log(text), positive=6).load()


def test_ratings_and_clicks_are_numbers_and_classes_are_names(log):
    text = "user,item,label,time\na,x,1,1\nb,y,0,2\n"
    assert labels(file(log(text), task="rate").load()) == [1.0, 0.0]
    clicks = file(log(text), task="click").load()
    assert clicks.task == "click"
    assert labels(clicks) == [1.0, 0.0]
    named = file(log("time,label\n2,spam\n1,ham\n3,spam\n"), task="classify").load()
    assert named.classes == ("ham", "spam")
    assert labels(named) == [0, 1, 1]
    assert list(named.users) == ["all"]


@pytest.mark.parametrize(
    ("task", "label", "words"),
    [
        ("rate", "good", "the label 'good' is not a finite number"),
        ("rate", "nan", "the label 'nan' is not a finite number"),
        ("rate", " ", "is not a finite number"),
        ("click", "2", "the label '2' is not 0 or 1"),
        ("classify", " ", "is not a class"),
    ],
)
def test_a_label_of_the_wrong_kind_is_refused_with_its_line(log, task, label, words):
    path = log(rows("1400000000", label=label))
    with pytest.raises(DataError, match=words) as caught:
        file(path, task=task).load()
    assert (caught.value.code, caught.value.where) == ("FM216", f"{path}:2")


@pytest.mark.parametrize(
    "options",
    [
        {"unit": "weeks"},
        {"task": "guess"},
        {"positive": "4"},
        {"positive": float("nan")},
        {"positive": True},
        {"positive": 4, "task": "rate"},
        {"user": 1.5},
        {"user": True},
        {"sep": ""},
        {"sep": "\n"},
        {"sep": '"'},
        {"sep": "→"},
    ],
)
def test_an_option_that_cannot_be_meant_is_refused_before_anything_is_read(tmp_path, options):
    with pytest.raises(UsageError) as caught:
        file(tmp_path / "not there", **options)
    assert caught.value.exit_code == 2


def test_no_file_at_all_is_refused():
    with pytest.raises(UsageError, match="no path"):
        file([])


def test_the_key_changes_with_the_bytes_and_with_every_option(log):
    path = log(rows("1400000000", label=1))
    plain = file(path).key
    assert file(path).key == plain
    told: list[dict[str, Any]] = [
        {"user": 0},
        {"unit": "s"},
        {"positive": 1},
        {"repeats": True},
        {"task": "rate"},
        {"sep": ","},
        {"header": True},
        {"skip_bad": True},
    ]
    keys = {file(path, **one).key for one in told}
    log(rows("1400000001", label=1))
    assert len({plain, *keys, file(path).key}) == len(told) + 2


def test_several_files_follow_each_other_and_errors_name_the_one_that_is_wrong(log):
    first = log(rows("5", "6"), "first.csv")
    second = log("time\titem\tuser\n1\tj\tw\n", "second.tsv")
    stream = file([first, second]).load()
    assert stream.time.tolist() == [1_000_000, 5_000_000, 6_000_000]
    assert list(stream.users) == ["w", "u0", "u1"]
    log("time\titem\tuser\n1\tj\tw\n-1\tj\tw\n", "second.tsv")
    with pytest.raises(DataError, match="before 1970") as caught:
        file([first, second]).load()
    assert caught.value.where == f"{second}:3"


def test_timestamps_after_numbers_in_another_file_are_refused(log, tmp_path):
    first = log(rows("1400000000"))
    pq.write_table(
        pa.table({"user": ["a"], "item": ["b"], "time": pa.array([1], pa.timestamp("s"))}), tmp_path / "b.parquet"
    )
    with pytest.raises(DataError, match="is not a number"):
        file([first, tmp_path / "b.parquet"]).load()
    assert len(file([tmp_path / "b.parquet", log(rows("2016-05-06"))]).load()) == 2


def test_a_large_log_is_read_in_batches_that_change_nothing(log, monkeypatch):
    rng = np.random.default_rng(3)
    text = "user,item,time\n" + "".join(
        f'u{user},"i ""{item}""",{1_400_000_000 + time}\n'
        for user, item, time in rng.integers(0, (50, 80, 900), (3000, 3)).tolist()
    )
    whole = file(log(text)).load()
    monkeypatch.setattr(rawtext, "PIECE", 511)
    pieces = file(log(text)).load()
    assert whole.fingerprint == pieces.fingerprint
    assert list(whole.items) == list(pieces.items)
    assert whole.items[0].startswith('i "')
