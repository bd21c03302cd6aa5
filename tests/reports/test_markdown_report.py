import pytest
from freshmark import Listing, Prose, Section
from freshmark_reports.markdown import write


@pytest.fixture
def text(usual, sections, tmp_path):
    write(usual, tmp_path / "report.md", sections)
    return (tmp_path / "report.md").read_text("utf-8")


def test_the_verdict_comes_first(usual, text):
    lines = text.split("\n")
    assert lines[0].startswith("# drift(preset=")
    assert lines[2] == usual.verdicts()[0].sentence


def test_the_ranking_is_a_table_with_a_row_each(usual, text):
    part = text[text.index("## Ranking") : text.index("## Accuracy over time")]
    rows = [line for line in part.split("\n") if line.startswith("|")]
    assert len(rows) == 2 + len(usual.ranking())
    assert len({line.count(" | ") for line in rows if "---" not in line}) == 1


def test_alerts_findings_and_missing_percentiles_are_told(text):
    assert "- 1 cell ended as failed" in text
    assert "are shown to lose at most 2.0" in text
    assert "p99 needs 459 samples" in text
    assert "of the oracle's" in text


def test_names_are_neither_markdown_nor_html(hostile, sections, tmp_path):
    write(hostile, tmp_path / "report.md", sections)
    text = (tmp_path / "report.md").read_text("utf-8")
    outside = [line for line in text.split("\n") if not line.startswith("    ")]
    assert not any("<img" in line.replace("\\<img", "") for line in outside)
    assert not any("<script" in line.replace("\\<script", "") for line in outside)


def test_a_log_is_fixed_width_and_cannot_leave_its_block(usual, tmp_path):
    log = Section("Log", (Listing("```\n# not a title\n\x1b[31m", "the | log"), Prose("two\nlines")))
    write(usual, tmp_path / "report.md", {"mine": lambda _: log})
    text = (tmp_path / "report.md").read_text("utf-8")
    assert "    ```\n    # not a title\n    ␛[31m" in text
    assert "the \\| log" in text
    assert "two lines" in text
