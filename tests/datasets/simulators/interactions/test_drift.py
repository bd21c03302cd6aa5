"""drift(): the stream as the contract wants it, and the same one everywhere."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from freshmark.contract.streams.source import Source
from freshmark.contract.streams.stream import SECOND
from freshmark.errors import UnknownName, UsageError
from freshmark_datasets.coding import coded
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_datasets.simulators.interactions.presets import PRESETS

GOLDEN = {
    ("tiny", 0): "bc851d4f4dae04ccc351bad4f7eeec015df39927b7919f92376fb16ed8b63c67",
    ("tiny", 1): "f78076832da4d43c7caa18fcf68dcd5f354ffa77d3681915b5afe3a82b8a3e76",
    ("small", 0): "f79a4122ba274af04455d823276a37d49fa6408cedb93095062055c1ad6dec94",
}


@pytest.fixture(scope="module")
def stream():
    return drift("small").load()


@pytest.mark.parametrize(("preset", "seed"), GOLDEN)
def test_an_expression_gives_the_stream_that_it_has_always_given(preset, seed):
    """Where this fails on purpose, raise ``drift.VERSION``: caches and old results are of another stream."""
    assert drift(preset, seed=seed).load().fingerprint == GOLDEN[preset, seed]


def test_a_factory_builds_nothing_until_it_is_loaded(monkeypatch):
    monkeypatch.setattr("freshmark_datasets.simulators.interactions.drift.build", None)
    assert isinstance(drift("large"), Source)


def test_a_key_is_the_same_for_one_expression_and_another_for_any_other():
    sources = [
        drift("tiny"),
        drift("tiny", seed=1),
        drift("small"),
        drift("tiny", events=1_999),
        drift("tiny", drifts="none"),
        drift("tiny", half_life_days=None),
    ]
    assert len({source.key for source in sources}) == len(sources)
    assert drift("tiny").key == drift("tiny").key == drift("tiny", 0).key


def test_columns_are_what_the_contract_wants(stream):
    assert stream.task == "rank"
    assert stream.repeats
    assert stream.label is None
    assert len(stream) == 20_000
    assert (stream.time % SECOND == 0).all()
    assert stream.user.dtype == stream.item.dtype == np.int32
    assert stream.oracle is not None
    assert stream.oracle.dtype == np.float64
    assert (stream.oracle >= 1.0).all()


def test_ties_repeats_and_late_comers_occur_naturally(stream):
    assert stream.facts["ties"] > 0
    assert 0.1 < stream.facts["repeat_share"] < 0.6
    cold = np.isinf(stream.oracle[6_000:]).mean()
    assert 0.005 < cold < 0.1


def test_a_cold_event_is_the_first_of_its_item_or_ties_with_it(stream):
    _, first = np.unique(stream.item, return_index=True)
    assert np.array_equal(np.isinf(stream.oracle), stream.time == stream.time[first][stream.item])


def test_ids_tell_the_simulator_s_row_and_topic_and_are_unique(stream):
    assert len(set(stream.items)) == len(stream.items)
    assert len(set(stream.users)) == len(stream.users)
    assert stream.items[0].startswith("i")
    assert {int(name.split(".t")[1]) for name in stream.items} == set(range(10))


def test_drifts_name_codes_that_exist(stream):
    for one in stream.drifts:
        assert stream.time[6_000] < one.begin <= one.end < stream.time[-1]
        assert all(0 <= code < len(stream.users) for code in one.users)
        assert all(0 <= code < len(stream.items) for code in one.items)
        assert bool(one.users) != bool(one.items)


def test_a_stream_records_its_options(stream):
    assert stream.name == "drift('small')"
    assert stream.about["source"] == "simulated by drift, version 1, seed 0"
    assert stream.about["option events"] == "20000"
    assert "oracle" in stream.about


@pytest.mark.parametrize("preset", sorted(set(PRESETS) - {"large", "default"}))
def test_presets_build_and_hold_the_events_that_they_promise(preset):
    assert len(drift(preset).load()) == PRESETS[preset].events


@pytest.mark.parametrize(
    "overrides",
    [
        {"events": 1},
        {"users": 1, "initial_users": 1.0, "lifetime_days": None},
        {"topics": 1},
        {"items": 6},
        {"span_days": 0.02},
        {"diurnal": 0, "weekly": 0, "share": 0, "concentration": 1_000},
        {"share": 1, "wander": 1},
    ],
)
def test_the_smallest_and_the_flattest_worlds_make_streams_too(overrides):
    stream = drift("tiny", **overrides).load()
    assert len(stream) == overrides.get("events", 2_000)


def test_invalid_options_are_refused_at_once():
    with pytest.raises(UnknownName, match="did you mean 'events'"):
        drift("tiny", event=5)
    with pytest.raises(UnknownName, match="no preset of drift 'tinny'; did you mean 'tiny'"):
        drift("tinny")
    with pytest.raises(UsageError, match="events is 0"):
        drift("tiny", events=0)
    with pytest.raises(UsageError, match="seed is -1"):
        drift("tiny", seed=-1)


def test_codes_are_given_in_order_of_first_appearance():
    code, rows = coded(np.array([5, 2, 5, 0, 2, 7]), 9)
    assert code.tolist() == [0, 1, 0, 2, 1, 3]
    assert rows.tolist() == [5, 2, 0, 7]


def test_a_simulated_stream_needs_numpy_alone():
    heavy = ["torch", "pandas", "seaborn", "numba", "pyarrow", "matplotlib"]
    code = (
        "import sys; from freshmark_datasets.simulators.interactions.drift import drift; drift('tiny').load();"
        f"print(sorted(set({heavy}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
