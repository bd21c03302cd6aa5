import numpy as np
import pytest
from freshmark.results.decision.standings import Standing


def texts(results, level=None):
    return [alert.text for alert in results.alerts() if level in (None, alert.level)]


def found(results, words):
    return [text for text in texts(results) if words in text]


def test_failed_cells_are_told_with_the_first_reason(fabricated, made):
    cells = [fabricated.MadeCell("boom()", status="failed", reason="ValueError: no", seed=seed) for seed in (0, 1)]
    assert texts(made(cells), "wrong") == ["2 cells ended as failed, first boom() every 1d: ValueError: no."]


@pytest.mark.parametrize("status", ["queued", "running", "interrupted"])
def test_cells_that_are_not_finished_are_told_how_to_go_on(fabricated, made, status):
    alert = texts(made([fabricated.MadeCell(status=status)]), "wrong")
    assert alert == [f"1 cell not finished ({status}); the same command goes on where it stopped."]


def test_one_seed_is_told_and_what_it_leaves_open(made):
    assert found(made(), "One seed")


def test_few_seeds_are_told(fabricated, made):
    assert found(made(fabricated.usual_cells(seeds=3)), "3 seeds")


def test_five_seeds_are_enough(fabricated, made):
    assert not found(made(fabricated.usual_cells(seeds=5)), "seed")


def test_the_row_with_the_fewest_seeds_counts(fabricated, made):
    cells = [fabricated.MadeCell("a()", seed=seed) for seed in range(5)] + [fabricated.MadeCell("b()")]
    assert found(made(cells), "One seed")


def test_few_windows_are_told(fabricated, made):
    assert found(made(streams=[fabricated.MadeStream(windows=12)]), "12 windows")


def test_twenty_windows_are_enough(fabricated, made):
    assert not found(made(streams=[fabricated.MadeStream(windows=20)]), "windows")


def test_windows_that_follow_each_other_closely_are_told(fabricated, made):
    results = made(streams=[fabricated.MadeStream(windows=40)])
    assert not found(results, "follow each other")
    standings = results.standings(next(iter(results.streams)))
    slow = np.sin(np.linspace(0, 12, 40))[:, None] / 40  # two waves, more than the trend takes out
    standings.rows = {row: Standing(standing.seeds, slow) for row, standing in standings.rows.items()}
    assert found(results, "40 windows follow each other so closely that they say no more than one: ± is too narrow")
    slow = np.sin(np.linspace(0, 28, 40))[:, None] / 40
    standings.rows = {row: Standing(standing.seeds, slow) for row, standing in standings.rows.items()}
    assert found(results, "as much as ")


def test_a_baseline_that_is_not_beaten_is_told(fabricated, made):
    cells = [
        fabricated.MadeCell("popularity(window='1d')", "1d", 0.5),
        fabricated.MadeCell("retrain(mf())", "1d", 0.3),
    ]
    assert found(made(cells), "Nothing beats popularity(window='1d') every 1d")


def test_of_a_baseline_that_may_be_beaten_no_more_is_said(fabricated, made):
    cells = [
        fabricated.MadeCell("popularity(window='1d')", "1d", 0.5),
        fabricated.MadeCell("retrain(mf())", "1d", 0.5005),
    ]
    assert found(made(cells), "Nothing is known to beat popularity(window='1d') every 1d")


def test_a_baseline_that_is_beaten_is_no_alert(made):
    assert not found(made(), "Nothing beats")


def test_a_baseline_alone_is_no_alert(fabricated, made):
    assert not found(made([fabricated.MadeCell("popularity()")]), "Nothing beats")


def test_cells_timed_while_others_ran_are_told(fabricated, made):
    cells = [fabricated.MadeCell("a()", beside=1), fabricated.MadeCell("b()")]
    assert found(made(cells), "1 cell timed while others ran")


@pytest.mark.parametrize(("threads", "told"), [(1, False), (4, True)])
def test_more_threads_than_one_are_told(fabricated, made, threads, told):
    results = made([fabricated.MadeCell("a()", summary={"threads": threads})])
    assert bool(found(results, "Threads: 4")) is told


def test_a_cell_that_was_suspended_is_told(fabricated, made):
    cells = [fabricated.MadeCell("a()", summary={"suspensions": 2.0}), fabricated.MadeCell("b()")]
    assert found(made(cells), "1 cell suspended while timed")


@pytest.mark.parametrize(
    ("hidden", "within", "told"), [(0.0, 1.0, False), (0.09, 0.0, False), (0.4, 10.0, False), (0.6, 10.0, True)]
)
def test_work_in_the_background_is_told_where_it_is_more_than_a_trifle(fabricated, made, hidden, within, told):
    summary = {"background_cpu_seconds": hidden, "update_cpu_seconds": within}
    alert = found(made([fabricated.MadeCell("a()", summary=summary)]), "threads or processes of their own")
    assert bool(alert) is told
    assert all("first a() every 1d: 0.6 s" in text for text in alert)


def test_runs_of_before_that_have_no_such_numbers_are_read_without_a_word(made):
    told = " ".join(texts(made()))
    assert "suspended" not in told
    assert "processes of their own" not in told


def test_duplicates_and_ties_of_the_stream_are_told(fabricated, made):
    stream = fabricated.MadeStream(facts={"duplicates": 12, "ties": 3000})
    results = made([fabricated.MadeCell("a()")], [stream])
    assert found(results, "12 events repeat another")
    assert found(results, "60\u00a0% of the events share their time")


def test_a_few_ties_are_not_worth_a_word(fabricated, made):
    assert not found(
        made([fabricated.MadeCell("a()")], [fabricated.MadeStream(facts={"ties": 20})]), "share their time"
    )


def test_sampled_candidates_are_told_as_wrong(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(settings={"sampled": 100})])
    assert any("Krichene" in text for text in texts(results, "wrong"))


def test_the_gravest_comes_first(fabricated, made):
    cells = [fabricated.MadeCell("a()"), fabricated.MadeCell("b()", status="oom")]
    levels = [alert.level for alert in made(cells, [fabricated.MadeStream(facts={"duplicates": 1})]).alerts()]
    assert levels == sorted(levels, key=["wrong", "doubt", "note"].index)
