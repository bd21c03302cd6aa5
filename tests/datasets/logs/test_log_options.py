"""Options of ``file``: what is given is used, what is not given is detected and reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from freshmark.errors import DataError, UsageError
from freshmark_datasets.logs.file import file
from freshmark_datasets.readers import formats, rawtext

SECOND = 1_000_000


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


@pytest.mark.parametrize(
    ("times", "about", "ends", "resolution"),
    [
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
    ],
)
def test_the_unit_of_time_is_detected_and_reported(log, times, about, ends, resolution):
    stream = file(log(rows(*times.split()))).load()
    assert (stream.about["time"], stream.about["resolution"]) == (about, resolution)
    assert (stream.time[0], stream.time[-1]) == ends


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
def test_a_given_unit_is_used(log, unit, number, micros):
    assert file(log(rows(number)), unit=unit).load().time.tolist() == [micros]


def test_a_given_unit_allows_a_zero_among_dates_and_refuses_what_does_not_match(log):
    stream = file(log(rows("0", "1400000000")), unit="s").load()
    assert stream.time.tolist() == [0, 1_400_000_000 * SECOND]
    assert stream.about["time"] == "seconds counted from 1970 (as given)"
    for time, unit, words in (("1400000000000", "s", "s is after the year 2262"), ("1400000000", "iso", "not an ISO")):
        with pytest.raises(DataError, match=words):
            file(log(rows(time)), unit=unit).load()


def test_events_are_sorted_by_time_and_ties_keep_the_order_of_the_file(log):
    stream = file(log("user,item,time\nc,x,9\na,x,5\nb,y,5\na,y,5\nd,z,1\n")).load()
    assert [stream.users[code] for code in stream.user] == ["d", "a", "b", "a", "c"]
    assert [stream.items[code] for code in stream.item] == ["z", "x", "y", "y", "x"]
    assert stream.user.tolist() == [0, 1, 2, 1, 3]
    assert stream.about["order"] == "sorted by time; equal times stay in the order of the file"


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("a,x,5\n", (1, 1, 0, 0)),
        ("a,x,5\nb,y,5\nc,x,5\n", (3, 3, 2, 0)),
        ("a,x,5\n" * 100, (100, 1, 99, 99)),
        ("a,x,5\na,y,6\na,x,5\n", (3, 1, 1, 1)),
    ],
)
def test_ties_and_duplicates_are_kept_and_counted(log, text, counts):
    facts = file(log(f"user,item,time\n{text}")).load().facts
    assert tuple(facts[name] for name in ("events", "users", "ties", "duplicates")) == counts


@pytest.mark.parametrize("share", [0, 1, 2])
def test_repeats_are_detected_from_one_event_in_a_hundred_or_given(log, share):
    text = "user,item,time\n" + "".join(f"u,i{row},{row}\n" for row in range(100 - share)) + "u,i0,200\n" * share
    stream = file(log(text)).load()
    assert stream.repeats == (share >= 1)
    assert stream.about["repeats"].startswith(f"{'yes' if share else 'no'} (detected): {share}.00%")
    given = file(log(text), repeats=not share).load()
    assert given.repeats != stream.repeats
    assert "(as given)" in given.about["repeats"]


def test_columns_are_detected_by_usual_names_or_given_by_name_or_index(log):
    stream = file(log("rating,Movie ID,User-Id,TimeStamp\n5,m,u,1400000000\n")).load()
    assert (stream.users[0], stream.items[0], stream.label) == ("u", "m", None)
    assert stream.about["columns"] == (
        "user 'User-Id' (by its name), item 'Movie ID' (by its name), time 'TimeStamp' (by its name)"
    )
    assert file(log("sessionId;userId;itemId;eventdate\ns;u;i;2016-05-06\n")).load().users[0] == "u"
    path = log("a,b,c\nx,y,7\n")
    streams = [file(path, user="b", item="a", time="c").load(), file(path, user=1, item=0, time=2).load()]
    assert [stream.users[0] for stream in streams] == ["y", "y"]
    assert streams[0].fingerprint == streams[1].fingerprint


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
def test_a_missing_column_is_an_error_that_lists_those_available(log, options, words):
    path = log(rows("1400000000"))
    with pytest.raises(DataError, match=words) as caught:
        file(path, **options).load()
    assert caught.value.where == f"{path}:1"


def test_a_header_is_detected_given_or_denied(log):
    text = "10,20,30\n1,2,3\n"
    assert len(file(log(text), user=0, item=1, time=2).load()) == 2
    assert len(file(log(text), user="10", item="20", time="30", header=True).load()) == 1
    with pytest.raises(DataError, match="'time'"):
        file(log("user,item,time\n1,2,3\n"), user=0, item=1, time=2, header=False).load()
    with pytest.raises(DataError, match=r"names no columns: '1 2 1082040961'.*user=0"):
        file(log("1 2 1082040961\n3 4 1082155839\n"), user="user").load()


def test_labels_that_reach_positive_make_events_of_the_task_rank(log):
    path = log("user,item,rating,time\na,x,3.5,1\nb,y,4,2\nc,z,5,3\n")
    stream = file(path, positive=4).load()
    assert (list(stream.users), stream.task, stream.label) == (["b", "c"], "rank", None)
    assert stream.about["positive"] == "2 of 3 events, those with a label of at least 4"
    with pytest.raises(DataError, match="no label reaches positive=6"):
        file(path, positive=6).load()


def test_ratings_and_clicks_are_numbers_and_classes_are_names(log):
    path = log("user,item,label,time\na,x,1,1\nb,y,0,2\n")
    for task in ("rate", "click"):
        stream = file(path, task=task).load()
        assert (stream.task, stream.label.tolist()) == (task, [1.0, 0.0])
    named = file(log("time,label\n2,spam\n1,ham\n3,spam\n"), task="classify").load()
    assert (named.classes, named.label.tolist(), list(named.users)) == (("ham", "spam"), [0, 1, 1], ["all"])


@pytest.mark.parametrize(
    ("task", "label"), [("rate", "good"), ("rate", "nan"), ("rate", " "), ("click", "2"), ("classify", " ")]
)
def test_an_invalid_label_is_refused_with_its_line(log, task, label):
    path = log(rows("1400000000", label=label))
    with pytest.raises(DataError) as caught:
        file(path, task=task).load()
    assert (caught.value.code, caught.value.where) == ("FM216", f"{path}:2")


@pytest.mark.parametrize(
    "options",
    [
        *({"unit": "weeks"}, {"task": "guess"}, {"user": 1.5}, {"user": True}),
        *({"positive": "4"}, {"positive": float("nan")}, {"positive": True}, {"positive": 4, "task": "rate"}),
        *({"sep": ""}, {"sep": "\n"}, {"sep": '"'}, {"sep": "→"}),
    ],
)
def test_an_invalid_option_is_refused_before_anything_is_read(tmp_path, options):
    with pytest.raises(UsageError) as caught:
        file(tmp_path / "not there", **options)
    assert caught.value.exit_code == 2
    with pytest.raises(UsageError, match="no path"):
        file([])


def test_the_key_changes_with_the_bytes_and_with_every_option(log):
    path = log(rows("1400000000", label=1))
    options: list[dict[str, Any]] = [{}, {"user": 0}, {"unit": "s"}, {"positive": 1}, {"repeats": True}]
    options += [{"task": "rate"}, {"sep": ","}, {"header": True}, {"skip_bad": True}]
    keys = [file(path, **each).key for each in options]
    assert file(path).key == keys[0]
    log(rows("1400000001", label=1))
    assert len({*keys, file(path).key}) == len(options) + 1


def test_several_files_follow_each_other_and_errors_name_the_right_one(log, tmp_path):
    first = log(rows("5", "6"), "first.csv")
    second = log("time\titem\tuser\n1\tj\tw\n", "second.tsv")
    stream = file([first, second]).load()
    assert stream.time.tolist() == [1_000_000, 5_000_000, 6_000_000]
    assert list(stream.users) == ["w", "u0", "u1"]
    log("time\titem\tuser\n1\tj\tw\n-1\tj\tw\n", "second.tsv")
    with pytest.raises(DataError, match="before 1970") as caught:
        file([first, second]).load()
    assert caught.value.where == f"{second}:3"
    typed = tmp_path / "b.parquet"
    pq.write_table(pa.table({"user": ["a"], "item": ["b"], "time": pa.array([1], pa.timestamp("s"))}), typed)
    with pytest.raises(DataError, match="is not a number"):  # timestamps after numbers
        file([first, typed]).load()
    assert len(file([typed, log(rows("2016-05-06"))]).load()) == 2


def test_batches_change_nothing(log, monkeypatch):
    rng = np.random.default_rng(3)
    text = "user,item,time\n" + "".join(
        f'u{user},"i ""{item}""",{1_400_000_000 + time}\n'
        for user, item, time in rng.integers(0, (50, 80, 900), (1000, 3)).tolist()
    )
    whole = file(log(text)).load()
    monkeypatch.setattr(rawtext, "PIECE", 511)
    pieces = file(log(text)).load()
    assert whole.fingerprint == pieces.fingerprint
    assert list(whole.items) == list(pieces.items)
    assert whole.items[0].startswith('i "')


def test_a_form_is_known_by_its_reader_alone(log, monkeypatch):
    path = log("{'user': 'a', 'item': 'b', 'time': 1400000000}\n")
    with pytest.raises(UsageError, match="'lisp'"):
        file(path, form="lisp")
    monkeypatch.setitem(formats.FORMS, "lisp", formats.FORMS["python"])
    assert len(file(path, form="lisp").load()) == 1
