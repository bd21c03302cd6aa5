"""Who cannot do what a stream asks for is refused before anything is measured."""

from __future__ import annotations

import pytest
from freshmark.errors import PluginError, UnknownName, UsageError, rebuilt
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.jobs import JobResult
from freshmark.runs.plan.compatibility import check_compatibility, suitability
from freshmark.runs.plan.plan import Plan

PLUGIN = '''
import os, time
import freshmark
from freshmark import Strategy
from freshmark.errors import UsageError

class Rates(Strategy):
    """Rates."""
    tasks = frozenset({"rate"})
    def predict(self, query):
        return query.time * 0.0

class Ranks(Strategy):
    """Ranks."""
    def __init__(self, k=1):
        if k < 1:
            raise UsageError(f"k={k}", remedy="1 or more")
    def score(self, query):
        return query.time[:, None] * 0.0

class Breaks(Strategy):
    """Breaks."""
    def __init__(self):
        raise ValueError("broken")

class Dies(Ranks):
    """Dies where it is built."""
    def __init__(self):
        os._exit(3)

@freshmark.hookimpl
def register_strategies():
    return {one.__name__.lower(): one for one in (Rates, Ranks, Breaks, Dies)}
'''


@pytest.fixture
def plugin(tmp_path):
    path = tmp_path / "suited.py"
    path.write_text(PLUGIN)
    return path


class Answering:
    """An executor whose only job ended like this."""

    def __init__(self, result):
        self.result = result

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        pass

    def run(self, jobs, *, started, ended, state=None):
        for job in jobs:
            ended(job, self.result)


def plan(*strategies):
    return Plan(("tiny()",), strategies)


RECORDS = {"tiny()": {"task": "rank"}}


def test_what_each_can_do_is_what_it_claims_or_has_a_way_to_answer(plugin):
    found = suitability(load([plugin]), ["rates()", "ranks()"])
    assert found == {"tasks": {"rates()": ["rate"], "ranks()": ["rank"]}, "needs": {}, "errors": {}}


def test_what_each_reads_by_name_is_reported():
    found = suitability(load(installed=True), ["finetune(text_gru())", "finetune(cnn())", "finetune(mf())"])
    assert found["needs"] == {"finetune(text_gru())": ["text"], "finetune(cnn())": ["image"]}


def test_wrong_options_are_reported_and_what_breaks_is_left_to_its_cells(plugin):
    found = suitability(load([plugin]), ["ranks(k=0)", "breaks()"])
    assert found["tasks"] == {}
    assert found["errors"]["ranks(k=0)"]["what"] == "k=0"
    assert "breaks()" not in found["errors"]


def test_who_does_another_task_is_refused_with_the_reason():
    outcome = JobResult(status="ok", result={"tasks": {"rates()": ["click", "rate"]}, "errors": {}})
    with pytest.raises(UsageError, match=r"rates\(\) supports click and rate; the task of tiny\(\) is rank") as caught:
        check_compatibility(plan("rates()"), ["rates()"], RECORDS, Answering(outcome))
    assert (caught.value.code, caught.value.exit_code) == ("FM125", 2)


def test_who_reads_what_a_stream_does_not_have_is_refused_with_the_reason():
    outcome = JobResult(status="ok", result={"tasks": {"cnn()": ["rank"]}, "needs": {"cnn()": ["image"]}, "errors": {}})
    records = {"tiny()": {"task": "rank", "features": ["text", "x"]}}
    with pytest.raises(UsageError, match=r"cnn\(\) reads image; tiny\(\) has text and x"):
        check_compatibility(plan("cnn()"), ["cnn()"], records, Answering(outcome))
    check_compatibility(
        plan("cnn()"), ["cnn()"], {"tiny()": {"task": "rank", "features": ["image"]}}, Answering(outcome)
    )


def test_who_can_is_not_refused():
    outcome = JobResult(status="ok", result={"tasks": {"ranks()": ["rank"]}, "errors": {}})
    check_compatibility(plan("ranks()"), ["ranks()"], RECORDS, Answering(outcome))


@pytest.mark.parametrize("status", ["crashed", "timeout", "failed"])
def test_where_nothing_was_learned_cells_find_out_themselves(status):
    check_compatibility(plan("ranks()"), ["ranks()"], RECORDS, Answering(JobResult(status=status)))


def test_a_run_that_is_done_builds_no_strategy_again(plugin, tmp_path):
    done = Plan(("drift(preset='tiny')",), ("ranks()",), every=("never",), plugins=(plugin,))
    registry = load([plugin], installed=True)
    with Campaign(done, tmp_path / "run", registry) as campaign:
        assert campaign.measure().statuses == ("ok",)
    asked = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("freshmark.runs.plan.compatibility.Job", lambda **fields: asked.append(fields))
        with Campaign(done, tmp_path / "run", registry) as campaign:
            assert campaign.waiting == []
    assert not asked


def test_an_error_keeps_its_kind_and_its_words_across_processes():
    error = UnknownName("optimiser", "admm", ["adam"], where="mf()")
    again = rebuilt(error.fields())
    assert type(again) is UnknownName
    assert str(again) == str(error)
    assert again.code == error.code
    assert type(rebuilt(error.fields() | {"kind": "StrangersError"})) is PluginError


def test_nothing_is_left_of_a_run_that_was_refused(plugin, tmp_path):
    folder = tmp_path / "run"
    refused = Plan(("drift(preset='tiny')",), ("popularity()", "rates()"), every=("1d",), plugins=(plugin,))
    with (
        pytest.raises(UsageError, match="rates"),
        Campaign(refused, folder, load([plugin], installed=True)),
    ):
        pass
    assert not folder.exists()


def test_wrong_options_are_refused_before_anything_is_measured(plugin, tmp_path):
    wrong = Plan(("drift(preset='tiny')",), ("ranks(k=0)",), every=("1d",), plugins=(plugin,))
    with (
        pytest.raises(UsageError, match="k=0; 1 or more"),
        Campaign(wrong, tmp_path / "run", load([plugin], installed=True)),
    ):
        pass


def test_one_that_takes_its_process_with_it_is_a_row_and_the_others_are_measured(plugin, tmp_path):
    both = Plan(("drift(preset='tiny')",), ("dies()", "ranks()"), every=("never",), plugins=(plugin,))
    with Campaign(both, tmp_path / "run", load([plugin], installed=True)) as campaign:
        assert campaign.measure().statuses == ("crashed", "ok")
