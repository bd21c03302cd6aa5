"""A card in words and as a page: the answer, the warnings that a stream deserves, and no others."""

from __future__ import annotations

import numpy as np
import pytest
from freshmark.contract.section import Chart
from freshmark.contract.streams.raw_columns import stream_of
from freshmark.runs.cards.card_page import document_of, facts, sentence, warnings
from freshmark.runs.cards.stream_card import card_of
from freshmark_datasets.simulators.clicks.click_stream import clicks
from freshmark_datasets.simulators.interactions.drift import drift

HOUR = 3_600_000_000
DAY = 24 * HOUR
N = 4_000


def stream(**columns):
    """A stream that deserves no warning, except for the given columns."""
    n = len(columns.get("time", range(N)))
    generator = np.random.default_rng(0)
    plain = {
        "name": "s",
        "task": "rank",
        "time": 50 * 365 * DAY + np.sort(generator.integers(0, 300 * DAY, n)),
        "user": generator.integers(0, 200, n),
        "item": np.arange(n) // 20 + generator.integers(0, 500, n),
    }
    return stream_of(**(plain | columns))


def warned(built):
    return " ".join(warnings(built, card_of(built)))


def test_a_stream_that_distinguishes_strategies_has_no_warning():
    assert warned(stream()) == ""


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"time": np.arange(900) * DAY}, "630 test events"),
        ({"time": np.arange(N) * HOUR // 100}, "It spans 40.0 hours"),
        ({"time": np.sort(np.arange(N) % 300) * DAY}, "Times are multiples of 24 h"),
        ({"time": np.arange(N) // 2 * HOUR}, "50% of the events share their time"),
        ({"user": np.arange(N)}, "100% of the users have one event"),
        ({"user": np.arange(N)}, "100% of the events are by users new"),
        ({"item": np.zeros(N)}, "the user's own history"),
        ({"item": np.arange(N) % 12}, "12 items: "),
        ({"item": np.random.default_rng(1).integers(0, 500, N)}, "shuffled copy"),
        ({"task": "click", "label": (np.arange(N) % 50 == 0).astype(float)}, "98.0% of the events have one label"),
        ({"time": np.arange(N) * 150 * DAY // N}, "windows have events"),
    ],
)
def test_each_reason_not_to_trust_a_stream_is_shown(columns, words):
    assert words in warned(stream(**columns))


def test_events_without_users_are_not_warned_of_for_having_one():
    assert "user" not in warned(stream(user=None, task="click", label=np.arange(N) % 2.0))


def test_the_answer_names_the_three_numbers_and_does_not_promise_what_labels_cannot_tell():
    assert sentence(card_of(drift("small").load())).startswith("Updating pays. HR@10 of popularity: 0.065 frozen")
    assert sentence(card_of(drift("null").load())).startswith("Updating does not pay, for popularity at least.")
    for shift in ("covariate", "concept"):
        assert sentence(card_of(clicks(shift).load())).endswith("only a run can show.")
    few = card_of(stream(time=np.arange(50) * DAY), window="1w")
    assert sentence(few).startswith("Too few windows")


def test_facts_are_names_with_values_in_words():
    lines = dict(facts(card_of(drift("null").load())))
    assert lines["windows"] == "13 of 1w with 28,000 test events"
    assert "with times shuffled" in lines["turnover"]
    assert "over frozen" in lines["gain of last"]


def test_the_page_holds_the_answer_the_warnings_and_the_numbers_behind_its_charts(tmp_path):
    built = drift("null").load()
    card = card_of(built)
    document = document_of(built, card, [("events", "40,000")])
    charts = [part for section in document.sections for part in section.parts if isinstance(part, Chart)]
    assert [len(chart.table.rows) for chart in charts] == [13, 13]
    page = document.write(tmp_path / "card.html").read_text()
    for words in ("Updating does not pay", "shuffled copy", "New users and items", "40,000 events", "<svg"):
        assert words in page
    assert "could not be drawn" not in page
    assert "Updating does not pay" in document.write(tmp_path / "card.md", "markdown").read_text()
    assert document.write(tmp_path / "card.csv", "csv").read_text().splitlines() == ["fact,value", 'events,"40,000"']
