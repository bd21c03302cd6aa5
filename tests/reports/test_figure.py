import re
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
import seaborn as sns
from freshmark.results.naming import format_seconds
from freshmark_reports.drawing.figure import GRID, INK, MUTED, PAPER, page_style, svg_of
from freshmark_reports.drawing.palette import plain_log


def line(figure, title="accuracy"):
    axes = figure.subplots()
    axes.plot([1, 2, 3], [1, 4, 2], label="a", color=INK, marker="o", markerfacecolor=PAPER)
    axes.set_title(title)
    axes.legend()


def texts(svg):
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter() if element.tag.endswith("text")]


def test_the_same_drawing_gives_the_same_bytes():
    assert svg_of(line, "x", prefix="f1") == svg_of(line, "x", prefix="f1")


def test_text_is_text():
    assert "accuracy" in texts(svg_of(line, "x", prefix="f1"))


def test_colours_are_those_of_the_page():
    svg = svg_of(line, "x", prefix="f1")
    assert "currentColor" in svg
    assert "var(--line)" in svg
    assert "var(--muted)" in svg
    assert "var(--paper)" in svg
    for sentinel in (INK, MUTED, GRID, PAPER):
        assert sentinel not in svg
    assert "fill:#ffffff" not in svg.replace(" ", "")


def test_no_id_of_one_figure_is_that_of_another():
    ids = [set(re.findall(r'\bid="([^"]+)"', svg_of(line, "x", prefix=prefix))) for prefix in ("f1", "f2")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_every_reference_has_its_target():
    svg = svg_of(line, "x", prefix="f1")
    ids = set(re.findall(r'\bid="([^"]+)"', svg))
    wanted = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
    assert wanted
    assert wanted <= ids


@pytest.mark.parametrize(
    "name",
    [r"$\frac{$", "a$b$", "<b>&amp;", '" id="x', "]]>", "fill: #010203", "{{7*7}}", "x\\n", "Ω ≤ ½", "url(#p)"],
)
def test_any_text_is_shown_as_it_is(name):
    assert name in texts(svg_of(lambda figure: line(figure, name), "x", prefix="f1"))


def test_control_characters_cannot_break_the_picture():
    assert "a␛b" in texts(svg_of(lambda figure: line(figure, "a\x1bb"), "x", prefix="f1"))


def test_a_screen_reader_hears_the_finding():
    root = ET.fromstring(svg_of(line, 'a "finding" <b> & more', prefix="f1"))
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'a "finding" <b> & more'


def test_it_scales_with_the_page():
    root = ET.fromstring(svg_of(line, "x", prefix="f1", wide=True))
    assert root.get("viewBox")
    assert root.get("width") is None


def test_nothing_is_requested_and_no_style_leaks_out():
    svg = svg_of(line, "x", prefix="f1")
    assert "<style" not in svg
    assert "<metadata" not in svg
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_a_log_axis_has_plain_numbers():
    def draw(figure):
        axes = figure.subplots()
        axes.plot([1, 10, 1000], [1, 2, 3])
        axes.set_xscale("log")

    shown = texts(svg_of(draw, "x", prefix="f1"))
    assert "100" in shown
    assert not any("$" in text or "\\" in text for text in shown)


def test_a_short_log_axis_has_plain_numbers_between_the_powers():
    def draw(figure):
        axes = figure.subplots()
        axes.plot([25.5, 26], [1, 2])
        axes.set_xscale("log")

    shown = texts(svg_of(draw, "x", prefix="f1"))
    assert any(text.startswith("25.") for text in shown)
    assert not any("$" in text for text in shown)


@pytest.mark.parametrize(
    ("ends", "labels"), [((2e-3, 5e-3), {"3.00 ms", "4.00 ms"}), ((1e-5, 10), {"100 µs", "10.0 ms", "1.00 s"})]
)
def test_a_log_axis_of_seconds_can_be_read_however_short_it_is(ends, labels):
    def draw(figure):
        axes = figure.subplots()
        axes.plot(ends, [1, 2])
        plain_log(axes.xaxis, format_seconds)

    assert labels <= set(texts(svg_of(draw, "x", prefix="f1")))


def test_a_figure_leaves_the_readers_settings_alone():
    before = dict(mpl.rcParams)
    svg_of(line, "x", prefix="f1")
    assert dict(mpl.rcParams) == before


def test_the_readers_settings_do_not_change_the_page():
    plain = svg_of(line, "x", prefix="f1")
    with mpl.rc_context({"svg.fonttype": "path", "font.size": 30, "axes.grid": False}):
        assert svg_of(line, "x", prefix="f1") == plain


def test_a_long_line_is_small():
    def draw(figure):
        figure.subplots().plot(np.arange(400), np.random.default_rng(0).random(400))

    assert len(svg_of(draw, "x", prefix="f1")) < 13_000


def test_seaborn_draws_into_a_page():
    def draw(figure):
        sns.lineplot(x=[1, 2, 3], y=[1, 3, 2], ax=figure.subplots())

    assert "<path" in svg_of(draw, "x", prefix="f1")


def test_the_style_of_the_page_is_there_for_others_to_draw_in():
    with page_style():
        assert mpl.rcParams["text.parse_math"] is False
