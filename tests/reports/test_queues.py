import numpy as np
import pytest
from freshmark import Value
from freshmark_reports.choice import rows_of
from freshmark_reports.queues import queues
from freshmark_reports.sections import latency

STREAM = "drift(preset='small')"


@pytest.fixture
def slow(fabricated, made):
    """A strategy whose updates take two seconds, and one that is never updated."""
    return made([fabricated.MadeCell("slow()", update_seconds=2.0), fabricated.MadeCell("still()", "never", skill=0.2)])


def made_of(results):
    return queues(results, rows_of(results, STREAM))


def parts_of(results):
    (section,) = latency.section(results)
    return [str(getattr(part, "caption", "")) for part in section.parts]


def by_name(table):
    return {(row[0], place // 2): row for place, row in enumerate(table.rows)}


def test_response_stands_beside_service_at_both_rates(slow):
    table = made_of(slow)
    found = by_name(table)
    assert [column.label for column in table.columns][1:] == [
        "Requests / s", "Busy", "Service p50", "Service p95", "Service p99", "Response p50", "Response p95",
        "Response p99", "Response longest",
    ]  # fmt: skip
    own, denser = found["slow() every 1d", 0], found["slow() every 1d", 1]
    assert denser[1] == pytest.approx(1000 * own[1])
    assert denser[2] == pytest.approx(1000 * own[2])
    assert own[6].value == pytest.approx(own[3].value, rel=0.05)
    assert own[9] <= 2.8 + 0.1
    still = found["still() never updated", 1]
    assert still[8].value < 2 * still[5].value


def test_at_a_stated_rate_users_wait_for_updates_and_the_caption_says_so(slow):
    table = made_of(slow.asked_at(100))
    assert len(table.rows) == 2
    row = next(row for row in table.rows if row[0] == "slow() every 1d")
    assert row[1] == 100
    assert row[7].value > 1 > 100 * row[4].value
    assert "At 100 requests a second, slow() every 1d is slowest: 95\u00a0% are answered within" in table.caption


def test_the_rate_stands_in_the_rows_of_open_loop(slow):
    row = slow.asked_at(100).open_loop().iloc[0]
    shown = made_of(slow.asked_at(100)).rows[0]
    assert shown[8] == Value(row["response_p99_seconds"])
    assert slow.open_loop(7)["rate"].tolist() == [7, 7]


def test_a_tail_that_nobody_can_know_says_why(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(windows=8)])
    row = made_of(results).rows[0]
    assert np.isnan(row[5].value)
    assert np.isnan(row[8].value)
    assert row[8].note == "p99 needs 459 samples, there are 319"


def test_where_no_tail_is_known_the_longest_response_is_told(fabricated, made):
    cells = [fabricated.MadeCell("a()", "never"), fabricated.MadeCell("slow()", skill=0.2, update_seconds=2.0)]
    table = made_of(made(cells, [fabricated.MadeStream(windows=2)]).asked_at(1000))
    assert "slow() every 1d is slowest: all are answered within" in table.caption
    assert "95\u00a0%" not in table.caption


def test_without_a_single_request_there_is_no_table(slow, monkeypatch):
    read = slow.recorded.table
    monkeypatch.setattr(slow.recorded, "table", lambda key, name: {
        column: values[: 1 if name == "latencies" else None] for column, values in read(key, name).items()
    })  # fmt: skip
    assert made_of(slow) is None
    assert len(latency.section(slow)) == 1


def test_the_table_closes_the_section_of_latency(slow):
    assert parts_of(slow)[-1].startswith("Response times")
    slow.events(STREAM)["time"] = np.zeros(4000, np.int64)
    assert not any(caption.startswith("Response times") for caption in parts_of(slow))
