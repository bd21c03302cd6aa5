"""Whose a feature is decides who sees it: a query of the task rank never shows one of the item."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark import DataError, Strategy, stream_of
from freshmark.contract.streams.prepared import open_stream, save_stream
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline

EVENTS, ITEMS = 2_000, 60


def priced(**of):
    """A log whose items have a price each, one price for each item; and an hour that says nothing of it."""
    draw = np.random.default_rng(0)
    item = draw.integers(0, ITEMS, EVENTS)
    return stream_of(
        name="priced",
        task="rank",
        time=np.arange(EVENTS, dtype=np.int64) * 1_000_000,
        user=draw.integers(0, 40, EVENTS),
        item=item,
        features={"price": (item * 3 + 1).astype(np.float32), "hour": (np.arange(EVENTS) // 150 % 24).astype(np.int32)},
        of=of,
    )


class PriceReader(Strategy):
    """A cheat: recommends the items that have the price that the query shows, wherever it is shown one."""

    def __init__(self):
        self.price = {}
        self.shown = set()

    def update(self, events):
        self.price |= dict(zip(events.item.tolist(), events.features["price"].tolist(), strict=True))

    def score(self, query):
        self.shown |= query.features.keys()
        known = int(query.candidates.max())
        price = np.array([self.price.get(item, -1.0) for item in range(known)])
        asked = query.features.get("price", np.zeros(len(query)))
        return (price[None, :] == asked[:, None]).astype(float)


def hit_rate(stream, strategy):
    ranks = replay(Timeline(stream, Settings(probes=5)), strategy, Schedule.parse("100s")).tables["outcomes"]["rank"]
    return float(np.mean(ranks <= 1))


def test_a_price_of_the_item_is_shown_to_no_query():
    cheat = PriceReader()
    assert hit_rate(priced(price="item", hour="context"), cheat) < 0.1
    assert cheat.shown == {"hour"}


def test_a_feature_of_a_rank_stream_is_the_items_unless_it_says_otherwise():
    cheat = PriceReader()
    assert hit_rate(priced(), cheat) < 0.1
    assert cheat.shown == set()


def test_the_same_price_given_as_context_would_be_the_answer_and_is_refused():
    for build in (lambda: priced(price="context"), lambda: replace(priced(), of={"price": "context"})):
        with pytest.raises(DataError) as refused:
            build()
        assert refused.value.code == "FM219"
    leaking = priced()
    object.__setattr__(leaking, "of", {"price": "context"})  # past the check, to see what it is for
    assert hit_rate(leaking, PriceReader()) == 1.0


@pytest.mark.parametrize("owner", ["context", "user"])
def test_what_the_user_or_the_moment_explains_is_no_leak(owner):
    draw = np.random.default_rng(1)
    user = draw.integers(0, 40, EVENTS)
    stream_of(
        name="honest",
        task="rank",
        time=np.arange(EVENTS, dtype=np.int64),
        user=user,
        item=user * 2 + draw.integers(0, 2, EVENTS),  # each item has one user
        features={"device": user % 7, "hour": np.arange(EVENTS) // 150},
        of={"device": owner, "hour": "context"},
    )


def with_context(item, column):
    draw = np.random.default_rng(3)
    return stream_of(
        name="context", task="rank", time=np.arange(EVENTS, dtype=np.int64), user=draw.integers(0, 40, EVENTS),
        item=item, features={"context": column}, of={"context": "context"},
    )  # fmt: skip


def test_an_hour_is_no_leak_though_each_item_is_asked_for_in_one_hour_alone():
    hour = np.arange(EVENTS) // 100
    with_context(hour * 3 + np.random.default_rng(4).integers(0, 3, EVENTS), hour)


def test_a_value_that_most_items_share_gives_no_item_away():
    item = np.random.default_rng(5).integers(0, ITEMS, EVENTS)
    with_context(item, (item % 10 == 0).astype(np.int32))
    with pytest.raises(DataError):
        with_context(item, (item % 10).astype(np.int32))


@pytest.mark.parametrize(("of", "what"), [({"cost": "item"}, "cost"), ({"price": "shop"}, "shop")])
def test_an_owner_or_a_feature_that_does_not_exist_is_refused(of, what):
    with pytest.raises(DataError, match=what):
        priced(**of)


class AttributeReader(Strategy):
    """Scores items by their attribute, and notes how many rows it could read."""

    def start(self, run):
        self.run = run
        self.rows = []

    def score(self, query):
        price = self.run.item_features["price"]
        self.rows.append((int(query.candidates[0]), len(price), int(query.candidates[-1])))
        return np.tile(price.astype(np.float64), (len(query), 1))


@pytest.mark.parametrize("on_disk", [False, True])
def test_attributes_are_those_of_the_items_seen_so_far(on_disk, tmp_path):
    stream = priced(price="item", hour="context")
    if on_disk:
        save_stream(stream, tmp_path)
        stream = open_stream(tmp_path)
    assert stream.owner("price") == "item"
    first = {int(item): row for row, item in reversed(list(enumerate(stream.item)))}
    ranks = []
    for batch in (1, 7, 4096):
        reader = AttributeReader()
        line = Timeline(stream, Settings(warmup=0.01, probes=0, batch=batch))
        ranks.append(replay(line, reader, Schedule.parse("500s")).tables["outcomes"]["rank"])
        assert all(begin <= rows <= end + 1 for begin, rows, end in reader.rows)
    assert np.array_equal(ranks[0], ranks[1])
    assert np.array_equal(ranks[0], ranks[2])
    table = reader.run.item_features
    assert table["price"][list(first)].tolist() == stream.features["price"][list(first.values())].tolist()


class BaseReader(AttributeReader):
    def score(self, query):
        assert self.run.item_features["price"].base is None
        return super().score(query)


def test_attributes_lead_nowhere_beyond_what_is_known():
    reader = BaseReader()
    replay(Timeline(priced(price="item"), Settings(warmup=0.01, probes=0)), reader, Schedule.parse("never"))
    assert reader.rows


def test_the_fingerprint_depends_on_whose_features_are():
    assert priced(price="item", hour="item").fingerprint == priced().fingerprint
    assert priced(hour="context").fingerprint != priced().fingerprint
