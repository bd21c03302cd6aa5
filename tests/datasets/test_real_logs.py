"""Real logs, by name or as a user would read them; counts are their publishers', or were counted independently."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from freshmark.errors import DataError
from freshmark.runs.catalogue.registry import load as registry
from freshmark_datasets import register_datasets
from freshmark_datasets.logs.file import file
from freshmark_datasets.published.entries import ENTRIES

NAMED: Mapping[str, Any] = register_datasets()
SECONDS = "seconds counted from 1970"
STREAMS = [
    # expression, events, users, items, parts of what is said about it
    ("movietweetings(path='{}/movietweetings-100k')", 100_000, 16_554, 10_506, ("MIT", "as published")),
    ("movielens('latest-small', path='{}/ml-latest-small/ratings.csv')", 100_836, 610, 9_724, ("GroupLens",)),
    (
        "online-retail(path='{}/online-retail/online_retail_2010-2011.parquet')",
        397_924,
        4_339,
        3_665,
        ("133,358 rows",),
    ),
    ("jodie(path='{}/jodie-wikipedia/wikipedia_uitl.csv')", 157_474, 8_227, 1_000, ("as published", "counted from 0")),
    ("collegemsg(path='{}/collegemsg/CollegeMsg.txt')", 59_835, 1_350, 1_862, ("as published", "1 second", "yes")),
    ("bitcoin-otc(path='{}/bitcoin-otc/soc-sign-bitcoinotc.csv')", 35_592, 4_814, 5_858, ("as published",)),
    ("yoochoose('prepared', path='{}/yoochoose-100k')", 70_278, 17_794, 2_933, (SECONDS, "1 millisecond")),
    ("amazon-2018-5core('Gift_Cards', path='{}/amazon-giftcards-5core')", 2_972, 458, 148, ("as published", "1 day")),
    ("diginetica('purchases', path='{}/diginetica-purchases')", 18_025, 12_630, 11_244, ("as published", "ISO dates")),
    ("open-bandit('bts-all', path='{}/open-bandit/bts_all.csv.gz')", 10_000, 1, 80, ("ISO dates", "1 microsecond")),
    ("file('{}/online-retail/online_retail_2y.npz')", 765_986, 5_852, 4_619, ("timestamps", "1 minute", "yes")),
    ("file('{}/gitlog-pyg/gitlog_pyg_author_file.csv.gz')", 25_045, 589, 2_391, (SECONDS, "1 second", "yes")),
    ("file('{}/yoochoose-100k/yoochoose-clicks-100k_test.txt')", 13_568, 3_416, 1_771, (SECONDS, "1 millisecond")),
]


@pytest.mark.parametrize(
    ("expression", "events", "users", "items", "words"), STREAMS, ids=[stream[0][:30] for stream in STREAMS]
)
def test_a_real_stream_has_the_counts_of_its_publisher(shared_data, expression, events, users, items, words):
    stream = registry().build("streams", expression.replace("{}", str(shared_data))).load()
    assert (len(stream), len(stream.users), len(stream.items)) == (events, users, items)
    about = "\n".join(stream.about.values())
    assert [word for word in words if word not in about] == []


def test_movietweetings_is_the_official_file_and_the_stream_that_pandas_reads(shared_data):
    path = shared_data / "movietweetings-100k" / "ratings.dat"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert ENTRIES["movietweetings"].part("100k").checksum == f"sha256:{digest}"
    stream = NAMED["movietweetings"](path=path).load()
    table = pd.DataFrame(
        [line.split("::") for line in path.read_text().splitlines()], columns=["user", "item", "rating", "time"]
    )
    table["time"] = table.time.astype("int64")
    table = table.sort_values("time", kind="stable")
    assert stream.time.tolist() == (table.time * 1_000_000).tolist()
    assert [stream.users[code] for code in stream.user] == table.user.tolist()
    assert [stream.items[code] for code in stream.item] == table["item"].tolist()
    assert stream.label.tolist() == table.rating.astype(float).tolist()
    arrays = file(path.parent / "movietweetings100k.npz").load()  # times as steps from a first one
    for column in ("time", "user", "item"):
        assert np.array_equal(getattr(arrays, column), getattr(stream, column))


def test_rows_without_a_customer_are_refused_or_left_out_and_counted(shared_data):
    path = shared_data / "online-retail" / "online_retail_II_2009-2010.parquet"
    with pytest.raises(DataError, match="the user is empty") as caught:
        file(path).load()
    assert caught.value.where == f"{path}:264"
    stream = file(path, skip_bad=True).load()
    table = pd.read_parquet(path, columns=["Customer ID", "StockCode"])
    known = table.dropna()
    assert (len(stream), len(stream.users)) == (len(known), known["Customer ID"].nunique())
    assert "13085" in stream.users  # stored as 13085.0
    assert stream.about["left out"] == f"{len(table) - len(known):,} rows that could not be read"


def test_reviews_in_json_have_the_users_that_json_gives(shared_data):
    path = shared_data / "amazon-giftcards-5core" / "Gift_Cards_5.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = sorted(map(json.loads, lines), key=lambda row: row["unixReviewTime"])
    stream = file(path, positive=5).load()
    assert [stream.users[code] for code in stream.user] == [row["reviewerID"] for row in rows if row["overall"] >= 5]


def test_times_below_a_second_are_exact_to_the_microsecond(shared_data):
    stream = file(shared_data / "bitcoin-otc" / "soc-sign-bitcoinotc.csv", user=0, item=1, time=3).load()
    assert stream.time[0] == 1_289_241_911_728_360


def test_criteo_is_read_number_by_number(shared_data):
    path = shared_data / "criteo-8k" / "dev.csv"
    stream = NAMED["criteo"](path=path).load()
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    assert stream.label.tolist() == [float(line[0]) for line in lines]
    raw = np.array([[float(value or 0) for value in line[1:14]] for line in lines])
    assert stream.features["numbers"] == pytest.approx(np.sign(raw) * np.log1p(np.abs(raw)), rel=1e-6)
    for column in range(26):
        hashes = stream.features["words"][:, column].tolist()
        pairs = set(zip(hashes, (line[14 + column] for line in lines), strict=True))
        assert len(pairs) == len(set(hashes)) == len({line[14 + column] for line in lines})


def test_the_weeks_of_ader_hold_the_tests_of_the_published_table(shared_data):
    stream = NAMED["ader-diginetica"](path=shared_data / "ader-diginetica").load()
    assert (len(stream), len(stream.users), len(stream.items)) == (993_483, 204_789, 43_136)
    week = stream.time // (7 * 86_400_000_000)
    assert len(set(week.tolist())) == 17
    tests = 0
    for number in range(1, 17):
        known = stream.item[week < number].max() + 1  # codes are in the order of first appearance
        rows = (week == number) & (stream.item < known)
        tests += int(rows.sum()) - len(Counter(stream.user[rows].tolist()))
    assert tests == 688_105


def test_the_magazines_of_amazon_are_nearly_all_ties_of_users_who_come_once(shared_data):
    stream = NAMED["amazon-2018"]("Magazine_Subscriptions", path=shared_data / "amazon-magazine").load()
    assert stream.about["counts"] == "as published"
    _, times = np.unique(stream.time, return_counts=True)
    assert times[times > 1].sum() / len(stream) == pytest.approx(0.99, abs=0.005)
    assert np.mean(np.bincount(stream.user) == 1) == pytest.approx(0.85, abs=0.01)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("movietweetings-100k/ratings.dat", "first line is '1::1074638::7::1365029107'"),
        ("hackernews-20k/hacker_news.csv", "which column is the item"),
        ("criteo-8k/dev.csv", "cannot tell which column"),
        ("mnist-t10k/t10k-images-idx3-ubyte.gz", "NUL"),
        ("digits/digits.npz", "cannot tell which column"),
    ],
)
def test_columns_that_cannot_be_guessed_are_shown_not_guessed(shared_data, path, words):
    with pytest.raises(DataError, match=words):
        file(shared_data / path).load()


def test_american_dates_are_refused_with_their_line(shared_data):
    path = shared_data / "hackernews-20k" / "hacker_news.csv"
    with pytest.raises(DataError, match="'8/4/2016 11:52' is not a number or an ISO date") as caught:
        file(path, item="id").load()
    assert caught.value.where == f"{path}:2"
