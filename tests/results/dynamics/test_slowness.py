"""What is lost because updates take time: a run whose updates sleep, and planted outcomes."""

from __future__ import annotations

import sys

import freshmark
import numpy as np
import pytest
from freshmark import Chart, stream_of
from freshmark.contract.delays import time_scale
from freshmark.errors import UsageError
from freshmark.replay.settings import Settings
from freshmark.results.dynamics.slowness import COLUMNS
from freshmark_reports.sections import slowness

MODULE = '''
import time
import numpy as np
from freshmark import Strategy

class Latest(Strategy):
    """The items of the last update, after a nap."""
    def __init__(self):
        self.counts = np.zeros(0)
    def update(self, events):
        time.sleep(0.02)
        self.counts = np.bincount(events.item, minlength=16).astype(float)
    def score(self, query):
        return np.tile(self.counts[: int(query.candidates[-1])], (len(query), 1))
'''
MEASURED = "measured*100"


def test_free_is_the_run_without_a_delay_and_served_the_one_with_it(tmp_path):
    (tmp_path / "latest_module.py").write_text(MODULE)
    second = np.arange(240)
    # The item changes every 20 s: learning 2 s late is wrong for 2 s longer.
    stream = stream_of(name="taken", task="rank", time=second * 1_000_000, user=second * 0, item=second // 20 % 16)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        results = freshmark.run(
            streams=[stream],
            strategies=[__import__("latest_module").Latest],
            every=["5s"],
            delay=[MEASURED, "0s"],
            folder=tmp_path / "run",
            settings=Settings(window="60s", probes=2, panel=0),
        )
    sys.modules.pop("latest_module", None)
    (row,) = results.slowness().to_dict("records")
    free, served = results.ranking().set_index("delay").loc[["0s", MEASURED], "value"]
    assert (row["free"], row["served"]) == pytest.approx((free, served), abs=1e-12)
    assert row["price"] == pytest.approx(free - served, abs=1e-12)
    assert row["price"] > 0
    assert row["updates_served"] <= row["updates_free"]
    # An update sleeps 0.02 s, 2 s of stream time; a busy machine may make it longer.
    assert row["update_seconds"] >= 2
    assert row["busy"] == pytest.approx(row["update_seconds"] * row["updates_free"] / 180, rel=0.01)


def test_a_run_with_a_given_delay_has_no_price(fabricated, made):
    results = made([fabricated.MadeCell("a()")])
    assert results.slowness().empty
    assert tuple(results.slowness().columns) == COLUMNS
    assert slowness.section(results) == []
    with pytest.raises(UsageError):
        results.outcomes(results.cells["key"].iloc[0], free=True)


@pytest.fixture
def planted(fabricated, made):
    """slow() answers as well as quick() while updates take no time, and worse when served; never() has no updates."""

    def make(task):
        def cell(name, every, skill, updates):
            summary = {"updates": updates, "free_updates": updates, "free_update_seconds": updates * 0.5}
            return fabricated.MadeCell(name, every, skill, delay=MEASURED, summary=summary)

        cells = [cell("slow()", "1d", 0.3, 6), cell("quick()", "1d", 0.6, 6), cell("never()", "never", 0.2, 0)]
        results = made(cells, [fabricated.MadeStream(task=task)])
        keys = dict(zip(results.cells["strategy"], results.cells["key"], strict=True))
        free_of = {keys["slow()"]: keys["quick()"]}
        read = results.recorded.table

        def table(key, name):
            if name != "outcomes":
                return read(key, name)
            free = read(free_of.get(key, key), name)
            return read(key, name) | {f"free_{column}": values for column, values in free.items()}

        results.recorded.table = table
        return results

    return make


@pytest.mark.parametrize("task", ["rank", "rate"])
def test_a_price_is_a_loss_whichever_way_is_better(planted, task):
    results = planted(task)
    table, ranking = results.slowness().set_index("strategy"), results.ranking().set_index("strategy")
    slow, quick = table.loc["slow()"], table.loc["quick()"]
    assert slow["free"] == pytest.approx(ranking.loc["quick()", "value"])
    assert slow["price"] == pytest.approx(abs(slow["free"] - slow["served"]))
    assert slow["price"] > slow["margin"] > 0
    assert slow["distinguishable"]
    assert (quick["price"], quick["margin"], quick["distinguishable"]) == (0, 0, False)
    assert slow["update_seconds"] == 50
    assert slow["busy"] == pytest.approx(6 * 50 / (24 * 6 * 3600))
    assert tuple(table.loc["never()", ["price", "updates_free", "busy"]]) == (0, 0, 0)


def test_the_report_names_the_highest_price(planted):
    (section,) = slowness.section(planted("rank"))
    (chart,) = section.parts
    assert isinstance(chart, Chart)
    assert chart.finding.startswith("slow() every 1d, late as measured ×100")
    assert ["quick()" in str(row[0]) for row in chart.table.rows] == [True, False]


@pytest.mark.parametrize(
    ("delay", "scale"), [("measured", 1), ("measured*60", 60), ("measured*0.5", 0.5), ("10m", None)]
)
def test_a_measured_delay_has_a_scale(delay, scale):
    assert time_scale(delay) == scale
