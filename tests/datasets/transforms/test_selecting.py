"""Selecting: which events are left, written out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from freshmark_datasets.simulators.clicks.click_stream import clicks
from freshmark_datasets.simulators.interactions.drift import drift
from freshmark_datasets.transforms.rewriting import sessionise, time_shift
from freshmark_datasets.transforms.selecting import deduplicate, min_count, subsample

SECOND = 1_000_000


def test_min_count_keeps_events_from_the_nth_on(pairs):
    stream = pairs((1, "a", "x"), (2, "b", "x"), (3, "a", "y"), (4, "a", "x"))
    assert min_count(stream, users=2).load().time.tolist() == [3 * SECOND, 4 * SECOND]
    assert min_count(stream, items=3).load().time.tolist() == [4 * SECOND]
    assert min_count(stream).load().fingerprint == stream.fingerprint


def test_deduplicate_leaves_the_first_of_those_that_are_close(pairs):
    stream = pairs((0, "a", "x"), (0, "a", "x"), (5, "a", "x"), (5, "b", "x"), (50, "a", "x"))
    assert len(deduplicate(stream).load()) == 4
    assert deduplicate(stream, seconds=10).load().time.tolist() == [0, 5 * SECOND, 50 * SECOND]
    assert len(deduplicate(stream, seconds=None).load()) == 2


def test_deduplicate_for_ever_is_idempotent(some):
    once = deduplicate(some(), seconds=None).load()
    assert deduplicate(once, seconds=None).load().fingerprint == once.fingerprint


def test_subsample_keeps_users_whole_and_a_smaller_share_is_part_of_a_larger(some):
    half, tenth = (subsample(some(), share=share).load() for share in (0.5, 0.2))
    assert set(tenth.users) <= set(half.users)
    counts = np.bincount(some().user)
    for code, name in enumerate(half.users):
        assert np.sum(half.user == code) == counts[list(some().users).index(name)]
    assert subsample(some(), share=1).load().fingerprint == some().fingerprint
    assert set(subsample(some(), share=0.5, seed=1).load().users) != set(half.users)


@pytest.fixture(scope="module")
def ranked():
    return drift(preset="tiny").load()


def test_the_oracle_of_a_ranking_goes_with_the_items_that_it_ranked_among(ranked):
    assert ranked.oracle is not None
    some = subsample(ranked, share=0.5).load()
    assert some.oracle is None
    assert "oracle" in ranked.about
    assert "oracle" not in some.about


@pytest.mark.parametrize("change", [lambda one: subsample(one, share=1), lambda one: time_shift(one, days=1)])
def test_the_oracle_of_a_ranking_stays_where_every_event_does(ranked, change):
    assert np.array_equal(change(ranked).load().oracle, ranked.oracle)


def test_the_oracle_of_a_session_stays_where_what_was_had_is_a_candidate_anyway(ranked):
    assert (sessionise(replace(ranked, repeats=True)).load().oracle == ranked.oracle).all()
    assert sessionise(replace(ranked, repeats=False)).load().oracle is None


def test_the_chance_of_a_click_is_what_it_was_whichever_events_are_left():
    stream = clicks(events=500).load()
    half = subsample(stream, share=0.5).load()
    assert half.oracle is not None
    assert set(half.oracle) <= set(stream.oracle)
    assert "oracle" in half.about
