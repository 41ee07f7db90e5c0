"""Whatever a workbook says, reading it ends: with its cells, or with one sentence, within bounded memory."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

from buzanlib.errors import BuzanError, DataError
from buzanlib.sources import workbook
from buzanlib.sources.sheet_files import Grid, Wanted
from buzanlib.sources.sheet_files import read_grid as grid_of

ANY = Wanted(("any",), lambda headings: () if any(headings) else ("any",))
"""Whatever row is the first is the header."""


def read_grid(path: Path) -> Grid:
    return grid_of(path, ANY)


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
    grid = grid_of(book(tmp_path, rows), Wanted.of(("a", "c")))
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


ERROR = "an error of the spreadsheet is no value: correct the cell, or clear it"
CALCULATE = "no program has calculated this formula: open and save the workbook in one, or put in the value"
LOADED = _PARTS["xl/workbook.xml"].replace(
    "</workbook>", '<calcPr calcId="1" fullCalcOnLoad="1"/></workbook>'
)
HEAD = f'<row r="2">{cell("B2", "a")}{cell("C2", "b")}</row>'


@pytest.mark.parametrize(
    ("inner", "value", "need"),
    [
        ('<c r="C3" t="e"><f>VLOOKUP(A1,Z:Z,1,0)</f><v>#N/A</v></c>', "#N/A", ERROR),
        ('<c r="C3" t="e"><v>#REF!</v></c>', "#REF!", ERROR),
        ('<c r="C3"><f>SUM(A1:A2)</f></c>', "=SUM(A1:A2)", CALCULATE),
        ('<c r="C3"><f>SUM(A1:A2)</f><v></v></c>', "=SUM(A1:A2)", CALCULATE),
        ('<c r="C3"><f t="shared" si="0"/></c>', "=", CALCULATE),
        (cell("C3", "#DIV/0!"), "#DIV/0!", ERROR),
    ],
)
def test_a_cell_without_a_value_is_a_fault_with_its_place(
    inner: str, value: str, need: str, tmp_path: Path
) -> None:
    row = f'<row r="3">{cell("B3", "1")}{inner}</row>'
    (fault,) = grid_of(book(tmp_path, HEAD + row), Wanted.of(("a", "b"))).faults
    assert (fault.file, fault.row, fault.column) == ("book.xlsx", 3, "b")
    assert (fault.value, fault.allowed) == (value, need)
    assert fault.place == ("" if "inlineStr" in inner else "cell C3")


def test_a_formula_that_was_calculated_is_its_value(tmp_path: Path) -> None:
    inner = '<c r="B3"><f>1+1</f><v>2</v></c><c r="C3" t="str"><f>""</f><v></v></c>'
    grid = grid_of(book(tmp_path, f'{HEAD}<row r="3">{inner}</row>'), Wanted.of(("a", "b")))
    assert (grid.faults, grid.rows[0][1]) == ((), ("", "2", ""))
    # A library that writes workbooks has put 0 there, and asks the program that opens it to calculate.
    stale = book(
        tmp_path, f'{HEAD}<row r="3"><c r="B3"><f>1+1</f><v>0</v></c></row>', **{"xl/workbook.xml": LOADED}
    )
    assert [fault.value for fault in grid_of(stale, Wanted.of(("a", "b"))).faults] == ["=1+1"]


def test_cells_that_do_not_say_where_they_are_count_from_the_left(tmp_path: Path) -> None:
    row = '<row><c t="inlineStr"><is><t>x</t></is></c><c t="e"><v>#N/A</v></c></row>'
    head = f"<row>{cell('A1', 'a')}{cell('B1', 'b')}</row>".replace(' r="A1"', "").replace(' r="B1"', "")
    (fault,) = grid_of(book(tmp_path, head + row), Wanted.of(("a", "b"))).faults
    assert (fault.row, fault.column, fault.place) == (2, "b", "cell B2")


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
    (sheet,) = workbook.worksheets(content)
    assert (sheet.name, sheet.rows, sheet.faults) == workbook._read(content)[0] == ("one", [["ä ≥"]], [])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("content.xml", "")
    with pytest.raises(ValueError, match="no workbook of the form XLSX"):
        workbook.worksheets(out.getvalue())
