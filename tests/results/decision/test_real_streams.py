"""Verdicts that misled, on the streams that they misled on; skipped where those are absent."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.runs.api import run


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Results of a run in a cache of its own."""
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path / "cache"))

    def measure(stream, strategies, every, seeds=1):
        return run(streams=[stream], strategies=strategies, every=every, seeds=seeds, folder=tmp_path / "run")

    return measure


def only(results):
    (verdict,) = results.verdicts()
    return verdict


@pytest.mark.slow
def test_spamassassin_is_not_told_to_stay_frozen_for_want_of_evidence(measured, shared_data):
    path = shared_data / "spamassassin" / "spamassassin_stream.csv.gz"
    strategy = "retrain(bow_logistic(optimiser='adagrad', lr=0.07, batch='auto', epochs=2))"
    found = only(measured(f"spamassassin({str(path)!r})", [strategy], ["never", "30d"]))
    assert found.sentence == f"Not settled; best bet: {strategy} every 30d."
    assert any("would settle it" in text for text in found.more)
    assert any(f"of the errors of {strategy} never updated" in text for text in found.more)


@pytest.mark.slow
def test_movietweetings_is_updated_daily_though_weekly_costs_a_fraction_of_a_second_less(measured, shared_data):
    path = shared_data / "movietweetings-100k" / "ratings.dat"
    results = measured(f"movietweetings(path={str(path)!r})", ["popularity"], ["never", "1w", "1d"])
    found = only(results)
    assert found.sentence == "Update popularity() daily."
    assert found.settled
    assert any(text.startswith("Daily pays over weekly") for text in found.more)
    curves = results.curves()
    assert curves[curves["knee"]]["every"].tolist() == ["1d"]


def log_of(path, seconds):
    """A log of 600 events within so many seconds from 1970 on."""
    rng = np.random.default_rng(0)
    time = np.sort(rng.integers(0, seconds, 600))
    rows = zip(rng.integers(0, 40, 600), rng.integers(0, 30, 600), time, strict=True)
    path.write_text("user,item,time\n" + "".join(f"{user},{item},{when}\n" for user, item, when in rows))
    return f"file({str(path)!r})"


def test_a_schedule_that_was_never_due_and_times_of_1970_are_named_and_give_no_verdict(measured, tmp_path):
    """Thirty days in milliseconds, read as seconds, are 43 minutes of 1970."""
    results = measured(log_of(tmp_path / "log.csv", 2592), ["popularity"], ["never", "60d"])
    found = only(results)
    assert (found.sentence, found.chosen) == ("No verdict: no update was due.", None)
    assert "the test spans 29 minutes" in found.more[0]
    texts = [alert.text for alert in results.alerts()]
    assert any("of 1970: times may be in another unit" in text for text in texts)


def test_a_deterministic_strategy_with_three_seeds_is_recognised(measured, tmp_path):
    results = measured(log_of(tmp_path / "log.csv", 3_000_000), ["popularity"], ["never", "1d"], seeds=3)
    standings = results.standings(next(iter(results.streams)))
    assert not any(standing.draws for standing in standings.rows.values())
    assert not any("seed" in alert.text for alert in results.alerts())
