"""What breaks the contract fails its cell and says how; what only looks odd gives the same numbers."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

MISANSWERING = Path(__file__).with_name("misanswering.py")

# F28 to F31, F34, F35: (strategy, code, what the reason says)
WRONG = [
    ("Answers('nan')", "FM310", "not finite"),
    ("Answers('infinite')", "FM310", "not finite"),
    ("Answers('none')", "FM310", "score gave NoneType"),
    ("Answers('generator')", "FM310", "score gave generator"),
    ("Answers('text')", "FM310", "score gave ndarray"),
    ("Answers('objects')", "FM310", "score gave ndarray (object)"),
    ("Answers('one row')", "FM310", "score gave shape (6,)"),
    ("Answers('a row too many')", "FM310", "queries; (n, m): one row per query"),
    ("Answers('three dimensions')", "FM310", "score gave shape"),
    ("Answers('ragged')", "FM310", "score gave list"),
    ("Answers('complex')", "FM310", "complex"),
    ("Answers('elsewhere')", "FM310", "score gave Tensor"),
    ("Answers('dict')", "FM310", "score gave dict"),
    ("Lists('twice')", "FM310", "each once"),
    ("Lists('huge')", "FM310", "1000000000000"),
    ("Lists('negative')", "FM310", "-5"),
    ("Lists('future')", "FM310", "where 6 items are known"),
    ("Lists('floats')", "FM310", "recommend gave float64"),
    ("Lists('objects')", "FM310", "recommend gave ndarray (object)"),
    ("Lists('flat')", "FM310", "recommend gave int64 (6,)"),
    ("Lists('none')", "FM310", "recommend gave NoneType"),
    ("Lists('generator')", "FM310", "recommend gave generator"),
    ("Lists('texts')", "FM310", "recommend gave ndarray (<U"),
    ("Lists('twice', single=True)", "FM310", "each once"),
    ("Lists('huge', single=True)", "FM310", "1000000000000"),
    ("Lists('negative', single=True)", "FM310", "-5"),
    ("Lists('future', single=True)", "FM310", "where 6 items are known"),
    ("Lists('floats', single=True)", "FM310", "recommend gave float64"),
    ("Lists('texts', single=True)", "FM310", "recommend gave ndarray (<U"),
    ("Lists('flat', single=True)", "FM310", "recommend gave shape (6,) to 1 query"),
    ("ClaimsClicks", "FM311", "no way to answer the task 'rank'"),
    ("ClaimsNothing", "", "NotImplementedError: scores come in the next version"),
    ("States('lambda')", "FM313", "state gave 'loss' of function"),
    ("States('none')", "FM313", "state gave NoneType"),
    ("States('list')", "FM313", "state gave list"),
    ("States('objects')", "FM313", "state gave 'events' of ndarray (object)"),
    ("States('ragged')", "FM313", "state gave 'lists' of list"),
    ("ScribblesOnThePast", "", "read-only"),
]
# What looks odd and breaks nothing: the numbers are those of the first.
SAME = {
    "Good": [
        "Scribbles",
        "FollowsBases",
        "Fits('float32')",
        "Fits('integers')",
        "Fits('lists')",
        "Fits('fortran')",
        "Fits('with grad')",
        "Fits('one buffer')",
        "States('grad')",
        "HoldsLambdas",
        "ReadsThePast",
        "TalksToItself",
        "StopsTheClock(seconds=0.0)",
    ],
    "Listing": ["Lists('long')", "Lists('padded')", "Lists('padded in front')"],
}


def _canonical(name: str) -> str:
    return name if name.endswith(")") else f"{name}()"


@pytest.fixture(scope="module")
def told(tmp_path_factory, plan, campaign):
    """Strategy → its cell, after one campaign over them all."""
    folder = tmp_path_factory.mktemp("answers")
    same = [*SAME, *(name for names in SAME.values() for name in names)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRESHMARK_CACHE", str(tmp_path_factory.mktemp("cache")))
        wanted = replace(
            plan("Good"), strategies=(*same, *(name for name, _, _ in WRONG)), plugins=(MISANSWERING,), timeout=20
        )
        summary = campaign(wanted, folder / "run", jobs=2)
    with sqlite3.connect(folder / "run" / "run.sqlite") as database:
        database.row_factory = sqlite3.Row
        cells = {row["strategy"]: dict(row) for row in database.execute("SELECT * FROM cells")}
    return summary, cells


@pytest.mark.parametrize(("strategy", "code", "reason"), WRONG)
def test_what_breaks_the_contract_fails_its_cell_and_says_how(told, strategy, code, reason):
    cell = told[1][_canonical(strategy)]
    assert (cell["status"], cell["code"]) == ("failed", code), cell["reason"]
    assert reason in cell["reason"]
    assert "Traceback" in cell["log_tail"]


@pytest.mark.parametrize(("first", "other"), [(first, other) for first, names in SAME.items() for other in names])
def test_what_only_looks_odd_changes_no_number(told, first, other):
    cells = told[1]
    digests = [json.loads(cells[_canonical(name)]["digests"])["outcomes.parquet"] for name in (first, other)]
    assert digests[0] == digests[1]


def test_strategies_that_keep_the_contract_are_measured_though_others_fail(told):
    summary, cells = told
    good = sum(cell["status"] == "ok" for cell in cells.values())
    assert good == len(cells) - len(WRONG) == summary.ok
    assert summary.exit_code == 1


def test_no_reason_is_longer_than_a_reader_takes_and_none_names_the_harness_as_culprit(told):
    for cell in told[1].values():
        assert len(cell["reason"]) < 700
        assert "\n" not in cell["reason"]
        assert "site-packages/freshmark/" not in cell["reason"]
