"""Transforms of real streams, from the command line on: two domains in one, and ids that users share."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.cli import main
from freshmark.contract.streams.stream import Stream
from freshmark.results.tables import Results
from freshmark.runs.catalogue.registry import load
from freshmark_datasets.transforms.anonymising import shared

MAGAZINES = "amazon-2018('Magazine_Subscriptions', path='{}/amazon-magazine')"
CARDS = "amazon-2018-5core('Gift_Cards', path='{}/amazon-giftcards-5core')"
TWEETS = "movietweetings(path='{}/movietweetings-100k/ratings.dat')"


def loaded(expression, folder):
    stream = load().build("streams", expression.replace("{}", str(folder))).load()
    assert isinstance(stream, Stream)
    return stream


def test_two_shops_in_one(shared_data):
    both = loaded(f"merge({MAGAZINES}, {CARDS}, domains=('magazines', 'cards'))", shared_data)
    assert (len(both), len(both.users), len(both.items)) == (89_689 + 2_972, 72_098 + 458 - 17, 2_428 + 148)
    assert both.about["merge matched"] == "17 users, 0 items"
    assert not both.repeats
    cards = loaded(CARDS, shared_data)
    of_cards = np.array([one.startswith("cards/") for one in both.items])[both.item]
    assert np.array_equal(both.time[of_cards], cards.time)
    assert np.array_equal(np.array(both.users)[both.user[of_cards]], np.array(cards.users)[cards.user])


@pytest.mark.parametrize("k", [2, 20])
def test_tweets_of_k_users_an_id(shared_data, k):
    stream, result = (loaded(one, shared_data) for one in (TWEETS, f"anonymise({TWEETS}, salt='s', k={k})"))
    group, told = shared(stream.user.astype(np.int64), stream.time, k)
    rows = np.flatnonzero(group >= 0)
    assert len(result.users) == len(stream.users) // k
    assert len(result) == len(rows)
    assert result.repeats
    behind = np.unique(np.stack([group[rows], stream.user[rows]]), axis=1)
    assert set(np.bincount(behind[0])) == {k}
    waited = told[rows] - stream.time[rows]
    assert 0 < np.median(waited[waited > 0]) < 86_400 * 1_000_000


def test_robots_among_the_tweets(shared_data):
    stream = loaded(f"clean({TWEETS}, per_minute=5, since='2013-03-01', until='2013-04-01')", shared_data)
    told = [int(part.split()[0].replace(",", "")) for part in stream.about["clean left out"].split(", ") if part]
    assert len(stream) + sum(told) == 100_000
    assert told[0] == 129


@pytest.mark.slow
def test_a_model_begins_with_one_shop_and_learns_both(shared_data, tmp_path):
    magazines = MAGAZINES.replace("')", "', rows=2000)")
    both = f"merge({magazines}, {CARDS}, domains=('magazines', 'cards'))"
    words = ["run", "-d", both, "-s", f"transfer(mf(dim=8), source={magazines})", "--every", "52w"]
    words = [word.replace("{}", str(shared_data)) for word in words]
    with pytest.raises(SystemExit) as left:
        main([*words, "--no-report", "-o", str(tmp_path / "run")])
    assert left.value.code == 0
    assert Results.open(tmp_path / "run").cells.status.tolist() == ["ok"]
