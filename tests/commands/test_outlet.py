from __future__ import annotations

import os
from pathlib import Path

import pytest
from freshmark.commands.terminal import outlet
from freshmark.errors import DataError, UnknownName

FORGED = "\x1b]8;;evil\x07name\r\x9b31m\u202e"


def test_text_cannot_steer_a_terminal():
    shown = outlet.plain(FORGED)
    assert "name" in shown
    assert not set(shown) & set("\x1b\x07\r\x9b\u202e")


def test_letters_of_every_language_pass():
    assert outlet.plain("Größe × 大小 µs\tétoile\n") == "Größe × 大小 µs\tétoile\n"


def test_one_line_stays_one_line_and_short():
    assert outlet.one_line("a\nb   c") == "a b c"
    assert len(outlet.one_line("word " * 1000)) <= outlet.LONGEST


def test_data_goes_to_stdout_and_notes_to_stderr(capsys: pytest.CaptureFixture[str]):
    outlet.say("data")
    outlet.note("talk")
    assert capsys.readouterr() == ("data\n", "talk\n")


def test_a_table_is_aligned_and_keeps_no_blanks_at_the_end(capsys: pytest.CaptureFixture[str]):
    outlet.say_table([("a", "one"), ("long", "")])
    assert capsys.readouterr().out == "a     one\nlong\n"


def test_an_empty_table_is_nothing(capsys: pytest.CaptureFixture[str]):
    outlet.say_table([])
    assert capsys.readouterr().out == ""


def test_an_error_says_what_where_and_what_would_be_right(capsys: pytest.CaptureFixture[str]):
    outlet.note_error(UnknownName("stream", "movielen", ["movielens"], where="plan.toml:3"))
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "error FM101: no stream 'movielen'",
        "  where:  plan.toml:3",
        "  remedy: did you mean 'movielens'?",
        "  more:   freshmark show FM101",
    ]


def test_an_error_is_at_most_six_lines_whatever_it_says(capsys: pytest.CaptureFixture[str]):
    outlet.note_error(DataError("bad\n" * 50, where=f"a\nb{FORGED}", remedy="do\nthis"))
    shown = capsys.readouterr().err
    assert len(shown.splitlines()) <= 6
    assert "\x1b" not in shown


def test_a_fault_leaves_its_traceback_in_a_file_and_no_locals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("FRESHMARK_CACHE", str(tmp_path))

    def fail(password: str) -> None:
        raise ZeroDivisionError("gone")

    with pytest.raises(ZeroDivisionError) as caught:
        fail("hunter" + "2")
    outlet.note_fault(caught.value)
    shown = capsys.readouterr().err
    (log,) = (tmp_path / "log").iterdir()
    assert str(log) in shown
    assert "Traceback" not in shown
    assert len(shown.splitlines()) <= 6
    text = log.read_text("utf-8")
    assert "ZeroDivisionError: gone" in text
    assert "hunter2" not in text


def test_logs_go_to_the_place_of_the_user_where_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("FRESHMARK_CACHE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert tmp_path in outlet.log_folder().parents or os.name != "posix"


@pytest.mark.parametrize(
    ("tty", "term", "drawn"), [(True, "xterm", True), (True, "dumb", False), (False, "xterm", False)]
)
def test_only_a_terminal_is_drawn_on(tty, term, drawn, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: tty)
    monkeypatch.setenv("TERM", term)
    assert outlet.on_terminal() is drawn
