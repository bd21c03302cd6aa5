"""Temporary files of a job lie in a folder of its own, which can be measured and goes with it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from freshmark.runs.system.scratch import enter_scratch, make_scratch, remove_scratch, scratch_bytes


@pytest.fixture
def scratch(monkeypatch):
    """A folder that this process has entered; everything is as before when the test ends."""
    monkeypatch.setattr(tempfile, "tempdir", tempfile.gettempdir())
    monkeypatch.setenv("TMPDIR", tempfile.gettempdir())
    folder = make_scratch()
    enter_scratch(folder)
    yield folder
    remove_scratch(folder)


def test_two_jobs_have_two_folders():
    one, other = make_scratch(), make_scratch()
    assert one != other
    for folder in (one, other):
        assert not list(Path(folder).iterdir())
        assert Path(folder).stat().st_mode & 0o077 == 0, "what a strategy writes is nobody else's"
        remove_scratch(folder)


def test_temporary_files_of_the_process_and_of_its_children_land_there(scratch):
    with tempfile.NamedTemporaryFile() as file:
        assert file.name.startswith(scratch)
    code = "import tempfile; print(tempfile.gettempdir())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == scratch


def test_bytes_are_those_of_all_files_below(scratch):
    assert scratch_bytes(scratch) == 0
    for depth in ("a", "a/b", "a/b/c"):
        Path(scratch, depth).mkdir()
        Path(scratch, depth, "file").write_bytes(bytes(100_000))
    assert scratch_bytes(scratch) == pytest.approx(300_000, rel=0.05)


def test_a_file_with_a_hole_counts_what_the_disk_holds_and_a_link_what_it_is(scratch):
    with Path(scratch, "sparse").open("wb") as file:
        file.truncate(1 << 33)
    Path(scratch, "link").symlink_to(sys.executable)
    Path(scratch, "dangling").symlink_to("nowhere")
    assert scratch_bytes(scratch) < 100_000


def test_a_folder_that_is_gone_holds_nothing_and_can_be_removed_again(scratch):
    remove_scratch(scratch)
    assert scratch_bytes(scratch) == 0
    remove_scratch(scratch)
    assert not Path(scratch).exists()


def test_what_a_link_points_to_is_not_removed(scratch, tmp_path):
    (tmp_path / "kept").write_text("x")
    Path(scratch, "link").symlink_to(tmp_path)
    remove_scratch(scratch)
    assert (tmp_path / "kept").exists()
