"""Updates that take time: merged, late, replayable, and worth what the protocol says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark.errors import UsageError
from freshmark.replay.loop import replay
from freshmark.replay.measured_delay import delayed_by, measured_replay
from freshmark.replay.measuring.meters import Clock
from freshmark.replay.scheduling.agenda import Agenda
from freshmark.replay.scheduling.schedule import Schedule, Updates
from freshmark.replay.timeline import Settings, Timeline
from hypothesis import given
from hypothesis import strategies as st

SECOND = 1_000_000


class FakeClock:
    """Time passes by what updates say."""

    def __init__(self):
        self.nanoseconds = 0

    def clock(self):
        return Clock(now=lambda: self.nanoseconds, cpu=lambda: self.nanoseconds)


@pytest.fixture(scope="session")
def slow(counts: Any):
    def make(fake, seconds):
        class Slow(counts):
            def update(self, events):
                super().update(events)
                fake.nanoseconds += round(seconds * 1e9)

        return Slow

    return make


def line_of(stream, **settings):
    return Timeline(stream, Settings(**{"probes": 0, "panel": 0} | settings))


def in_seconds(updates):
    return [(int(due) // SECOND, int(known)) for due, known in zip(updates.due, updates.known, strict=True)]


def ten_second_updates(make_stream, seconds_each):
    """Events at every second from 0 to 99, boundaries at 40, 50 … 90, each update taking so long."""
    line = line_of(make_stream(range(100), "a" * 100, "x" * 100))
    updates = Schedule.parse("10s").updates(line.time, line.first)
    return line, updates, delayed_by(updates, np.full(len(updates), float(seconds_each)), line)


def test_short_updates_are_late_by_their_own_duration(make_stream):
    line, updates, delayed = ten_second_updates(make_stream, 3)
    assert delayed.due.tolist() == updates.due.tolist()
    assert (line.time[delayed.live] - delayed.due).tolist() == [3 * SECOND] * 6


def test_boundaries_within_a_running_update_are_merged_into_one_that_starts_when_it_is_live(make_stream):
    # The update due at 40 is live at 65. Those at 50 and 60 are merged, start at 65 knowing 65 events, live at 90;
    # those at 70, 80 and 90 are merged, start at 90, and would be live after the last event.
    _, _, delayed = ten_second_updates(make_stream, 25)
    assert in_seconds(delayed) == [(40, 40), (65, 65)]


def test_a_merged_update_takes_as_long_as_the_last_that_it_merges(make_stream):
    line = line_of(make_stream(range(100), "a" * 100, "x" * 100))
    updates = Schedule.parse("10s").updates(line.time, line.first)
    delayed = delayed_by(updates, np.array([25.0, 1, 2, 3, 4, 5]), line)
    # 40 → 65; 50 and 60 merge, start at 65 and take 2; then 70, 80, 90 as they are.
    assert in_seconds(delayed) == [(40, 40), (65, 65), (70, 70), (80, 80), (90, 90)]
    assert line.time[delayed.live].tolist() == [65 * SECOND, 67 * SECOND, 73 * SECOND, 84 * SECOND, 95 * SECOND]


@given(st.integers(0, 10_000), st.floats(0.01, 40))
def test_no_two_updates_are_under_way_at_once(random_stream, seed, most):
    line = line_of(random_stream(seed))
    updates = Schedule.parse("4s").updates(line.time, line.first)
    seconds = np.random.default_rng(seed).random(len(updates)) * most
    delayed = delayed_by(updates, seconds, line)
    assert (np.diff(delayed.known) > 0).all()
    # Live is the first event at or after the end; the next must not start before that end.
    assert (delayed.due[1:] > delayed.due[:-1]).all()
    assert (line.time[np.maximum(delayed.live[:-1] - 1, 0)] <= delayed.due[1:]).all()
    assert (line.time[delayed.live] >= delayed.due).all()


def test_updates_that_take_no_time_cost_nothing(random_stream, counts):
    line = line_of(random_stream(3))
    result = measured_replay(line, counts, Schedule.parse("5s", "measured"), durations=None, clock=FakeClock().clock())
    outcomes = result.tables["outcomes"]
    assert outcomes["rank"].tobytes() == outcomes["free_rank"].tobytes()


def test_a_slow_update_costs_what_the_protocol_predicts(make_stream, counts, slow):
    """A planted duration, and the same delay computed by hand: the outcomes are equal, so every metric is."""
    # What is taken changes every 20 s, so that who learns late answers wrongly for longer.
    taken = "".join("abcdefghijklmnop"[second // 20 % 16] for second in range(300))
    line = line_of(make_stream(range(300), "u" * 300, taken))
    fake = FakeClock()

    def build():
        return slow(fake, 2.0)(since_update=True)

    served = measured_replay(line, build, Schedule.parse("5s", "measured"), clock=fake.clock())
    by_hand = replay(line, counts(since_update=True), Schedule.parse("5s", "2s")).tables["outcomes"]["rank"]
    free = replay(line, counts(since_update=True), Schedule.parse("5s")).tables["outcomes"]["rank"]
    outcomes = served.tables["outcomes"]
    assert outcomes["rank"].tobytes() == by_hand.tobytes()
    assert outcomes["free_rank"].tobytes() == free.tobytes()
    # Of the 20 s of each item, one who learns at once is wrong until the boundary, the other 2 s longer.
    assert (outcomes["rank"] == 1).mean() < (free == 1).mean()


def test_the_scale_sets_this_machine_against_the_clock_of_the_stream(random_stream, slow):
    line = line_of(random_stream(3))
    fake, other = FakeClock(), FakeClock()
    one = measured_replay(line, slow(fake, 2.0), Schedule.parse("5s", "measured"), clock=fake.clock())
    many = measured_replay(line, slow(other, 0.02), Schedule.parse("5s", "measured*100"), clock=other.clock())
    assert one.tables["outcomes"]["rank"].tobytes() == many.tables["outcomes"]["rank"].tobytes()


def test_recorded_durations_give_the_same_bytes_on_a_slower_machine(random_stream, slow):
    line = line_of(random_stream(5))
    fast, slower = FakeClock(), FakeClock()
    schedule = Schedule.parse("5s", "measured")
    first = measured_replay(line, slow(fast, 2.0), schedule, clock=fast.clock())
    again = measured_replay(
        line, slow(slower, 9.0), schedule, durations=first.tables["durations"], clock=slower.clock()
    )
    for name, column in first.tables["outcomes"].items():
        assert again.tables["outcomes"][name].tobytes() == column.tobytes()
    assert again.tables["durations"]["seconds"].tolist() == first.tables["durations"]["seconds"].tolist()


def test_durations_of_other_updates_are_refused(random_stream, counts):
    line = line_of(random_stream(5))
    other = {"due": np.array([1, 2]), "seconds": np.array([1.0, 1.0])}
    with pytest.raises(UsageError, match="same cell"):
        measured_replay(line, counts, Schedule.parse("5s", "measured"), durations=other)


def test_where_losses_decide_a_delay_cannot_be_measured():
    with pytest.raises(UsageError, match="give a duration"):
        Schedule.parse("drift()", "measured")


def test_a_delay_that_is_not_measured_needs_one_pass(random_stream, counts):
    with pytest.raises(UsageError, match="not measured"):
        measured_replay(line_of(random_stream(5)), counts, Schedule.parse("5s", "2s"))


def test_measured_delays_are_written_in_one_way():
    assert Schedule.parse("1d", "measured*1").delay == "measured"
    assert Schedule.parse("1d", "measured*60.0").delay == "measured*60"
    assert Schedule.parse("1d", "0").delay == "0s"


def test_an_agenda_may_be_given(random_stream, counts):
    line = line_of(random_stream(5))
    none = Updates(*(np.empty(0, np.int64) for _ in range(3)))
    given_none = replay(line, counts(), Schedule.parse("event"), agenda=Agenda(none, line.warm))
    never = replay(line, counts(), Schedule.parse("never"))
    assert given_none.tables["outcomes"]["rank"].tobytes() == never.tables["outcomes"]["rank"].tobytes()
