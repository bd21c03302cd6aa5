import math

import pytest
from freshmark import Value
from freshmark.contract.section import Link
from freshmark_reports.entries import breakable, exact, notes, plain, target, visible, written
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("entry", "kind", "text"),
    [
        ("retrain(mf())", "text", "retrain(mf())"),
        (None, "number", "–"),
        (math.nan, "seconds", "–"),
        (math.inf, "number", "∞"),
        (0.2413, "number", "0.241"),
        (0.00123, "number", "0.0012"),
        (-0.00123, "number", "−0.0012"),
        (0.000012, "number", "0.0000120"),
        (Value(0.2413, 0.01), "number", "0.241\u00a0±\u00a00.010"),
        (Value(0.2413), "number", "0.241"),
        (Value(math.nan, note="too few"), "seconds", "–"),
        (0.5, "share", "50.0\u00a0%"),
        (-0.5, "share", "−50.0\u00a0%"),
        (1480, "count", "1,480"),
        (0.5, "count", "0.5"),
        (0.002, "seconds", "2.00 ms"),
        (4e5, "bytes", "400 kB"),
        ("failed", "number", "failed"),
        (0, "count", "0"),
    ],
)
def test_entries_are_written_by_what_their_column_holds(entry, kind, text):
    assert written(entry, kind) == text


def test_machines_get_full_precision_and_nothing_for_nothing():
    assert plain(Value(0.123456789, 0.1)) == 0.123456789
    assert plain(math.nan) is None
    assert plain(Value(math.nan)) is None
    assert plain("x") == "x"


def test_a_column_is_sorted_by_the_number_not_by_how_it_is_written():
    assert exact(Value(0.123456789, 0.1), full=True) == {"data-sort": "0.123456789", "data-margin": "0.1"}
    assert exact(0.123456789, full=False) == {"data-sort": "0.123457"}
    assert exact(None, full=True) == {"data-sort": ""}
    assert exact("failed", full=True) == {"data-sort": "failed"}
    assert exact(3, full=True) == {"data-sort": "3.0"}


def test_a_name_may_break_after_a_bracket_or_a_comma_and_nowhere_else():
    assert breakable("f(a=1,b=g(2), c)<i>") == "f(<wbr>a=1,<wbr>b=g(<wbr>2), c)&lt;i&gt;"
    assert breakable("itemknn()") == "itemknn()"


def test_notes_are_told_once_in_order():
    rows = (
        (Value(math.nan, note="b"), "x"),
        (Value(math.nan, note="a"), Value(math.nan, note="b")),
        (Value(1.0), None),
    )
    assert notes(rows) == ["b", "a"]


def test_characters_that_act_are_shown_as_signs():
    assert visible("a\x1b[31m") == "a␛[31m"
    assert visible("a\u202eb") == "a⟨U+202E⟩b"
    assert visible("nul\x00 del\x7f") == "nul␀ del⟨U+007F⟩"
    assert visible("two\nlines\tapart") == "two\nlines\tapart"


@given(st.text())
def test_nothing_that_is_shown_can_act(text):
    shown = visible(text)
    assert not any(ord(one) < 32 and one not in "\n\t" for one in shown)
    assert "\u202e" not in shown
    assert "\u200b" not in shown
    shown.encode("utf-8")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_does_not_act_stays_as_it_is(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    "away",
    ["%2e%2e/report.html", "a/%2E%2E/b", ".%2e/x", "%2e./x", "..", "a/../../b", "//host/x", "/etc", "file:x", ""],
)
def test_a_link_leads_nowhere_but_below_the_page_however_its_dots_are_spelt(away):
    assert target(Link("x", away)) == ""


@pytest.mark.parametrize("below", ["report.html", "run-1/report.html", "a%20b/report.html", "v1.2/..x/r.html"])
def test_a_link_to_a_file_below_the_page_is_kept(below):
    assert target(Link("x", below)) == below
