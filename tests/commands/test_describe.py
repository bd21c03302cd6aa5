"""``data describe``: the card in the terminal and as a page."""

from __future__ import annotations

import pytest
from freshmark.cli import main


def output_of(capsys, *arguments, code=0):
    with pytest.raises(SystemExit) as left:
        main(("data", "describe", *arguments))
    shown = capsys.readouterr()
    assert left.value.code == code, shown.err
    return shown.out


def test_the_card_says_whether_updating_pays_and_warns(capsys):
    out = output_of(capsys, "drift('null')")
    assert "Updating does not pay, for popularity at least." in out
    assert "shuffled copy" in out


def test_a_page_is_written_to_the_output_and_its_path_is_printed_last(capsys, tmp_path):
    out = output_of(capsys, "drift('tiny')", "-o", str(tmp_path / "card.html"))
    assert out.splitlines()[-1] == str(tmp_path / "card.html")
    assert "Updating pays" in (tmp_path / "card.html").read_text()


def test_a_stream_with_nothing_to_test_is_still_counted(capsys, tmp_path):
    (tmp_path / "log.csv").write_text("user,item,time\na,b,10\na,c,10\n")
    assert "nothing is left to test" in output_of(capsys, f"file('{tmp_path / 'log.csv'}')")
    output_of(capsys, f"file('{tmp_path / 'log.csv'}')", "-o", str(tmp_path / "card.html"), code=3)
