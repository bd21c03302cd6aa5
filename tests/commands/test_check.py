from __future__ import annotations

from pathlib import Path

import pytest
from freshmark.cli import main

PLUGIN = '''
import numpy as np
from freshmark import Metric, MetricFamily, Strategy, hookimpl


@hookimpl
def register_strategies():
    return {"last": Last, "peeks": Peeks}


@hookimpl
def register_metrics():
    return {"top@K": MetricFamily("top@K", top)}


@hookimpl
def register_datasets():
    return {"torn": lambda: 1 / 0}


def top(k):
    """Hits among the first K, averaged over users."""
    return Metric("top", frozenset({"rank"}), "higher", whole=lambda outcomes: of_users(outcomes, k))


def of_users(outcomes, k):
    hits = [(outcomes.rank[outcomes.user == user] <= k).mean() for user in np.unique(outcomes.user)]
    return float(np.mean(hits)) if hits else float("nan")


class Last(Strategy):
    """Recommends the newest items."""

    def __init__(self, memory=100):
        self.recent = np.empty(0, np.int64)
        self.memory = memory

    def update(self, events):
        self.recent = np.concatenate([self.recent, events.item])[-self.memory :]

    def recommend(self, query, k):
        newest, first = np.unique(self.recent[::-1], return_index=True)
        return np.tile(newest[np.argsort(first)][:k], (len(query), 1))


class Peeks(Last):
    """Answers differ by the number of requests in a query."""

    def recommend(self, query, k):
        return super().recommend(query, k)[:, :: 1 + len(query) % 2]
'''


@pytest.fixture
def plugin(tmp_path: Path) -> str:
    path = tmp_path / "mine.py"
    path.write_text(PLUGIN, "utf-8")
    return str(path)


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["check", *arguments])
    return left.value.code, *capsys.readouterr()


def test_a_valid_strategy_passes(capsys, plugin):
    code, out, err = output_of(capsys, "last(memory=50)", "--plugin", plugin)
    lines = out.splitlines()
    assert (code, err, lines[0]) == (0, "", "last(memory=50)")
    assert len(lines) > 3
    assert all(line.startswith("  ok ") for line in lines[1:])


def test_a_failed_check_is_reported_and_is_exit_code_1(capsys, plugin):
    code, out, err = output_of(capsys, "peeks()", "--plugin", plugin)
    assert code == 1
    assert "FAIL" in out
    assert "failed check" in err


def test_streams_and_metrics_can_be_checked_together(capsys, plugin):
    code, out, _ = output_of(capsys, "drift(preset='tiny')", "top@3", "--plugin", plugin)
    assert code == 0
    assert [line for line in out.splitlines() if not line.startswith(" ")] == ["drift(preset='tiny')", "top@3"]


def test_a_stream_whose_times_look_wrong_is_warned_of_with_its_span(capsys, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("user,item,time\n" + "".join(f"{row % 3},{row},{1_700_000 + row}\n" for row in range(20)))
    code, out, _ = output_of(capsys, f"file('{log}')")
    assert code == 0
    assert "span 19 seconds, from 1970-01-20" in out
    assert out.count("warning: ") == 2


def test_a_name_that_nothing_has_is_met_with_the_nearest(capsys, plugin):
    code, _, err = output_of(capsys, "lst()", "--plugin", plugin)
    assert code == 2
    assert "did you mean 'last'?" in err


def test_a_stream_that_raises_fails_its_checks_and_prints_no_span(plugin, capsys):
    code, out, err = output_of(capsys, "torn()", "--plugin", plugin)
    assert code == 1
    assert out.count("FAIL") == 4
    assert "mine.py" in out
    assert "FM" not in err
