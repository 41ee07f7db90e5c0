"""Whatever a workbook says, reading it ends: with its cells, or with one sentence, within bounded memory."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

from buzanlib.errors import BuzanError, DataError
from buzanlib.sources import workbook
from buzanlib.sources.sheet_files import read_grid

_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default'
    ' Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"'
    ' ContentType="application/xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship'
    ' Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="one"'
    ' sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    ' Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="sharedStrings.xml"'
    ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"/></Relationships>',
}
_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(folder: Path, rows: str, strings: str = "", **parts: str) -> Path:
    """A workbook of one sheet."""
    path = folder / "book.xlsx"
    own = {
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_NAMESPACE}">{strings}</sst>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in (_PARTS | own | parts).items():
            packed.writestr(name, text)
    return path


def cell(place: str, text: str = "x") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_workbook_is_read_as_it_stands(tmp_path: Path) -> None:
    rows = f'<row r="1">{cell("A1", "a")}{cell("C1", "c")}</row>'
    rows += '<row r="3"><c r="A3"><v>2</v></c><c r="B3" t="b"><v>1</v></c></row>'
    grid = read_grid(book(tmp_path, rows))
    assert (grid.headings, grid.rows) == (("a", "", "c"), ((3, ("2", "1", "")),))


@pytest.mark.parametrize(
    "place",
    ["XFD1048576", "xfd1048576", "ZZZ9999999", "zzzzzz1", "A99999999999999", "AAAAAAAAA999999999999999999"],
)
def test_a_cell_far_out_is_told(tmp_path: Path, place: str) -> None:
    with pytest.raises(
        BuzanError, match=r"book\.xlsx cannot be read: .*sheet1\.xml has room for .* more than 10000000"
    ):
        read_grid(book(tmp_path, f'<row r="1">{cell("A1")}{cell(place)}</row>'))


def test_a_long_text_to_which_every_row_refers_is_told(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 20_001))
    with pytest.raises(BuzanError, match=r"sheet1\.xml have more than 100000000 characters in all"):
        read_grid(book(tmp_path, rows, f"<si><t>{'x' * 30_000}</t></si>"))


def test_parts_that_unpack_without_end_are_told(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match="unpacked it has more than 100000000 bytes"):
        read_grid(book(tmp_path, "", "x" * (10**8 + 1)))


@pytest.mark.skipif(sys.platform != "linux", reason="memory cannot be limited elsewhere")
def test_whatever_makes_the_reader_break_off_is_told_and_ends_the_reader_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if no measure had seen it: the memory given does not suffice for a harmless workbook.
    source = Path(workbook.__file__).read_text(encoding="utf-8").replace("2 * 10**9", "10**7")
    (tmp_path / "narrow.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(workbook, "__file__", str(tmp_path / "narrow.py"))
    with pytest.raises(BuzanError, match="it breaks off the program that reads it, or takes more than"):
        read_grid(book(tmp_path, f'<row r="1">{cell("A1")}</row>'))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 200, b"a,b\n1,2\n"])
def test_what_is_no_workbook_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    with pytest.raises(BuzanError, match=r"book\.xlsx cannot be read: "):
        read_grid(path)


def test_a_module_beside_the_sheet_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "zipfile", "python_calamine"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    assert read_grid(book(tmp_path, f'<row r="1">{cell("A1")}</row>')).headings == ("x",)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_more_columns_than_a_table_can_have_are_told(tmp_path: Path, suffix: str) -> None:
    if suffix == "csv":
        path = tmp_path / "wide.csv"
        path.write_text(",".join(f"c{number}" for number in range(10**6)) + "\n")
    else:
        path = book(
            tmp_path,
            f'<row r="1">{"".join(cell("", f"c{number}").replace(" r=", " n=") for number in range(2000))}</row>',
        )
    with pytest.raises(DataError, match=r"row 1: '\d+ columns'; at most 1000 columns can be read"):
        read_grid(path)


def test_the_reader_is_the_same_by_itself(tmp_path: Path) -> None:
    content = book(tmp_path, f'<row r="1">{cell("A1", "ä ≥")}</row>').read_bytes()
    assert workbook.first_sheet(content) == workbook._read(content) == [["ä ≥"]]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("content.xml", "")
    with pytest.raises(ValueError, match="no workbook of the form XLSX"):
        workbook.first_sheet(out.getvalue())
