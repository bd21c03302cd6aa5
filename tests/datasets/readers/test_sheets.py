"""Excel workbooks: every sheet, dates as ISO, places as Excel counts them; what is damaged or dangerous is refused."""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from freshmark.contract.streams.stream import Stream
from freshmark.errors import DataError
from freshmark_datasets import register_datasets
from freshmark_datasets.logs.file import file
from freshmark_datasets.readers import sheets
from freshmark_datasets.readers.sheets import _column

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = "".join(f'<c r="{letter}1" t="s"><v>{place}</v></c>' for place, letter in enumerate(("A", "B", "C", "D")))
WORDS = ("user", "item", "time", "note", "ann", "<tea> & milk")
STYLES = f"""<styleSheet {MAIN}><numFmts><numFmt numFmtId="170" formatCode="[Red]&quot;day&quot; dd/mm/yyyy"/>
<numFmt numFmtId="171" formatCode="&quot;dhms&quot; 0.00"/></numFmts>
<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>"""


ROOT = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
RETAIL = ("InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "CustomerID")


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


GOOD = (
    row(1, HEAD),
    row(
        2,
        '<c r="A2" t="s"><v>4</v></c>',
        '<c r="B2" t="s"><v>5</v></c>',
        '<c r="C2" s="1"><v>40513.35138888889</v></c>',
    ),
    row(
        5,
        text("A5", "bob"),
        '<c r="B5"><v>7</v></c>',
        '<c r="C5" s="2"><v>40514</v></c>',
    ),
)


def workbook(path: Any, *pages: tuple[str, ...], head: str = "", mac: bool = False, words: str | None = None) -> Path:
    """A workbook with these sheets, each its rows."""
    names = range(1, len(pages) + 1)
    listed = "".join(f'<sheet name="Year {name}" sheetId="{name}" r:id="rId{name}"/>' for name in names)
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "".join(
        f'<Relationship Id="rId{name}" Type="{kinds}/worksheet" Target="worksheets/sheet{name}.xml"/>' for name in names
    )
    strings = words or "".join(f"<si><t>{one}</t></si>" for one in WORDS).replace(
        "<tea> & milk", "&lt;tea&gt; &amp; milk"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        epoch = '<workbookPr date1904="1"/>' if mac else ""
        book.writestr(
            "xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{kinds}">{epoch}<sheets>{listed}</sheets></workbook>'
        )
        book.writestr("_rels/.rels", ROOT)
        book.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        book.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{strings}</sst>")
        book.writestr("xl/styles.xml", STYLES)
        for name, rows in zip(names, pages, strict=True):
            book.writestr(
                f"xl/worksheets/sheet{name}.xml",
                f"{head}<worksheet {MAIN}><sheetData>{''.join(rows)}</sheetData></worksheet>",
            )
    return Path(path) if isinstance(path, str | Path) else Path()


def read(path: Path, **options: Any) -> Stream:
    return file(path, **options).load()


def test_rows_are_read_as_they_are_shown(tmp_path):
    stream = read(workbook(tmp_path / "a.xlsx", GOOD))
    assert list(stream.users) == ["ann", "bob"]
    assert list(stream.items) == ["<tea> & milk", "7"]
    assert stream.about["format"] == "an Excel workbook"
    assert stream.time.tolist() == [
        1_291_191_960_000_000,
        1_291_248_000_000_000,
    ]


def test_every_sheet_is_read_one_after_the_other(tmp_path):
    later = (
        row(1, HEAD),
        row(
            2,
            *(f'<c r="{c}2"><v>{v}</v></c>' for c, v in zip("AB", (1, 2), strict=True)),
            '<c r="C2" s="1"><v>40600</v></c>',
        ),
    )
    stream = read(workbook(tmp_path / "a.xlsx", GOOD, later))
    assert len(stream) == 3
    assert list(stream.users)[-1] == "1"


def test_a_bad_cell_is_named_by_sheet_and_row_as_excel_counts_them(tmp_path):
    bad = (*GOOD, row(9, '<c r="A9"><v>1</v></c>', '<c r="C9" s="1"><v>40600</v></c>'))
    path = workbook(tmp_path / "a.xlsx", bad)
    with pytest.raises(DataError, match="the item is empty") as caught:
        read(path)
    assert caught.value.where == f"{path}:Year 1:9"
    assert len(read(path, skip_bad=True)) == 2


def test_another_header_on_a_later_sheet_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", GOOD, (row(1, '<c r="A1"><v>7</v></c>'),))
    with pytest.raises(DataError, match="the header differs") as caught:
        read(path)
    assert caught.value.where == f"{path}:Year 2:1"


def test_an_unknown_column_is_refused_and_the_first_row_shown(tmp_path):
    with pytest.raises(DataError, match="no column 'who'") as caught:
        read(workbook(tmp_path / "a.xlsx", GOOD), user="who")
    assert caught.value.remedy == "there are user, item, time, note"


def test_ids_are_kept_as_they_were_typed_and_whole_numbers_lose_their_point(tmp_path):
    rows = (
        row(1, HEAD),
        row(2, '<c r="A2" s="3"><v>40513</v></c>', text("B2", "00123"), '<c r="C2" s="2"><v>40513</v></c>'),
        row(3, '<c r="A3"><v>7.5</v></c>', '<c r="B3" t="b"><v>1</v></c>', '<c r="C3" s="2"><v>40514</v></c>'),
    )
    stream = read(workbook(tmp_path / "a.xlsx", rows))
    assert (list(stream.users), list(stream.items)) == (["40513", "7.5"], ["00123", "1"])


def test_cells_without_a_place_follow_each_other(tmp_path):
    rows = (f"<row>{HEAD}</row>", '<row><c><v>1</v></c><c><v>2</v></c><c s="1"><v>40513</v></c></row>')
    assert list(read(workbook(tmp_path / "a.xlsx", rows)).items) == ["2"]


def test_workbooks_of_old_macs_count_from_1904(tmp_path):
    mac = read(workbook(tmp_path / "a.xlsx", GOOD, mac=True)).time
    assert (mac - read(workbook(tmp_path / "b.xlsx", GOOD)).time).tolist() == [1462 * 86_400_000_000] * 2


def test_columns_are_counted_as_excel_does():
    assert [_column(letters) for letters in (b"A", b"z", b"AA", b"AZ", b"BA", b"XFD")] == [1, 26, 27, 52, 53, 16_384]


def test_a_stray_cell_is_refused_before_the_library_allocates_a_sheet_of_17_billion_cells(tmp_path):
    """It would abort the process."""
    path = workbook(tmp_path / "a.xlsx", (*GOOD, row(1_048_576, '<c r="XFD1048576"><v>1</v></c>')))
    with pytest.raises(DataError, match="spans 1,048,576 rows and 16,384 columns") as caught:
        read(path)
    assert caught.value.code == "FM217"


def test_without_the_library_the_error_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(DataError) as caught:
        read(workbook(tmp_path / "a.xlsx", GOOD))
    assert (caught.value.code, caught.value.remedy) == ("FM224", "pip install 'freshmark[excel]'")


@pytest.mark.parametrize("kind", ["zip", "tar", "folder"])
def test_a_workbook_within_an_archive_is_read(tmp_path, kind):
    content = io.BytesIO()
    head = "".join(text(f"{letter}1", name) for letter, name in zip("ABCDE", RETAIL, strict=True))
    values = ("536365", "85123", "{1}", "40513.5", "17850")
    sale = "".join(
        f'<c r="{c}{{0}}" s="{int(c == "D")}"><v>{value}</v></c>' for c, value in zip("ABCDE", values, strict=True)
    )
    workbook(content, (row(1, head), row(2, sale.format(2, 6)), row(3, sale.format(3, -6))))
    path = tmp_path / "archive"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("Online Retail.xlsx", content.getvalue())
    elif kind == "tar":
        with tarfile.open(path, "w:gz") as archive:
            info = tarfile.TarInfo("Online Retail.xlsx")
            info.size = len(content.getvalue())
            archive.addfile(info, io.BytesIO(content.getvalue()))
    else:
        path.mkdir()
        (path / "Online Retail.xlsx").write_bytes(content.getvalue())
    loader: Any = register_datasets()["online-retail"]
    stream = loader(path=path).load()
    assert (len(stream), list(stream.users)) == (1, ["17850"])
    assert stream.time.tolist() == [1_291_204_800_000_000]
    assert len(loader(path=path / "Online Retail.xlsx" if kind == "folder" else path).load()) == 1


@pytest.mark.parametrize("options", [{"words": "<si><t>user"}, {"words": "<si><t>user</t></si>"}])
def test_a_damaged_workbook_is_refused(tmp_path, options):
    with pytest.raises(DataError, match="not a readable workbook") as caught:
        read(workbook(tmp_path / "a.xlsx", GOOD, **options))
    assert (caught.value.code, caught.value.exit_code) == ("FM217", 3)


@pytest.mark.parametrize("value", ["soon", "1e300", "nan"])
def test_an_invalid_date_is_refused(tmp_path, value):
    rows = (row(1, HEAD), row(2, f'<c r="A2"><v>1</v></c><c r="B2"><v>2</v></c><c r="C2" s="1"><v>{value}</v></c>'))
    with pytest.raises(DataError) as caught:
        read(workbook(tmp_path / "a.xlsx", rows))
    assert caught.value.code == "FM215"


def test_a_workbook_that_unpacks_without_end_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "FREE_BYTES", 100_000)
    with pytest.raises(DataError, match="more than 100 times its size"):
        read(workbook(tmp_path / "a.xlsx", (*GOOD, " " * 5_000_000)))


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_workbook_that_was_cut_off_is_an_error(tmp_path, share):
    whole = workbook(tmp_path / "a.xlsx", GOOD).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DataError) as caught:
        read(tmp_path / "b.xlsx")
    assert caught.value.exit_code == 3


def test_an_empty_workbook_is_refused(tmp_path):
    with pytest.raises(DataError, match="an empty workbook"):
        read(workbook(tmp_path / "a.xlsx", ()))
    with pytest.raises(DataError, match="no events"):
        read(workbook(tmp_path / "a.xlsx", (row(1, HEAD),)))
