"""Real logs, each read as a user would on the first day; counts from their own descriptions, or counted by hand."""

from __future__ import annotations

import gzip
import hashlib
import json

import pandas as pd
import pytest
from freshmark.errors import DataError
from freshmark_datasets.logs.file import file
from freshmark_datasets.published.movielens import movielens
from freshmark_datasets.published.movietweetings import movietweetings
from freshmark_datasets.published.sources import published

BY_INDEX = {"user": 0, "item": 1}
REAL = [
    # path, options, events, users, items, words about the time, resolution, repeats
    ("ml-latest-small/ratings.csv", {}, 100_836, 610, 9_724, "seconds counted from 1970", "1 second", False),
    ("online-retail/online_retail_2y.npz", {}, 765_986, 5_852, 4_619, "timestamps", "1 minute", True),
    (
        "collegemsg/CollegeMsg.txt",
        {**BY_INDEX, "time": 2},
        59_835,
        1_350,
        1_862,
        "seconds counted from 1970",
        "1 second",
        True,
    ),
    ("jodie-wikipedia/wikipedia_uitl.csv", {}, 157_474, 8_227, 1_000, "seconds counted from 0", "1 second", True),
    (
        "yoochoose-100k/yoochoose-clicks-100k_train_full.txt",
        {},
        70_278,
        17_794,
        2_933,
        "seconds counted from 1970",
        "1 millisecond",
        True,
    ),
    (
        "amazon-magazine/Magazine_Subscriptions.csv",
        {"user": 1, "item": 0, "time": 3},
        89_689,
        72_098,
        2_428,
        "seconds counted from 1970",
        "1 day",
        True,
    ),
    (
        "bitcoin-otc/soc-sign-bitcoinotc.csv",
        {**BY_INDEX, "time": 3, "label": 2},
        35_592,
        4_814,
        5_858,
        "seconds counted from 1970",
        "1 microsecond",
        False,
    ),
    ("amazon-giftcards-5core/Gift_Cards_5.json.gz", {}, 2_972, 458, 148, "seconds counted from 1970", "1 day", False),
    ("gitlog-pyg/gitlog_pyg_author_file.csv.gz", {}, 25_045, 589, 2_391, "seconds counted from 1970", "1 second", True),
    (
        "diginetica-purchases/train-purchases.csv",
        {"user": "sessionId"},
        18_025,
        12_630,
        11_244,
        "ISO dates",
        "1 day",
        True,
    ),
    (
        "open-bandit/random_all.csv.gz",
        {"user": "user_feature_0", "task": "click"},
        10_000,
        3,
        80,
        "ISO dates",
        "1 microsecond",
        True,
    ),
]


@pytest.mark.parametrize(
    ("path", "options", "events", "users", "items", "time", "resolution", "repeats"), REAL, ids=[one[0] for one in REAL]
)
def test_a_real_log_is_read_as_it_is(shared_data, path, options, events, users, items, time, resolution, repeats):
    stream = file(shared_data / path, **options).load()
    assert (len(stream), len(stream.users), len(stream.items)) == (events, users, items)
    assert stream.about["time"].startswith(time)
    assert stream.about["resolution"] == resolution
    assert stream.repeats is repeats


def test_movietweetings_is_the_official_file_and_the_stream_that_pandas_reads(shared_data):
    path = shared_data / "movietweetings-100k" / "ratings.dat"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert published("movietweetings", "100k").checksum == f"sha256:{digest}"
    stream = movietweetings(path=path).load()
    assert (len(stream), len(stream.users), len(stream.items)) == (100_000, 16_554, 10_506)
    assert stream.facts["ties"] == pytest.approx(0.008 * 100_000, abs=500)
    table = pd.read_csv(
        path, sep="::", engine="python", header=None, names=["user", "item", "rating", "time"], dtype=str
    )
    table["time"] = table.time.astype("int64")
    table = table.sort_values("time", kind="stable")
    assert stream.time.tolist() == (table.time * 1_000_000).tolist()
    assert [stream.users[code] for code in stream.user] == table.user.tolist()
    assert [stream.items[code] for code in stream.item] == table["item"].tolist()
    assert stream.label is not None
    assert stream.label.tolist() == table.rating.astype(float).tolist()


def test_the_same_events_as_npz_with_steps_are_the_same_stream(shared_data):
    folder = shared_data / "movietweetings-100k"
    text = movietweetings(path=folder / "ratings.dat").load()
    arrays = file(folder / "movietweetings100k.npz").load()
    assert arrays.time.tolist() == text.time.tolist()
    assert arrays.user.tolist() == text.user.tolist()
    assert arrays.item.tolist() == text.item.tolist()


def test_movielens_takes_the_ratings_of_a_copy(shared_data):
    stream = movielens("latest-small", path=shared_data / "ml-latest-small" / "ratings.csv").load()
    assert (len(stream), len(stream.users), len(stream.items)) == (100_836, 610, 9_724)


def test_parquet_sheets_with_missing_customers_are_refused_or_read_without_them(shared_data):
    folder = shared_data / "online-retail"
    sheets = [folder / "online_retail_II_2009-2010.parquet", folder / "online_retail_2010-2011.parquet"]
    with pytest.raises(DataError, match="the user is empty") as caught:
        file(sheets).load()
    assert caught.value.where == f"{sheets[0]}:264"
    stream = file(sheets, skip_bad=True).load()
    tables = [
        pd.read_parquet(path).rename(columns={"Customer ID": "user", "CustomerID": "user", "StockCode": "item"})
        for path in sheets
    ]
    known = pd.concat(tables).dropna(subset=["user", "item"])
    assert len(stream) == len(known)
    assert len(stream.users) == known.user.nunique()
    assert "13085" in stream.users
    assert stream.about["left out"] == f"{sum(map(len, tables)) - len(known):,} rows that could not be read"


def test_reviews_in_json_have_the_users_that_json_gives(shared_data):
    path = shared_data / "amazon-giftcards-5core" / "Gift_Cards_5.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows.sort(key=lambda row: row["unixReviewTime"])
    stream = file(path, positive=5).load()
    liked = [row for row in rows if row["overall"] >= 5]
    assert [stream.users[code] for code in stream.user] == [row["reviewerID"] for row in liked]


def test_sub_second_times_are_exact_to_the_microsecond(shared_data):
    stream = file(shared_data / "bitcoin-otc" / "soc-sign-bitcoinotc.csv", user=0, item=1, time=3).load()
    assert stream.time[0] == 1_289_241_911_728_360


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("movietweetings-100k/ratings.dat", "first line is '1::1074638::7::1365029107'"),
        ("collegemsg/CollegeMsg.txt", "first line is '1 2 1082040961'"),
        ("hackernews-20k/hacker_news.csv", "which column is the item"),
        ("criteo-8k/dev.csv", "cannot tell which column"),
        ("mnist-t10k/t10k-images-idx3-ubyte.gz", "NUL"),
        ("digits/digits.npz", "cannot tell which column"),
    ],
)
def test_a_log_whose_columns_cannot_be_guessed_is_shown_not_guessed(shared_data, path, words):
    with pytest.raises(DataError, match=words):
        file(shared_data / path).load()


def test_american_dates_are_refused_with_their_line(shared_data):
    path = shared_data / "hackernews-20k" / "hacker_news.csv"
    with pytest.raises(DataError, match="'8/4/2016 11:52' is not a number or an ISO date") as caught:
        file(path, item="id").load()
    assert caught.value.where == f"{path}:2"
