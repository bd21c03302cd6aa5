from __future__ import annotations

import gc
import multiprocessing
import time
from itertools import count
from typing import Any

import numpy as np
import pytest
from freshmark import Strategy, stream_of
from freshmark.contract.windows import WINDOW_COLUMNS
from freshmark.errors import PluginError
from freshmark.replay.loop import replay
from freshmark.replay.measuring.meters import (
    Clock,
    CollectorMeter,
    MemoryMeter,
    StateMeter,
    Stopwatch,
    growth_per_million,
    resident_bytes,
)
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline

MEGA = 1024**2


class FakeClock:
    """Time that passes only when somebody says so."""

    def __init__(self):
        self.nanoseconds = 0

    def pass_seconds(self, seconds):
        self.nanoseconds += round(seconds * 1e9)

    def clock(self):
        return Clock(now=lambda: self.nanoseconds, cpu=lambda: self.nanoseconds // 2)


class Planted(Strategy):
    """Takes exactly these seconds a call."""

    def __init__(self, fake, *, fit=0.0, update=0.0, score=0.0, observe=0.0):
        self.fake = fake
        self.seconds = {"fit": fit, "update": update, "score": score, "observe": observe}

    def fit(self, history):
        self.fake.pass_seconds(self.seconds["fit"])

    def update(self, events):
        self.fake.pass_seconds(self.seconds["update"])

    def observe(self, events):
        self.fake.pass_seconds(self.seconds["observe"])

    def score(self, query):
        self.fake.pass_seconds(self.seconds["score"])
        return np.zeros((len(query), 1))


def measured(stream, every="event", **seconds):
    fake = FakeClock()
    strategy = Planted(fake, **seconds)
    line = Timeline(stream, Settings(probes=3, window="5s"))
    return replay(line, strategy, Schedule.parse(every), clock=fake.clock())


def test_the_clock_hugs_the_call_it_times(make_stream):
    result = measured(make_stream(range(20), "a" * 20, "x" * 20), fit=5.0, update=0.05, score=0.01, observe=3.0)
    updates, latencies = result.tables["updates"], result.tables["latencies"]
    assert updates["seconds"].tolist() == pytest.approx([5.0, *[0.05] * 13])
    assert latencies["seconds"].tolist() == pytest.approx([0.01] * 9)
    assert result.summary["update_seconds"] == pytest.approx(13 * 0.05)
    assert result.summary["answer_seconds"] == pytest.approx(14 * 0.01)
    assert result.summary["fit_seconds"] == pytest.approx(5.0)
    assert result.summary["update_cpu_seconds"] == pytest.approx(13 * 0.025)


def test_windows_share_out_what_updates_cost(make_stream):
    windows = measured(make_stream(range(20), "a" * 20, "x" * 20), update=0.05).tables["windows"]
    assert windows["events"].tolist() == [5, 5, 4]
    assert windows["updates"].tolist() == [4, 5, 4]
    assert windows["update_seconds"].tolist() == pytest.approx([0.2, 0.25, 0.2])


def test_first_calls_are_marked(make_stream):
    tables = measured(make_stream(range(20), "a" * 20, "x" * 20)).tables
    assert tables["updates"]["fit"].tolist() == [True] + [False] * 13
    assert tables["updates"]["first"].tolist() == [False, True] + [False] * 12
    assert tables["latencies"]["first"].tolist() == [True] + [False] * 8


def test_a_planted_sleep_of_50_ms_is_measured(make_stream):
    class Sleepy(Strategy):
        def update(self, events):
            time.sleep(0.05)

        def score(self, query):
            return np.zeros((len(query), 1))

    line = Timeline(make_stream(range(12), "a" * 12, "x" * 12), Settings(probes=0, panel=0))
    table = replay(line, Sleepy(), Schedule.parse("event")).tables["updates"]
    # A sleep is never shorter than asked for; how much longer the machine makes it is not ours to assert.
    assert table["seconds"].min() >= 0.05
    assert table["cpu_seconds"].max() < 0.05


def test_cpu_of_short_calls_is_sampled_and_scaled():
    fake = FakeClock()
    reads = count()
    clock = Clock(now=lambda: fake.nanoseconds, cpu=lambda: next(reads) * 0 + fake.nanoseconds // 4)
    watch = Stopwatch(clock)
    for _ in range(160):
        watch.time(fake.pass_seconds, 1e-4)
    assert next(reads) == 2 * 10
    assert watch.seconds == pytest.approx(0.016)
    assert watch.cpu_seconds == pytest.approx(0.004)


def in_own_process(target, *arguments):
    """What the function sends, run in a fresh process."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=target, args=(theirs, *arguments))
    process.start()
    theirs.close()
    answer = ours.recv()
    process.join()
    return answer


def spike(pipe, megabytes):
    meter = MemoryMeter()
    meter.begin()
    block = np.ones(megabytes * MEGA, np.uint8)
    time.sleep(0.005)
    del block
    pipe.send(meter.peak_bytes())


def test_a_spike_of_300_mb_for_5_ms_is_reported_as_300_mb():
    assert in_own_process(spike, 300) == pytest.approx(300 * MEGA, rel=0.05)


def test_a_cell_of_a_large_parent_does_not_inherit_its_memory():
    ballast = np.ones(800 * MEGA, np.uint8)
    assert in_own_process(spike, 1) < 30 * MEGA
    assert ballast[-1] == 1


def test_the_memory_that_a_cell_begins_with_is_not_its_own():
    ballast = np.ones(100 * MEGA, np.uint8)
    meter = MemoryMeter()
    meter.begin()
    assert meter.peak_bytes() < 30 * MEGA
    assert meter.start_bytes > ballast.nbytes
    assert resident_bytes() > ballast.nbytes


def replay_large_state(pipe, megabytes):
    class Large(Strategy):
        def __init__(self):
            self.table = np.zeros((megabytes * 1024, 1024), np.uint8)

        def update(self, events):
            self.table[:] = len(events)

        def score(self, query):
            return np.zeros((len(query), 1))

        def state(self):
            return {"table": self.table}

    stream = stream_of(name="s", task="rank", time=np.arange(20) * 10**6, user=np.zeros(20), item=np.zeros(20))
    line = Timeline(stream, Settings(probes=0, panel=0, window="2s"))
    replay(line, Large(), Schedule.parse("never"))  # compiles the kernels, which is no strategy's memory either
    result = replay(line, Large(), Schedule.parse("3s"))
    changed = result.tables["windows"]["changed_bytes"]
    pipe.send((result.summary["peak_rss_bytes"], result.summary["state_bytes"], float(np.nanmax(changed))))


def test_the_copy_that_shows_what_an_update_changed_is_not_counted_as_memory_of_the_strategy():
    peak, state, changed = in_own_process(replay_large_state, 120)
    assert state == changed == 120 * MEGA
    assert peak == pytest.approx(120 * MEGA, rel=0.1)


def test_a_steady_leak_shows_as_bytes_per_million_events():
    events = np.arange(1, 31) * 1000.0
    rss = 5e8 + events * 1000 + np.random.default_rng(0).normal(0, 1e4, 30)
    assert growth_per_million(events, rss) == pytest.approx(1e9, rel=0.1)


def test_one_window_has_no_slope():
    assert np.isnan(growth_per_million(np.array([5.0]), np.array([1e8])))


def test_pauses_of_the_collector_are_counted():
    with CollectorMeter(Clock()) as meter:
        assert meter.seconds == 0.0
        gc.collect()
        assert meter.seconds > 0.0
    after = meter.seconds
    gc.collect()
    assert meter.seconds == after


def test_changed_bytes_count_what_differs_and_what_is_new():
    state = {"table": np.zeros((10, 4), np.float32), "steps": np.array(3)}
    meter = StateMeter(lambda: state)
    assert meter.total_bytes() == 160 + 8
    meter.before_update()
    state["table"] = np.vstack([state["table"], np.zeros((2, 4), np.float32)])
    state["table"][3, 1] = 1.0
    state["steps"] = np.array(4)
    state["bias"] = np.zeros(5)
    assert meter.changed_bytes() == 4 + 2 * 16 + 8 + 40


def test_an_update_that_changes_nothing_changes_no_bytes():
    state = {"table": np.ones(10)}
    meter = StateMeter(lambda: state)
    meter.before_update()
    assert meter.changed_bytes() == 0


def test_a_state_too_large_to_copy_is_not_guessed_at(monkeypatch):
    monkeypatch.setattr("freshmark.replay.measuring.meters.LARGEST_SNAPSHOT", 10)
    meter = StateMeter(lambda: {"table": np.ones(10)})
    meter.before_update()
    assert np.isnan(meter.changed_bytes())


def test_meters_of_plugins_become_columns_and_receive_windows(make_stream, counts):
    class Reading:
        def begin(self):
            self.windows = 0

        def window(self):
            self.windows += 1
            return {"readings": float(self.windows)}

    told: list[Any] = []
    line = Timeline(make_stream(range(20), "a" * 20, "x" * 20), Settings(probes=0, panel=0, window="5s"))
    result = replay(line, counts(), Schedule.parse("event"), meters={"mine": Reading()}, on_window=told.append)
    assert result.tables["windows"]["readings"].tolist() == [1.0, 2.0, 3.0]
    assert [row["window"] for row in told] == [0, 1, 2]


@pytest.mark.parametrize("taken", ["events", "coverage"])
def test_a_meter_may_not_use_the_name_of_a_column(make_stream, counts, taken):
    class Reading:
        def begin(self):
            pass

        def window(self):
            return {taken: 1.0}

    line = Timeline(make_stream(range(20), "a" * 20, "x" * 20), Settings(probes=0, panel=0, window="5s"))
    with pytest.raises(PluginError, match=f"meter 'mine' gives '{taken}'"):
        replay(line, counts(), Schedule.parse("event"), meters={"mine": Reading()})


def test_a_number_that_a_meter_gives_in_some_windows_only_is_missing_in_the_others(make_stream, counts):
    class Reading:
        def begin(self):
            self.windows = 0

        def window(self):
            self.windows += 1
            return {"readings": 1.0} if self.windows == 2 else {}

    line = Timeline(make_stream(range(20), "a" * 20, "x" * 20), Settings(probes=0, panel=0, window="5s"))
    table = replay(line, counts(), Schedule.parse("event"), meters={"mine": Reading()}).tables["windows"]
    assert np.nan_to_num(table["readings"], nan=-1).tolist() == [-1, 1, -1]
    assert set(table) - {"readings"} == WINDOW_COLUMNS
