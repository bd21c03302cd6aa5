"""A plugin file with a family of metrics, a segment and a meter, from the command line to every form of output."""

from __future__ import annotations

import csv
import os
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from freshmark import Results
from freshmark.cli import main
from freshmark.commands.terminal.headline import headline_in
from freshmark.results.stored.folder import RunFolder
from freshmark.runs.catalogue.registry import load

PLUGIN = '''
import numpy as np
from freshmark import Metric, MetricFamily, Segment, hookimpl


@hookimpl
def register_metrics():
    return {"reach@K": MetricFamily("reach@K", reach)}


@hookimpl
def register_segments():
    return {"parity": Segment("parity", ("even users", "odd users"), of=parity)}


@hookimpl
def register_meters():
    return {"clock": Clock}


def reach(k):
    """Share of users with at least one hit within K."""

    def by_group(outcomes, group, groups):
        pairs = np.unique(np.stack([group, outcomes.user]), axis=1)[0]
        hits = outcomes.rank <= k
        reached = np.unique(np.stack([group[hits], outcomes.user[hits]]), axis=1)[0]
        users = np.bincount(pairs, minlength=groups)
        return np.where(users > 0, np.bincount(reached, minlength=groups) / np.maximum(users, 1), np.nan)

    return Metric(f"reach@{k}", frozenset({"rank"}), "higher", by_group=by_group)


def parity(events):
    """Users with even and with odd codes."""
    return events.user % 2


class Clock:
    """Counts windows."""

    def begin(self):
        self.count = 0

    def window(self):
        self.count += 1
        return {"windows_seen": float(self.count), "half_bytes": self.count / 2}
'''

BROKEN = """
from freshmark import Metric, Segment, hookimpl


@hookimpl
def register_metrics():
    return {"bad": Metric("bad", frozenset({"rank"}), "higher", each=lambda outcomes: outcomes.rank / outcomes.none)}


@hookimpl
def register_segments():
    return {"worse": Segment("worse", ("never",), of=lambda events: 1 / 0)}
"""


@dataclass
class Done:
    returncode: object
    stdout: str
    stderr: str


def freshmark(place: Path, *arguments: str, plugin: str) -> Done:
    """What a command does in this folder."""
    out, err = StringIO(), StringIO()
    environment = patch.dict(os.environ, {"FRESHMARK_CACHE": str(place / "cache")})
    with environment, chdir(place), redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main([*arguments, "--plugin", plugin])
    return Done(left.value.code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measures")
    (folder / "mine.py").write_text(PLUGIN, "utf-8")
    (folder / "broken.py").write_text(BROKEN, "utf-8")
    done = freshmark(
        folder, "run", "-d", "drift(preset='tiny')", "-s", "popularity()", "-s", "recency()", "--every", "1d",
        "--metric", "reach@5", "-o", "out", plugin="mine.py",
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "out/report.html\n"), done.stderr
    assert "reach@5" in done.stderr
    return folder


@pytest.fixture(scope="module")
def results(place: Path) -> Results:
    return Results.open(place / "out", plugins=[place / "mine.py"])


def test_the_plan_keeps_the_metric(place):
    assert 'metric = "reach@5"\n' in (place / "out" / "plan.toml").read_text("utf-8")


def test_a_family_is_computed_at_any_k_by_window_and_segment_and_decides(results):
    key = str(results.cells["key"].iloc[0])
    outcomes, (measured,) = results.outcomes(key), results.measured(key, ["reach@3"])
    hit = outcomes.rank <= 3
    assert measured.of("all") == pytest.approx(len(set(outcomes.user[hit])) / len(set(outcomes.user)))
    for parity, name in enumerate(("even users", "odd users")):
        mine = outcomes.user % 2 == parity
        expected = len(set(outcomes.user[hit & mine])) / len(set(outcomes.user[mine]))
        assert measured.of(name) == pytest.approx(expected)
    first = results.events(str(results.cells["stream"].iloc[0]))["window"] == 0
    assert measured.value[0, 0] == pytest.approx(len(set(outcomes.user[hit & first])) / len(set(outcomes.user[first])))
    ranking = results.ranked_by("reach@5").ranking()
    assert set(ranking["metric"]) == {"reach@5"}
    assert ranking["value"].is_monotonic_decreasing
    assert (ranking["margin"] > 0).all()


def test_a_segment_shares_out_the_events_in_the_table_of_measurements(results):
    table = results.measure("ndcg@10")
    whole = table[(table["window"] == -1) & (table["strategy"] == "popularity()")].set_index("segment")
    assert whole.loc["even users", "n"] + whole.loc["odd users", "n"] == whole.loc["all", "n"]
    weighted = sum(whole.loc[name, "value"] * whole.loc[name, "n"] for name in ("even users", "odd users"))
    assert weighted / whole.loc["all", "n"] == pytest.approx(whole.loc["all", "value"])


def test_the_report_shows_metric_segment_and_meter(place, results):
    value = results.ranking("reach@10")["value"].max()
    shown = freshmark(place, "report", "out", "--format", "markdown", plugin="mine.py")
    assert (shown.returncode, shown.stdout) == (0, "out/report.md\n"), shown.stderr
    pages = [(place / "out" / name).read_text("utf-8").replace("\\", "") for name in ("report.html", "report.md")]
    for page in pages:
        for text in ("even users", "odd users", "windows_seen", "half_bytes"):
            assert text in page
    assert "reach@5" in pages[0]  # chosen when it was run
    assert "NDCG@10" in pages[1]
    assert "reach@10" in pages[1]
    assert f"{value:.3g}".lstrip("0") in pages[1]


def report(place, name, metric, plugin):
    """What a report in Markdown says, ranked by this metric."""
    words = ("report", "out", "--metric", metric, "-o", name, "--format", "markdown")
    done = freshmark(place, *words, plugin=plugin)
    return done, (place / name).read_text("utf-8")


def test_another_metric_decides_in_another_report(place):
    done, page = report(place, "hr.md", "hr@3", "mine.py")
    assert done.returncode == 0, done.stderr
    assert "HR@3" in page


def test_the_export_holds_the_numbers(place, results):
    shown = freshmark(place, "export", "out", "--table", "measurements", "-o", "tables", plugin="mine.py")
    assert shown.returncode == 0, shown.stderr
    with (place / "tables" / "measurements.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    even = [row for row in rows if row["segment"] == "even users" and row["window"] == "-1"]
    found = {row["metric"]: float(row["value"]) for row in even}
    key = str(results.cells["key"].iloc[-1])
    assert found["reach@10"] == pytest.approx(results.measured(key, ["reach@10"])[0].of("even users"))
    windows = [float(row["value"]) for row in rows if row["metric"] == "windows_seen" and row["window"] != "-1"]
    assert sorted(set(windows)) == list(np.arange(1.0, len(set(windows)) + 1))


@pytest.mark.parametrize("command", ["report", "export"])
def test_what_a_plugins_metric_and_segment_raise_is_named_and_leaves_the_rest(place, command):
    shown = freshmark(place, command, "out", "-o", f"bad-{command}", plugin="broken.py")
    assert shown.returncode == 1
    assert "FM900" not in shown.stderr
    assert "plugin 'broken.py' fails in metric 'bad': AttributeError" in shown.stderr
    assert "plugin 'broken.py' fails in segment 'worse': ZeroDivisionError" in shown.stderr
    assert "broken.py:" in shown.stderr
    assert shown.stdout.strip()


def test_a_report_says_what_failed_and_what_decides_instead(place):
    done, page = report(place, "bad.md", "bad", "broken.py")
    assert done.returncode == 1
    assert "bad failed on this stream: NDCG@10 decides instead" in page
    assert "fails in segment 'worse'" in page
    assert "popularity()" in page


def test_a_metric_that_fails_during_a_run_is_named_once_and_the_main_one_is_shown(place, capsys):
    headline = headline_in(place / "out", load([place / "broken.py"]), "bad")
    cells = RunFolder(place / "out").cells
    assert [headline(cell)[0] for cell in cells] == ["ndcg@10", "ndcg@10"]
    (warning,) = capsys.readouterr().err.splitlines()
    assert "fails in metric 'bad'" in warning


@pytest.mark.parametrize(
    ("metric", "what"),
    [("reach", "no metric 'reach'"), ("auc", "is a metric of click, not of rank"), ("reach@200", "deeper than ranks")],
)
def test_a_metric_that_cannot_decide_is_refused_before_anything_is_measured(place, metric, what):
    words = ("run", "-d", "drift(preset='tiny')", "-s", "popularity()", "-o", "none", "--metric", metric)
    shown = freshmark(place, *words, plugin="mine.py")
    assert shown.returncode == 2
    assert what in shown.stderr
    assert not (place / "none").exists()


def test_metrics_and_segments_are_listed_and_shown(place):
    listed = freshmark(place, "list", "metrics", plugin="mine.py").stdout
    assert "reach@K" in listed
    assert "Share of users with at least one hit within K." in listed
    assert "parity" in freshmark(place, "list", "segments", plugin="mine.py").stdout
    assert "even users, odd users" in freshmark(place, "show", "segment", "parity", plugin="mine.py").stdout
