"""Transforms, all of them: none looks into the future, so a cut commutes with each; and each is an expression."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from freshmark.contract.streams.source import Source
from freshmark.errors import DataError, UsageError
from freshmark.runs.catalogue.registry import load
from freshmark_datasets import register_datasets
from freshmark_datasets.transforms.anonymising import anonymise
from freshmark_datasets.transforms.cleaning import clean
from freshmark_datasets.transforms.derived import derived, noted, only
from freshmark_datasets.transforms.merging import merge
from freshmark_datasets.transforms.rewriting import normalise, relabel, sessionise, time_shift
from freshmark_datasets.transforms.selecting import deduplicate, min_count, subsample

DAY = 86_400 * 1_000_000


def parts(stream):
    """Every third event, and the others: two streams of one whole, whose ids are in both."""

    def third(whole):
        return np.arange(len(whole)) % 3 == 0

    one = derived(stream, "third", lambda whole: only(whole, third(whole)))
    return one, derived(stream, "others", lambda whole: only(whole, ~third(whole)))


TRANSFORMS = {
    "min_count": lambda stream: min_count(stream, users=3, items=2),
    "deduplicate": lambda stream: deduplicate(stream, seconds=7200),
    "deduplicate for ever": lambda stream: deduplicate(stream, seconds=None),
    "subsample": lambda stream: subsample(stream, share=0.5),
    "sessionise": lambda stream: sessionise(stream, minutes=90),
    "normalise": lambda stream: normalise(stream, feature="x"),
    "relabel": lambda stream: relabel(stream, least=4),
    "time_shift": lambda stream: time_shift(stream, days=3),
    "anonymise": lambda stream: anonymise(stream, salt="s", seconds=1800),
    "anonymise with shared ids": lambda stream: anonymise(stream, salt="s", seconds=1800, k=4),
    "clean": lambda stream: clean(stream, since="1970-01-01T01:30", until="1970-01-02T05:00", without_users="^1"),
    "clean of bots": lambda stream: clean(stream, per_minute=1),
    "merge": lambda stream: merge(*parts(stream)),
    "merge apart": lambda stream: merge(*parts(stream), users="apart", domains=("one", "two")),
    "merge matched": lambda stream: merge(*parts(stream), items="matched"),
}


def words(stream):
    """Each event with its ids in words: what must not depend on later events."""
    named = [[stream.users[int(u)], stream.items[int(i)]] for u, i in zip(stream.user, stream.item, strict=True)]
    columns = (stream.time, stream.label, *stream.features.values())
    return list(zip(named, *(column.reshape(len(stream), -1).tolist() for column in columns), strict=True))


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("row", [60, 399])
def test_a_stream_that_is_cut_and_then_transformed_is_the_transformed_stream_cut(some, name, row):
    whole = some()
    early = only(whole, whole.time < whole.time[row])  # between two times
    one, other = TRANSFORMS[name](whole).load(), TRANSFORMS[name](early).load()
    moved = 3 * DAY if name == "time_shift" else 0
    assert words(only(one, one.time < whole.time[row] + moved)) == words(other)
    assert len(other) > 0
    assert one.repeats == other.repeats


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_source_gives_what_its_stream_gives_and_keys_tell_apart(some, name):
    whole = some()
    source = Source("k", lambda: whole)
    assert TRANSFORMS[name](source).load().fingerprint == TRANSFORMS[name](whole).load().fingerprint
    assert TRANSFORMS[name](source).key == TRANSFORMS[name](source).key != TRANSFORMS[name](Source("l", some)).key
    assert len({transform(source).key for transform in TRANSFORMS.values()}) == len(TRANSFORMS)


def test_every_transform_is_tested_here_and_documented():
    places = register_datasets().items()
    offered = {name for name, place in places if str(place).startswith("freshmark_datasets.transforms.")}
    page = (Path(__file__).parents[3] / "docs" / "transforms.md").read_text("utf-8")
    offered -= {"item_table"}  # it reads a file: test_item_tables.py
    assert offered == {name.split()[0] for name in TRANSFORMS}
    assert offered | {"item_table"} == set(re.findall(r"^\| `(\w+)\([as], ", page, re.MULTILINE))


def test_they_are_written_as_expressions_around_a_stream():
    made = load().build("streams", "min_count(deduplicate(drift('tiny'), seconds=None), users=2)")
    stream = made.load()
    assert stream.name.startswith("min_count(deduplicate(")
    assert {"transform min_count", "transform deduplicate"} <= set(stream.about)


def test_two_transforms_of_one_kind_are_both_reported(some):
    stream = min_count(min_count(some(), users=2), items=2).load()
    assert stream.about["transform min_count"].endswith("370 of 400 events")
    assert stream.about["transform min_count, again 2"].endswith("350 of 370 events")
    assert list(noted({"a, again 2": "", "a": ""}, "a", "new")) == ["a, again 2", "a", "a, again 3"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("min_count(drift(), users=0)", "at least 1"),
        ("deduplicate(drift(), seconds=-1)", "at least 0"),
        ("subsample(drift(), share=0)", "above 0"),
        ("sessionise(drift(), minutes=-1)", "at least 0"),
        ("relabel(drift(), least=1, classes=('a',))", "two different names"),
        ("relabel(drift(), least=1, classes=('a', 'a'))", "two different names"),
        ("relabel(drift(), least=1, classes=5)", "a value of type"),
        ("relabel(drift(), least='x')", "least='x'"),
        ("normalise(drift(), feature=['x'])", "a value of type"),
        ("merge(drift(), drift(), domains=5)", "a value of type"),
        ("anonymise(drift(), salt='')", "a secret text"),
        ("anonymise(drift(), salt='s', k=0)", "at least 1"),
        ("clean(drift(), per_minute=0)", "at least 1"),
        ("clean(drift(), without_users='(')", "without_users='\\(': missing \\)"),
        ("clean(drift(), without_items='')", "a regular expression"),
        ("clean(drift(), since='yesterday')", "an ISO date"),
        ("clean(drift(), finite=1)", "a value of type"),
        ("merge(drift())", "got 1 stream .*two or more"),
        ("merge(drift(), drift(), users='alike')", "matched"),
        ("merge(drift(), drift(), domains=('a', 'a'))", "2 different names"),
        ("merge(drift(), drift(), domains=('a', 'b/c'))", "without a slash"),
        ("merge(drift(), drift(), domains='ab')", "a value of type"),
        ("merge(drift(), 5)", "expects a stream, not 5"),
    ],
)
def test_an_invalid_argument_is_refused_before_anything_is_loaded(wrong, said):
    with pytest.raises(UsageError, match=said):
        load().build("streams", wrong)


def test_a_transform_that_does_not_fit_says_why(some, pairs):
    with pytest.raises(DataError, match="no numeric feature 'y'; the features are x"):
        normalise(some(), feature="y").load()
    with pytest.raises(DataError, match="leaves no events"):
        min_count(some(), users=10_000).load()
    with pytest.raises(DataError, match="no numeric labels"):
        relabel(pairs((0, "a", "x")), least=1).load()
    with pytest.raises(DataError, match=r"30 users are fewer than the 31 .*a smaller k"):
        anonymise(some(), salt="s", k=31).load()
