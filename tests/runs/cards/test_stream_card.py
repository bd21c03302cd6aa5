"""The card of a stream: what it counts, what it concludes, and that a window never counts itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark.contract.streams.raw_columns import stream_of
from freshmark.errors import DataError
from freshmark.runs.cards.stream_card import FEWEST, _top, card_of
from freshmark_datasets.logs.file import file
from freshmark_datasets.published import EntryLoader
from freshmark_datasets.published.entries import ENTRIES
from freshmark_datasets.published.images import digits
from freshmark_datasets.simulators.clicks.click_stream import clicks
from freshmark_datasets.simulators.interactions.drift import drift

DAY = 86_400_000_000


def built(items, *, days=None, users=None, task="rank", label=None):
    """A stream of these items, so many days from first to last."""
    time = np.linspace(0, (days or len(items)) * DAY, len(items)).astype(np.int64)
    return stream_of(name="s", task=task, time=time, user=users, item=np.asarray(items), label=label)


def random_items(n, seed=0, items=40):
    return np.random.default_rng(seed).integers(0, items, n)


def by_hand(stream, warmup=0.3):
    """(3,) HR@10 of popularity, frozen, all, last week: written as one would say it, a list a week."""
    time, item = np.asarray(stream.time), np.asarray(stream.item)
    first = int(warmup * len(time))
    while time[first] == time[first - 1]:
        first += 1
    hits = []
    for begin in range(int(time[first]), int(time[-1]) + 1, 7 * DAY):
        inside = (time >= begin) & (time < begin + 7 * DAY)
        past = time < begin
        week = past & (time >= begin - 7 * DAY)
        histories = (np.arange(len(time)) < first, past, week)
        hits += [[item[row] in best(item[part]) for part in histories] for row in np.flatnonzero(inside)]
    return np.mean(hits, axis=0)


def best(items):
    codes, counts = np.unique(items, return_counts=True)
    return codes[np.lexsort((codes, -counts))][:10]


def test_the_three_numbers_are_what_one_would_count_by_hand():
    stream = built(random_items(600), days=200)
    card = card_of(stream)
    assert card.span == "1w"
    np.testing.assert_allclose(card.overall, by_hand(stream), atol=1e-12)


def test_of_equal_items_the_older_stands_first():
    assert sorted(_top(np.array([1] * 12))) == list(range(10))
    assert sorted(_top(np.array([1, 2, 1, 0, 3, 1, 1, 1, 1, 1, 1, 1, 2]))) == [0, 1, 2, 4, 5, 6, 7, 8, 9, 12]


def test_items_that_never_occurred_are_not_among_the_ten():
    assert _top(np.array([0, 0, 2])).tolist() == [2]
    assert _top(np.array([0] * 20 + [1])).tolist() == [20]


def test_cutting_a_stream_changes_no_window_before_the_cut():
    stream = built(random_items(2_000), days=400)
    items = np.asarray(stream.item).copy()
    whole = card_of(stream, warmup=0.1)
    cut = int(np.searchsorted(stream.time, whole.begin[20]))
    changed = card_of(replace(stream, item=np.append(items[:cut], np.zeros(len(items) - cut, np.int64))), warmup=0.1)
    for name in ("value", "new_users", "new_items", "events"):
        assert np.array_equal(getattr(whole, name)[:20], getattr(changed, name)[:20])


def test_what_is_new_was_not_there_before_the_window():
    items = [0] * 400 + list(range(1, 201))
    card = card_of(built(items, days=200, users=items))
    assert card.new_items[0] == 0
    assert card.new_items[-1] == 1
    assert np.array_equal(card.new_items, card.new_users)


def test_a_stream_of_one_distribution_has_the_turnover_of_its_shuffled_copy():
    card = card_of(built(random_items(20_000), days=200))
    assert card.turnover.mean() == pytest.approx(card.shuffled.mean(), rel=0.1)
    assert not card.drifts
    assert card.pays is False


def test_items_that_come_and_go_turn_over_and_pay():
    n = 5_000
    items = np.arange(n) // 20 + random_items(n, items=20)
    card = card_of(built(items, days=200))
    assert card.drifts
    assert card.pays is True
    assert card.gain("last")[0] > 0.2


@pytest.mark.parametrize(
    ("source", "drifts", "pays"),
    [
        (lambda: drift("null"), False, False),
        (lambda: drift("small"), True, True),
        (clicks, False, False),
        (lambda: clicks("prior"), True, True),
        (lambda: digits("classes"), True, True),
    ],
)
def test_simulated_streams_are_marked(source, drifts, pays):
    card = card_of(source().load())
    assert (card.drifts, card.pays) == (drifts, pays)


def test_log_loss_of_a_rate_is_that_of_the_label_shares():
    label = np.array([0.0, 1.0] * 500)
    card = card_of(built([0] * 1_000, days=200, task="click", label=label))
    np.testing.assert_allclose(card.overall, np.log(0.5), atol=0.01)
    assert card.overall[0] > card.overall[2]  # fewer labels, worse shares


def test_squared_error_of_a_constant_rating_is_nought():
    card = card_of(built([0] * 100, days=100, task="rate", label=np.full(100, 3.0)))
    assert np.array_equal(card.overall, np.zeros(3))


def test_a_short_stream_has_shorter_windows_and_a_window_can_be_chosen():
    stream = built(random_items(500), days=30)
    assert card_of(stream).span == "1d"
    assert len(card_of(stream).begin) >= FEWEST
    assert card_of(stream, window="1w").span == "1w"


def test_windows_without_events_are_left_out_and_the_newest_before_them_counts_as_last():
    time = np.concatenate([np.arange(100), np.arange(300, 400)]) * DAY
    items = np.concatenate([np.zeros(100), np.ones(100)])
    stream = stream_of(name="s", task="rank", time=time, item=items)
    card = card_of(stream, window="1w")
    assert (card.events > 0).all()
    assert card.events.sum() == 140
    assert card.value[-1].tolist() == [0.0, 1.0, 1.0]


def test_fewer_windows_than_an_interval_needs_give_none():
    card = card_of(built(random_items(50), days=30), window="1w")
    assert card.pays is None


def test_nothing_left_to_test_is_an_error():
    with pytest.raises(DataError, match="nothing is left"):
        card_of(stream_of(name="s", task="rank", time=np.zeros(5, np.int64), item=np.arange(5)))


def test_real_streams_have_the_popularity_that_is_stated_of_them(shared_data):
    """Frozen and all so far. The third stated number depends on the day a week begins with, and is not compared."""
    tweets = card_of(EntryLoader(ENTRIES["movietweetings"])(path=shared_data / "movietweetings-100k").load())
    np.testing.assert_allclose(tweets.overall[:2], [0.046, 0.094], atol=0.002)
    commits = card_of(file(shared_data / "gitlog-pyg" / "gitlog_pyg_author_file.csv.gz").load())
    np.testing.assert_allclose(commits.overall[:2], [0.048, 0.113], atol=0.002)
    np.testing.assert_allclose([tweets.overall[2], commits.overall[2]], [0.2004, 0.1182], atol=1e-3)
