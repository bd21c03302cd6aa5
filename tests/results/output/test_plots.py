import numpy as np
import pytest
from freshmark import Chart, Column, Section, Table
from freshmark.errors import UnknownName, UsageError
from freshmark.results.output import plots
from freshmark.results.style import CHART_WIDTH, INK, PAPER, WIDE_CHART_WIDTH
from matplotlib import rcParams
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

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


def test_each_section_is_a_method_that_returns_its_figure(made, offered):
    offered(**{"over-time": lambda _: Section("x", (Chart(draw, "finding", TABLE, wide=True, height=0.5),))})
    figure = made().plot.over_time()
    assert isinstance(figure, Figure)
    assert np.asarray(figure.axes[0].lines[0].get_ydata()).tolist() == [3, 5]
    assert figure.get_figwidth() == WIDE_CHART_WIDTH
    assert len(figure.legends) == 1


def test_a_figure_has_a_white_background_and_saves_any_text(made, offered, tmp_path):
    offered(mine=lambda _: Section("x", (Chart(draw, "finding", TABLE),)))
    figure = made().plot.mine()
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
    offered(staleness=lambda _: [], **{"over-time": lambda _: []})
    plot = made().plot
    assert dir(plot) == ["over_time", "staleness"]
    with pytest.raises(AttributeError, match="did you mean 'staleness'"):
        plot.stalenes  # noqa: B018
    assert not hasattr(plot, "_ipython_display_")


def test_one_of_several_charts_is_chosen(made, offered):
    charts = tuple(Chart(draw, "finding", TABLE, height=height) for height in (1.0, 0.5))
    offered(mine=lambda _: Section("x", charts))
    plot = made().plot
    assert plot.mine(chart=1).get_figheight() == plot.mine().get_figheight() / 2
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
