"""A plan is a grid in a fixed order, and a file whose mistakes have lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from freshmark.errors import PlanError, UsageError
from freshmark.replay.timeline import Settings
from freshmark.runs.plan.limits import byte_count, seconds
from freshmark.runs.plan.plan import Cell, Plan
from freshmark.runs.plan.toml import read_plan, write_plan


def plan(**more) -> Plan:
    return Plan(**{"streams": ("drift",), "strategies": ("popularity",), **more})


def test_texts_become_canonical_and_nothing_is_named_twice():
    one = plan(
        strategies=("popularity", "popularity()", "mf( dim = 2 )"), every=("24h", "1d", "1000"), delay=("60s", "1m")
    )
    assert one.streams == ("drift()",)
    assert one.strategies == ("popularity()", "mf(dim=2)")
    assert one.every == ("1d", "1000")
    assert one.delay == ("1m",)
    assert one.count == len(one.cells()) == 4


@pytest.mark.parametrize("device", ["cow", "", "cpu:0", "cuda:", "cuda:x", "CUDA"])
def test_a_device_that_is_none_is_refused_before_anything_is_measured(device):
    with pytest.raises(PlanError) as caught:
        plan(device=device)
    assert caught.value.code == "FM119"


def test_memory_that_holds_no_process_is_refused():
    with pytest.raises(PlanError, match="10 bytes") as caught:
        plan(max_memory=10)
    assert caught.value.code == "FM107"
    assert "4GB" in caught.value.remedy


@pytest.mark.parametrize("device", ["cpu", "cuda", "cuda:1", "mps"])
def test_a_device_is_called_as_torch_calls_it(device):
    assert plan(device=device).device == device


def test_a_matrix_on_a_gpu_is_refused_before_anything_is_measured():
    with pytest.raises(PlanError) as caught:
        plan(device="cuda", settings=Settings(matrix=8))
    assert caught.value.code == "FM118"


def test_strategies_alternate_and_seeds_come_last():
    cells = plan(strategies=("a", "b"), every=("1d", "never"), seeds=(0, 1)).cells()
    assert [(cell.seed, cell.every, cell.strategy) for cell in cells[:5]] == [
        (0, "1d", "a()"),
        (0, "1d", "b()"),
        (0, "never", "a()"),
        (0, "never", "b()"),
        (1, "1d", "a()"),
    ]
    assert [cell.position for cell in cells] == list(range(8))


def test_a_cell_has_a_name_that_people_use():
    assert Cell(0, "drift()", "mf()", "1d", "0s", 3).name == "mf() every 1d on drift(), seed 3"
    assert Cell(0, "drift()", "mf()", "1d", "10m", 3).name == "mf() every 1d delay 10m on drift(), seed 3"
    assert Cell(0, "drift()", "mf()", "4w2d", "1h30m", 3).name == "mf() every 30d delay 90m on drift(), seed 3"


def test_a_stream_that_is_an_object_may_have_any_name():
    assert plan(streams=("my clicks",)).streams == ("my clicks",)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"streams": ()}, "no streams"),
        ({"seeds": ()}, "no seeds"),
        ({"seeds": (-1,)}, "seed -1 is negative"),
        ({"every": ("soon",)}, "'soon' is not a valid schedule"),
        ({"delay": ("later",)}, "'later' is not a valid duration"),
        ({"strategies": ("a(",)}, "'a\\(' is not an expression"),
        (
            {"seeds": tuple(range(101)), "every": tuple(map(str, range(1, 101)))},
            "the plan has 10100 cells; at most 10000",
        ),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused(more, message):
    with pytest.raises(UsageError, match=message):
        plan(**more)


def test_reading_what_was_written_gives_the_same_plan(tmp_path):
    (tmp_path / "mine.py").touch()
    one = plan(
        streams=("file('a\"b\\\\ü\x7f.csv', user='u')",),
        strategies=("mf(dim=3)", "last-seen()"),
        every=("event", "1d", "100"),
        seeds=(4, 2),
        settings=Settings(warmup=0.25, window="2d", batch=7),
        timeout=600.5,
        max_memory=4 * 10**9,
        plugins=(tmp_path / "mine.py", Path.home() / "other.py"),
        factories=("mine:Mine",),
        price=("cpu_hour=0.04", "gb_hour=0.005"),
        metric="ndcg@20",
        max_p99="20ms",
        max_cost="3/1M",
        tolerance="5%",
        worth="1% ndcg@10 = 20 per day",
    )
    write_plan(one, tmp_path / "plan.toml")
    assert read_plan(tmp_path / "plan.toml") == one
    text = (tmp_path / "plan.toml").read_text()
    assert 'plugins = ["mine.py", "~/other.py"]' in text
    assert str(Path.home()) not in text.replace(str(tmp_path), "")


def test_short_forms_are_understood(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text(
        'streams="drift"\nstrategies="a"\nevery=[1000,"1d"]\nseeds=3\ntimeout="10m"\nmax_memory="4GB"\nwarmup=0\n'
    )
    one = read_plan(file)
    assert (one.every, one.seeds, one.timeout, one.max_memory) == (("1000", "1d"), (0, 1, 2), 600.0, 4 * 10**9)
    assert one.settings.warmup == 0


HEAD = 'streams = ["drift"]\nstrategies = ["a"]\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nevrey = '1d'", r"no key 'evrey' \(.*plan.toml:4\); did you mean 'every'"),
        ("[settings]\nwindow='1d'", r"no key 'settings' \(.*:3\)"),
        ("every = true", r"key 'every' is True \(.*:3\); it must be a text or a list of texts"),
        ("# c\nseeds = -1", r"key 'seeds': at least one seed \(.*:4\)"),
        ("seeds = [0, 'a']", r"key 'seeds' is .*:3\); it must be a number of seeds, or a list"),
        ("seeds = [0, -2]", r"seed -2 is negative \(.*:3\)"),
        ("top = 0", r"top=0 is too small \(.*:3\); an integer ≥ 1"),
        ("top = 'ten'", r"key 'top' is 'ten' \(.*:3\); it must be an integer"),
        ("window = '0s'", r"window='0s' is not a valid duration \(.*:3\)"),
        ("warmup = nan", r"warmup=nan is not a share \(.*:3\)"),
        ("every = ['1d', 'soon']", r"'soon' is not a valid schedule \(.*:3\)"),
        ("max_memory = '4 parsecs'", r"key 'max_memory': '4 parsecs' is not a valid size.*:3\)"),
        ("timeout = 0", r"key 'timeout': 0 is not a valid time limit.*:3\)"),
        ("depth = 1\ndepth = 2", r"not valid TOML: .*plan.toml:4\)"),
        ("price = 'cpu_hour=cheap'", r"key 'price': 'cpu_hour=cheap' is not a valid price.*:3\)"),
        ("price = ['ram_hour=1']", r"key 'price': no price 'ram_hour'.*:3\)"),
        ("max_p99 = 'soon'", r"key 'max_p99': 'soon' is not a valid duration.*:3\)"),
        ("max_p99 = 20", r"key 'max_p99' is 20 \(.*:3\); it must be a text"),
        ("tolerance = 'much'", r"key 'tolerance': 'much' is not a tolerance.*:3\)"),
        ("worth = 'much'", r"key 'worth': 'much' is not a worth.*:3\)"),
        ("max_cost = 'cheap'", r"key 'max_cost': 'cheap' is no limit of cost.*:3\)"),
        ("x = ", r"not valid TOML: .*plan.toml:3\)"),
    ],
)
def test_a_mistake_in_a_file_has_its_line(tmp_path, text, message):
    file = tmp_path / "plan.toml"
    file.write_text(HEAD + text + "\n")
    with pytest.raises(PlanError, match=message):
        read_plan(file)


def test_a_strategy_that_cannot_be_read_has_its_line(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text('streams = ["drift"]\n\nstrategies = ["a(1+1)"]\n')
    with pytest.raises(PlanError, match=r"is not an expression: '1 \+ 1'.*plan.toml:3"):
        read_plan(file)


@pytest.mark.parametrize("missing", ["streams", "strategies"])
def test_a_plan_without_the_essential_is_refused(tmp_path, missing):
    file = tmp_path / "plan.toml"
    file.write_text("".join(line + "\n" for line in HEAD.splitlines() if not line.startswith(missing)))
    with pytest.raises(PlanError, match=f"no key '{missing}'"):
        read_plan(file)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "cannot be read: No such file"), (b"\xff\xfe", "it is not UTF-8")]
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, message):
    file = tmp_path / "plan.toml"
    if content:
        file.write_bytes(content)
    with pytest.raises(PlanError, match=message):
        read_plan(file)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4GB", 4 * 10**9),
        ("512MiB", 512 * 2**20),
        ("1.5k", 1500),
        ("2 KiB", 2048),
        (77, 77),
        ("77", 77),
        ("1tb", 10**12),
    ],
)
def test_sizes_are_decimal_unless_they_say_binary(text, size):
    assert byte_count(text) == size


@pytest.mark.parametrize("text", ["", "GB", "-1", "4XB", "0", "1e9"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(UsageError, match="is not a valid size"):
        byte_count(text)


def test_time_limits_are_spans_or_seconds():
    assert (seconds("10m"), seconds("1m30s"), seconds(2.5)) == (600.0, 90.0, 2.5)
    for wrong in (0, -1, float("inf"), "0s"):
        with pytest.raises(UsageError, match="is not a valid time limit"):
            seconds(wrong)
