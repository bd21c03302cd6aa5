import numpy as np
import pytest
from freshmark import Chart, Column, Prose, Section, Table
from freshmark.errors import UnknownName, UsageError
from freshmark.results.output import plots
from freshmark.results.style import CHART_WIDTH, INK, PAPER, WIDE_CHART_WIDTH
from matplotlib import pyplot as plt
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

TABLE = Table((Column("n"),), ((1,),))


def draw(figure):
    axes = figure.subplots()
    axes.plot([1, 2], [3, 5], label="a")
    axes.set_title(r"$\frac{$")
    figure.legend(loc="outside lower left")


@pytest.fixture
def offered(monkeypatch):
    """Sections that plugins offer, whatever is installed."""

    def offer(**sections):
        monkeypatch.setattr(plots, "offered", lambda hook: {"register_sections": sections}[hook])

    return offer


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def panels(figure):
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    upper.plot([1, 2], [3, 5], label="a")
    lower.plot([1, 2], [0, 1])
    figure.legend(loc="outside lower left")


def test_each_section_is_a_method_that_returns_its_axes(made, offered):
    offered(**{"over-time": lambda _: Section("x", (Chart(draw, "finding", TABLE, wide=True, height=0.5),))})
    axes = made().plot.over_time()
    figure = axes.figure
    assert isinstance(axes, Axes)
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [3, 5]
    assert figure.get_figwidth() == WIDE_CHART_WIDTH
    assert len(figure.legends) == 1


def test_a_figure_has_a_white_background_and_saves_any_text(made, offered, tmp_path):
    offered(mine=lambda _: Section("x", (Chart(draw, "finding", TABLE),)))
    figure = made().plot.mine().figure
    assert to_hex(figure.get_facecolor()) == PAPER
    assert to_hex(figure.axes[0].title.get_color()) == INK
    assert figure.get_figwidth() == CHART_WIDTH
    figure.savefig(tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 1000


def test_rcparams_are_unchanged(made, offered):
    before = dict(rcParams)
    offered(mine=lambda _: Section("x", (Chart(draw, "finding", TABLE),)))
    made().plot.mine()
    assert dict(rcParams) == before


def test_the_methods_are_listed_and_a_typo_is_corrected(made, offered):
    section = Section("x", (Chart(draw, "finding", TABLE),))
    offered(staleness=lambda _: section, **{"over-time": lambda _: [section]})
    plot = made().plot
    assert dir(plot) == ["over_time", "staleness"]
    with pytest.raises(AttributeError, match="did you mean 'staleness'"):
        plot.stalenes  # noqa: B018
    assert not hasattr(plot, "_ipython_display_")


def test_one_of_several_charts_is_chosen(made, offered):
    charts = tuple(Chart(draw, "finding", TABLE, height=height) for height in (1.0, 0.5))
    offered(mine=lambda _: Section("x", charts))
    plot = made().plot
    assert plot.mine(chart=1).figure.get_figheight() == plot.mine().figure.get_figheight() / 2
    with pytest.raises(UsageError, match="no chart 2; it has 2"):
        plot.mine(chart=2)


def test_one_of_several_streams_must_be_given(fabricated, made, offered):
    streams = [fabricated.MadeStream("one"), fabricated.MadeStream("two")]
    results = made([fabricated.MadeCell(stream=one.name) for one in streams], streams)
    offered(mine=lambda results: [Section("x", (Chart(draw, "finding", TABLE),), stream) for stream in results.streams])
    with pytest.raises(UsageError, match="one of one, two"):
        results.plot.mine()
    assert results.plot.mine("two")
    with pytest.raises(UnknownName, match="no stream 'tow'; did you mean 'two'"):
        results.plot.mine("tow")


def test_a_section_without_charts_is_refused(made, offered):
    offered(mine=lambda _: [])
    with pytest.raises(UsageError, match="nothing for it to draw"):
        made().plot.mine()


def boom(results):
    raise RuntimeError("boom")


def test_only_what_can_be_drawn_is_listed_and_what_fails_says_so_when_called(made, offered):
    section = Section("x", (Chart(draw, "finding", TABLE),))
    offered(mine=lambda _: section, empty=lambda _: [], words=lambda _: Section("x", (Prose("x"),)), failing=boom)
    plot = made().plot
    assert dir(plot) == ["failing", "mine"]
    with pytest.raises(RuntimeError, match="boom"):
        plot.failing()


def test_a_chart_is_drawn_into_the_axes_given(made, offered):
    offered(mine=lambda _: Section("x", (Chart(draw, "finding", TABLE),)))
    figure, (left, right) = plt.subplots(1, 2)
    assert made().plot.mine(ax=right) is right
    assert np.asarray(right.lines[0].get_ydata()).tolist() == [3, 5]
    assert right.get_legend() is not None
    assert not left.lines
    assert (figure.axes, figure.legends) == ([left, right], [])


def test_panels_of_a_chart_share_the_place_of_the_axes_given(made, offered):
    offered(mine=lambda _: Section("x", (Chart(panels, "finding", TABLE),)))
    figure, (left, right) = plt.subplots(1, 2)
    before = right.get_position()
    assert made().plot.mine(ax=right) is right
    upper, lower = right.get_position(), figure.axes[2].get_position()
    assert figure.axes[:2] == [left, right]
    assert (upper.y1, lower.y0) == (pytest.approx(before.y1), pytest.approx(before.y0))
    assert lower.y1 < upper.y0
    assert figure.axes[2].get_shared_x_axes().joined(right, figure.axes[2])


def test_several_panels_need_a_place_that_can_be_divided(made, offered):
    offered(mine=lambda _: Section("x", (Chart(panels, "finding", TABLE),)))
    axes = plt.figure().add_axes((0, 0, 1, 1))
    with pytest.raises(UsageError, match="several panels"):
        made().plot.mine(ax=axes)


def test_a_chart_gives_its_data(made, offered):
    offered(mine=lambda _: Section("x", (Chart(draw, "finding", TABLE),)))
    assert made().plot.mine.data().to_dict("list") == {"n": [1]}
