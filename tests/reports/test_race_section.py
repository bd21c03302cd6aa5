"""What a report says of a race."""

from __future__ import annotations

from typing import Any, cast

import pytest
from freshmark.results.stored.looks import RacingLook, RacingRow
from freshmark.testing import check_section, failures
from freshmark_reports.sections import provenance, race

STREAM = "drift(preset='small')"


def look(number: int, stop: str, **counts: int) -> dict[str, Any]:
    rows = tuple(
        RacingRow(f"{name}()", "1d", "0s", seeds, 0.2 if seeds == max(counts.values()) else 0.0,
                  contends=seeds == max(counts.values()), adds=(), why="because")
        for name, seeds in counts.items()
    )  # fmt: skip
    return RacingLook(stream=STREAM, number=number, seeds=number, most=10, level=0.01, stop=stop, rows=rows).packed()


@pytest.fixture
def results(made, fabricated):
    cells = [fabricated.MadeCell("itemknn()", "1d", 0.5, seed=seed) for seed in (0, 1)] + [
        fabricated.MadeCell("popularity()", "1d", 0.3)
    ]
    looks = [look(1, "", itemknn=1, popularity=1), look(2, "settled", itemknn=2, popularity=1)]
    return made(cells, provenance={**fabricated.PROVENANCE, "race": {"looks": looks}})


def test_a_race_has_a_section_with_its_looks_and_its_rows(results):
    (section,) = race.section(results)
    _, looks, rows = cast("Any", section.parts)
    assert [(row[0], row[2], row[4], row[5]) for row in looks.rows] == [
        (1, 2, 0.01, "seeds were added"),
        (2, 1, 0.01, "settled"),
    ]
    assert [row[1:4] for row in rows.rows] == [(2, 0.2, 2), (1, 0.0, 1)]
    assert not failures(check_section(race.section, results))


def test_without_a_race_there_is_none(usual):
    assert race.section(usual) == []


def test_the_provenance_says_how_the_errors_were_spent(results):
    table = cast("Any", provenance.section(results)[-1].parts[1])
    facts = dict(table.rows)
    assert "look 2: 2 seeds, 1\u00a0% level, stop: settled" in facts["race"]


def test_the_ranking_and_the_verdict_are_judged_at_the_level_of_the_last_look(results):
    ranking = results.ranking().set_index("strategy")
    assert ranking.loc["popularity()", "reason"] == "because; no more seeds after 1"
    assert ranking.loc["itemknn()", "reason"] == ""
    assert results._decisions.judgements(None)[STREAM].terms.level == 0.01
    assert not [alert for alert in results.alerts() if "One seed" in alert.text]
