"""Options of a simulator: overridden by name and checked."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pytest
from freshmark.errors import UnknownName, UsageError
from freshmark_datasets.simulators.interactions.presets import DEFAULT, PRESETS, Options, options
from freshmark_datasets.simulators.options import described, digest, expression, overridden, within


@dataclass(frozen=True)
class Kettle:
    litres: int = within(1, 10, 2)
    degrees: float = 100.0
    limit: float | None = None
    colour: str = "red"


def heat(**overrides):
    return overridden(Kettle(), overrides, of="kettle")


def test_options_that_are_not_named_stay():
    assert heat(litres=3, colour="blue") == Kettle(litres=3, colour="blue")


def test_a_whole_number_is_a_number_and_none_goes_where_it_may():
    assert heat(degrees=90, limit=None) == Kettle(degrees=90)
    assert heat(limit=3.5).limit == 3.5


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"litres": 2.5}, "a whole number between 1 and 10"),
        ({"litres": True}, "a whole number between 1 and 10"),
        ({"litres": 11}, "between 1 and 10"),
        ({"litres": None}, "a whole number"),
        ({"degrees": "hot"}, "a number"),
        ({"degrees": None}, "a number"),
        ({"degrees": float("nan")}, "a number"),
        ({"degrees": float("inf")}, "a number"),
        ({"colour": 3}, "a text"),
    ],
)
def test_a_value_of_another_kind_or_out_of_bounds_is_refused(overrides, said):
    with pytest.raises(UsageError, match=said) as caught:
        heat(**overrides)
    assert next(iter(overrides)) in str(caught.value)


def test_a_misspelt_option_gets_a_suggestion():
    with pytest.raises(UnknownName, match="no option of kettle 'liters'; did you mean 'litres'"):
        heat(liters=3)


def test_the_other_arguments_are_suggested_too():
    with pytest.raises(UnknownName, match="did you mean 'seed'"):
        heat(sead=3)
    with pytest.raises(UnknownName, match="did you mean 'preset'"):
        options("tiny", {"presett": "small"})


def test_an_expression_is_written_as_a_plan_would():
    assert expression("drift", "tiny", 0, {}) == "drift('tiny')"
    assert (
        expression("drift", "tiny", 2, {"drifts": "none", "events": 5})
        == "drift('tiny', seed=2, drifts='none', events=5)"
    )


def test_a_digest_changes_with_name_version_seed_and_every_option():
    digests = {
        digest("a", 1, 0, Kettle()),
        digest("b", 1, 0, Kettle()),
        digest("a", 2, 0, Kettle()),
        digest("a", 1, 1, Kettle()),
        digest("a", 1, 0, Kettle(litres=3)),
        digest("a", 1, 0, Kettle(limit=1.0)),
    }
    assert len(digests) == 6
    assert digest("a", 1, 0, Kettle()) == digest("a", 1, 0, Kettle())


def test_a_description_holds_every_option_as_text():
    facts = described("kettle", 1, 3, Kettle())
    assert facts["source"] == "simulated by kettle, version 1, seed 3"
    assert facts["option limit"] == "None"
    assert all(isinstance(value, str) for value in facts.values())


def test_every_number_of_the_simulator_has_bounds_and_every_preset_keeps_them():
    bounds = {one.name: one.metadata["bounds"] for one in fields(Options) if one.name != "drifts"}
    for chosen in PRESETS.values():
        for name, (lowest, highest) in bounds.items():
            value = getattr(chosen, name)
            assert value is None or lowest <= value <= highest


def test_presets_have_the_sizes_that_they_promise():
    sizes = {name: chosen.events for name, chosen in PRESETS.items()}
    assert sizes == {"tiny": 2_000, "small": 20_000, "default": 100_000, "large": 1_000_000, "null": 40_000}
    assert options("default", {}) == DEFAULT


def test_more_topics_than_items_are_refused():
    with pytest.raises(UsageError, match="at least one item per topic"):
        options("tiny", {"items": 5, "topics": 6})
