import numpy as np
import pytest
from freshmark.errors import UnknownName, UsageError
from freshmark.results.costs.prices import Prices, Usage, money, watt_hours

USED = Usage(cpu_seconds=7200, busy_seconds=3600, gigabytes=2.0, gpu_seconds=1800)


def test_a_price_list_is_read_from_words_apart_or_together():
    expected = Prices(cpu_hour=0.04, gb_hour=0.005, gpu_hour=2)
    assert Prices.parse(["cpu_hour=0.04", "gb_hour=0.005", "gpu_hour=2"]) == expected
    assert Prices.parse(["cpu_hour=0.04 gb_hour=0.005,gpu_hour=2"]) == expected
    assert Prices.parse(["gpu_hour=2"]) == Prices(gpu_hour=2)


def test_a_price_of_nothing_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownName, match="no price 'cpu_hours'") as caught:
        Prices.parse(["cpu_hours=1"])
    assert caught.value.remedy == "did you mean 'cpu_hour'?"


@pytest.mark.parametrize(
    "text", ["cpu_hour", "cpu_hour=", "cpu_hour=cheap", "cpu_hour=-1", "cpu_hour=inf", "", "gb_hour=0"]
)
def test_what_is_no_price_is_refused(text):
    with pytest.raises(UsageError) as caught:
        Prices.parse([text])
    assert caught.value.code == "FM121"


def test_money_is_cores_memory_and_gpus_by_the_hour():
    assert money(Prices(cpu_hour=0.04), USED) == pytest.approx(0.08)
    assert money(Prices(gb_hour=0.005), USED) == pytest.approx(0.01)
    assert money(Prices(gpu_hour=2), USED) == pytest.approx(1.0)
    assert money(Prices(cpu_hour=0.04, gb_hour=0.005, gpu_hour=2), USED) == pytest.approx(1.09)


def test_what_has_no_price_need_not_be_known_and_what_has_one_must():
    unknown = Usage(cpu_seconds=3600, busy_seconds=np.nan, gigabytes=np.nan)
    assert money(Prices(cpu_hour=1), unknown) == 1
    assert np.isnan(money(Prices(cpu_hour=1, gb_hour=1), unknown))


def test_energy_is_the_watts_of_what_was_used():
    assert watt_hours(USED) == pytest.approx(2 * 12 + 2 * 0.3725 + 0.5 * 200)
    assert watt_hours(Usage(cpu_seconds=0, busy_seconds=0, gigabytes=1)) == 0


def test_a_ranking_has_costs_where_there_are_prices(fabricated, made):
    results = made([fabricated.MadeCell("a()")])
    bare = results.ranking().iloc[0]
    priced = results.priced(["cpu_hour=3.6", "gb_hour=3.6"]).ranking().iloc[0]
    cell = results.cells.iloc[0]
    busy = (cell["fit_seconds"] + cell["update_seconds"] + cell["answer_seconds"]) * 1e6 / 4000
    assert np.isnan(bare["cost_per_million"])
    assert priced["cost_per_million"] == pytest.approx(
        (bare["cpu_seconds_per_million"] + busy * bare["peak_bytes"] / 1e9) / 1000
    )
    assert bare["watt_hours_per_million"] == pytest.approx(
        (12 * bare["cpu_seconds_per_million"] + 0.3725 * busy * bare["peak_bytes"] / 1e9) / 3600
    )


def test_the_time_of_a_gpu_is_paid_where_there_was_one(fabricated, made):
    results = made([fabricated.MadeCell("a()")], provenance={"device": "cuda:0"}).priced(["gpu_hour=3600"])
    cell = results.cells.iloc[0]
    busy = (cell["fit_seconds"] + cell["update_seconds"] + cell["answer_seconds"]) * 1e6 / 4000
    assert results.ranking()["cost_per_million"].iloc[0] == pytest.approx(busy)
    assert results.recorded.device_of(cell["key"]) == "cuda:0"


def test_pricing_leaves_the_results_as_they_were(fabricated, made):
    results = made([fabricated.MadeCell("a()")])
    results.priced(["cpu_hour=1"])
    assert results.prices is None
    assert results.ranking()["cost_per_million"].isna().all()
