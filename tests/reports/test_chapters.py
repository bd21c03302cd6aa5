from typing import Any

import pytest
from freshmark import Column, Listing, Prose, Section, Table
from freshmark_reports.chapters import chapters


def titles(found):
    return [[section.title for section in (*chapter.lead, *chapter.sections)] for chapter in found]


def test_a_chapter_a_stream_then_one_for_all(fabricated, made):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two", task="rate")]
    cells = [fabricated.MadeCell("a()", stream=stream.name) for stream in streams]
    results = made(cells, streams)
    sections: dict[str, Any] = {
        "each": lambda results: [Section(f"of {name}", (Prose("x"),), name) for name in results.streams],
        "all": lambda results: Section("of all", (Prose("x"),)),
    }
    found = chapters(results, sections)
    assert [chapter.title for chapter in found] == ["one", "two", ""]
    assert titles(found) == [["of one"], ["of two"], ["of all"]]
    assert [chapter.verdict is None for chapter in found] == [False, False, True]


def test_alerts_stand_with_their_stream(fabricated, made):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two", windows=4, events=60)]
    results = made([fabricated.MadeCell("a()", stream="one"), fabricated.MadeCell("a()", stream="two")], streams)
    one, two, _ = chapters(results, {})
    assert not any("4 windows" in alert.text for alert in one.alerts)
    assert any("4 windows" in alert.text for alert in two.alerts)


def test_sections_stand_where_they_say(usual, sections):
    mine = Section("Mine", (Prose("x"),), next(iter(usual.streams)), order=150)
    (found, _) = titles(chapters(usual, {"mine": lambda _: mine, **sections}))
    assert found == [
        "Accuracy against cost",
        "Ranking",
        "Mine",
        "Accuracy over time",
        "After each drift",
        "How often",
        "How knowledge ages",
        "Who is served",
        "Latency",
        "Memory",
        "Which differences are real",
        "Failed cells",
        "Every cell",
        "The stream",
    ]


def test_the_lead_stands_beside_the_verdict(usual, sections):
    found = chapters(usual, sections)[0]
    assert [section.title for section in found.lead] == ["Accuracy against cost"]


def test_a_section_without_parts_is_left_out(usual):
    assert titles(chapters(usual, {"nothing": lambda _: Section("Nothing", ())})) == [[], []]


def test_a_section_of_a_stream_that_is_not_there_is_shown_with_the_rest(usual):
    assert titles(chapters(usual, {"x": lambda _: Section("Lost", (Prose("x"),), "no such stream")}))[-1] == ["Lost"]


def test_a_section_that_raises_is_shown_as_broken_and_the_others_stay(usual, sections):
    def boom(results):
        raise RuntimeError("no such column <b>")

    found = chapters(usual, {"mine": boom, **sections})
    broken = found[-1].sections[-1]
    assert broken.title == "Section 'mine' could not be made"
    assert Listing("RuntimeError: no such column <b>") in broken.parts
    assert len(found[0].sections) == 12


def test_a_ragged_table_is_shown_as_the_fault_of_its_section(usual):
    (section,) = chapters(usual, {"mine": lambda _: Section("Mine", (Table((Column("One"),), (("a", "b"),)),))})[
        -1
    ].sections
    assert section.title == "Section 'mine' could not be made"
    assert any("2 entries for 1 columns" in part.text for part in section.parts if isinstance(part, Listing))


@pytest.mark.parametrize("made_of", ["<b>html</b>", [1, 2], None])
def test_what_is_no_section_is_shown_as_broken(usual, made_of):
    (section,) = chapters(usual, {"mine": lambda _: made_of})[-1].sections
    assert "could not be made" in section.title
    assert any("TypeError" in part.text for part in section.parts if isinstance(part, Listing))
