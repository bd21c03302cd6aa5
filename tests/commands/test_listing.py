from __future__ import annotations

from pathlib import Path

import pytest
from freshmark.cli import main
from freshmark.commands.listing import LISTS, by_task, complete_lists, complete_things
from freshmark.replay.answering.answers import WAYS
from freshmark.runs.catalogue.registry import load
from freshmark.runs.catalogue.static_tasks import TASKS_OF_METHOD

MINE = '''
from freshmark import Strategy, hookimpl


@hookimpl
def register_strategies():
    return {"last-seen": LastSeen}


@hookimpl
def cell_finished(cell, status, reason):
    pass


class LastSeen(Strategy):
    """Recommend what anyone touched most recently.

    More about it.
    """

    def __init__(self, memory: int = 10_000, *, mood="calm"):
        self.memory = memory
'''


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.py"
    path.write_text(MINE, "utf-8")
    return str(path)


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that succeeds writes to stdout."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    text = capsys.readouterr()
    assert (left.value.code, text.err) == (0, "")
    return text.out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that is wrong writes to stderr."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    text = capsys.readouterr()
    assert (left.value.code, text.out) == (2, "")
    assert len(text.err.splitlines()) <= 6
    return text.err


def test_the_bare_list_has_a_line_for_each_kind(capsys):
    lines = shown(capsys, "list").splitlines()
    assert [line.split()[0] for line in lines[:9]] == [
        "strategies", "models", "streams", "metrics", "segments", "meters", "sections", "reports", "executors",
    ]  # fmt: skip
    assert "retrain" in lines[0]


@pytest.mark.parametrize("kind", LISTS)
def test_every_list_can_be_shown(kind, capsys):
    assert shown(capsys, "list", kind).strip() or kind == "meters"


def test_a_list_says_where_each_thing_comes_from_and_one_line_about_it(capsys, mine):
    line = next(
        line for line in shown(capsys, "list", "strategies", "--plugin", mine).splitlines() if "last-seen" in line
    )
    assert line.split(maxsplit=2) == ["last-seen", mine, "Recommend what anyone touched most recently."]


CLICKS = """
from freshmark import Strategy, hookimpl

class Clicks(Strategy):
    tasks = frozenset({"click"})
    def predict(self, query): ...

class Any(Strategy):
    def predict(self, query): ...

@hookimpl
def register_strategies(): return {"clicks": Clicks, "any": Any, "late": "by_task_plugin:Clicks"}
"""


def test_strategies_are_listed_by_task_without_importing_them(capsys, tmp_path):
    (tmp_path / "by_task_plugin.py").write_text(CLICKS, "utf-8")
    groups = by_task(load([tmp_path / "by_task_plugin.py"]))
    assert list(groups) == ["rank", "click", "click, rate, classify", "rate", "tasks of the model"]
    assert groups["click"] == ["clicks", "late"]
    assert groups["click, rate, classify"] == ["any"]
    assert {"retrain", "frozen"} <= set(groups["tasks of the model"])
    assert groups["rate"] == ["brismf"]
    lines = shown(capsys, "list", "strategies").splitlines()
    assert lines[0] == "rank:"
    assert any(line.startswith("  popularity ") for line in lines)


def test_the_tasks_that_a_list_reads_off_methods_are_those_that_the_replay_answers():
    ways = {task: {way for way, tasks in TASKS_OF_METHOD.items() if task in tasks} for task in WAYS}
    assert ways == {task: set(names) for task, names in WAYS.items()}


def test_datasets_is_another_word_for_streams(capsys):
    assert shown(capsys, "list", "datasets") == shown(capsys, "list", "streams")


def test_plugins_are_listed_with_what_they_offer(capsys, mine):
    lines = shown(capsys, "list", "plugins", "--plugin", mine).splitlines()
    assert any(line.split(maxsplit=1) == [mine, "1 strategy, cell_finished"] for line in lines)


def test_a_misspelt_list_is_met_with_the_nearest(capsys):
    assert "did you mean 'strategies'?" in refused(capsys, "list", "strategy")


def test_show_prints_the_call_the_origin_and_the_whole_documentation(capsys, mine):
    lines = shown(capsys, "show", "last-seen", "--plugin", mine).splitlines()
    assert lines[0] == "strategy last-seen(memory=10000, *, mood='calm')"
    assert lines[1].startswith(f"from {mine}, ")
    assert "More about it." in lines


def test_show_takes_an_expression(capsys):
    assert shown(capsys, "show", "popularity(window='1d')").startswith("strategy popularity(")


def test_show_says_where_the_value_of_every_training_option_comes_from(capsys):
    def origins(text):
        lines = shown(capsys, "show", text).partition("Shared options:\n")[2].splitlines()
        return dict(line.strip().partition(": ")[0].split(" = ", 1) for line in lines)

    assert origins("finetune")["lr"] == "model.lr"
    assert origins("online_sgd")["lr"] == "0.3, of online_sgd"
    assert "batch" not in origins("online_sgd")
    assert origins("mf")["lr"] == origins("retrain(mf())")["lr"] == "0.01, of mf"
    found = origins("retrain(mf(batch=64), epochs=1)")
    assert (found["batch"], found["epochs"]) == ("64, given to mf", "1, given to retrain")
    assert found["fallback"] == "'popularity', of retrain"


def test_show_takes_a_kind_before_the_name(capsys):
    assert shown(capsys, "show", "stream", "drift").startswith("stream drift(")
    assert "no stream 'popularity'" in refused(capsys, "show", "streams", "popularity")


def test_show_of_a_metric_says_which_way_is_better(capsys):
    assert "metric ndcg@K: higher is better, for rank" in shown(capsys, "show", "ndcg@10")


def test_show_of_a_hook_is_its_documentation(capsys):
    text = shown(capsys, "show", "cell_finished")
    assert text.startswith("hook cell_finished(cell, status, reason)\n")
    assert "Example" in text


@pytest.mark.parametrize("arguments", [["FM101"], ["fm101"], ["error", "FM101"]])
def test_show_explains_an_error_code(arguments, capsys):
    text = shown(capsys, "show", *arguments)
    assert text.startswith("FM101: ")
    assert "What to do:" in text


def test_a_code_that_does_not_exist_is_refused(capsys):
    assert "no error 'FM999'" in refused(capsys, "show", "FM999")


def test_a_misspelt_name_of_any_kind_is_met_with_the_nearest(capsys):
    assert "did you mean 'popularity'?" in refused(capsys, "show", "popularty")


def test_names_are_completed():
    assert complete_lists("str") == ["strategies", "streams"]
    assert "popularity" in complete_things("pop")


def test_every_metric_shows_its_formula(capsys):
    for line in shown(capsys, "list", "metrics").splitlines():
        assert len(line.split(maxsplit=2)) == 3, line
    assert "log₂" in shown(capsys, "show", "ndcg@10")
