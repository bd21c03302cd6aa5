"""The numbers of the first screen are those of the verdict and of the row that it names."""

import math

from freshmark.results.naming import with_margin
from freshmark_reports.headline import numbers_of


def of(results):
    (verdict,) = results.verdicts()
    return verdict, {number.name: number for number in numbers_of(results, verdict)}


def test_there_are_four_and_they_are_those_of_the_choice(usual):
    verdict, numbers = of(usual)
    row = usual.ranking().set_index(["strategy", "every", "delay"]).loc[verdict.chosen]
    assert [number.value for number in numbers.values()] == [
        f"{100 * verdict.gain:.0f}\u00a0%",
        with_margin(row["cpu_seconds_per_million"], row["cpu_seconds_margin"]),
        "131 ms / –",
        usual.terms.tolerance.in_words(verdict.worst_loss),
    ]
    assert f"{100 * verdict.gain_low:.0f} to {100 * verdict.gain_high:.0f}" in numbers["Gain over never updated"].about
    assert usual.terms.tolerance.in_words() in numbers["Worst plausible loss"].about


def test_what_was_not_measured_is_no_number(fabricated, made):
    verdict, numbers = of(made([fabricated.MadeCell("a()"), fabricated.MadeCell("b()")]))
    assert math.isnan(verdict.gain)
    assert numbers["Gain over never updated"].value == "–"


def test_without_a_choice_there_are_none(fabricated, made):
    verdict, numbers = of(made([fabricated.MadeCell("boom()", status="failed")]))
    assert verdict.chosen is None
    assert numbers == {}
