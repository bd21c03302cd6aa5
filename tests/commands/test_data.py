from __future__ import annotations

from pathlib import Path

import pytest
from freshmark.cli import main
from freshmark.contract.streams.prepared import open_stream

LOG = "user,item,time\nann,tea,0\nbob,tea,0\nann,tea,86400\nann,jam,172800\nann,jam,172800\n"


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    shown = capsys.readouterr()
    assert left.value.code == code, shown.err
    return shown.out, shown.err


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "log.csv"
    path.write_text(LOG, "utf-8")
    return f"file('{path}')"


def test_fetch_prints_the_folder_that_holds_the_stream(capsys, log):
    out, _ = output_of(capsys, "data", "fetch", log)
    assert len(open_stream(Path(out.strip()))) == 5


def test_path_is_that_of_fetch_and_fetches_nothing(capsys, log):
    _, err = output_of(capsys, "data", "path", log, code=3)
    assert "freshmark data fetch" in err
    fetched, _ = output_of(capsys, "data", "fetch", log)
    assert output_of(capsys, "data", "path", log) == (fetched, "")


def test_describe_counts_what_is_in_a_stream(capsys, log):
    out, _ = output_of(capsys, "data", "describe", log)
    facts = {name: value for name, _, value in (line.partition("  ") for line in out.splitlines())}
    facts = {name: value.strip() for name, value in facts.items()}
    assert (facts["task"], facts["events"], facts["users"], facts["items"]) == ("rank", "5", "2", "2")
    assert facts["span"] == "2.0 days, from 1970-01-01 00:00:00 to 1970-01-03 00:00:00"
    assert facts["ties"].startswith("2 ")
    assert facts["duplicates"].startswith("1 ")
    assert facts["repeat share"].startswith("40.0%")
    assert len(facts["fingerprint"]) == 64


def test_describe_shows_drifts_and_what_the_loader_decided(capsys):
    out, _ = output_of(capsys, "data", "describe", "drift(preset='tiny')")
    assert "sudden 20" in out
    assert "source" in out


def test_describe_of_a_short_stream_counts_seconds(capsys, log, tmp_path):
    (tmp_path / "log.csv").write_text("user,item,time\na,b,10\na,c,15\n", "utf-8")
    out, _ = output_of(capsys, "data", "describe", log)
    assert "5 seconds, from 1970-01-01 00:00:10" in out


def test_an_unknown_stream_is_met_with_the_nearest_name(capsys):
    _, err = output_of(capsys, "data", "fetch", "movietweeting", code=2)
    assert "did you mean 'movietweetings'?" in err


def test_the_error_for_a_bad_file_names_the_line(capsys, log, tmp_path):
    (tmp_path / "log.csv").write_text(LOG + "ann\n", "utf-8")
    _, err = output_of(capsys, "data", "describe", log, code=3)
    assert "log.csv:7" in err
