"""A Search says which values tuning may choose, and is read from an annotation or from its text."""

from __future__ import annotations

from typing import Annotated

import pytest
from freshmark import Search
from freshmark.contract.search import search_of
from freshmark.errors import FreshmarkError, PluginError, UsageError

WITH_CHOICES = Search(choices=(None, 1, "1d", 0.5))


@pytest.mark.parametrize(
    ("search", "inside", "outside"),
    [
        (Search(1e-4, 1.0, log=True), [1e-4, 1.0, 0.3, 1], [0.0, 1.1, "0.3", None, True]),
        (Search(1, 20), [1, 20], [0, 21, 3.0, True]),
        (WITH_CHOICES, [None, 1, "1d", 0.5], [2, 1.0, True, "1h"]),
    ],
)
def test_a_value_is_one_of_those_that_could_be_chosen_or_not(search, inside, outside):
    assert all(value in search for value in inside)
    assert not any(value in search for value in outside)


def test_integer_bounds_mean_integers():
    assert Search(1, 20).integer
    assert not Search(1.0, 20.0).integer
    assert not WITH_CHOICES.integer


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"low": 1},
        {"low": 2, "high": 1},
        {"low": 1, "high": 1},
        {"low": 0.0, "high": 1.0, "log": True},
        {"choices": (1,)},
        {"choices": (1, 1)},
        {"low": 1, "high": 2, "choices": (1, 2)},
        {"choices": (1, 2), "log": True},
        {"low": float("nan"), "high": 1.0},
    ],
)
def test_a_search_without_two_values_or_with_bounds_and_choices_is_refused(options):
    with pytest.raises(UsageError) as refused:
        Search(**options)
    assert refused.value.code == "FM307"


def test_it_is_read_from_an_annotation_and_from_its_source():
    search = Search(1e-4, 1.0, log=True)
    assert search_of(Annotated[float, "words", search]) == search
    assert search_of("Annotated[float, Search(1e-4, 1.0, log=True)]") == search
    assert search_of("typing.Annotated[float, freshmark.Search(low=1e-4, high=1.0, log=True)] | None") == search
    assert search_of("Annotated[str | None, Search(choices=(None, 1, '1d', 0.5))]") == WITH_CHOICES
    assert search_of("Annotated[float, Search(-1.0, 1.0)]") == Search(-1.0, 1.0)


@pytest.mark.parametrize("annotation", [float, "float", "Annotated[float, 'a doc']", Annotated[float, 1]])
def test_an_annotation_without_one_has_none(annotation):
    assert search_of(annotation) is None


@pytest.mark.parametrize("text", ["Annotated[float, Search(LOW, 1.0)]", "Annotated[int, Search(1, 2, base=10)]"])
def test_a_text_that_is_no_literal_is_refused_by_name(text):
    with pytest.raises(PluginError) as refused:
        search_of(text)
    assert refused.value.code == "FM307"


def test_an_invalid_search_in_a_text_is_refused_too():
    with pytest.raises(FreshmarkError):
        search_of("Annotated[int, Search(2, 1)]")
