"""Response times by the theory of queues: golden numbers, formulas, and a stall that is injected into a run."""

import numpy as np
import pytest
from freshmark.errors import UsageError
from freshmark.results.dynamics.queueing import COLUMNS, behind, default_rates, open_loop, rate_from, responses

STREAM = "drift(preset='small')"
SERVICE, STALL, BETWEEN = 0.0002, 0.5, 5000


def stalled(rate, calls=20_000, seed=0):
    """Calls that come at random, each 0.2 ms, each 5,000th half a second; the first 5,000 without."""
    arrival = np.cumsum(np.random.default_rng(seed).exponential(1 / rate, calls))
    service = np.full(calls, SERVICE)
    service[BETWEEN::BETWEEN] = STALL
    return arrival, service


def one_by_one(arrival, service):
    """The recursion as it is written: the wait of the next from that of the last."""
    waits = [0.0]
    for n in range(len(arrival) - 1):
        waits.append(max(0.0, waits[-1] + service[n] - (arrival[n + 1] - arrival[n])))
    return np.array(waits) + service


def test_the_recursion_without_a_loop_is_the_recursion():
    rng = np.random.default_rng(3)
    arrival, service = np.cumsum(rng.exponential(1, 2000)), rng.exponential(0.9, 2000)
    assert responses(arrival, service) == pytest.approx(one_by_one(arrival, service), abs=1e-9)


def test_a_stall_that_one_call_in_5000_has_is_unseen_closed_and_380_ms_at_p99_open():
    arrival, service = stalled(500)
    assert np.percentile(service, 99) == SERVICE
    assert np.percentile(responses(arrival, service), 99) == pytest.approx(0.381, rel=0.1)


def test_at_4000_a_second_the_median_waits_half_a_second():
    arrival, service = stalled(4000)
    assert np.percentile(responses(arrival, service), 50) == pytest.approx(0.5, rel=0.1)


def test_random_requests_wait_as_pollaczek_and_khinchine_say():
    """Mean wait of M/G/1: λ E[S²] / 2(1 − ρ)."""
    rng = np.random.default_rng(7)
    arrival, service = np.cumsum(rng.exponential(1, 2_000_000)), rng.exponential(0.6, 2_000_000)
    wait = responses(arrival, service) - service
    assert wait.mean() == pytest.approx(2 * 0.6**2 / (2 * (1 - 0.6)), rel=0.03)


def test_an_update_stands_before_the_requests_of_its_moment_and_is_no_request():
    arrival, service = np.array([0.0, 1.0, 1.1, 9.0]), np.full(4, 0.1)
    found = behind(arrival, service, due=np.array([1.0, 8.5]), seconds=np.array([2.0, 0.1]))
    assert found == pytest.approx([0.1, 2.1, 2.1, 0.1])


def test_without_updates_and_without_haste_a_response_is_a_service():
    service = np.array([0.1, 0.2, 0.3])
    found = behind(np.array([0.0, 1.0, 2.0]), service, due=np.empty(0), seconds=np.empty(0))
    assert found == pytest.approx(service)


def test_simultaneous_requests_wait_for_each_other():
    assert responses(np.zeros(3), np.ones(3)).tolist() == [1, 2, 3]


@pytest.fixture
def injected(fabricated, made):
    """A run of 20,000 events, all of whose requests take 0.2 ms; each 5,000 events an update takes half a second."""
    stream = fabricated.MadeStream(events=20_000, windows=28)
    results = made([fabricated.MadeCell("a()", "1w"), fabricated.MadeCell("b()", "never")], [stream])
    time, read = results.events(STREAM)["time"], results.recorded.table

    def table(key, name):
        found = dict(read(key, name))
        if name == "latencies":
            found["seconds"] = np.full(len(found["seconds"]), SERVICE)
        elif name == "updates" and results.cells.set_index("key").loc[key, "strategy"] == "a()":
            due = time[::BETWEEN]
            found = {"fit": np.zeros(len(due), np.bool_), "due": due, "seconds": np.full(len(due), STALL)}
        return found

    results.recorded.table = table
    return results


def test_an_injected_stall_moves_the_p99_as_the_theory_of_queues_says(injected):
    """At 500/s load is ρ = 0.1 without stalls, so one is felt for 0.5/(1 − ρ) s of each 10 s: by 5.6 % of the requests,
    whose waits fall evenly from 0.5 s to 0. One in a hundred waits longer than 0.5 · (1 − 0.01/0.0556) s.
    """
    stalled, quiet = (row for _, row in injected.open_loop(500).iterrows())
    assert stalled["response_p99_seconds"] == pytest.approx(0.5 * (1 - 0.01 * 10 / (0.5 / 0.9)), rel=0.1)
    assert stalled["service_p99_seconds"] == quiet["service_p99_seconds"] == SERVICE
    assert quiet["response_p99_seconds"] < 10 * SERVICE
    assert stalled["load"] == pytest.approx(500 * SERVICE + STALL / 10)
    assert quiet["load"] == pytest.approx(0.1)


def test_the_default_rates_are_that_of_the_stream_and_a_thousand_times_it(injected):
    own, denser = default_rates(injected.recorded, STREAM)
    assert own == pytest.approx(20_000 / (28 * 6 * 3600), rel=1e-3)
    assert denser == pytest.approx(1000 * own)
    assert injected.open_loop()["rate"].tolist() == [own, denser] * 2
    assert tuple(injected.open_loop().columns) == COLUMNS


def test_a_request_takes_as_long_as_one_of_its_window(fabricated, made):
    results = made([fabricated.MadeCell("a()", "never")])
    (key,) = results.cells["key"]
    latencies, window = results.table(key, "latencies"), results.events(STREAM)["window"]
    response = open_loop(results.recorded, [key], 1e-3).response  # so seldom that nobody waits
    for one in (0, 11, 23):
        mine = latencies["seconds"][(latencies["window"] == one) & ~latencies["first"]]
        assert np.abs(response[window == one, None] - mine).min(axis=1).max() < 1e-8


def test_no_tail_with_too_few_requests(fabricated, made):
    results = made([fabricated.MadeCell("a()")], [fabricated.MadeStream(windows=8, events=4000)])
    row = results.open_loop(1.0).iloc[0]
    assert np.isnan(row["response_p99_seconds"])
    assert np.isfinite(row["response_p95_seconds"])


def test_without_single_requests_times_are_nan(fabricated, made):
    results = made([fabricated.MadeCell("a()")])
    read = results.recorded.table
    results.recorded.table = lambda key, name: {
        column: values[: 1 if name == "latencies" else None] for column, values in read(key, name).items()
    }  # the very first, which fills caches
    row = results.open_loop(1.0).iloc[0]
    assert row["rate"] == 1.0
    assert row[["load", "service_p50_seconds", "response_p50_seconds", "response_max_seconds"]].isna().all()


@pytest.mark.parametrize("rate", [0, -5, float("nan"), float("inf"), "500/s"])
def test_an_invalid_rate_is_refused(injected, rate):
    with pytest.raises(UsageError, match="a number above 0"):
        injected.open_loop(rate)


def test_a_stream_without_a_time_span_has_no_rate(injected):
    injected.events(STREAM)["time"] = np.zeros(20_000, np.int64)
    assert default_rates(injected.recorded, STREAM) == []
    assert injected.open_loop().empty
    assert injected.open_loop(500).empty


@pytest.mark.parametrize(("text", "rate"), [("500/s", 500), ("30/min", 0.5), (" 1.8/h ", 0.0005)])
def test_a_rate_is_requests_in_a_unit_of_time(text, rate):
    assert rate_from(text) == rate


@pytest.mark.parametrize("text", ["", "500", "0/s", "-1/s", "5/day", "s/5", "nan/s", "9" * 400 + "/s"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(UsageError, match="is not a valid rate; write it like 500/s"):
        rate_from(text)
