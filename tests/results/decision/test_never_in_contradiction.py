"""Random result sets, on which verdict, table, knee, steps and alerts must agree.

200 of them; FRESHMARK_RESULT_SETS=2000 for more.
"""

import os
from typing import Any

import numpy as np
import pytest
from freshmark.results.costs.prices import Prices
from freshmark.results.costs.worth import Worth
from freshmark.results.decision.regret import Tolerance
from freshmark.results.decision.terms import Terms

SETS = int(os.environ.get("FRESHMARK_RESULT_SETS", "200"))
BATCH = 20
SCHEDULES = ("never", "30d", "1w", "1d", "1h", "event")
TOLERANCES = (Tolerance(0.02), Tolerance(0.1), Tolerance(0.005), Tolerance(0.01, relative=False))


def result_set(made_row, seed):
    """Rows with planted effects, ties, NaN, failed cells, one seed, few windows; and how they are judged."""
    rng = np.random.default_rng(seed)
    windows = int(rng.choice([4, 6, 12, 64]))
    level = np.exp(rng.choice([0.0, 0.5]) * np.cumsum(rng.standard_normal(windows)) / np.sqrt(windows))
    level /= level.mean()
    base, spread = rng.choice([0.02, 0.3, 0.9]), rng.choice([0.0, 0.01, 0.2])
    own, luck = rng.choice([0.0, 0.02, 0.2]), rng.choice([0.0, 0.01, 0.05])
    money = rng.random() < 0.3
    rows: list[Any] = []
    for strategy in range(int(rng.integers(1, 4))):
        skill = rng.normal(0, spread)
        for place, every in enumerate(SCHEDULES):
            if rng.random() < 0.4:
                continue
            value = min(base * np.exp(skill + rng.choice([0.0, 0.03]) * place), 0.999 if base > 0.5 else 9.0)
            cost = 10.0 ** rng.uniform(-2, 4)
            more = {"cost_per_million": cost / 1000} if money else {}
            if every != "never" and rng.random() < 0.1:
                more |= {"updates": 0.0, "interval_seconds": np.inf}
            if rng.random() < 0.1:
                more["excluded"] = "memory 9 GB > 1 GB"
            seeds, draws, failed = int(rng.integers(1, 4)), bool(rng.random() < 0.5), bool(rng.random() < 0.1)
            row = made_row(f"s{strategy}()", every, float(value), cost, seeds=seeds, own=own, luck=luck,
                           draws=draws, failed=failed, more=more)  # fmt: skip
            if rng.random() < 0.05:
                row.value = float("nan")
            if rng.random() < 0.1 and rows:
                row.numbers = rows[-1].numbers
            rows.append(row)
    worth = Worth("ndcg@10", 10.0 ** rng.uniform(0, 4)) if money and rng.random() < 0.5 else None
    terms = Terms(
        prices=Prices(cpu_hour=3.6) if money else None,
        tolerance=TOLERANCES[int(rng.integers(len(TOLERANCES)))],
        worth=worth,
    )
    better = "lower" if rng.random() < 0.2 else "higher"
    options = {"better": better, "windows": windows, "seed": seed, "terms": terms, "level": level}
    return rows, options


def check(found, terms):
    verdict, judgement, chosen = found.verdict, found.judgement, found.chosen
    assert len(verdict.sentence.split()) <= 12
    assert "nan" not in " ".join([verdict.sentence, *verdict.more])
    assert verdict.chosen == (None if chosen is None else chosen.row)
    assert sum(row.chosen for row in judgement.rows) == (chosen is not None)
    if chosen is None:
        assert not verdict.settled
        assert verdict.sentence.startswith("No verdict")
        assert not any(row.shown for row in judgement.rows)
        return
    check_choice(found, terms, chosen)
    check_sentences(found, chosen)
    check_curves(found, chosen)
    for alert in found.alerts:
        if "counting is as good as any" in alert.text:
            assert any(row.shown and row.strategy.startswith("popularity") for row in judgement.rows)


def check_choice(found, terms, chosen):
    """Within the budget, never beaten on both, settled where shown; shown where the bound is within the tolerance."""
    rows = found.judgement.contested
    assert not chosen.excluded
    assert not chosen.undue
    for row in rows:
        assert np.isfinite(row.value)
        assert row.regret_bound >= 0
        assert not row.shown or row.regret_bound <= terms.tolerance.amount
    if terms.worth is None:
        amount = found.standings.scale.amount
        sign = 1 if found.standings.scale.more else -1
        better = [row for row in rows if sign * amount(row.value) > sign * amount(chosen.value)]
        assert not [row for row in better if row.cost < chosen.cost]
    if len(rows) > 1:
        assert found.verdict.settled == chosen.shown
    assert sum(row.p_best for row in rows) == pytest.approx(1.0)


def check_sentences(found, chosen):
    sentence = found.verdict.sentence
    if sentence.startswith("Do not update"):
        assert chosen.never
        assert chosen.shown
        assert any(not row.never and row.updates for row in found.judgement.contested)
    if sentence.startswith("Update"):
        assert chosen.shown
        assert chosen.updates
    if sentence.startswith("Not settled"):
        assert not chosen.shown
    assert any("No update was due" in text for text in found.verdict.more) == any(
        row.undue for row in found.judgement.rows
    )


def check_curves(found, chosen):
    for point in found.curves:
        assert not point.knee or point.flat
    own = [point for point in found.curves if (point.strategy, point.delay) == (chosen.strategy, chosen.delay)]
    knees = [point.every for point in own if point.knee]
    assert knees == ([chosen.every] if found.judgement.settled else [])
    named = next((text for text in found.verdict.more if text.startswith("No faster schedule is needed")), "")
    assert f" {chosen.strategy} " not in named


@pytest.mark.parametrize("batch", range(-(-SETS // BATCH)))
def test_all_that_is_said_of_random_results_agrees(made_row, said, batch):
    for seed in range(batch * BATCH, min((batch + 1) * BATCH, SETS)):
        rows, options = result_set(made_row, seed)
        check(said(rows, **options), options["terms"])
