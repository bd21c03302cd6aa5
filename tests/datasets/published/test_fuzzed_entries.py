"""Published files, archives and workbooks with bytes changed: a stream or an error of the data, nothing else."""

from __future__ import annotations

import importlib.util
import random
import re
import sys
import zipfile
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from freshmark.errors import DataError
from freshmark_datasets.logs.file import file
from freshmark_datasets.logs.folder import folder

TESTS = Path(__file__).parents[1]
PIECES = [b"", b"\n", b"\r", b"\0", b"\xff", b'"', b",", b"\t", b"9" * 30, b"{", b"[" * 50, b"'", b":", b"-1"]
PIECES += [b"\xe2\x80\xae", b"nan"]


def module(path: Path) -> ModuleType:
    """Another test's made-up files."""
    spec = importlib.util.spec_from_file_location(f"borrowed_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    borrowed = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = borrowed
    spec.loader.exec_module(borrowed)
    return borrowed


ENTRIES = module(TESTS / "published" / "test_entries.py")
ARCHIVES = module(TESTS / "readers" / "test_archives.py")
SHEETS = module(TESTS / "readers" / "test_sheets.py")


def changed(content: bytes, seed: int) -> bytes:
    """The bytes with one to four places changed."""
    draw = random.Random(seed)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(content) + 1)
        content = content[:at] + draw.choice(PIECES) + content[at + draw.choice((0, 0, 1, 5)) :]
    return content


def outcome(load: Any) -> str:
    """``read``, or the code of an error that has a place and is not too long."""
    try:
        load()
    except DataError as error:
        refused = error
    else:
        return "read"
    assert refused.where
    assert len(str(refused)) < 1_000
    assert re.fullmatch(r"FM2\d\d", refused.code)
    return refused.code


@pytest.mark.parametrize("name", ENTRIES.MADE)
def test_a_published_file_with_bytes_changed_is_read_or_refused(tmp_path, name):
    path = tmp_path / "log"
    content = ENTRIES.MADE[name].text()
    for seed in range(16):
        path.write_bytes(changed(content, seed))
        outcome(partial(ENTRIES.load, name, path, skip_bad=bool(seed % 2)))


@pytest.mark.parametrize("pack", [ARCHIVES.tarred, ARCHIVES.zipped])
def test_an_archive_with_bytes_changed_is_read_or_refused(tmp_path, pack):
    content = pack(tmp_path / "whole", ("a/events.csv", ARCHIVES.ROWS * 50), ("b.txt", b"x")).read_bytes()
    path = tmp_path / "log"
    outcomes = set()
    for seed in range(60):
        path.write_bytes(changed(content, seed))
        outcomes.add(outcome(lambda: folder(path, "*.csv").load()))
    assert "FM217" in outcomes


def test_a_workbook_with_bytes_changed_is_read_or_refused(tmp_path):
    whole = SHEETS.workbook(tmp_path / "a.xlsx", SHEETS.GOOD)
    path = tmp_path / "b.xlsx"
    outcomes = set()
    for seed in range(60):
        path.write_bytes(changed(whole.read_bytes(), seed))
        outcomes.add(outcome(lambda: file(path).load()))
    with zipfile.ZipFile(whole) as book:
        members = {name: book.read(name) for name in book.namelist()}
    for seed in range(100):
        with zipfile.ZipFile(path, "w") as book:
            for number, (name, content) in enumerate(members.items()):
                book.writestr(name, changed(content, seed) if number == seed % len(members) else content)
        outcomes.add(outcome(lambda: file(path).load()))
    assert {"FM217", "read"} <= outcomes
