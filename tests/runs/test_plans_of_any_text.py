"""Plans and expressions of whatever text: what is written is read again, what cannot be is refused with its line."""

from __future__ import annotations

import tomllib
from keyword import iskeyword

import pytest
from freshmark.errors import PlanError, UsageError
from freshmark.replay.timeline import Settings
from freshmark.runs.catalogue.expressions import Expression, canonical, parse
from freshmark.runs.plan.plan import MOST_CELLS, Plan, first_seeds
from freshmark.runs.plan.toml import read_plan, write_plan
from hypothesis import given, settings
from hypothesis import strategies as st

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
LITERALS = st.recursive(
    TEXTS
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True).filter(lambda name: name.isidentifier())
OPTIONS = st.dictionaries(st.sampled_from(["lr", "dim", "window", "seed"]), LITERALS, max_size=3)


@st.composite
def expressions(draw):
    name = draw(NAMES.filter(lambda name: not iskeyword(name)))
    return Expression(name, tuple(draw(st.lists(LITERALS, max_size=2))), tuple(draw(OPTIONS).items()))


@given(expressions())
def test_an_expression_of_any_literals_is_read_as_it_is_written(expression):
    assert parse(str(expression)) == expression
    assert canonical(str(expression)) == str(expression)


@given(st.text(max_size=30))
def test_any_text_is_an_expression_or_refused_in_one_line(text):
    try:
        expression = parse(text)
    except UsageError as refused:
        told = refused.what
    else:
        told = ""
        assert parse(str(expression)) == expression
    assert "\n" not in told.replace(text, "")


@settings(max_examples=50)
@given(
    strategies=st.lists(expressions(), min_size=1, max_size=3),
    stream=TEXTS.filter(bool),
    seeds=st.lists(st.integers(0, 10**9), min_size=1, max_size=4),
    device=st.sampled_from(["cpu", "cuda", "cuda:1", "mps"]),
    warmup=st.floats(0, 0.99),
    timeout=st.none() | st.floats(0.1, 1e6),
)
def test_a_plan_of_any_texts_is_read_as_it_was_written(
    tmp_path_factory, strategies, stream, seeds, device, warmup, timeout
):
    file = tmp_path_factory.getbasetemp() / "any.toml"
    plan = Plan(
        (stream,),
        tuple(map(str, strategies)),
        seeds=tuple(seeds),
        device=device,
        settings=Settings(warmup=warmup),
        timeout=timeout,
    )
    write_plan(plan, file)
    assert read_plan(file) == plan
    assert tomllib.loads(file.read_text("utf-8"))["streams"] == [plan.streams[0]]


@settings(max_examples=60)
@given(st.text(max_size=60) | st.binary(max_size=60))
def test_a_file_of_anything_is_a_plan_or_refused_with_its_place(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "anything.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    with pytest.raises(PlanError) as refused:
        read_plan(file)
    assert str(file) in refused.value.where


KEYS = ["streams", "strategies", "every", "delay", "seeds", "timeout", "max_memory", "device", "plugins", "warmup",
        "window", "depth", "probes", "batch", "matrix", "panel", "durations", "label_delay"]  # fmt: skip
VALUES = ["true", "-1", "0", "1e400", "nan", "inf", '""', "[]", "[[]]", "{}", "1979-05-27", "[1, true]", '"x"', "0.5",
          "99999999999999999999", '["\\u0000"]']  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", KEYS)
def test_a_value_of_another_kind_is_taken_or_refused_with_the_line_of_its_key(tmp_path, key, value):
    lines = {"streams": 'streams = ["a"]', "strategies": 'strategies = ["b"]', key: f"{key} = {value}"}
    file = tmp_path / "plan.toml"
    file.write_text("\n".join(lines.values()), "utf-8")
    try:
        plan = read_plan(file)
    except PlanError as refused:
        line = list(lines).index(key) + 1
        told = refused.where
        assert told in {f"{file}:{line}", f"{file}:1", str(file)}, refused  # noqa: PT017  (either way is right)
    else:
        assert 1 <= plan.count <= MOST_CELLS


@pytest.mark.parametrize("seeds", [MOST_CELLS + 1, 10**12, 10**30])
def test_more_seeds_than_there_may_be_cells_are_refused_before_they_are_counted_out(tmp_path, seeds):
    file = tmp_path / "plan.toml"
    file.write_text(f'streams = ["a"]\nstrategies = ["b"]\nseeds = {seeds}\n')
    with pytest.raises(PlanError, match="seeds are too many") as refused:
        read_plan(file)
    assert refused.value.where == f"{file}:3"
    with pytest.raises(PlanError, match="seeds are too many"):
        first_seeds(seeds)


def test_as_many_seeds_as_there_may_be_cells_are_a_plan():
    assert Plan(("a",), ("b",), seeds=first_seeds(MOST_CELLS)).count == MOST_CELLS
