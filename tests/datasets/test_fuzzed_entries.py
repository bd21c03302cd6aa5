"""Published files, archives and workbooks with bytes changed: a stream or an error of the data, nothing else."""

from __future__ import annotations

import importlib.util
import random
import re
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from freshmark.errors import DataError
from freshmark_datasets.logs.file import file
from freshmark_datasets.logs.folder import folder

HERE = Path(__file__).parent
PIECES = (
    b"",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b'"',
    b",",
    b"\t",
    b"9" * 30,
    b"{",
    b"[" * 50,
    b"'",
    b":",
    b"-1",
    b"\xe2\x80\xae",
    b"nan",
)


def module(path: Path) -> ModuleType:
    """Another test's made-up files."""
    spec = importlib.util.spec_from_file_location(f"borrowed_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


ENTRIES = module(HERE / "test_entries.py")
ARCHIVES = module(HERE / "readers" / "test_archives.py")
SHEETS = module(HERE / "readers" / "test_sheets.py")


def changed(content: bytes, seed: int) -> bytes:
    """The bytes with one to four places changed."""
    draw = random.Random(seed)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(content) + 1)
        content = content[:at] + draw.choice(PIECES) + content[at + draw.choice((0, 0, 1, 5)) :]
    return content


def read(load: Any) -> str:
    """What came of it: ``read``, or the code of the error."""
    try:
        load()
    except DataError as error:
        return error.code if error.where and len(str(error)) < 1_000 else f"an error without a place: {error}"
    return "read"


def expect(load: Any) -> str:
    """The same, held to be a code."""
    found = read(load)
    assert found == "read" or re.fullmatch(r"FM2\d\d", found)
    return found


@pytest.mark.parametrize("name", ENTRIES.MADE)
def test_a_published_file_with_bytes_changed_is_read_or_refused(tmp_path, name):
    path = tmp_path / "log"
    content = ENTRIES.MADE[name].text()
    for seed in range(25):
        path.write_bytes(changed(content, seed))
        expect(lambda: ENTRIES.load(name, path))
        expect(lambda: ENTRIES.load(name, path, skip_bad=True))


@pytest.mark.parametrize("pack", [ARCHIVES.tarred, ARCHIVES.zipped])
def test_an_archive_with_bytes_changed_is_read_or_refused(tmp_path, pack):
    content = pack(tmp_path / "whole", ("a/events.csv", ARCHIVES.ROWS * 50), ("b.txt", b"x")).read_bytes()
    path = tmp_path / "log"
    found = set()
    for seed in range(150):
        path.write_bytes(changed(content, seed))
        found.add(expect(lambda: folder(path, "*.csv").load()))
    assert "FM217" in found


def test_a_workbook_with_bytes_changed_is_read_or_refused(tmp_path):
    content = SHEETS.workbook(tmp_path / "a.xlsx", SHEETS.GOOD).read_bytes()
    path = tmp_path / "log.xlsx"
    found = set()
    for seed in range(200):
        path.write_bytes(changed(content, seed))
        found.add(expect(lambda: file(path).load()))
    assert "FM217" in found


@pytest.mark.parametrize(
    "part",
    [
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
    ],
)
def test_a_workbook_whose_xml_was_changed_is_read_or_refused(tmp_path, part):
    whole = SHEETS.workbook(tmp_path / "a.xlsx", SHEETS.GOOD)
    with zipfile.ZipFile(whole) as book:
        members = {name: book.read(name) for name in book.namelist()}
    path = tmp_path / "b.xlsx"
    for seed in range(60):
        with zipfile.ZipFile(path, "w") as book:
            for name, content in members.items():
                book.writestr(name, changed(content, seed) if name == part else content)
        expect(lambda: file(path).load())
