"""Races on planted worlds: who gets seeds, when it stops, and what looks spend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from freshmark.results.costs.noise import RowCosts
from freshmark.results.decision.racing import FEW_SEEDS, Race, level_of, raced
from freshmark.results.decision.regret import Contest, Tolerance
from freshmark.results.statistics.amounts import Scale
from freshmark.results.statistics.bootstrap import Row
from freshmark.results.stored.looks import RacingLook, RacingRow, looks_in, table_of
from scipy.special import ndtr

RACE = Race(Tolerance(0.02), 10)


def contest(skills, seeds, luck=0.01, own=0.0, *, draws=True, windows=64):
    """Rows of these skills; ``seeds`` and ``draws`` one for all, or one a row."""
    rng = np.random.default_rng(3)
    rows, values = [], []
    for place, skill in enumerate(skills):
        count, random = np.broadcast_to(seeds, len(skills))[place], np.broadcast_to(draws, len(skills))[place]
        moved = luck * rng.standard_normal((10, 1)) * random + own * rng.standard_normal(windows)
        numbers = (0.3 * np.exp(skill) * np.exp(moved))[:count]
        value = float(numbers.mean())
        series = (numbers.mean(axis=0) / value - 1) / windows
        rows.append(Row(series[:, None], numbers.mean(axis=1) / value - 1, tuple(range(count)), draws=bool(random)))
        values.append(value)
    scale = Scale.of(values, higher=True)
    return Contest(rows, np.array(values), scale=scale, costs=RowCosts(np.full(len(rows), 100.0)))


def test_a_look_adds_seeds_to_the_choice_and_its_threats_only():
    look = RACE.look(contest([0, -0.01, -1.0], 3, luck=0.03), seeds=3)
    assert look.stop == ""
    assert look.contends.tolist() == look.adds.tolist() == [True, True, False]
    assert look.threat[2] == 0


def test_threats_of_all_rows_are_what_keeps_the_choice_from_being_shown():
    judged = contest([0, -0.01, -0.02, -0.05], 3, luck=0.03)
    choice = judged.decide(RACE.tolerance).choice
    lost = judged.lost(judged._replicates.errors(), RACE.tolerance)[:, choice]
    assert judged.threats(choice, RACE.tolerance).sum() == pytest.approx((lost > 0.02).mean())


def test_a_race_without_threats_is_settled_by_the_rule():
    look = RACE.look(contest([0, -1.0], 3, luck=0.001), seeds=3)
    assert look.stop == "settled"
    assert look.decision.settled
    assert not look.adds.any()


def test_where_no_luck_is_known_nothing_is_shown():
    look = RACE.look(contest([0, -1.0], 1), seeds=1)
    assert (look.stop, look.level, look.decision.settled) == ("", 0.0, False)
    assert look.adds.tolist() == [True, False]


def test_rows_that_draw_nothing_get_no_seeds_and_their_only_look_is_made_at_5_percent():
    look = RACE.look(contest([0, -0.001], 1, own=0.5, draws=False), seeds=1)
    assert (look.stop, look.level) == ("nothing to add", 0.05)
    mixed = RACE.look(contest([0, 0], [1, 2], own=0.05, luck=0.03, draws=[False, True]), seeds=2)
    assert mixed.adds.tolist() == [False, True]


@pytest.mark.parametrize(("looks", "pocock"), [(1, 1.645), (2, 1.875), (3, 1.992), (4, 2.067), (5, 2.122), (10, 2.270)])
def test_the_level_of_looks_is_pococks(looks, pocock):
    """Critical values of one-sided tests at 5 % (Jennison & Turnbull 2000, table 2.1, two-sided at 10 %)."""
    assert level_of(tuple(range(1, looks + 1))) == pytest.approx(ndtr(-pocock), rel=0.03)


def test_every_look_of_a_race_is_made_at_the_level_of_all_that_are_planned():
    alike = [0, -0.001, -0.002]
    first = RACE.look(contest(alike, 2, luck=0.02), seeds=2)
    later = RACE.look(contest(alike, 3, luck=0.02), seeds=3, first=2)
    assert first.level == later.level == level_of((2, 3, 5, 7, 10))
    last = RACE.look(contest(alike, 10, luck=0.02), seeds=10, first=2)
    assert (last.stop, last.level) == ("max seeds", first.level)


def test_the_seeds_of_looks():
    assert [RACE.after(seeds) for seeds in (1, 2, 3, 5, 7)] == [2, 3, 5, 7, 10]
    assert [Race(Tolerance(), 4).after(seeds) for seeds in (1, 2, 3)] == [2, 3, 4]


def test_a_closed_row_gets_no_seeds():
    open_ = contest([0, -0.001], 2, luck=0.03)
    assert RACE.look(open_, seeds=2).adds.tolist() == [True, True]
    assert RACE.look(open_, seeds=2, closed=[True, False]).adds.tolist() == [False, True]
    shut = RACE.look(open_, seeds=2, closed=[True, True])
    assert (shut.stop, shut.level) == ("nothing to add", 0.05)


def test_what_only_a_longer_stream_would_settle_is_given_up_after_five_seeds():
    few = RACE.look(contest([0, -0.001], 3, luck=0.01, own=0.5), seeds=3)
    assert few.stop == ""
    assert RACE.look(contest([0, -0.001], FEW_SEEDS, luck=0.01, own=0.5), seeds=FEW_SEEDS).stop == "out of reach"


def recorded(**more: Any) -> RacingLook:
    rows = (
        RacingRow("a()", "1d", "0s", 3, 0.0, contends=True, adds=(), why="the choice"),
        RacingRow("b()", "never", "0s", 1, None, contends=False, adds=(), why="no update was due"),
        RacingRow("c()", "1d", "0s", 1, 0.0, contends=False, adds=(), why="cannot win"),
    )
    usual: dict[str, Any] = {"number": 2, "level": 0.005, "stop": "settled"}
    return RacingLook(stream="s", seeds=3, most=10, rows=rows, **(usual | more))


def test_looks_survive_being_written_and_are_a_table():
    (look,) = looks_in({"race": {"looks": [recorded().packed()]}})
    assert look == recorded()
    assert looks_in({}) == []
    table: Any = table_of([look])
    assert table["seeds"].tolist() == [3, 1, 1]
    assert table["threat"].isna().tolist() == [False, True, False]
    assert table.loc[0, ["stream", "number", "level", "stop", "strategy"]].tolist() == ["s", 2, 0.005, "settled", "a()"]


def test_the_sentence_counts_looks_cells_and_errors():
    assert raced([]) == []
    (told,) = raced([recorded(number=1, level=0.0, stop=""), recorded()])
    assert "2 looks, 5 of at most 30 cells" in told
    assert "1 of 3 rows got no more seeds" in told
    assert "99.5\u00a0%" in told
