import sys
from dataclasses import replace

import numpy as np
import pytest
from freshmark import Chart
from freshmark.replay.scheduling.detectors import detector_of
from freshmark_reports.choice import rows_of
from freshmark_reports.detections import detections_of
from freshmark_reports.sections import over_time
from matplotlib.figure import Figure

STREAM = "drift(preset='small')"


def found_in(results):
    return detections_of(results, rows_of(results, STREAM))


@pytest.fixture
def worse(fabricated, made):
    """A strategy that answers well until the 2,000th of 4,000 events, and at random from there on."""
    results = made(
        [fabricated.MadeCell("a()", seed=seed) for seed in (0, 1)] + [fabricated.MadeCell("b()", skill=0.01)]
    )
    read = results.recorded.table

    def table(key, name):
        found = dict(read(key, name))
        if name == "outcomes" and key in results.keys_of(STREAM, "a()", "1d", "0s"):
            found["rank"] = np.where(np.arange(4000) < 2000, 1.0, 400.0)
        return found

    results.recorded.table = table
    return results


def test_a_rise_of_the_loss_is_found_afterwards_where_it_was(worse):
    detections = found_in(worse)
    time = worse.events(STREAM)["time"]
    assert len(detections.time) == 1
    detector = detector_of("adwin")
    losses = [0.0] * 2000 + [1.0] * 2000  # by hand: nothing is lost at rank 1, all beyond the list
    first = next(place for place, loss in enumerate(losses) if detector.rose(loss))
    assert 2000 <= first < 2100
    assert detections.time[0] == time[first]
    assert detections.said == " ADWIN, run afterwards, signals 1 rise of the loss of a() every 1d (triangles)."


def test_an_answer_that_stays_as_good_as_it_is_gives_no_find(fabricated, made):
    detections = found_in(made([fabricated.MadeCell("a()", skill=0.4)]))
    assert len(detections.time) == 0
    assert detections.said == " ADWIN, run afterwards, signals no rises of the loss of a() every 1d."


def test_detections_of_a_run_that_was_watched_are_its_updates(fabricated, made):
    every = "budget(20, detector='page_hinkley')"
    cells = [fabricated.MadeCell(*cell) for cell in (("a()", "1d", 0.9), ("b()", "1d", 0.8), ("b()", every, 0.5))]
    results = made(cells)
    detections = found_in(results)
    (key,) = results.keys_of(STREAM, "b()", every, "0s")
    updates = results.table(key, "updates")
    assert detections.time.tolist() == updates["due"][~updates["fit"]].tolist()
    assert detections.said.startswith(" Page–Hinkley triggered 50 updates of b()")


def test_where_no_detector_is_installed_it_is_said(worse, monkeypatch):
    monkeypatch.setitem(sys.modules, "river.drift", None)
    detections = found_in(worse)
    assert len(detections.time) == 0
    assert detections.said == (" No detector looked for changes: install the extra: pip install 'freshmark[drift]'.")


@pytest.mark.parametrize("task", ["click", "rate", "classify"])
def test_every_task_has_losses_to_look_at(fabricated, made, task):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(task=task)])
    outcomes, events = results.table(results.cells["key"][0], "outcomes"), results.events(STREAM)
    loss = np.abs(events["label"] - outcomes["prediction"]) if task != "classify" else 1 - outcomes["prediction"]
    detector = detector_of("adwin")
    expected = [place for place, one in enumerate(loss.tolist()) if detector.rose(one)]
    assert found_in(results).time.tolist() == events["time"][expected].tolist()


def test_triangles_mark_what_was_found_and_lines_what_was_declared(fabricated, made, worse):
    begin = 1_600_000_000_000_000
    drift = {"begin": begin + 40 * fabricated.HOUR, "end": begin, "kind": "sudden"}
    worse.streams[STREAM] = replace(worse.streams[STREAM], drifts=(drift,))
    (section,) = over_time.section(worse)
    (found,) = (part for part in section.parts if isinstance(part, Chart))
    assert found.finding.count("(triangles)") == 1
    figure = Figure()
    found.draw(figure)
    axes = figure.axes[0]
    (marks,) = (line for line in axes.lines if line.get_marker() == "v")
    assert np.size(marks.get_xdata()) == 1
    assert [text.get_text() for text in axes.texts] == ["a()", "oracle", "sudden"]
    assert "detected rise of the loss" in [text.get_text() for text in figure.legends[0].get_texts()]
