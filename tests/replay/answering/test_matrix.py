"""The matrix: its rows are real runs that stop learning, its diagonal is the run itself, and nothing is disturbed."""

from __future__ import annotations

import os
import signal
from typing import Any

import numpy as np
import pytest
from freshmark import Strategy
from freshmark.errors import PluginError, UsageError
from freshmark.replay.answering.matrix import block_starts
from freshmark.replay.loop import replay
from freshmark.replay.scheduling.agenda import Agenda, agenda_of
from freshmark.replay.scheduling.schedule import Schedule, Updates
from freshmark.replay.timeline import Settings, Timeline

BLOCKS = 4


def line_of(stream, **settings):
    chosen: dict[str, Any] = {"probes": 3, "panel": 4, "window": "4s"} | settings
    return Timeline(stream, Settings(**chosen))


def rows_of(tables):
    """(blocks + 1, events) ranks, and the block of each event."""
    table = tables["matrix"]
    rows = int(table["after"].max()) + 1
    return table["rank"].reshape(rows, -1), table["block"].reshape(rows, -1)[0]


class Gambler(Strategy):
    """Draws random numbers for every answer and update: any call too many would change what follows."""

    def start(self, run):
        self.rng = run.rng
        self.items = run.items

    def update(self, events):
        self.items = max(self.items, int(events.item.max(initial=-1)) + 1)
        self.taste = self.rng.random(self.items)

    def score(self, query):
        return self.taste[: self.items] + self.rng.permutation(self.items)[None].repeat(len(query), 0)


class Lister(Strategy):
    """Recommends everything it knows, newest first, and never looks at what was known when it is asked."""

    def update(self, events):
        self.items = max(getattr(self, "items", 0), int(events.item.max(initial=-1)) + 1)

    def recommend(self, query, k):
        return np.tile(np.arange(self.items)[::-1][:k], (len(query), 1))


def stopping(schedule, line, place):
    """The same updates, but none that goes live after this place."""
    updates = agenda_of(schedule, line).updates()
    kept = updates.live <= place
    return Agenda(Updates(updates.due[kept], updates.known[kept], updates.live[kept]), line.warm)


@pytest.mark.parametrize("every", ["3s", "7", "event", "never"])
@pytest.mark.parametrize("kind", ["counts", "last_item", "lister"])
def test_a_row_is_a_real_run_whose_updates_stop_there(request, random_stream, every, kind):
    build = Lister if kind == "lister" else request.getfixturevalue(kind)
    stream = random_stream(5)
    line, plain = line_of(stream, matrix=BLOCKS), line_of(stream)
    schedule = Schedule.parse(every)
    ranks, block = rows_of(replay(line, build(), schedule).tables)
    starts = block_starts(line, BLOCKS)
    for after, place in enumerate(starts):
        stopped = replay(plain, build(), schedule, agenda=stopping(schedule, plain, place))
        later = block > after
        assert ranks[after, later].tobytes() == stopped.tables["outcomes"]["rank"][later].tobytes()
    assert later.sum() == 0
    assert (np.diff(starts) > 0).all()


@pytest.mark.parametrize("every", ["3s", "event", "never", "drift(detector='page_hinkley')"])
def test_outcomes_and_lists_are_the_same_bytes_with_and_without_a_matrix(random_stream, counts, last_item, every):
    stream = random_stream(6)
    for build in (counts, last_item, Gambler):
        plain = replay(line_of(stream), build(), Schedule.parse(every), seed=3).tables
        with_rows = replay(line_of(stream, matrix=BLOCKS), build(), Schedule.parse(every), seed=3).tables
        assert set(with_rows) - set(plain) == {"matrix"}
        for name in ("outcomes", "lists", "panel"):
            assert {key: one.tobytes() for key, one in plain[name].items()} == {
                key: one.tobytes() for key, one in with_rows[name].items()
            }


def test_where_nothing_is_updated_every_row_ahead_is_the_run_itself(random_stream, counts):
    played = replay(line_of(random_stream(7), matrix=BLOCKS), counts(), Schedule.parse("never"))
    ranks, block = rows_of(played.tables)
    for after in range(BLOCKS):
        later = block > after
        assert ranks[after, later].tobytes() == played.tables["outcomes"]["rank"][later].tobytes()


def test_asked_again_a_model_that_does_not_move_answers_the_same(random_stream, counts):
    """Nothing is learned, so that what is asked again must be answered as before: candidates are those of then."""
    for repeats in (True, False):
        stream = random_stream(8, repeats=repeats)
        for build in (counts, Lister):
            played = replay(line_of(stream, matrix=BLOCKS), build(), Schedule.parse("never"))
            ranks, _ = rows_of(played.tables)
            for row in ranks:
                assert row.tobytes() == played.tables["outcomes"]["rank"].tobytes()


def test_asked_again_a_model_knows_what_it_has_learned_since(make_stream, counts):
    """The taste of the second half is another: at the end the first half's is half forgotten."""
    stream = make_stream(range(40), "u" * 40, "a" * 10 + "b" * 10 + "a" * 8 + "b" * 12)
    line = line_of(stream, matrix=2, window="1s", warmup=0.25)
    since = replay(line, counts(since_update=True), Schedule.parse("1"))
    ranks, block = rows_of(since.tables)
    # The last update saw a b: everything is answered with b, wherever it is asked.
    taken = since.tables["outcomes"]["rank"]
    assert (ranks[2] == np.where(stream.item[10:] == 1, 1.0, np.where(line.candidates[10:] == 1, 1, 2)))[1:].all()
    assert len(taken) == len(block)


def test_lists_with_items_that_came_later_are_no_fault_when_asked_again(random_stream):
    ranks, block = rows_of(replay(line_of(random_stream(9), matrix=BLOCKS), Lister(), Schedule.parse("3s")).tables)
    assert np.isfinite(ranks[BLOCKS]).any()
    assert not np.isnan(ranks).any()
    assert block.min() == 1


def test_a_strategy_with_context_is_not_asked_again(random_stream, last_item):
    ranks, block = rows_of(replay(line_of(random_stream(9), matrix=BLOCKS), last_item(), Schedule.parse("3s")).tables)
    for after in range(BLOCKS + 1):
        assert np.isnan(ranks[after]).tolist() == (block <= after).tolist()


def test_predictions_have_a_matrix_too(make_stream):
    class Rate(Strategy):
        rate = 0.5

        def update(self, events):
            self.rate = float(events.label.mean())

        def predict(self, query):
            return np.full(len(query), self.rate)

    stream = make_stream(range(40), "u" * 40, "a" * 40, task="click", label=np.repeat([0.0, 1.0, 0.0, 1.0], 10))
    played = replay(line_of(stream, matrix=2, window="10s", warmup=0.25), Rate(), Schedule.parse("10s"))
    table = played.tables["matrix"]
    assert set(table) == {"after", "block", "prediction"}
    # 30 events from second 10 on, windows of 10: blocks of 20 and 10 events. At 10, 20 and 30 s the last ten are known.
    rows = table["prediction"].reshape(3, 30)
    assert rows[0].tolist() == [0.0] * 30
    assert rows[1].tolist() == [0.0] * 30
    assert set(played.tables["outcomes"]["prediction"]) == {0.0, 1.0}


def test_there_are_never_more_blocks_than_windows(make_stream, counts):
    line = line_of(make_stream(range(20), "a" * 20, "x" * 20), matrix=99, window="7s")
    assert len(block_starts(line, 99)) == len(line.edges)
    assert set(replay(line, counts(), Schedule.parse("3s")).tables["matrix"]["block"]) == {1, 2}


def test_a_block_without_events_has_a_row_and_no_events(make_stream, counts):
    seconds = [*range(10), *range(10, 14), *range(30, 34)]
    line = line_of(make_stream(seconds, "a" * 18, "xy" * 9), matrix=6, window="4s", warmup=0.5)
    table = replay(line, counts(), Schedule.parse("1s")).tables["matrix"]
    rows = int(table["after"].max()) + 1
    assert rows == 7
    assert len(set(table["block"])) < rows - 1


def test_no_copy_is_made_where_none_is_asked_for(monkeypatch, random_stream, counts):
    def never() -> int:
        raise AssertionError("a copy was made")

    monkeypatch.setattr(os, "fork", never)
    assert "matrix" not in replay(line_of(random_stream(1)), counts(), Schedule.parse("3s")).tables


def test_on_a_gpu_a_matrix_is_refused_before_anything_is_learned(random_stream, counts):
    strategy = counts()
    with pytest.raises(UsageError, match="GPU") as caught:
        replay(line_of(random_stream(1), matrix=2), strategy, Schedule.parse("3s"), device="cuda")
    assert caught.value.code == "FM118"
    assert strategy.given == []


def test_what_a_copy_raises_is_raised_here_with_its_traceback(random_stream, counts: Any):
    here = os.getpid()

    class Shy(counts):
        def score(self, query):
            if os.getpid() != here:
                raise ValueError("not in a copy")
            return super().score(query)

    with pytest.raises(PluginError, match="ValueError: not in a copy") as caught:
        replay(line_of(random_stream(1), matrix=2), Shy(), Schedule.parse("3s"))
    assert "in score" in "".join(caught.value.__notes__)


def test_a_killed_copy_is_reported(random_stream, counts: Any):
    here = os.getpid()

    class Doomed(counts):
        def score(self, query):
            if os.getpid() != here:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().score(query)

    with pytest.raises(PluginError, match="killed by signal 9"):
        replay(line_of(random_stream(1), matrix=2), Doomed(), Schedule.parse("3s"))


def test_clocks_do_not_run_while_copies_answer(random_stream, counts):
    """A clock that counts its readings: with and without a matrix they are the same readings of the same calls."""

    def reading() -> tuple[Any, list[int]]:
        from freshmark.replay.measuring.meters import Clock  # noqa: PLC0415  (beside its only use)

        told: list[int] = []

        def now() -> int:
            told.append(len(told))
            return len(told) * 1000

        return Clock(now=now, cpu=lambda: 0), told

    stream = random_stream(2)
    seconds = []
    for blocks in (0, BLOCKS):
        clock, _ = reading()
        # Updates at every block's edge, so that no batch is cut by a block.
        played = replay(line_of(stream, matrix=blocks), counts(), Schedule.parse("4s"), clock=clock)
        seconds.append((played.summary["answer_seconds"], played.summary["update_seconds"]))
    assert seconds[0] == seconds[1]
