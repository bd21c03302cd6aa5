"""Streams are made ready in processes of their own; what goes wrong there is raised here, as what it was."""

from __future__ import annotations

import pytest
from freshmark.errors import DataError, PluginError
from freshmark.replay.timeline import Settings
from freshmark.results.stored.folder import RunFolder
from freshmark.runs.campaign import Campaign
from freshmark.runs.catalogue.registry import load
from freshmark.runs.executors.preparation import _name
from freshmark.runs.plan.plan import Plan
from pyarrow import parquet

PLUGIN = """
import logging, os, sys
import numpy as np
from freshmark import Source, Strategy, hookimpl, stream_of
from freshmark.errors import DataError

def tiny(n=120, name="tiny"):
    at = np.arange(n)
    return stream_of(name=name, task="rank", time=at * 60_000_000, user=at % 5, item=at * at % 7, about={"by": "hand"})

def licensed():
    def build():
        logging.getLogger("freshmark.downloads").warning("the licence of %s", "tiny")
        return tiny(name="licensed")
    return Source("licensed", build)

def bad():
    raise DataError("row 3 is short", where="log.csv:3", remedy="mend it", code="FM210")

def crashes():
    os.abort()

@hookimpl
def register_datasets():
    return {"tiny": tiny, "licensed": licensed, "bad": bad, "crashes": crashes}

@hookimpl
def register_strategies():
    return {"zero": Zero}

class Zero(Strategy):
    def update(self, events): ...
    def score(self, query):
        return np.zeros((len(query), 1))
"""


@pytest.fixture
def campaign(tmp_path):
    """A campaign over these streams, not entered yet."""
    file = tmp_path / "plugin.py"
    file.write_text(PLUGIN)

    def campaign(*streams, **more):
        settings = Settings(window="30m", probes=2)
        plan = Plan(streams, ("zero",), settings=settings, plugins=(file,))
        return Campaign(plan, tmp_path / "run", load([file]), **more)

    return campaign


def test_streams_are_in_the_folder_before_the_first_cell(campaign, tmp_path):
    with campaign("tiny", "tiny(n=90)"):
        folder = RunFolder(tmp_path / "run")
        first, second = folder.streams.values()
        assert (first.name, second.name) == ("tiny", "tiny(n=90)"), "a name that is taken gives way to the expression"
        assert (first.facts["events"], second.facts["events"]) == (120, 90)
        assert first.about == {"by": "hand"}
        assert first.windows == 3
        events = parquet.read_table(first.events)
        assert len(events) == 84
        assert {"position", "time", "user", "item", "window", "candidates", "user_events", "head"} <= set(
            events.column_names
        )
        assert {cell["status"] for cell in folder.cells} == {"queued"}


def test_bad_data_is_raised_as_it_was_and_nothing_half_made_stays(campaign, tmp_path):
    with pytest.raises(DataError, match=r"row 3 is short \(log.csv:3\); mend it") as raised, campaign("tiny", "bad"):
        pass
    assert (raised.value.code, raised.value.exit_code) == ("FM210", 3)
    assert not (tmp_path / "run").exists()


def test_a_stream_that_kills_its_process_is_reported(campaign):
    with (
        pytest.raises(PluginError, match=r"the stream crashes\(\) cannot be prepared: killed by SIGABRT"),
        campaign("crashes"),
    ):
        pass


def test_a_folder_that_was_there_stays_where_a_stream_is_bad(campaign, tmp_path):
    with campaign("tiny"):
        pass
    with pytest.raises(DataError), campaign("bad"):
        pass
    assert set(RunFolder(tmp_path / "run").streams) == {"tiny"}


def test_what_a_loader_has_to_say_is_heard(campaign, caplog):
    with campaign("licensed"):
        assert caplog.messages == ["the licence of tiny"]
        assert caplog.records[0].name == "freshmark.downloads"


def test_a_stream_that_changed_is_another_one(campaign, tmp_path):
    with campaign("tiny") as running:
        running.measure()
    file = tmp_path / "plugin.py"
    file.write_text(PLUGIN.replace("n=120", "n=150"))
    with campaign("tiny") as running:
        assert len(running.waiting) == 1
        running.measure()
    streams = RunFolder(tmp_path / "run").streams
    assert {stream.facts["events"] for stream in streams.values()} == {120, 150}


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({}, "own"),
        ({"own": {"fingerprint": "abcdef0123"}}, "own"),
        ({"own": {"fingerprint": "x"}}, "text()"),
        ({"own": {"fingerprint": "x"}, "text()": {"fingerprint": "x"}}, "text() #abcdef01"),
        ({"own": {"fingerprint": "x"}, "text()": {"fingerprint": "abcdef0123"}}, "text()"),
    ],
)
def test_one_name_means_one_stream(known, name):
    assert _name("text()", {"name": "own", "fingerprint": "abcdef0123"}, known) == name
