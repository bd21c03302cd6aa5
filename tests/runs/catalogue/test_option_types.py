"""A value of another type than its option is refused before anything runs; what an annotation leaves open is not."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import Literal

import pytest
from freshmark.errors import UsageError
from freshmark.runs.catalogue.expressions import Expression, parse
from freshmark.runs.catalogue.option_types import fits
from freshmark.runs.catalogue.registry import load


@pytest.mark.parametrize(
    ("note", "taken", "refused"),
    [
        ("int", [0, -3], ["1", 1.0, True, None, [1]]),
        ("float", [1, 0.5], ["half", True, None]),
        ("bool", [True], [1, "True"]),
        ("str | None", ["", None], [6, 6.0]),
        ("int | str | None", [6, "6d", None], [6.0, True, [6]]),
        ("Sequence[int]", [[1], (1,), []], ["1", 1]),
        ("str | Sequence[str] | None", ["a", ["a"], None], [1]),
        ("Literal['rank', 'click'] | None", ["rank", None], ["rate", 1]),
        ("Batch", [1, "all", None], []),
        ("int | Batch", [1, "all", 2.0], []),
        (int, [1], ["1"]),
        (int | None, [None, 1], ["1"]),
        (Literal["a"], ["a"], ["b"]),
        (Parameter.empty, [1, "a", None], []),
        ("no annotation at all", [1], []),
    ],
)
def test_a_value_fits_where_the_annotation_takes_it(note, taken, refused):
    option = Parameter("size", Parameter.KEYWORD_ONLY, annotation=note, default="a default")
    assert all(fits(value, option) for value in [*taken, Expression("mf"), "a default"])
    assert not any(fits(value, option) for value in refused)


@pytest.mark.parametrize(
    ("kind", "text", "named"),
    [
        ("strategies", "popularity(half_life=6)", ["half_life=6", "str | None"]),
        ("strategies", "retrain(mf(dim='six'))", ["dim='six'", "int"]),
        ("strategies", "retrain(mf(), epochs='two')", ["epochs='two'", "int"]),
        ("strategies", "userknn(neighbours=2.5)", ["neighbours=2.5", "int"]),
        ("streams", "drift(seed='x')", ["seed='x'", "int"]),
    ],
)
def test_an_option_of_another_type_is_refused_without_an_import(kind, text, named):
    with pytest.raises(UsageError) as caught:
        load().assembly(kind, text)
    assert caught.value.code == "FM106"
    assert all(part in f"{caught.value.what} {caught.value.remedy}" for part in named)


def test_the_defaults_of_every_built_in_fit_their_own_annotations():
    registry = load()
    for kind in ("strategies", "models", "streams"):
        for name in registry.names(kind):
            for option in registry.signature(kind, name).parameters.values():
                assert option.default is option.empty or fits(option.default, option), (kind, name, option)


def test_a_parsed_call_keeps_what_python_would_take():
    def factory(size: int, *, share: float = 0.5) -> None: ...

    bound = signature(factory).bind(*parse("f(3, share=1)").args, **dict(parse("f(3, share=1)").options))
    assert all(fits(value, signature(factory).parameters[name]) for name, value in bound.arguments.items())
