"""The schedule of drifts as text."""

from __future__ import annotations

import pytest
from freshmark.errors import UnknownName, UsageError
from freshmark_datasets.simulators.interactions.presets import PRESETS
from freshmark_datasets.simulators.interactions.shifts import Shift, parse


def test_kinds_and_places_are_read():
    assert parse("sudden@0.4, gradual@0.5-0.65") == (Shift("sudden", 0.4, 0.4), Shift("gradual", 0.5, 0.65))


def test_shifts_come_out_in_the_order_of_time():
    assert [shift.kind for shift in parse("popularity@0.8,recurring@.3-.6")] == ["recurring", "popularity"]


@pytest.mark.parametrize("text", ["", "  none "])
def test_an_empty_text_or_none_gives_no_shift(text):
    assert parse(text) == ()


def test_one_may_begin_where_another_ends():
    assert len(parse("gradual@0.4-0.5, sudden@0.5")) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sudden", "kind@begin"),
        ("sudden@x", "kind@begin"),
        ("sudden@0.4.5", "kind@begin"),
        ("sudden@0.4;gradual@0.5-0.6", "kind@begin"),
        ("sudden@0.4-0.5", "sudden@0.5"),
        ("gradual@0.4", "gradual@0.5-0.6"),
        ("gradual@0.6-0.4", "outside of the span"),
        ("sudden@0", "outside of the span"),
        ("sudden@1.5", "outside of the span"),
        ("recurring@0.9-1.0", "outside of the span"),
        ("gradual@0.4-0.6, sudden@0.5", "overlap"),
        ("sudden@0.4, popularity@0.4", "overlap"),
    ],
)
def test_what_cannot_be_planted_is_refused_with_what_would_be_right(text, said):
    with pytest.raises(UsageError, match=said) as caught:
        parse(text)
    assert caught.value.where == "drifts"


def test_a_misspelt_kind_gets_a_suggestion():
    with pytest.raises(UnknownName, match="did you mean 'gradual'"):
        parse("graduel@0.4-0.5")


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_plants_its_drifts_well_after_the_warm_up(preset):
    assert all(shift.begin >= 0.35 for shift in parse(PRESETS[preset].drifts))


def test_the_default_preset_plants_every_kind():
    kinds = {shift.kind for shift in parse(PRESETS["default"].drifts)}
    assert kinds == {"sudden", "popularity", "gradual", "recurring", "incremental"}
    assert parse(PRESETS["null"].drifts) == ()
