import numpy as np
import pytest
from freshmark.results.decision.standings import Standing


def texts(results, level=None):
    return [alert.text for alert in results.alerts() if level in (None, alert.level)]


def found(results, words):
    return [text for text in texts(results) if words in text]


def test_failed_cells_are_told_with_the_first_reason(fabricated, made):
    cells = [fabricated.MadeCell("boom()", status="failed", reason="ValueError: no", seed=seed) for seed in (0, 1)]
    assert texts(made(cells), "error") == ["2 cells ended as failed, first boom() every 1d: ValueError: no."]


@pytest.mark.parametrize("status", ["queued", "running", "interrupted"])
def test_cells_that_are_not_finished_are_told_how_to_go_on(fabricated, made, status):
    alert = texts(made([fabricated.MadeCell(status=status)]), "error")
    assert alert == [f"1 cell not finished ({status}); the same command goes on where it stopped."]


def drawing(fabricated, *seeds, draws=1.0):
    """A strategy that draws at random for each number of seeds, and one that does not."""
    return [
        fabricated.MadeCell(f"drawn{place}()", seed=seed, summary={"draws": draws})
        for place, count in enumerate(seeds)
        for seed in range(count)
    ] + [fabricated.MadeCell("counts()")]


@pytest.mark.parametrize(
    ("seeds", "text"), [((1,), "One seed of drawn0(), which draws at random"), ((3,), "3 seeds"), ((5, 1), "One seed")]
)
def test_few_seeds_of_what_draws_at_random_are_told_the_fewest_count(fabricated, made, seeds, text):
    assert found(made(drawing(fabricated, *seeds)), text)


def test_five_seeds_are_enough_and_what_does_not_draw_needs_one(fabricated, made):
    assert not found(made(drawing(fabricated, 5)), "seed")


def test_a_run_that_did_not_record_whether_it_draws_may_have_drawn(fabricated, made):
    assert found(made(drawing(fabricated, 1, draws=None)), "which may draw at random")


@pytest.mark.parametrize(("events", "windows", "told"), [(200, 12, True), (4000, 12, False), (400, 20, False)])
def test_few_windows_for_statistics_are_told(fabricated, made, events, windows, told):
    assert bool(found(made(streams=[fabricated.MadeStream(windows=windows, events=events)]), "12 windows")) == told


def test_windows_that_follow_each_other_closely_are_told(fabricated, made):
    results = made(streams=[fabricated.MadeStream(windows=40, events=800)])
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
    assert found(made(cells), "No strategy beats popularity(window='1d') every 1d by more than 2.0")


def test_of_a_baseline_that_may_be_beaten_no_more_is_said(made_row, said):
    rows = [made_row("popularity(window='1d')", own=0.3), made_row("retrain(mf())", own=0.3)]
    (alert,) = said(rows).alerts
    assert alert.text.startswith(
        "No strategy significantly beats popularity(window='1d') every 1d: counting may be good"
    )


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
    assert any("Krichene" in text for text in texts(results, "error"))


def test_the_gravest_comes_first(fabricated, made):
    cells = [fabricated.MadeCell("a()"), fabricated.MadeCell("b()", status="oom")]
    levels = [alert.level for alert in made(cells, [fabricated.MadeStream(facts={"duplicates": 1})]).alerts()]
    assert levels == sorted(levels, key=["error", "warning", "info"].index)
