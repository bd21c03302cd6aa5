"""What a table says of items is known from its time on: no query sees it sooner, and no event either."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark import DataError, Strategy, UsageError, stream_of
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from freshmark_datasets.logs.item_table import item_table
from freshmark_datasets.transforms.derived import only
from freshmark_plugins.models.ranking.mf import MF
from freshmark_plugins.models.ranking.two_tower import TwoTower
from freshmark_plugins.strategies.retraining.frozen import Frozen

EVENTS, ITEMS, SECOND = 800, 40, 1_000_000


def log(task="rank"):
    draw = np.random.default_rng(0)
    time = np.sort(draw.integers(0, 600, EVENTS)) * SECOND  # many ties
    item = np.minimum(draw.integers(0, ITEMS, EVENTS), 2 + np.arange(EVENTS) // 15)
    label = None if task == "rank" else draw.integers(0, 2, EVENTS).astype(float)
    return stream_of(name="log", task=task, time=time, user=draw.integers(0, 20, EVENTS), item=item, label=label)


@pytest.fixture
def prices(tmp_path):
    """Each item has three prices, the price being the moment from which it is known, in seconds."""
    draw = np.random.default_rng(1)
    rows = [(item, known) for item in range(ITEMS + 5) for known in draw.choice(np.arange(1, 600), 3, replace=False)]
    path = tmp_path / "prices.csv"
    path.write_text("item,price,at,name\n" + "".join(f"{i},{t},{t},blue cup {i}\n" for i, t in draw.permutation(rows)))
    return path, rows


@pytest.mark.parametrize("task", ["rank", "click"])
def test_an_event_has_the_newest_value_that_a_query_after_it_may_see(prices, task):
    path, rows = prices
    stream = item_table(log(task), path=str(path), time="at", unit="s", numbers=["price"]).load()
    found = stream.features["item_numbers"][:, 0]
    for row in range(EVENTS):
        now, item = int(stream.time[row]) // SECOND, int(stream.items[int(stream.item[row])])
        known = [at for which, at in rows if which == item and (at <= now if task == "rank" else at < now)]
        assert found[row] == max(known, default=0)
    assert stream.owner("item_numbers") == "item"
    assert 0 < np.count_nonzero(found) < EVENTS


class Cheat(Strategy):
    """Reads whatever it can of the items: every price is the moment from which it is known."""

    def start(self, run):
        self.run, self.early, self.read = run, 0, 0

    def look(self, prices, now):
        self.read += int(np.count_nonzero(prices))
        self.early += int(np.count_nonzero(prices * SECOND > now))

    def update(self, events):
        self.look(events.features["item_numbers"][:, 0], int(events.time[-1]))

    def observe(self, events):
        self.update(events)

    def score(self, query):
        assert "item_numbers" not in query.features
        last = int(query.candidates.max())
        self.look(self.run.item_features["item_numbers"][:last, 0], int(query.time.max()) - 1)
        return np.zeros((len(query), last))


@pytest.mark.parametrize("batch", [1, 4096])
def test_a_cheat_reads_no_value_before_it_is_known(prices, batch):
    stream = item_table(log(), path=str(prices[0]), time="at", unit="s", numbers=["price"]).load()
    cheat = Cheat()
    replay(Timeline(stream, Settings(warmup=0.1, probes=5, batch=batch)), cheat, Schedule.parse("50s"))
    assert cheat.read > 100
    assert cheat.early == 0


def test_a_stream_that_is_cut_and_then_joined_is_the_joined_stream_cut(prices):
    def joined(stream):
        return item_table(stream, path=str(prices[0]), time="at", unit="s", numbers=["price"]).load()

    early = log().time < log().time[300]
    assert np.array_equal(
        joined(only(log(), early)).features["item_numbers"], joined(log()).features["item_numbers"][early]
    )


def test_a_table_without_times_is_known_by_item_from_its_first_event_on(tmp_path):
    path = tmp_path / "items.csv"
    path.write_text("id,price,brand,title\n1,10,acme,Blue cup\n0,20,acme,red cup\n77,5,none,never seen\n")
    options: dict[str, Any] = {"item": "id", "numbers": ["price"], "words": ["brand"], "text": "title", "buckets": 64}
    source = item_table(log(), path=str(path), **options)
    stream = source.load()
    table = {stream.items[code]: code for code in range(len(stream.items))}
    one, other, unknown = table["1"], table["0"], table["7"]
    assert stream.item_features["item_numbers"][[one, other, unknown], 0].tolist() == [10, 20, 0]
    words, bag = stream.item_features["item_words"][:, 0], stream.item_features["item_bag"]
    assert words[one] == words[other] != words[unknown]
    assert (bag[one].sum(), bag[other].sum(), bag[unknown].sum()) == (2, 2, 0)
    assert (bag[one] * bag[other]).sum() == 1  # cup
    path.write_text("id,price,brand,title\n1,11,acme,Blue cup\n")
    assert item_table(log(), path=str(path), **options).key != source.key
    path.write_text("id,price,brand,title\n1,11,acme,Blue cup\n1,12,acme,Blue cup\n")
    with pytest.raises(DataError, match="several rows"):
        item_table(log(), path=str(path), **options).load()


@pytest.mark.parametrize("options", [{}, {"numbers": ["price"], "buckets": 0}])
def test_a_table_of_nothing_is_refused(prices, options):
    with pytest.raises(UsageError):
        item_table(log(), path=str(prices[0]), **options)


def test_vectors_of_texts_find_items_that_no_update_has_brought(tmp_path):
    """Four groups of users and items; an embedding of each item's text says its group, half of the items are new."""
    draw = np.random.default_rng(2)
    events, groups, dim = 3_000, 4, 8
    user = draw.integers(0, 40, events)
    item = (draw.integers(0, 15, events) + 15 * (np.arange(events) > events // 2)) * groups + user % groups
    stream = stream_of(name="texts", task="rank", time=np.arange(events) * SECOND, user=user, item=item)
    centres = draw.normal(size=(groups, dim))
    vectors = centres[np.arange(120) % groups] + draw.normal(0, 0.1, (120, dim))
    names = [f"e{k}" for k in range(dim)]
    path = tmp_path / "vectors.csv"
    lines = [",".join(map(str, [i, *row])) for i, row in enumerate(vectors)]
    path.write_text("\n".join([",".join(["item", *names]), *lines]))
    stream = item_table(stream, path=str(path), numbers=names).load()

    def found(model):
        line = Timeline(stream, Settings(warmup=0.5, probes=0))
        ranks = replay(line, Frozen(model), Schedule.parse("never")).tables["outcomes"]["rank"]
        return float(np.mean(ranks[400:] <= 30))  # of 120 items, 30 are of the group of the user, half of them new

    recipe: dict[str, Any] = {"dim": 8, "loss": "softmax", "lr": 0.03, "epochs": 8}
    assert found(MF(**recipe)) == 0.0
    assert found(TwoTower(**recipe)) > 0.95
