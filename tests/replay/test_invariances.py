"""What must not matter does not: names of users and items, where time begins and in what unit, what is never asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark import Strategy, stream_of
from freshmark.errors import DataError
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from hypothesis import given, settings
from hypothesis import strategies as st

few = settings(max_examples=25)  # each example is several replays
SETTINGS = Settings(warmup=0.2, window="40s", probes=2, panel=3, depth=5, top=3)
SECOND = 1_000_000


class Counts(Strategy):
    """Popularity by scores."""

    def __init__(self):
        self.counts = np.zeros(0)

    def update(self, events):
        size = max(len(self.counts), int(events.item.max(initial=-1)) + 1)
        self.counts = np.pad(self.counts, (0, size - len(self.counts))) + np.bincount(events.item, minlength=size)

    def score(self, query):
        return np.tile(self.counts, (len(query), 1))


class Newest(Counts):
    """The same by lists, of equals the item that came last first."""

    score = None

    def recommend(self, query, k):
        best = np.lexsort((-np.arange(len(self.counts)), -self.counts))
        return np.tile(best[:k], (len(query), 1))


class Habit(Counts):
    """Context: the item that the user had last comes first."""

    def __init__(self):
        super().__init__()
        self.last = {}

    def observe(self, events):
        self.last.update(zip(events.user.tolist(), events.item.tolist(), strict=True))

    def score(self, query):
        scores = super().score(query)
        for row, user in enumerate(query.user.tolist()):
            if self.last.get(user, len(self.counts)) < len(self.counts):
                scores[row, self.last[user]] = 1e6
        return scores


@st.composite
def logs(draw):
    """(seconds, users, items) of a small log with ties, newcomers and returns."""
    size = draw(st.integers(6, 40))
    steps = draw(st.lists(st.sampled_from([0, 0, 1, 7, 60]), min_size=size, max_size=size))
    seconds = np.cumsum(steps)
    if seconds[-1] == seconds[0]:
        seconds[-1] += 1
    users = draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
    items = draw(st.lists(st.integers(0, 8), min_size=size, max_size=size))
    return seconds, np.array(users), np.array(items)


def stream(seconds, users, items, *, repeats=True, scale=SECOND):
    return stream_of(name="log", task="rank", time=np.asarray(seconds) * scale, user=users, item=items, repeats=repeats)


def played(made, strategy=Counts, every="10s", delay="0s", how=SETTINGS):
    """The tables of a replay; None where the warm-up leaves nothing."""
    try:
        line = Timeline(made, how)
    except DataError:  # all that is left has one time
        return None
    return replay(line, strategy(), Schedule.parse(every, delay)).tables


def same(one, other, tables=("outcomes", "lists", "panel"), but=()):
    assert (one is None) == (other is None)
    for name in tables if one is not None else ():
        for column in one[name]:
            if column not in but:
                np.testing.assert_array_equal(one[name][column], other[name][column], f"{name}.{column}")


STRATEGIES = [Counts, Newest, Habit]


@pytest.mark.parametrize("strategy", STRATEGIES)
@few
@given(log=logs(), repeats=st.booleans(), shift=st.integers(-(10**9), 10**9))
def test_what_users_and_items_are_called_does_not_matter(strategy, log, repeats, shift):
    seconds, users, items = log
    named = stream(
        seconds, [f"ü{7 * user - 3}" for user in users], [str(shift - item) for item in items], repeats=repeats
    )
    same(played(stream(*log, repeats=repeats), strategy), played(named, strategy))


@pytest.mark.parametrize("strategy", STRATEGIES)
@few
@given(
    log=logs(), shift=st.integers(-3 * 10**9, 3 * 10**9), every=st.sampled_from(["10s", "1m", "3", "event", "never"])
)
def test_where_time_begins_does_not_matter_to_spans_and_counts(strategy, log, shift, every):
    seconds, users, items = log
    same(
        played(stream(*log), strategy, every),
        played(stream(seconds + shift, users, items), strategy, every),
        but=("time",),
    )


@few
@given(log=logs(), delay=st.sampled_from(["0s", "5s", "30s"]))
def test_in_what_unit_time_passes_does_not_matter_where_spans_pass_in_it_too(log, delay):
    slow = played(stream(*log, scale=60 * SECOND), every="10m", delay=delay.replace("s", "m"),
                  how=replace(SETTINGS, window="40m"))  # fmt: skip
    same(played(stream(*log), delay=delay), slow, but=("time", "age"))


@few
@given(log=logs())
def test_updating_after_each_event_and_after_one_are_one_schedule(log):
    same(played(stream(*log), every="event"), played(stream(*log), every="1"))


@few
@given(log=logs())
def test_a_schedule_longer_than_the_log_and_a_count_beyond_it_are_never(log):
    never = played(stream(*log), every="never")
    for every in ("365000d", "999999"):
        same(never, played(stream(*log), every=every), but=("age",))


@few
@given(log=logs(), delay=st.sampled_from(["1s", "20s", "300d"]))
def test_without_updates_a_delay_changes_nothing(log, delay):
    same(played(stream(*log), every="never"), played(stream(*log), every="never", delay=delay))


@pytest.mark.parametrize("strategy", STRATEGIES)
@few
@given(log=logs(), batch=st.integers(1, 9), probes=st.integers(0, 5), panel=st.integers(0, 4))
def test_batch_size_and_single_requests_change_nothing(strategy, log, batch, probes, panel):
    asked = replace(SETTINGS, batch=batch, probes=probes, panel=panel)
    same(played(stream(*log), strategy), played(stream(*log), strategy, how=asked), tables=("outcomes",))


@few
@given(log=logs(), repeats=st.booleans())
def test_events_after_the_last_time_change_no_earlier_outcome(log, repeats):
    seconds, users, items = log
    whole = stream(*log, repeats=repeats)
    if Timeline(whole, Settings(warmup=0.0)).end < 2:
        return
    first = played(whole, how=replace(SETTINGS, warmup=0.0))
    longer = stream(np.append(seconds, seconds[-1] + 1), np.append(users, 99), np.append(items, 99), repeats=repeats)
    second = played(longer, how=replace(SETTINGS, warmup=0.0))
    assert second["outcomes"]["rank"][:-1].tolist() == first["outcomes"]["rank"].tolist()
    assert second["outcomes"]["rank"][-1] == np.inf


@few
@given(log=logs())
def test_a_rank_lies_between_the_first_and_the_last_candidate_or_is_a_miss(log):
    made = stream(*log)
    tables = played(made)
    if tables is None:
        return
    line = Timeline(made, SETTINGS)
    rank, known = tables["outcomes"]["rank"], line.candidates[line.first :]
    cold = line.truth[line.first :] >= known
    assert (np.isinf(rank) == cold).all()
    assert ((rank[~cold] >= 1) & (rank[~cold] <= known[~cold])).all()
    assert (rank[~cold] * 2 % 1 == 0).all()


@few
@given(log=logs())
def test_lists_of_requests_hold_known_items_once_and_none_that_the_user_had_where_nothing_repeats(log):
    made = stream(*log, repeats=False)
    tables = played(made, Newest)
    if tables is None:
        return
    line = Timeline(made, SETTINGS)
    lists = np.stack(list(tables["lists"].values()), axis=1)
    for position, listed in zip(tables["latencies"]["position"], lists, strict=True):
        items = listed[listed >= 0].tolist()
        had = set(line.had_items[line.had_begin[position] : line.had_end[position]].tolist())
        assert len(set(items)) == len(items)
        assert all(item < line.candidates[position] for item in items)
        assert not had & set(items)
