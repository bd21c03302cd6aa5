import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from freshmark import Chart, Column, Table
from freshmark_reports import drawing
from freshmark_reports.choice import rows_of
from freshmark_reports.drawing.figure import drawn
from freshmark_reports.drawing.legend import HIGH, LONG, outline
from freshmark_reports.drawing.marks import mark, row_id
from freshmark_reports.drawing.palette import _COLOURS, Look, legend_below, line_key, looks, marker_key
from matplotlib.figure import Figure

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
    svg = drawn(chart(lines("a", "b", gid="rows=0,1,2,3")), "f1").svg
    ids = re.findall(r' id="([^"]+)"', svg)
    assert not [one for one in ids if "mark" in one or "rows" in one]
    assert all(f"#{one}" in svg for one in ids)


IDENTITY = {"stream": "s", "strategy": "a <b>", "every": "1d", "delay": "0s"}


def elements(svg, name):
    return [element for element in ET.fromstring(svg).iter() if name in element.attrib]


def test_a_row_has_one_id_whatever_chart_it_is_in():
    assert row_id(IDENTITY) == row_id(pd.Series({**IDENTITY, "value": 1.0})) == "r-11c4d77c"
    others = [row_id(IDENTITY | {name: "other"}) for name in IDENTITY]
    assert len({row_id(IDENTITY), *others}) == 5


def test_points_say_which_row_they_are_and_what_they_show():
    rows = pd.DataFrame([IDENTITY | {"every": every} for every in ("never", "1d", "1h")])

    def draw(figure):
        axes = figure.subplots()
        mark(axes.plot(range(3), [1, np.nan, 3], marker="o")[0], rows, ["1", "2", "3"], [0, 1, 2])

    svg = drawn(chart(draw), "f1").svg
    (group,) = [one for one in elements(svg, "data-strategy") if one.tag.endswith("g")]
    assert (group.get("data-strategy"), group.get("data-stream"), group.get("data-row")) == ("a <b>", "s", None)
    points = elements(svg, "data-entry")
    assert [(one.get("data-every"), one.get("data-value"), one.get("data-entry")) for one in points] == [
        ("never", "1", "0"),
        ("1h", "3", "2"),
    ]
    assert [one.get("data-row") for one in points] == [row_id(rows.iloc[0]), row_id(rows.iloc[2])]


def test_what_all_points_share_is_said_once():
    def draw(figure):
        mark(figure.subplots().plot(range(4), marker="o")[0], pd.Series(IDENTITY), ["7"])

    (group,) = elements(drawn(chart(draw), "f1").svg, "data-row")
    assert (group.get("data-row"), group.get("data-every"), group.get("data-value")) == (row_id(IDENTITY), "1d", "7")


def test_bars_and_scattered_points_are_marks_as_lines_are():
    rows = pd.DataFrame([IDENTITY | {"every": every} for every in ("never", "1d", "1h")])

    def draw(figure):
        axes = figure.subplots()
        mark(axes.vlines([1, 2, 3], 0, 1), rows)
        mark(axes.scatter([1, 2, 3], [1, 2, 3]), rows)

    assert [one.get("data-every") for one in elements(drawn(chart(draw), "f1").svg, "data-row")] == [
        *rows["every"],
        *rows["every"],
    ]


def test_a_plugins_gid_says_which_rows_its_points_are():
    points = elements(drawn(chart(lines("x", gid="rows=3,1,0,2")), "f1").svg, "data-entry")
    assert [one.get("data-entry") for one in points] == []  # a line without markers has no points

    def draw(figure):
        figure.subplots().plot(range(4), [0, 1, np.nan, 2], marker="o", gid="rows=3,1,0,2")

    points = elements(drawn(chart(draw), "f1").svg, "data-entry")
    assert [one.get("data-entry") for one in points] == ["3", "1", "2"]


def test_a_line_that_is_a_column_says_where_each_row_is():
    across = [int(one) for one in drawn(chart(lines("a", "b")), "f1").across.split(" ")]
    assert len(across) == 4
    assert len(set(np.diff(across))) <= 2


def test_a_line_with_other_points_than_rows_says_nothing():
    shorter = Table(ROWS.columns, ROWS.rows[:3])
    assert drawn(chart(lines("a"), shorter), "f1").across == ""
    assert drawn(chart(lines("else")), "f1").across == ""


def test_the_colours_are_seaborns():
    palette = sns.color_palette("colorblind").as_hex()
    assert list(_COLOURS) == [palette[place] for place in (0, 1, 2, 3, 4, 9, 5, 7)]


ROW = pd.Series(IDENTITY | {"value": 0.5, "margin": 0.1})


def test_the_interval_drawn_is_the_one_given_and_a_gap_stays_a_gap():
    axes = Figure().subplots()
    y, margin = np.array([1.0, np.nan, 3.0, 4.0]), np.array([0.5, np.nan, 0.25, 0.0])
    drawing.curve(axes, ROW, np.arange(4), y, Look("#0173b2", "-", "o"), label="a", margin=margin)
    (line,) = axes.lines
    np.testing.assert_array_equal(line.get_ydata(), y)
    corners = np.concatenate([path.vertices for path in axes.collections[0].get_paths()])
    assert {(x, y) for x, y in corners.tolist() if x == 2} == {(2, 2.75), (2, 3.25)}


def test_more_than_eight_curves_differ_by_marker_too(fabricated, made):
    results = made([fabricated.MadeCell(f"s{place}()") for place in range(9)])
    rows = rows_of(results, "drift(preset='small')")
    axes = Figure().subplots()
    values = {name: np.arange(3.0) for name in rows["strategy"]}
    keys = drawing.curves(axes, results, rows, np.arange(3), values)
    signs = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in axes.lines}
    assert len(signs) == 9
    assert [key.get_marker() for key in keys] == [line.get_marker() for line in axes.lines]
    assert len({key.get_marker() for key in keys}) == 9
    few = drawing.curves(Figure().subplots(), results, rows[:8], np.arange(3), dict(list(values.items())[:8]))
    assert {key.get_marker() for key in few} == {"None"}


def test_labels_at_the_ends_of_curves_do_not_overlap():
    axes = Figure().subplots()
    for place, end in enumerate((1.0, 1.001, 0.0)):
        axes.plot([0, 1], [0.5, end], label=f"{place}")
    drawing.label_ends(axes, {"0": "first", "1": "second", "2": "third" * 9})
    assert [text.get_text() for text in axes.texts] == ["first", f"{('third' * 9)[:25]}…"]


def test_a_section_is_imported_without_what_only_drawing_needs():
    code = (
        "import sys, importlib, pkgutil, freshmark_reports.sections as s\n"
        "for m in pkgutil.iter_modules(s.__path__): importlib.import_module(f'{s.__name__}.{m.name}')\n"
        "print(sorted({'seaborn', 'matplotlib'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
