"""Each published stream in its own form: twenty made-up events, read as they are, in their archive, and broken."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from freshmark.contract.streams.stream import Stream
from freshmark.errors import DataError, UnknownName, UsageError
from freshmark_datasets import register_datasets
from freshmark_datasets.published.entries import ENTRIES

EVENTS = 20
BEGIN = 1_512_000_000  # 2017-11-30, within the nine days of Taobao
STEP = 3_600
DAY = 86_400

Event = tuple[str, str, int, float]
"""User, item, seconds, label."""


@dataclass(frozen=True)
class Made:
    """A made-up file.

    member: the name of its text, as in the published archive
    lines: for each line its text and the events that it holds
    head: lines before the first
    last: a broken line
    part: which one is asked for
    micros: of a second of the events
    """

    member: str
    lines: list[tuple[str, list[Event]]]
    head: str = ""
    last: str = ""
    part: str | None = None

    def text(self, *more: str) -> bytes:
        lines = [line for line, _ in self.lines]
        return "".join(f"{line}\n" for line in [*([self.head] if self.head else []), *lines, *more]).encode()

    @property
    def events(self) -> list[Event]:
        """In the order of time, that of the file where times are equal."""
        return sorted((event for _, events in self.lines for event in events), key=lambda event: event[2])


def each(
    row: Callable[[str, str, int, int], str], *, days: bool = False, zero: bool = False
) -> list[tuple[str, list[Event]]]:
    """Twenty lines, the last first; row takes user, item, seconds and a label of 0 or 1, and gives the line."""
    made = []
    for number in reversed(range(EVENTS)):
        seconds = number * (DAY if days else STEP) + (0 if zero else (BEGIN // DAY * DAY if days else BEGIN))
        user, item, label = f"{10 + number % 7}", f"{90 + number % 5}", number % 3 == 0
        made.append((row(user, item, seconds, int(label)), [(user, item, seconds, float(label))]))
    return made


def moment(pattern: str, seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(pattern)


def iso(seconds: int) -> str:
    return moment("%Y-%m-%dT%H:%M:%SZ", seconds)


def date(seconds: int) -> str:
    return moment("%Y-%m-%d", seconds)


def features(user: str, item: str) -> str:
    return "\t".join([user, "", *["7"] * 11, item, "", *["ab12"] * 24])


def nothing(lines: list[tuple[str, list[Event]]], *, keep_item: bool = False) -> list[tuple[str, list[Event]]]:
    """The same lines, whose events have no users (nor items)."""
    return [
        (line, [("all", item if keep_item else "all", time, label) for _, item, time, label in events])
        for line, events in lines
    ]


def rows_as_time(lines: list[tuple[str, list[Event]]], step: float = 1) -> list[tuple[str, list[Event]]]:
    return [
        (line, [(user, item, int(number * step), label) for user, item, _, label in events])
        for number, (line, events) in enumerate(lines)
    ]


def pages() -> list[tuple[str, list[Event]]]:
    """MIND: five pages of four news; the one that was clicked differs."""
    made = []
    for page in range(5):
        seconds, user = BEGIN + page * STEP, f"U{page % 3}"
        shown = [(f"N{(page + place) % 6}", int(place == page % 4)) for place in range(4)]
        news = " ".join(f"{item}-{label}" for item, label in shown)
        line = f"{page + 1}\t{user}\t{moment('%m/%d/%Y %I:%M:%S %p', seconds)}\tN9 N8\t{news}"
        made.append((line, [(user, item, seconds, float(label)) for item, label in shown]))
    return made


def sessions() -> list[tuple[str, list[Event]]]:
    """OTTO: five sessions of four events."""
    made = []
    for session in range(5):
        times = [BEGIN + session + place * STEP for place in range(4)]
        events = [{"aid": 90 + place, "ts": time * 1000, "type": "clicks"} for place, time in enumerate(times)]
        line = json.dumps({"session": session, "events": events})
        made.append((line, [(str(session), str(90 + place), time, 0.0) for place, time in enumerate(times)]))
    return made


def films() -> list[tuple[str, list[Event]]]:
    """Netflix: four films, a line for each, then five ratings."""
    made: list[tuple[str, list[Event]]] = []
    for film in range(1, 5):
        made.append((f"{film}:", []))
        for place in range(5):
            seconds = BEGIN // DAY * DAY - (film * 5 + place) * DAY
            made.append((f"{place},{film},{date(seconds)}", [(str(place), str(film), seconds, float(film))]))
    return made


CRITEO = each(lambda user, item, time, label: f"{label}\t{features(user, item)}")
JODIE = each(lambda user, item, time, label: f"{user},{item},{time}.0,{label},0.5,-1.25,3e-2", zero=True)
JODIE_HEAD = "user_id,item_id,timestamp,state_label,comma_separated_list_of_features"
KUAI = "user_id,video_id,date,hourmin,time_ms,is_click,tab"
AVAZU = (
    "C1,banner_pos,site_id,site_domain,site_category,app_id,app_domain,app_category,device_id,device_ip,device_model,"
    "device_type,device_conn_type,C14,C15,C16,C17,C18,C19,C20,C21"
)

MADE = {
    "amazon-2014": Made("ratings_Books.csv", each(lambda u, i, t, y: f"{u},{i},{y}.0,{t}", days=True), last="1,2,5.0"),
    "amazon-2018": Made("x.csv", each(lambda u, i, t, y: f"{i},{u},{y}.0,{t}", days=True), last="1,2,5.0,soon"),
    "amazon-2018-5core": Made(
        "x.json",
        each(
            lambda u, i, t, y: json.dumps({"overall": float(y), "reviewerID": u, "asin": i, "unixReviewTime": t}),
            days=True,
        ),
        last='{"overall": 5.0}',
    ),
    "amazon-2023": Made(
        "x.csv",
        each(lambda u, i, t, y: f"{u},{i},{y}.0,{t}000"),
        head="user_id,parent_asin,rating,timestamp",
        last="1,2",
    ),
    "movielens": Made("ml-100k/u.data", each(lambda u, i, t, y: f"{u}\t{i}\t{y}\t{t}"), last="1\t2"),
    "movietweetings": Made("ratings.dat", each(lambda u, i, t, y: f"{u}::{i}::{y}::{t}"), last="1::2::5::soon"),
    "netflix": Made("combined_data_1.txt", films(), last="7,5,someday"),
    "steam": Made(
        "steam_reviews.json",
        each(
            lambda u, i, t, y: (
                f"{{u'username': u'{u}', 'hours': 1.5, 'product_id': u'{i}', 'text': u\"it's\", 'date': u'{date(t)}'}}"
            ),
            days=True,
        ),
        last="{'username': __import__('os').getcwd(), 'product_id': 1, 'date': '2017-01-01'}",
    ),
    "yelp": Made(
        "yelp_academic_dataset_review.json",
        each(
            lambda u, i, t, y: json.dumps(
                {
                    "user_id": u,
                    "business_id": i,
                    "stars": float(y),
                    "date": moment("%Y-%m-%d %H:%M:%S", t),
                    "text": "a\nb",
                }
            )
        ),
        last='{"user_id": "1", "business_id": ',
    ),
    "taobao": Made("UserBehavior.csv", each(lambda u, i, t, y: f"{u},{i},7,{'buy' if y else 'pv'},{t}"), last="1,2,3"),
    "retailrocket": Made(
        "events.csv",
        each(lambda u, i, t, y: f"{t}000,{u},view,{i},"),
        head="timestamp,visitorid,event,itemid,transactionid",
        last="soon,1,view,2,",
    ),
    "yoochoose": Made(
        "yoochoose-clicks.dat",
        each(lambda u, i, t, y: f"{u},{moment('%Y-%m-%dT%H:%M:%S.250Z', t)},{i},0"),
        last="1,2,3",
    ),
    "diginetica": Made(
        "train-item-views.csv",
        each(lambda u, i, t, y: f"{u};NA;{i};{t % DAY * 1000};{date(t)}"),
        head="sessionId;userId;itemId;timeframe;eventdate",
        last="1;NA;2;then;2016-05-06",
    ),
    "ader-diginetica": Made("0.txt", rows_as_time(each(lambda u, i, t, y: f"{u} {i}"), 7 * DAY / EVENTS), last="1 2 3"),
    "otto": Made("otto-recsys-train.jsonl", sessions(), last='{"session": 9, "events": [{"aid": 1}, 2]}'),
    "online-retail": Made(
        "sales.csv",
        each(lambda u, i, t, y: f"536365,{i},MUG,6,{moment('%Y-%m-%d %H:%M:%S', t)},2.5,{u},France"),
        head="InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
        last="536365,1,MUG,6,then,2.5,17,France",
    ),
    "online-retail-2": Made(
        "sales.csv",
        each(lambda u, i, t, y: f"489434,{i},MUG,6,{moment('%Y-%m-%d %H:%M:%S', t)},2.5,{u},France"),
        head="Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
        last="489434,1,MUG",
    ),
    "criteo": Made("train.txt", rows_as_time(nothing(CRITEO)), last="maybe\t" + features("1", "2")),
    "criteo-1tb": Made("day_0", rows_as_time(nothing(CRITEO)), last="1\t2"),
    "avazu": Made(
        "train",
        nothing(each(lambda u, i, t, y: f"{t},{y},{moment('%y%m%d%H', t)}," + ",".join(["a"] * 21))),
        head=f"id,click,hour,{AVAZU}",
        last="1,1,2014-10-21," + ",".join(["a"] * 21),
    ),
    "open-bandit": Made(
        "open_bandit_dataset/random/all/all.csv",
        nothing(
            each(lambda u, i, t, y: f"0,{moment('%Y-%m-%d %H:%M:%S.000001+00:00', t)},{i},1,{y},0.0125,a,b,c,d,0.0"),
            keep_item=True,
        ),
        head=",timestamp,item_id,position,click,propensity_score,user_feature_0,user_feature_1,user_feature_2,"
        "user_feature_3,user-item_affinity_0",
        last="0,2019-11-24 00:00:17.004101+00:00,1,1,2,0.0125,a,b,c,d,0.0",
    ),
    "mind": Made("behaviors.tsv", pages(), last="9\tU1\t11/11/2019 9:05:58 AM\t\tN1 N2"),
    "kuairec": Made(
        "data/big_matrix.csv",
        each(lambda u, i, t, y: f"{u},{i},100,100,{t}.0,{float(y)}"),
        head="user_id,video_id,play_duration,video_duration,timestamp,watch_ratio",
        last="1,2,100,100,1.5e9x,1.0",
    ),
    "kuairand": Made(
        "KuaiRand-Pure/data/log_standard_4_08_to_4_21_pure.csv",
        each(lambda u, i, t, y: f"{u},{i},20220421,400,{t}000,{y},1"),
        head=KUAI,
        last="1,2,20220421,400,1650485801301,maybe,1",
    ),
    "lastfm-1k": Made(
        "lastfm-dataset-1K/userid-timestamp-artid-artname-traid-traname.tsv",
        each(lambda u, i, t, y: f'{u}\t{iso(t)}\t\t{i}\t\tSo "what'),
        last="1\tnever\t\tX\t\tY",
    ),
    "adressa": Made(
        "one_week/20170101",
        [
            ('{"eventId": 1, "userId": "f", "time": 1512000000, "url": "http://front.page"}', []),
            *each(lambda u, i, t, y: json.dumps({"eventId": 1, "userId": u, "id": i, "time": t})),
        ],
        last='{"eventId": 1, "id": "3", "time": 1512000000}',
    ),
    "globo": Made(
        "clicks/clicks_hour_000.csv",
        each(lambda u, i, t, y: f"{u},1,{t}000,2,{i},{t}000,4"),
        head="user_id,session_id,session_start,session_size,click_article_id,click_timestamp,click_environment",
        last="1,1,1,2,3",
    ),
    "gowalla": Made(
        "Gowalla_totalCheckins.txt", each(lambda u, i, t, y: f"{u}\t{iso(t)}\t30.2\t-97.7\t{i}"), last="1\t2\t3\t4\t5"
    ),
    "foursquare": Made(
        "dataset_tsmc2014/dataset_TSMC2014_NYC.txt",
        each(lambda u, i, t, y: f"{u}\t{i}\t4bf\tBar\t40.7\t-74.0\t-240\t{moment('%a %b %d %H:%M:%S +0000 %Y', t)}"),
        last="1\t2\t4bf\tBar\t40.7\t-74.0\t-240\t2012-04-03T18:00:09",
    ),
    "jodie": Made("wikipedia.csv", JODIE, head=JODIE_HEAD, last="1,2,then,0,1"),
    "tgb": Made("tgbl_wiki/tgbl-wiki_edgelist_v2.csv", JODIE, head=JODIE_HEAD, last="1,2"),
    "myket": Made("myket.csv", JODIE, head=JODIE_HEAD, last="1,2"),
    "collegemsg": Made("CollegeMsg.txt", each(lambda u, i, t, y: f"{u} {i} {t}"), last="1 2"),
    "bitcoin-otc": Made("soc.csv", each(lambda u, i, t, y: f"{u},{i},{y},{t}.5"), last="1,2,3,4,5"),
    "recbole": Made(
        "ml-100k/ml-100k.inter",
        each(lambda u, i, t, y: f"{u}\t{i}\t{y}\t{t}"),
        head="user_id:token\titem_id:token\trating:float\ttimestamp:float",
        last="1\t2\t3",
    ),
}
FRACTION = {"yoochoose": 250_000, "open-bandit": 1, "bitcoin-otc": 500_000}
"""Microseconds beyond the whole second."""
PACKED = [name for name in MADE if ENTRIES[name].parts[0].member not in ("", "*.xlsx")]
"""Those that come in an archive; workbooks have tests of their own."""
NAMED: Mapping[str, Any] = register_datasets()


def load(name: str, path: Path, **told: Any) -> Stream:
    stream: Stream = NAMED[name](MADE[name].part, path=path, **told).load()
    return stream


def written(name: str, folder: Path, *more: str) -> Path:
    path = folder / MADE[name].member.rpartition("/")[2]
    path.write_bytes(MADE[name].text(*more))
    return path


def test_every_entry_has_a_file_here_and_every_file_an_entry():
    assert set(MADE) == set(ENTRIES)
    assert all(len(made.events) == EVENTS for made in MADE.values())


@pytest.mark.parametrize("name", MADE)
def test_the_events_of_an_entry_are_read_and_the_entry_is_in_about(tmp_path, name):
    path, entry = written(name, tmp_path), ENTRIES[name]
    stream = load(name, path)
    events = MADE[name].events
    assert [stream.users[code] for code in stream.user] == [event[0] for event in events]
    assert [stream.items[code] for code in stream.item] == [event[1] for event in events]
    assert stream.time.tolist() == [event[2] * 1_000_000 + FRACTION.get(name, 0) for event in events]
    if entry.options.label is not None:
        assert stream.label.tolist() == [event[3] for event in events]
    assert stream.task == entry.options.task
    about = stream.about
    assert entry.licence.name in about["licence"]
    assert (about["granularity"], about["entry"]) == (entry.granularity, entry.checked)
    assert about["checksum"] == "unverified: a local copy"
    assert [about[f"trap {number}"] for number in range(1, len(entry.traps) + 1)] == list(entry.traps)
    stated = entry.parts[0].counts.get("events")
    assert about["counts"].startswith("differ from the published ones: 20 events" if stated else "none stated")
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert load(name, path).fingerprint == stream.fingerprint


@pytest.mark.parametrize("name", MADE)
def test_a_broken_line_is_an_error_with_its_line_or_left_out_and_counted(tmp_path, name):
    path = written(name, tmp_path, MADE[name].last)
    with pytest.raises(DataError) as caught:
        load(name, path)
    assert caught.value.where == f"{path}:{len(MADE[name].text().splitlines()) + 1}"
    assert caught.value.code in ("FM212", "FM215", "FM216")
    stream = load(name, path, skip_bad=True)
    assert len(stream) == EVENTS
    assert stream.about["left out"] == "1 rows that could not be read"


def zipped(folder: Path, name: str, content: bytes) -> Path:
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil.txt", b"x")
        archive.writestr(name, content)
        archive.writestr("README.md", b"\0 no table")
    return path


def tarred(folder: Path, name: str, content: bytes) -> Path:
    path = folder / "archive.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for member, data in (("/etc/evil.txt", b"x"), (name, content), ("README.md", b"\0 no table")):
            info = tarfile.TarInfo(member)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return path


@pytest.mark.parametrize("name", PACKED)
def test_the_events_are_read_from_an_archive_or_a_folder_and_nothing_is_written(tmp_path, name):
    made, pack = MADE[name], (zipped, tarred)[PACKED.index(name) % 2]
    folder = tmp_path / "own"
    folder.mkdir()
    path = pack(folder, made.member, made.text(made.last))
    with pytest.raises(DataError) as caught:
        load(name, path)
    assert caught.value.where == f"{path}:{made.member}:{len(made.text().splitlines()) + 1}"
    stream = load(name, path, skip_bad=True)
    assert [stream.items[code] for code in stream.item] == [event[1] for event in made.events]
    assert list(tmp_path.rglob("*")) == [folder, path]
    unpacked = tmp_path / "unpacked" / made.member
    unpacked.parent.mkdir(parents=True)
    unpacked.write_bytes(made.text())
    (tmp_path / "unpacked" / "notes.md").write_bytes(b"\0")
    assert load(name, tmp_path / "unpacked").fingerprint == stream.fingerprint


def test_amazon_2018_has_the_item_before_the_user(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("B00,A11,5.0,1005177600\nB01,A11,4.0,1005264000\n")
    assert list(load("amazon-2018", path).users) == ["A11"]
    assert list(load("amazon-2014", path).users) == ["B00", "B01"]


def test_taobao_leaves_out_times_that_lie_elsewhere_and_counts_them(tmp_path):
    path = written(
        "taobao", tmp_path, "1,2,7,pv,-1234", "1,2,7,pv,2122000000", "1,2,7,pv,1511539199", "1,2,7,pv,1512316799"
    )
    stream = load("taobao", path)
    assert len(stream) == EVENTS + 1
    assert stream.about["not asked for"].startswith("3 rows")
    assert len(load("taobao", path, only=(3, "^buy$"))) == 7
    assert len(load("taobao", path, since="2017-11-30T05:00:00")) == 15 + 1


def test_retail_without_customer_and_returns_are_left_out(tmp_path):
    rows = ["C536379,1,MUG,-1,2010-12-01 09:41:00,2.5,17,x", "536365,1,MUG,6,2010-12-01 09:41:00,2.5,,x"]
    rows += ["536365,1,MUG,-6,2010-12-01 09:41:00,2.5,17,x", "536365,1,MUG,6,2010-12-01 09:41:00,2.5,0.0,x"]
    stream = load("online-retail", written("online-retail", tmp_path, *rows))
    assert len(stream) == EVENTS
    assert stream.about["not asked for"].startswith("4 rows")


def test_mind_asks_for_clicks_or_ranks_what_was_clicked(tmp_path):
    path = written("mind", tmp_path)
    assert load("mind", path).label.tolist().count(1.0) == 5
    ranked = load("mind", path, task="rank")
    assert len(ranked) == 5
    assert ranked.label is None
    assert load("mind", path).facts["ties"] == 15


def test_a_page_of_mind_with_a_bad_time_is_named_by_its_line(tmp_path):
    path = written("mind", tmp_path, "9\tU1\t2019-11-11 09:05:58\t\tN1-0 N2-1")
    with pytest.raises(DataError, match=r"is not a date written as %m/%d/%Y") as caught:
        load("mind", path)
    assert caught.value.where == f"{path}:6"


def test_numbers_of_criteo_are_on_a_logarithmic_scale_and_missing_ones_0(tmp_path):
    stream = load("criteo", written("criteo", tmp_path))
    numbers, words = stream.features["numbers"], stream.features["words"]
    assert numbers.shape == (EVENTS, 13)
    assert words.shape == (EVENTS, 26)
    assert (str(numbers.dtype), str(words.dtype)) == ("float32", "int32")
    assert numbers[0] == pytest.approx(np.log1p([float(CRITEO[0][1][0][0]), 0, *[7] * 11]))
    assert stream.about["missing numbers"] == "20, taken as 0"
    assert len(set(words[:, 2].tolist())) == 1
    assert words[0, 0] == words[5, 0] != words[1, 0]


def test_the_propensity_of_open_bandit_is_a_feature(tmp_path):
    stream = load("open-bandit", written("open-bandit", tmp_path))
    assert stream.features["numbers"].tolist() == [[pytest.approx(1 / 80)]] * EVENTS


def test_several_days_of_criteo_follow_each_other_up_to_so_many_rows(tmp_path):
    paths = [tmp_path / "day_0", tmp_path / "day_1"]
    for path in paths:
        path.write_bytes(MADE["criteo-1tb"].text())
    stream = NAMED["criteo-1tb"]("day_0", path=paths, rows=30).load()
    assert len(stream) == 30
    assert stream.time[-1] == 29_000_000
    assert stream.about["counts"].startswith("none stated")


def test_weeks_of_ader_are_weeks_in_the_order_of_their_numbers(tmp_path):
    for week in (0, 2, 10):
        (tmp_path / f"{week}.txt").write_text(f"{week} 1\n{week} 2\n")
    stream = NAMED["ader-diginetica"](path=tmp_path).load()
    assert [stream.users[code] for code in stream.user] == ["0", "0", "2", "2", "10", "10"]
    assert (stream.time / (7 * DAY * 1e6)).tolist() == [0, 0.5, 1, 1.5, 2, 2.5]


def test_nothing_in_a_line_of_steam_is_run(tmp_path):
    mark = tmp_path / "mark"
    path = tmp_path / "reviews"
    path.write_text(f"{{'username': open({str(mark)!r}, 'w'), 'product_id': 1, 'date': '2017-01-01'}}\n")
    with pytest.raises(DataError, match="not a dictionary of Python literals"):
        load("steam", path)
    assert not mark.exists()


def test_ratings_before_the_first_film_are_refused(tmp_path):
    path = tmp_path / "combined_data_1.txt"
    path.write_text("7,5,2005-01-01\n1:\n7,5,2005-01-01\n")
    with pytest.raises(DataError, match="no line 'movie:'"):
        load("netflix", path)


def test_all_counts_that_are_stated_are_compared_where_all_was_read(tmp_path):
    path = written("collegemsg", tmp_path)
    assert "20 events where 59,835 are stated" in load("collegemsg", path).about["counts"]
    assert load("collegemsg", path, rows=5).about["counts"].startswith("not compared")


def test_an_unknown_part_and_invalid_options_are_refused(tmp_path):
    with pytest.raises(UnknownName, match=r"no part 'smal'.*did you mean 'small'"):
        NAMED["kuairec"]("smal")
    path = written("gowalla", tmp_path)
    with pytest.raises(UsageError, match="rows=0"):
        NAMED["gowalla"](path=path, rows=0)
    with pytest.raises(UsageError, match="needs the unit"):
        NAMED["recbole"](path=path, since="2017-01-01")
    with pytest.raises(UsageError, match="task='rank', or no positive="):
        NAMED["criteo"](path=path, positive=1)


def test_an_invalid_pattern_is_refused(tmp_path):
    path = written("taobao", tmp_path)
    for only in [(3, "["), [(3, "a"), (4,)], "pv", (3, 4), ((None, "a"),), ((True, "a"),)]:
        with pytest.raises(UsageError, match="only"):
            NAMED["taobao"](path=path, only=only)
    with pytest.raises(UsageError, match=r"not a valid RE2 pattern"):
        NAMED["taobao"](path=path, only=(3, "(?=a)b")).load()


def test_parts_that_lie_in_one_archive_are_two_streams(tmp_path):
    path = tmp_path / "KuaiRec.zip"
    rows = MADE["kuairec"].text()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data/big_matrix.csv", rows)
        archive.writestr("data/small_matrix.csv", rows + b"1,2,100,100,1512000000.0,0.5\n")
    big, small = (NAMED["kuairec"](part, path=path) for part in ("big", "small"))
    assert big.key != small.key
    assert (len(big.load()), len(small.load())) == (EVENTS, EVENTS + 1)


def test_keys_differ_by_name_part_options_and_content(tmp_path):
    path = written("jodie", tmp_path)
    keys = {
        NAMED["jodie"](path=path).key,
        NAMED["myket"](path=path).key,
        NAMED["jodie"](path=path, rows=3).key,
        NAMED["jodie"](path=path, only=(3, "0")).key,
    }
    written("jodie", tmp_path, "1,2,99999.0,0,1")
    assert len(keys | {NAMED["jodie"](path=path).key}) == 5
