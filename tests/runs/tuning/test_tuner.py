"""Every row gets the same budget, on the tail of the warm-up; no test event is touched; what was tried is kept."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite

import numpy as np
import pytest
from freshmark import stream_of
from freshmark.replay.timeline import Settings, Timeline
from freshmark.runs.catalogue.registry import load
from freshmark.runs.executors.trial import try_values
from freshmark.runs.jobs import JobResult, RunState
from freshmark.runs.plan.plan import Plan
from freshmark.runs.store.prepared_streams import save
from freshmark.runs.store.run_store import Planned, Store
from freshmark.runs.tuning.suggestions import RANDOM_TRIALS
from freshmark.runs.tuning.tuner import Tuner

PLUGIN = '''
from typing import Annotated

import numpy as np
from freshmark import Search, Strategy, UsageError, hookimpl


class Recent(Strategy):
    """Rank by counts that fade: ``fade`` is the share that is left after each event."""

    draws = False

    def __init__(self, fade: Annotated[float, Search(0.5, 1.0)] = 1.0, *, broken: bool = False):
        self.fade, self.broken, self.counts = fade, broken, np.zeros(50)

    def update(self, events):
        if self.broken and self.fade < 0.9:
            raise ValueError("on purpose")
        for item in events.item:
            self.counts *= self.fade
            self.counts[item] += 1

    def score(self, query):
        return np.tile(self.counts, (len(query), 1))


class Spy(Recent):
    """Writes down the newest time that it was ever given, and reaches for the files of its stream."""

    def __init__(self, fade: Annotated[float, Search(0.5, 1.0)] = 1.0, *, mark: str):
        super().__init__(fade)
        self.mark = mark

    def start(self, run):
        self.past = run.past

    def update(self, events):
        super().update(events)
        with open(self.mark, "a") as file:
            file.write(f"{max(events.time.max(), self.past[:].time.max())}\\n")

    def score(self, query):
        with open(self.mark, "a") as file:
            file.write(f"{query.time.max()}\\n")
        return super().score(query)


@hookimpl
def register_strategies():
    return {"recent": Recent, "spy": Spy}
'''
SETTINGS = Settings(probes=0, panel=0)


class InThisProcess:
    """An executor without processes. ``stop``: the number of trials after which the user interrupts."""

    def __init__(self, stop: int = 10**6):
        self.done, self.stop = 0, stop

    def __enter__(self):
        return self

    def __exit__(self, *failure): ...

    def run(self, jobs, *, started, ended, state=lambda: RunState.RUNNING):
        for job in jobs:
            started(job)
            if self.done == self.stop:
                raise KeyboardInterrupt
            self.done += 1
            try:
                result = JobResult(status="ok", result=try_values(job, lambda _: None))
            except Exception as error:  # noqa: BLE001  (as a worker reports it)
                result = JobResult(status="failed", reason=str(error), seconds=1.0)
            ended(job, result)


@pytest.fixture(autouse=True)
def _extra():
    pytest.importorskip("optuna", reason="tuning is an extra")


@pytest.fixture
def plugin(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(PLUGIN)
    return path


def moving(events=600, *, poisoned=False):
    """Items whose popularity moves; poisoned: with everything drawn anew from the first test event on."""
    draw = np.random.default_rng(5)
    at = np.arange(events)
    item = (draw.geometric(0.3, events) + at // 40) % 50
    user = at % 9
    if poisoned:
        first = Timeline(moving(events), SETTINGS).first
        draw = np.random.default_rng(6)
        item, user = item.copy(), user.copy()
        item[first:] = draw.integers(0, 50, events - first)
        user[first:] = draw.integers(0, 30, events - first)
    return stream_of(name="moving", task="rank", time=at * 3_600_000_000, user=user, item=item)


def tuned(tmp_path, plugin, *strategies, name="run", tune="8", every=("1d",), executor=None, **options):
    """The strategies that were chosen, and the trials of the first row, without durations."""
    stream = options.pop("stream", None) or moving()
    folder = save(stream, tmp_path / "cache")
    plan = Plan(("moving",), strategies, every=every, tune=tune, settings=SETTINGS, plugins=(plugin,), **options)
    record = {"name": "moving", "folder": str(folder), "task": stream.task, "fingerprint": stream.fingerprint}
    with Store(tmp_path / name) as store:
        tuner = Tuner(
            plan, load([plugin]), store, executor or InThisProcess(),
            records={plan.streams[0]: record}, codes=dict.fromkeys(plan.strategies, "code"), say=said.append,
        )  # fmt: skip
        chosen = tuner.chosen()
        rows = [store.tunings.trials(row.key) for row in tuner._rows]
    timeless = [[{**asdict(one), "seconds": 0, "cpu_seconds": 0} for one in trials] for trials in rows]
    return list(chosen.values()), timeless


said: list[str] = []


def test_the_defaults_are_trial_0_and_the_choice_is_never_worse_on_the_tail(tmp_path, plugin):
    (chosen,), (trials,) = tuned(tmp_path, plugin, "recent()")
    assert len(trials) == 8
    assert (trials[0]["values"], trials[0]["expression"], trials[0]["state"]) == ({}, "recent()", "ok")
    whole = [one for one in trials if one["state"] == "ok"]
    best = max(whole, key=lambda one: one["value"])
    assert chosen == best["expression"] != "recent()"
    assert best["value"] > trials[0]["value"]


def test_no_test_event_is_touched_whatever_they_hold_the_choice_is_the_same_bit_for_bit(tmp_path, plugin):
    clean = tuned(tmp_path, plugin, "recent()", name="clean")
    poisoned = tuned(tmp_path, plugin, "recent()", name="poisoned", stream=moving(poisoned=True))
    assert moving(poisoned=True).fingerprint != moving().fingerprint
    assert clean == poisoned


def test_no_strategy_is_given_or_asked_anything_after_the_warm_up(tmp_path, plugin):
    mark = tmp_path / "mark"
    tuned(tmp_path, plugin, f"spy(mark='{mark}')", tune="2")
    line = Timeline(moving(), SETTINGS)
    seen = np.array([int(one) for one in mark.read_text().split()])
    assert seen.max() == line.time[line.first - 1]


def test_what_was_tried_is_not_tried_again_and_an_interrupted_tuning_goes_on_as_if_it_had_not_been(tmp_path, plugin):
    whole = tuned(tmp_path, plugin, "recent()", "popularity()", name="whole", tune="9")
    with pytest.raises(KeyboardInterrupt):
        tuned(tmp_path, plugin, "recent()", "popularity()", name="cut", tune="9", executor=InThisProcess(stop=7))
    rest = InThisProcess()
    assert tuned(tmp_path, plugin, "recent()", "popularity()", name="cut", tune="9", executor=rest) == whole
    assert rest.done == sum(map(len, whole[1])) - 7


def test_a_larger_budget_adds_trials_and_a_smaller_one_counts_the_first(tmp_path, plugin):
    more = InThisProcess()
    eight = tuned(tmp_path, plugin, "recent()", tune="8")
    _, (trials,) = tuned(tmp_path, plugin, "recent()", tune="10", executor=more)
    assert (len(trials), more.done) == (10, 2)
    assert tuned(tmp_path, plugin, "recent()", tune="8")[0] == eight[0]


def test_a_budget_of_cpu_time_starts_no_trial_after_it(tmp_path, plugin):
    _, (trials,) = tuned(tmp_path, plugin, "recent()", tune="1us")
    assert len(trials) == 1


def test_each_schedule_is_tuned_with_its_own_updates(tmp_path, plugin):
    _, (daily, never) = tuned(tmp_path, plugin, "recent()", every=("1d", "never"), tune="2")
    assert daily[0]["updates"] > 0 == never[0]["updates"]
    assert daily[0]["value"] != never[0]["value"]


def test_a_schedule_longer_than_the_tail_is_said(tmp_path, plugin):
    said.clear()
    tuned(tmp_path, plugin, "recent()", every=("52w", "1d", "never"), tune="1")
    assert ["no update falls" in line for line in said] == [True, False, False]


def test_options_that_are_written_are_not_tuned_and_a_row_without_others_is_measured_as_it_is(tmp_path, plugin):
    executor = InThisProcess()
    chosen, _ = tuned(tmp_path, plugin, "recent(fade=0.7)", "recency()", executor=executor)
    assert (chosen, executor.done) == (["recent(fade=0.7)", "recency()"], 0)


def test_a_trial_that_fails_costs_itself_alone(tmp_path, plugin):
    (chosen,), (trials,) = tuned(tmp_path, plugin, "recent(broken=True)", tune="12")
    states = {one["state"] for one in trials if one["values"].get("fade", 1.0) < 0.9}
    assert states == {"failed"}
    assert all("on purpose" in one["reason"] for one in trials if one["state"] == "failed")
    assert chosen in {one["expression"] for one in trials if one["state"] == "ok"}


def test_a_trial_below_the_median_is_pruned_and_can_not_be_chosen(tmp_path, plugin):
    (chosen,), (trials,) = tuned(tmp_path, plugin, "recent()", tune="20")
    pruned = [one for one in trials if one["state"] == "pruned"]
    assert pruned
    assert all(one["number"] >= RANDOM_TRIALS for one in pruned)
    assert all(len(one["windows"]) < len(trials[0]["windows"]) for one in pruned)
    assert chosen not in {one["expression"] for one in pruned}


def test_the_metric_that_decides_decides_what_is_chosen(tmp_path, plugin):
    _, (trials,) = tuned(tmp_path, plugin, "recent()", tune="2", metric="hr@1")
    _, (others,) = tuned(tmp_path, plugin, "recent()", tune="2", name="other")
    assert {one["metric"] for one in trials} == {"hr@1"}
    assert trials[0]["value"] != others[0]["value"]
    assert all(isfinite(one["value"]) for one in trials)


def test_a_new_choice_replaces_the_cells_of_the_old_one(tmp_path, plugin):
    (chosen,), _ = tuned(tmp_path, plugin, "recent()", tune="8")
    with Store(tmp_path / "run") as store:
        store.queue(
            [Planned("k", 0, "moving", chosen, "1d", "0s", 0), Planned("l", 0, "moving", chosen, "2d", "0s", 0)]
        )
    assert tuned(tmp_path, plugin, "recent()", tune="1")[0] == ["recent()"]
    with Store(tmp_path / "run") as store:
        assert store.statuses(["l"]) == ["queued"]
        with pytest.raises(KeyError):
            store.statuses(["k"])


def test_a_measured_delay_is_tuned_without_one_so_that_the_machine_decides_nothing(tmp_path, plugin):
    _, (trials,) = tuned(tmp_path, plugin, "recent()", tune="1", delay=("measured",))
    assert trials[0]["state"] == "ok"
