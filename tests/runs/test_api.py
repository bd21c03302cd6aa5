"""``freshmark.run`` takes what a person has at hand, and says what a new process cannot import."""

from __future__ import annotations

import functools
import sys

import freshmark
import numpy as np
import pytest
from freshmark import Strategy, stream_of
from freshmark.errors import StoreError, UnknownName, UsageError
from freshmark.replay.timeline import Settings
from freshmark.runs.api import _expression, _location, new_folder

MODULE = '''
import numpy as np
from freshmark import Strategy

class Counts(Strategy):
    """Counts."""
    def __init__(self, base=0.0):
        self.base, self.counts = base, np.zeros(0)
    def update(self, events):
        grown = np.bincount(events.item, minlength=len(self.counts)) + self.base
        grown[: len(self.counts)] += self.counts
        self.counts = grown
    def score(self, query):
        return np.tile(self.counts, (len(query), 1))
'''
SETTINGS = Settings(window="1h", probes=2)


@pytest.fixture
def counts(tmp_path, monkeypatch):
    """A strategy in a module of its own."""
    (tmp_path / "counting_module.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield __import__("counting_module").Counts
    del sys.modules["counting_module"]


@pytest.fixture
def stream():
    at = np.arange(120)
    return stream_of(name="my clicks", task="rank", time=at * 60_000_000, user=at % 5, item=at * at % 7)


def test_one_of_anything_is_as_good_as_a_list_of_one(counts, stream, tmp_path):
    results = freshmark.run(
        streams=stream, strategies=counts, every=50, delay="1m", folder=tmp_path / "run", settings=SETTINGS
    )
    (cell,) = results.cells.itertuples()
    assert (cell.stream, cell.strategy, cell.every, cell.delay) == ("my clicks", "Counts()", "50", "1m")


def test_what_a_generator_gives_is_measured_too(stream, tmp_path):
    names = (name for name in ("popularity()", "recency()"))
    results = freshmark.run(streams=stream, strategies=names, every="never", folder=tmp_path / "run", settings=SETTINGS)
    assert list(results.cells["strategy"]) == ["popularity()", "recency()"]


def test_objects_are_measured_like_expressions(counts, stream, tmp_path):
    def measured(settings):
        return freshmark.run(
            streams=[stream],
            strategies=[counts, functools.partial(counts, base=1.0), "Counts(base=0.0)"],
            every=["10m", 50, "never"],
            seeds=[3],
            folder=tmp_path / "run",
            settings=settings,
        )

    results = measured(SETTINGS)
    cells = results.cells
    assert list(cells["status"]) == ["ok"] * 9
    assert set(cells["strategy"]) == {"Counts()", "Counts(base=1.0)", "Counts(base=0.0)"}
    assert set(cells["stream"]) == {"my clicks"}
    assert set(cells["every"]) == {"10m", "50", "never"}
    assert set(cells["seed"]) == {3}
    assert results.provenance["seeds"] == [3]
    assert results.streams["my clicks"].settings["window"] == "1h"

    again = measured(SETTINGS)
    assert list(again.cells["started"]) == list(cells["started"])
    with pytest.raises(StoreError, match=r"measured with probes=2 \(now 3\)"):
        measured(Settings(window="1h", probes=3))


def test_a_wrong_name_is_reported_before_anything_is_written(tmp_path):
    with pytest.raises(UnknownName, match=r"no strategy 'poplarity'.*did you mean 'popularity'"):
        freshmark.run(streams=["drift(preset='tiny')"], strategies=["poplarity()"], folder=tmp_path / "run")
    with pytest.raises(UnknownName, match=r"no stream 'drft'"):
        freshmark.run(streams=["drft()"], strategies=["popularity()"], folder=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_what_a_fresh_process_cannot_import_is_refused_with_the_way_out(monkeypatch):
    class Local(Strategy):
        pass

    with pytest.raises(UsageError, match=r"cannot be imported by a new process.*plugins=\['mine.py'\]"):
        _location(Local)
    monkeypatch.setattr(Strategy, "__module__", "__main__")
    with pytest.raises(UsageError, match=r"cannot be imported by a new process \(__main__\)"):
        _location(Strategy)
    with pytest.raises(UsageError, match="cannot be imported"):
        _location(lambda: 3)


def test_an_object_that_was_built_is_refused(counts):
    with pytest.raises(UsageError, match="Counts is an instance; every cell needs a new one"):
        _expression(counts())


def test_the_arguments_of_a_partial_must_be_literals(counts):
    assert _expression(functools.partial(counts, 2, base="a")) == "Counts(2, base='a')"
    with pytest.raises(UsageError, match="is not an expression"):
        _expression(functools.partial(counts, base=object()))


def test_a_new_folder_is_never_one_that_exists(tmp_path):
    made = set()
    for _ in range(3):
        folder = new_folder(tmp_path)
        folder.mkdir()
        made.add(folder)
    assert len(made) == 3


class Reads(freshmark.Strategy):
    """Counts how often it was read."""

    draws = False
    read = 0

    def recommend(self, query, k):
        return np.zeros((len(query), 1), np.int64)

    def readings(self):
        self.read += 1
        return {"reads": float(self.read)}


class Taken(Reads):
    """Gives a name that freshmark measures."""

    def readings(self):
        return {"rss_bytes": 1.0}


def test_readings_of_a_strategy_are_read_once_a_window_and_become_a_metric(tmp_path):
    results = freshmark.run(streams="drift(preset='tiny')", strategies=[Reads, Taken], folder=tmp_path)
    assert list(results.cells.status) == ["ok", "failed"]
    assert "the strategy gives 'rss_bytes'" in results.cells.reason[1]
    reads = results.measurements.query("metric == 'reads' and window >= 0").value.tolist()
    assert reads == list(range(1, len(reads) + 1))
