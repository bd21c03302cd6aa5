"""Expressions say one thing in one way, and never run anything."""

from __future__ import annotations

import pytest
from freshmark.errors import UsageError
from freshmark.runs.catalogue.expressions import Expression, Value, canonical, is_name, parse
from hypothesis import given
from hypothesis import strategies as st


def test_a_bare_name_is_a_call_without_arguments():
    assert parse("popularity") == parse("popularity()") == Expression("popularity")
    assert canonical(" popularity ") == "popularity()"


def test_calls_nest_and_keep_their_arguments_as_written():
    one = parse('replay(gru4rec(dim = 64), size=5_000, ratio=.5, mix=[1,(2,)], x=-3, y=None, z=True, w="a\'b")')
    assert str(one) == 'replay(gru4rec(dim=64), size=5000, ratio=0.5, mix=[1, (2,)], x=-3, y=None, z=True, w="a\'b")'
    assert [nested.name for nested in one.nested()] == ["gru4rec"]


def test_nested_calls_are_listed_at_any_depth():
    assert [nested.name for nested in parse("a(b(c()), [d, (e(),)], k=f(g))").nested()] == list("bcdefg")


def test_the_canonical_text_is_its_own_canonical_text():
    once = canonical("a(b( 'x' ),k = 1e-3)")
    assert canonical(once) == once == "a(b('x'), k=0.001)"


@pytest.mark.parametrize("text", ["last-seen", "last-seen(memory=50)", "a-b-2(c-d(), x=-1, y='e-f')"])
def test_names_may_carry_hyphens(text):
    one = parse(text)
    assert "-" in one.name
    assert canonical(text) == str(one) == text + ("" if text.endswith(")") else "()")


def test_a_hyphen_inside_a_text_stays():
    assert parse("a(\"it's last-seen\", 'x-y')").args == ("it's last-seen", "x-y")


@pytest.mark.parametrize(
    "text",
    [
        "", "3", "'text'", "a(", "a.b()", "a(b.c)", "a(1+1)", "a(lambda: 1)", "a(*b)", "a(**b)", "a[0]", "a;b",
        "a(1e999)", "a(x for x in y)", "a(-True)", "a(f'{x}')", "a(1j)", "a(b'x')", "a({1: 2})", "a()()",
        "a(x=1, x=2)", "a\0b", "import os", "a(" * 500, "\u01c3", "a\u01c3()", "a(\u01c3=1)",
    ],
)  # fmt: skip
def test_what_is_not_an_expression_is_refused(text):
    with pytest.raises(UsageError, match="is not an expression"):
        parse(text)


def test_a_very_long_expression_is_refused_before_it_is_read():
    with pytest.raises(UsageError, match="too long"):
        parse("a(" + "1," * 10_000 + ")")


def test_the_place_of_the_mistake_is_named():
    with pytest.raises(UsageError, match=r"'os\.system' is neither a literal nor a call"):
        parse("popularity(window=os.system)")


@pytest.mark.parametrize(
    ("text", "right"),
    [("mf", True), ("last-seen", True), ("100k", False), ("a.b", False), ("-a", False), ("a-", False)],
)
def test_names_are_recognised(text, right):
    assert is_name(text) is right


literals = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)


@given(st.lists(literals, max_size=3), literals)
def test_reading_the_canonical_text_gives_the_same_values(args: list[Value], option: Value):
    one = Expression("last-seen", tuple(args), (("memory", option),))
    assert parse(str(one)) == one
