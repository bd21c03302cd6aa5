"""What is lost because updates take time, from runs of a strategy whose updates sleep."""

from __future__ import annotations

import sys

import freshmark
import numpy as np
import pytest
from freshmark import Chart, stream_of
from freshmark.contract.delays import time_scale
from freshmark.errors import UsageError
from freshmark.replay.settings import Settings
from freshmark_reports.sections import slowness

MODULE = '''
import time
import numpy as np
from freshmark import Strategy

class Latest(Strategy):
    """The items of the last update, after a nap."""
    def __init__(self, nap=0.0):
        self.nap, self.counts = nap, np.zeros(0)
    def update(self, events):
        time.sleep(self.nap)
        self.counts = np.bincount(events.item, minlength=16).astype(float)
    def score(self, query):
        return np.tile(self.counts[: int(query.candidates[-1])], (len(query), 1))
'''
NAP, SCALE = 0.02, 100
STRATEGIES = ["Latest()", f"Latest(nap={NAP})"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The same cells with the delay that was measured, and without any."""
    folder = tmp_path_factory.mktemp("slow")
    (folder / "latest_module.py").write_text(MODULE)
    second = np.arange(600)
    # What is taken changes every 20 s: who learns 2 s late is wrong for 2 s longer.
    stream = stream_of(name="taken", task="rank", time=second * 1_000_000, user=second * 0, item=second // 20 % 16)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        made = [
            freshmark.run(
                streams=[stream],
                strategies=[__import__("latest_module").Latest, *STRATEGIES[1:]],
                every=["5s", "never"],
                delay=[delay],
                folder=folder / delay.replace("*", "x"),
                settings=Settings(window="60s", probes=2, panel=0),
            )
            for delay in (f"measured*{SCALE}", "0s")
        ]
    sys.modules.pop("latest_module", None)
    return made


def by_row(table):
    return table.set_index(["strategy", "every"])


def test_free_is_the_run_without_a_delay_and_served_the_one_that_was_measured(runs):
    measured, at_once = runs
    table, free = by_row(measured.slowness()), by_row(at_once.ranking())
    served = by_row(measured.ranking())
    for row in [(name, "5s") for name in STRATEGIES]:
        assert table.loc[row, "free"] == pytest.approx(free.loc[row, "value"], abs=1e-12)
        assert table.loc[row, "served"] == pytest.approx(served.loc[row, "value"], abs=1e-12)
        assert table.loc[row, "price"] == pytest.approx(free.loc[row, "value"] - served.loc[row, "value"], abs=1e-12)


def test_who_naps_pays_what_a_delay_of_that_length_costs(runs):
    """2 s of 20 are answered with what was taken before, one in ten; HR@1 of the warm-up's rest is the same."""
    table = by_row(runs[0].slowness("hr@1"))
    slow = table.loc[STRATEGIES[1], "5s"]
    assert slow["update_seconds"] == pytest.approx(NAP * SCALE, rel=0.5)
    assert 0.08 <= slow["price"] <= 0.16
    assert slow["distinguishable"]
    assert table.loc[(STRATEGIES[0], "5s"), "price"] <= 0.06


def test_a_share_of_the_stream_is_spent_updating(runs):
    slow = by_row(runs[0].slowness()).loc[STRATEGIES[1], "5s"]
    assert slow["busy"] == pytest.approx(slow["update_seconds"] * slow["updates_free"] / 420, rel=0.01)
    assert slow["updates_served"] <= slow["updates_free"]


def test_a_lower_error_is_better_and_a_price_is_always_a_loss(runs):
    table = by_row(runs[0].slowness("mrr"))
    assert (table["price"] >= -1e-12).all()


def test_what_is_never_updated_pays_nothing(runs):
    row = by_row(runs[0].slowness()).loc[STRATEGIES[1], "never"]
    assert (row["price"], row["updates_free"], row["busy"]) == (0, 0, 0)
    assert not row["distinguishable"]


def test_runs_whose_delay_is_given_have_no_price(runs):
    assert runs[1].slowness().empty
    assert list(runs[1].slowness().columns) == list(runs[0].slowness().columns)
    with pytest.raises(UsageError, match="no updates were made that took no time"):
        runs[1].outcomes(str(runs[1].cells["key"].iloc[0]), free=True)


def test_the_report_names_who_pays_most(runs):
    (section,) = slowness.section(runs[0])
    (chart,) = section.parts
    assert isinstance(chart, Chart)
    assert chart.table
    assert chart.finding.startswith(f"{STRATEGIES[1]} every 5s, late as measured ×100 pays most: NDCG@10")
    assert len(chart.table.rows) == 2, "never is no row"
    assert slowness.section(runs[1]) == []


@pytest.mark.parametrize(
    ("delay", "scale"), [("measured", 1), ("measured*60", 60), ("measured*0.5", 0.5), ("10m", None)]
)
def test_a_delay_that_is_measured_has_a_scale(delay, scale):
    assert time_scale(delay) == scale
