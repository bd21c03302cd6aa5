import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import seaborn as sns
from freshmark import Chart, Column, Table
from freshmark_reports.drawing.figure import drawn
from freshmark_reports.drawing.legend import HIGH, LONG, outline
from freshmark_reports.drawing.palette import _COLOURS, legend_below, line_key, looks, marker_key
from freshmark_reports.drawing.pointing import rows_gid

ROWS = Table((Column("when"), Column("a", "number"), Column("b", "number")), tuple((f"t{n}", n, n) for n in range(4)))


def chart(draw, table=ROWS):
    return Chart(draw, "finding", table)


def lines(*names, gid=None):
    """A figure with a line of each name, and a legend of them."""

    def draw(figure):
        axes = figure.subplots()
        made = [axes.plot(range(4), [0, place, 1, place], label=name)[0] for place, name in enumerate(names)]
        if gid:
            made[0].set_gid(gid)
        legend_below(figure, made, 2)

    return draw


def groups(svg):
    found: dict[str, list[ET.Element]] = {}
    for element in ET.fromstring(svg).iter():
        if "data-key" in element.attrib:
            found.setdefault(element.attrib["data-key"], []).append(element)
    return found


def test_a_legend_leaves_the_picture_and_its_keys_go_with_their_lines():
    made = drawn(chart(lines("a", "b")), "f1")
    assert [(key.name, key.number) for key in made.keys] == [("a", 0), ("b", 1)]
    assert set(groups(made.svg)) == {"0", "1"}
    assert ">a<" not in made.svg


def test_everything_of_one_label_goes_with_its_key():
    def draw(figure):
        upper, lower = figure.subplots(2, 1)
        (line,) = upper.plot([1, 2], label="a")
        upper.fill_between([0, 1], [0, 0], [1, 1], label="a")
        lower.vlines([0, 1], 0, 1, label="a")
        lower.plot([1, 2], label="other")
        legend_below(figure, [line], 1)

    assert {key: len(parts) for key, parts in groups(drawn(chart(draw), "f1").svg).items()} == {"0": 3}


def test_a_key_without_lines_has_nothing_to_press():
    def draw(figure):
        figure.subplots().plot([1, 2])
        legend_below(figure, [marker_key("every 1d", "D")], 1)

    (key,) = drawn(chart(draw), "f1").keys
    assert key.number is None
    assert (key.line, key.colour, key.fill) == (False, "currentColor", "var(--paper)")


@pytest.mark.parametrize("name", ["_hidden", "x" * 200, "<b>", r"$\frac{$", "-"])
def test_a_key_has_its_name_in_full(name):
    made = drawn(chart(lines(name, "b")), "f1")
    assert made.keys[0].name == name
    assert made.keys[0].number == 0


@pytest.mark.parametrize("marker", list("oDs^vPX*<>"))
def test_a_marker_has_an_outline_inside_its_sample(marker):
    path = outline(marker)
    numbers = [float(one) for one in re.findall(r"-?\d+\.?\d*", path)]
    assert re.fullmatch(r"[MLQCZ0-9. -]+", path)
    assert path.startswith("M")
    assert all(0 <= x <= LONG for x in numbers[::2])
    assert all(0 <= y <= HIGH for y in numbers[1::2])


def test_dashes_of_a_key_are_those_of_its_line(usual):
    second = list(looks(usual).values())[1]

    def draw(figure):
        figure.subplots().plot([1, 2], label="a")
        legend_below(figure, [line_key("a", second)], 1)

    (key,) = drawn(chart(draw), "f1").keys
    assert key.dash == "9.0 2.9"
    assert key.colour == second.colour


def test_no_key_and_no_row_name_is_an_id_of_the_page():
    svg = drawn(chart(lines("a", "b", gid=rows_gid(range(4)))), "f1").svg
    ids = re.findall(r' id="([^"]+)"', svg)
    assert not [one for one in ids if "series" in one or "rows" in one]
    assert all(f"#{one}" in svg for one in ids)


def test_points_say_which_row_they_are_and_where():
    made = drawn(chart(lines("x", gid=rows_gid([3, 1, 0, 2]))), "f1").pointing
    marks = [tuple(map(int, one.split(","))) for one in made.marks.split(" ")]
    assert [row for _, _, row in marks] == [3, 1, 0, 2]
    assert [x for x, _, _ in marks] == sorted(x for x, _, _ in marks)
    view = [float(one) for one in re.search(r'viewBox="([^"]+)"', drawn(chart(lines("x")), "f1").svg)[1].split()]
    assert all(0 <= x <= view[2] and 0 <= y <= view[3] for x, y, _ in marks)
    assert marks[2][1] < marks[0][1]  # upwards in the picture is a smaller y
    assert made.across == ""


def test_a_line_that_is_a_column_says_where_each_row_is():
    made = drawn(chart(lines("a", "b")), "f1").pointing
    across = [int(one) for one in made.across.split(" ")]
    assert len(across) == 4
    assert len(set(np.diff(across))) <= 2
    assert made.marks == ""


def test_a_line_with_other_points_than_rows_says_nothing():
    shorter = Table(ROWS.columns, ROWS.rows[:3])
    assert drawn(chart(lines("a"), shorter), "f1").pointing.across == ""
    assert drawn(chart(lines("else")), "f1").pointing.across == ""


def test_points_that_are_not_there_are_no_marks():
    def draw(figure):
        axes = figure.subplots()
        axes.plot([0, 1, 2], [1, np.nan, 3], gid=rows_gid([0, 1, 2]))
        axes.plot([], [], gid=rows_gid([]))

    rows = [one.split(",")[2] for one in drawn(chart(draw), "f1").pointing.marks.split(" ")]
    assert rows == ["0", "2"]


def test_the_colours_are_seaborns():
    palette = sns.color_palette("colorblind").as_hex()
    assert list(_COLOURS) == [palette[place] for place in (0, 1, 2, 3, 4, 9, 5, 7)]
