"""Updates that losses ask for, and labels that come late."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from freshmark import Outcomes, Strategy, stream_of
from freshmark.errors import UsageError
from freshmark.replay.loop import replay
from freshmark.replay.scheduling import agenda as agendas
from freshmark.replay.scheduling.detectors import detector_of, losses
from freshmark.replay.scheduling.schedule import Schedule
from freshmark.replay.timeline import Settings, Timeline
from hypothesis import given, settings
from hypothesis import strategies as st

SECOND = 1_000_000


class Alarm:
    """Rises at every n-th loss."""

    def __init__(self, n):
        self.n = n
        self.seen = []

    def rose(self, loss):
        self.seen.append(loss)
        return len(self.seen) % self.n == 0


@pytest.fixture
def alarm(monkeypatch):
    def make(n):
        monkeypatch.setattr(agendas, "detector_of", lambda name: Alarm(n))

    return make


def played(stream, strategy, every="drift()", delay="0s", **settings):
    line = Timeline(stream, Settings(probes=0, panel=0, **settings))
    return replay(line, strategy, Schedule.parse(every, delay)).tables


def test_an_update_is_due_just_after_the_event_whose_loss_rose(make_stream, counts, alarm):
    alarm(3)
    tables = played(make_stream(range(12), "a" * 12, "xyxyxyxyxyxy"), counts(), warmup=0.25)
    assert (tables["updates"]["live"] // SECOND).tolist() == [3, 6, 9]
    assert tables["updates"]["events"].tolist() == [3, 3, 3]


def test_a_tie_is_not_split_by_an_alarm_within_it(make_stream, counts, alarm):
    alarm(2)
    tables = played(make_stream([0, 1, 1, 1, 2, 3], "abcdef", "xyxyxy"), counts(), warmup=0.1)
    # The second loss rises at time 1, of which there are three events.
    assert (tables["updates"]["due"][1:] // SECOND).tolist() == [1, 2]
    assert tables["updates"]["events"].tolist() == [1, 3, 1]


def test_a_budget_ends_the_updates(make_stream, counts, alarm):
    alarm(2)
    tables = played(make_stream(range(20), "a" * 20, "xy" * 10), counts(), "budget(2)", warmup=0.1)
    assert len(tables["updates"]["due"]) == 1 + 2


def test_an_alarm_with_a_delay_answers_later_with_what_was_known(make_stream, counts, alarm):
    alarm(3)
    tables = played(make_stream(range(12), "a" * 12, "xy" * 6), counts(), delay="2s", warmup=0.25)
    assert (tables["updates"]["live"] // SECOND).tolist() == [3, 8, 11]
    assert tables["updates"]["events"].tolist() == [3, 3, 3]


@given(seed=st.integers(0, 10_000), n=st.integers(1, 9), label_delay=st.sampled_from(["0s", "7s"]))
@settings(max_examples=10)
def test_the_size_of_batches_changes_neither_alarms_nor_numbers(random_stream, counts, last_item, seed, n, label_delay):
    stream = random_stream(seed, 120)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agendas, "detector_of", lambda name: Alarm(n))
        for strategy in (counts, last_item):
            one, seven, many = (
                played(stream, strategy(), batch=batch, label_delay=label_delay) for batch in (1, 7, 4096)
            )
            for other in (seven, many):
                assert one["updates"]["due"].tolist() == other["updates"]["due"].tolist()
                assert one["outcomes"]["rank"].tobytes() == other["outcomes"]["rank"].tobytes()


def test_river_finds_a_planted_rise_and_no_fall():
    pytest.importorskip("river")
    draw = np.random.default_rng(0)
    for name in ("adwin", "page_hinkley"):
        detector = detector_of(name)
        levels = np.repeat([0.5, 0.2, 0.9], 2000) * draw.random(6000) * 2
        alarms = [place for place, loss in enumerate(np.minimum(levels, 1)) if detector.rose(float(loss))]
        assert alarms, name
        assert min(alarms) >= 4000, name
        assert min(alarms) < 4500, name


def test_a_detector_that_is_not_installed_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "river.drift", None)
    with pytest.raises(UsageError, match=r"freshmark\[drift\]"):
        detector_of("adwin")


def test_losses_lie_between_none_and_all():
    rank = losses(Outcomes("rank", rank=np.array([1.0, 3.0, np.inf])))
    assert rank.tolist() == [0.0, 0.5, 1.0]
    assert losses(Outcomes("click", prediction=np.array([0.25, 0.75]), label=np.zeros(2))).tolist() == [0.25, 0.75]
    assert losses(Outcomes("classify", prediction=np.array([0.25]))).tolist() == [0.75]
    assert losses(Outcomes("rate", prediction=np.array([3.5]), label=np.array([5.0]))).tolist() == [1.5]


class Given(Strategy):
    """Notes what it is given to learn and to see."""

    def __init__(self):
        self.learned = []
        self.seen = []

    def start(self, run):
        self.run = run

    def update(self, events):
        self.learned.append((events.time // SECOND).tolist())
        assert len(self.run.past) == sum(map(len, self.learned))
        assert (self.run.past[:].time // SECOND).tolist() == [t for part in self.learned for t in part]

    def observe(self, events):
        self.seen.append(events.label)

    def predict(self, query):
        return np.full(len(query), 0.5)


def click_stream(label_delay=None):
    return stream_of(
        name="clicks",
        task="click",
        time=np.arange(10) * SECOND,
        user=np.arange(10) % 2,
        item=np.zeros(10),
        label=np.arange(10) % 2.0,
        label_delay=label_delay,
    )


def test_labels_that_are_all_late_are_learned_late_from_the_warmup_on():
    strategy = Given()
    played(click_stream(), strategy, "2s", warmup=0.5, label_delay="3s")
    # At 5 the events of 0 and 1 are known; at 7 those before 4; at 9 those before 6.
    assert strategy.learned == [[0, 1], [2, 3], [4, 5]]


def test_late_labels_are_hidden_from_context():
    early, late = Given(), Given()
    played(click_stream(), early, "2s", warmup=0.5)
    played(click_stream(), late, "2s", warmup=0.5, label_delay="3s")
    assert all(label is not None for label in early.seen)
    assert late.seen
    assert all(label is None for label in late.seen)


def test_each_event_may_have_a_delay_of_its_own():
    delay = np.array([0, 6, 0, 0, 0, 0, 0, 0, 0, 0]) * SECOND
    strategy = Given()
    played(click_stream(delay), strategy, "2s", warmup=0.5)
    # The label of the event at 1 comes at 7, which is not before the boundary at 7.
    assert strategy.learned == [[0, 2, 3, 4], [5, 6], [1, 7, 8]]


def test_no_label_delay_is_no_delay(make_stream, counts):
    stream = make_stream(range(30), "ab" * 15, "x" * 12 + "y" * 18)
    plain = played(stream, counts(), "3s")["outcomes"]["rank"]
    assert played(stream, counts(), "3s", label_delay="0s")["outcomes"]["rank"].tolist() == plain.tolist()
    late = played(stream, counts(), "3s", label_delay="6s")["outcomes"]["rank"]
    assert late.tolist() != plain.tolist()


def test_a_label_delay_of_zero_in_a_column_changes_nothing(counts):
    draw = np.random.default_rng(0)
    columns: dict[str, Any] = {"time": np.sort(draw.integers(0, 50, 90)) * SECOND, "user": draw.integers(0, 5, 90)}
    items = draw.integers(0, 9, 90)
    one = stream_of(name="one", task="rank", item=items, **columns)
    two = stream_of(name="two", task="rank", item=items, label_delay=np.zeros(90, np.int64), **columns)
    ranks = [played(stream, counts(), "5s")["outcomes"]["rank"].tolist() for stream in (one, two)]
    assert ranks[0] == ranks[1]
