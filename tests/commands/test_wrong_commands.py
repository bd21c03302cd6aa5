"""Whatever a person types: an exit code that says whose fault it is, and a few lines with code, place and remedy."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from freshmark.cli import main
from freshmark.commands.terminal.writing import writing, writing_into
from freshmark.errors import UsageError

TINY = "drift(preset='tiny')"
DRY = ("run", "--dry-run", "-d", TINY, "-s", "popularity")
LONG = "n" * 300


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A folder to work in, with a few things that are not what a command wants."""
    monkeypatch.chdir(tmp_path)
    Path("a-file").write_text("hello\n")
    Path("a-folder").mkdir()
    Path("a-folder/thing").write_text("kept")
    Path("half.toml").write_text('streams = ["tiny"]\n')
    Path("no-text.toml").write_bytes(b"\xff\xfe")
    return tmp_path


@pytest.fixture(scope="module")
def run(fabricated, tmp_path_factory):
    """A run to report on."""
    cells = [fabricated.MadeCell("a()", every) for every in ("never", "1d")]
    return str(fabricated.fabricate(tmp_path_factory.mktemp("runs") / "run", cells))


@pytest.fixture
def refused(capsys):
    """What a command says on stderr before it leaves with this exit code; in at most six lines, with no traceback."""

    def refused(*words, code=2):
        with pytest.raises(SystemExit) as left:
            main(words)
        said = capsys.readouterr().err
        assert left.value.code == code, said
        assert "Traceback" not in said
        assert len(said.splitlines()) <= 6
        return said

    return refused


@pytest.mark.parametrize("warmup", ["nan", "inf", "-0.1", "1"])
def test_a_warmup_is_a_share(refused, warmup):
    assert "error FM104" in refused(*DRY, "--warmup", warmup)


@pytest.mark.parametrize(
    "every", ["", "0", "-1", "²", "٣d", "nan", "1e30d", "9" * 20, "9" * 5000, "9999999d", "0s", "1 d", "daily@25:00"]
)
def test_an_invalid_schedule_is_met_with_the_valid_ones(refused, every):
    said = refused(*DRY, "--every", every)
    assert "error FM103" in said
    assert "daily@03:00" in said


@pytest.mark.parametrize("delay", ["-5m", "event", "measured*inf", "measured*nan", "99999999d", "", "5"])
def test_an_invalid_delay_is_refused(refused, delay):
    said = refused(*DRY, "--delay", delay)
    assert "error FM102" in said


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--timeout", "inf", "FM102"),
        ("--timeout", "0s", "FM107"),
        ("--timeout", "9" * 20 + "d", "FM102"),
        ("--max-memory", "0", "FM107"),
        ("--max-memory", "0.4", "FM107"),
        ("--max-memory", "lots", "FM107"),
        ("--max-memory", "-1GB", "FM107"),
        ("--max-memory", "9" * 400 + "GB", "FM107"),
        ("--max-memory", "99999999TB", "FM107"),
        ("--label-delay", "nan", "FM102"),
        ("--window", "", "FM102"),
        ("--window", "0s", "FM104"),
        ("--seeds", "1000000000000", "FM113"),
        ("--executor", "nowhere", "FM101"),
        ("--plugin", "a-folder", "FM301"),
        ("--plugin", "a-file", "FM301"),
        ("--plugin", "", "FM301"),
    ],
)
def test_an_option_out_of_range_is_refused_with_a_code_and_a_remedy(refused, option, value, code):
    dry = [word for word in DRY if word != "--dry-run"] if option == "--executor" else DRY
    said = refused(*dry, option, value)
    assert f"error {code}" in said
    assert "remedy:" in said


@pytest.mark.parametrize(
    "strategy",
    ["", "(", "popularity(", "popularity(window=)", "popularity(window=1", "1", "'popularity'", "a.b()", "lambda: 0",
     "popularity()()", "popularity(**{})", "popularity(window='\udcff')", "(" * 200 + ")" * 200,
     f"popularity(window={'9' * 5000})"],
)  # fmt: skip
def test_a_strategy_that_is_not_an_expression_is_refused(refused, strategy):
    assert "error FM105" in refused("run", "--dry-run", "-d", TINY, "-s", strategy)


@pytest.mark.parametrize(
    ("plan", "code"),
    [("nowhere.toml", "FM114"), ("a-folder", "FM114"), ("half.toml", "FM110"), ("no-text.toml", "FM114"),
     ("a-file", "FM115")],
)  # fmt: skip
def test_the_error_for_an_invalid_plan_names_its_file(refused, plan, code):
    said = refused("run", plan)
    assert f"error {code}" in said
    assert plan in said


@pytest.mark.parametrize("output", ["a-file", "a-file/below", "a-folder", LONG, "/proc/nowhere"])
def test_an_unsuitable_run_folder_is_refused_and_nothing_is_touched(refused, output, place):
    before = sorted(path.name for path in place.rglob("*"))
    said = refused("run", "-d", TINY, "-s", "popularity", "-o", output, "--no-report")
    assert "error FM41" in said
    assert sorted(path.name for path in place.rglob("*")) == before
    assert Path("a-folder/thing").read_text() == "kept"


@pytest.mark.parametrize(
    ("stream", "code"),
    [("file('nowhere.csv')", "FM210"), ("file('a-folder')", "FM210"), ("file('a-file')", "FM213")],
)
def test_a_stream_that_cannot_be_read_is_exit_code_3(refused, stream, code):
    assert f"error {code}" in refused("run", "-d", stream, "-s", "popularity", "-o", "run", code=3)
    assert not Path("run").exists()


@pytest.mark.parametrize("command", ["report", "export", "compare"])
@pytest.mark.parametrize("folder", ["nowhere", "a-file", "a-folder", "", LONG])
def test_a_folder_that_is_not_a_run_is_refused(refused, command, folder):
    words = (command, folder, folder) if command == "compare" else (command, folder)
    assert "error FM40" in refused(*words)


@pytest.mark.parametrize("output", ["a-folder", "a-file/page.html", LONG, "/proc/page.html", "/dev/null"])
def test_a_page_that_cannot_be_written_leaves_nothing_behind(refused, run, output, place):
    before = sorted(path.name for path in place.rglob("*"))
    for words in (("report", run), ("compare", run, run), ("report", str(Path(run).parent), "--index")):
        said = refused(*words, "-o", output)
        assert "error FM126" in said
    assert sorted(path.name for path in place.rglob("*")) == before
    assert Path("/dev/null").is_char_device()


def test_a_device_is_never_replaced_by_a_file(tmp_path):
    pipe, written = tmp_path / "pipe", []
    os.mkfifo(pipe)
    for device in (Path("/dev/null"), pipe):
        with pytest.raises(UsageError, match="not a regular file"), writing(device):
            written.append(device)
    assert written == []
    assert pipe.is_fifo()


@pytest.mark.parametrize("output", ["a-file", "a-file/tables", LONG, "/proc/tables"])
def test_tables_that_cannot_be_written_are_refused(refused, run, output):
    assert "error FM126" in refused("export", run, "-o", output)


@pytest.mark.parametrize("output", ["new/page.html", "new/deeper/page.html", "a-file"])
def test_a_page_is_written_to_the_output_and_folders_are_created(run, output, capsys):
    with pytest.raises(SystemExit) as left:
        main(("report", run, "-o", output, "--format", "csv"))
    assert not left.value.code
    assert capsys.readouterr().out.strip() == output
    assert Path(output).read_text("utf-8").startswith("stream")


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (OSError(28, "No space left on device"), UsageError, "No space left"),
        (KeyError("column"), KeyError, "column"),
    ],
)
def test_an_error_of_the_disk_names_the_path_and_another_passes_unchanged(tmp_path, error, kind, said):
    def fails():
        raise error

    for within in (writing(tmp_path / "page"), writing_into(tmp_path)):
        with pytest.raises(kind, match=said), within:
            fails()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("list", "nonsense"), "FM101"),
        (("show", ""), "FM101"),
        (("show", "FM999"), "FM101"),
        (("show", "popularity("), "FM101"),
        (("data", "path", ""), "FM105"),
        (("data", "describe", "nope("), "FM105"),
        (("data", "fetch", "drift(preset='nope')"), "FM101"),
        (("check", ""), "FM105"),
        (("check", "nope"), "FM101"),
    ],
)
def test_an_unknown_name_is_refused(refused, words, code):
    assert f"error {code}" in refused(*words)


@pytest.mark.parametrize(
    "name", ["../x", "", "Ünï", "A", "x y", "a--b", "a_b", "class", "import", "random", "json", LONG]
)
def test_a_plugin_gets_no_name_that_could_not_be_imported_or_would_hide_what_python_has(refused, name, place):
    before = sorted(place.iterdir())
    assert re.search("error FM(100|306)", refused("new-plugin", name))
    assert sorted(place.iterdir()) == before


@pytest.mark.parametrize("words", [("nonsense",), ("--nonsense",), ("run", "--nonsense"), ("run", "--seeds", "0"),
                                   ("run", "--jobs", "0"), ("run", "--matrix", "-1"), ("report",)])  # fmt: skip
def test_what_no_command_understands_is_met_with_the_way_to_help(refused, words):
    assert " -h' for help" in refused(*words)
