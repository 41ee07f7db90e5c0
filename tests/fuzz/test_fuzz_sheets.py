"""A coding sheet, corrupted: added as it was, or refused with the place, and the tables are left as they are."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from corruptions import SCRIPT, UP, parsed, rng, tree

from buzanlib.cli import main
from buzanlib.errors import BuzanError, DataError
from buzanlib.sources.blank_sheets import write_sheets
from buzanlib.sources.coders import add_codes, codes_with
from buzanlib.sources.sheet_files import read_grid
from buzanlib.sources.sheet_words import WANTED
from buzanlib.tables.descriptor import check

pytestmark = pytest.mark.soak

HEADER = "passage,coder,relevant,threats,primary,level,referent,agent,measure,pol kind,hostile,note"
CODED = "yes,cri,,1,economy,criminal,police,,,"
PASSAGES = 4

Change = Callable[[str], str | bytes]


def replaced(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


#: What changes nothing that counts.
SAME: dict[str, Change] = {
    "byte_order_mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "windows_line_ends": lambda text: text.replace("\n", "\r\n"),
    "old_line_ends": lambda text: text.replace("\n", "\r"),
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "no_last_line_end": lambda text: text.rstrip("\n"),
    "separator_named": lambda text: "sep=;\n" + text.replace(",", ";"),
    "separator_named_by_excel": lambda text: (
        b"\xef\xbb\xbf" + ("sep=\t\r\n" + text.replace(",", "\t")).encode()
    ),
    "title_above": lambda text: "Codes of Ana, of 2024\n\n" + text,
    "preamble_above": lambda text: '"Data Source","Mine",\n\n"Last Updated","today",\n\n' + text,
    "labels_above": lambda text: ",,Codes,,,,,,,,,\n" + text,
    "header_of_two_rows": replaced(HEADER, f"{HEADER.replace('measure', '')}\n,,,,,,,,measure"),
    "empty_rows": lambda text: text.replace("\n", "\n\n"),
    "empty_cells_behind": lambda text: text.replace("\n", ",,\n"),
    "capitals": lambda text: text.replace("cri", "CRI").replace("yes", "Yes"),
    "spaces": lambda text: text.replace(",", " , "),
    "script_in_a_note": replaced(f"{CODED}\n", f"{CODED}{SCRIPT}\n"),
    "formula_in_a_note": replaced(f"{CODED}\n", f"{CODED}=HYPERLINK()\n"),
    "path_in_a_note": replaced(f"{CODED}\n", f"{CODED}{UP}\n"),
    "heading_is_a_script": replaced("pol kind", SCRIPT),
    "heading_is_an_escape": replaced("pol kind", "\x1b[2J"),
    "further_columns": lambda text: text.replace("\n", ",blue,=1+1\n").replace("blue,=1+1", "ink,minutes", 1),
    "column_without_a_heading": lambda text: text.replace("\n", ",,3\n").replace(",,3", ",,last", 1),
    "heading_of_nobody_between": replaced("pol kind", "decides between"),
    "lines_in_a_note": replaced(f"{CODED}\n", f'{CODED}"one\ntwo ""three"""\n'),
}

AT = r"sheet\.csv, row {}, column {}: "

#: What is at fault, and what must be said.
FAULTS: dict[str, tuple[Change, str]] = {
    "empty": (lambda text: "", r"sheet\.csv, row 1: ''; a header row is needed"),
    "header_alone": (lambda text: HEADER + "\n", r"sheet\.csv: 'no code'; at least one passage"),
    "title_alone": (
        lambda text: "Codes of Ana\n",
        r"sheet\.csv, row 1: 'Codes of Ana'; this row was taken as",
    ),
    "error_of_a_spreadsheet": (
        replaced("police", "#N/A"),
        AT.format(2, "measure") + "'#N/A'; an error of the spreadsheet is no value",
    ),
    "error_in_a_note": (
        replaced(f"{CODED}\n", f"{CODED}#BEZUG!\n"),
        AT.format(2, "note") + "'#BEZUG!'; an error of the spreadsheet is no value",
    ),
    "error_in_a_blank": (
        replaced("cri,,1", "cri,#DIV/0!,1"),
        AT.format(2, "primary") + "'#DIV/0!'; an error",
    ),
    "heading_missing_below_a_title": (
        lambda text: "A title\n" + text.replace("passage,coder", "note,coder", 1),
        AT.format(2, "passage") + "''; missing column",
    ),
    "wide_characters": (
        lambda text: text.encode("utf-16"),
        r"sheet\.csv, row 1: 'byte 0xff'; UTF-8 is needed",
    ),
    "western_letter": (
        lambda text: text.encode() + b"\xe9\n",
        r"sheet\.csv, row 6: 'byte 0xe9'; UTF-8 is needed",
    ),
    "zero_bytes": (
        lambda text: text.replace("Ana", "A\0a"),
        AT.format(2, "coder") + r"'A\\x00a'; a name is needed",
    ),
    "lone_quote": (replaced("yes", '"yes'), r"sheet\.csv, row 2: .*quotes must be paired"),
    "cell_of_megabytes": (
        replaced(f"{CODED}\n", CODED + "x" * 1_000_000 + "\n"),
        r"sheet\.csv, row 2: 'field larger.*a cell may have at most",
    ),
    "long_row": (
        replaced(f"{CODED}\n", f"{CODED},,more\n"),
        r"sheet\.csv, row 2: 'more'; no more than 12 cells",
    ),
    "heading_unknown": (
        replaced("level", "leval"),
        AT.format(1, "leval") + "'leval'; unknown column; nearest allowed: 'level'",
    ),
    "heading_that_may_be_left_out_misspelt": (
        replaced("pol kind", "pol knid"),
        AT.format(1, "pol knid") + "'pol knid'; unknown column; nearest allowed: 'pol kind'",
    ),
    "between_nobody_known": (
        lambda text: text.replace("note", "between", 1).replace("police,,,\n", "police,,,C; Dora\n"),
        AT.format(2, "between") + "'C; Dora'; 'Dora' has coded nothing",
    ),
    "coder_of_unseen_letters": (replaced("Ana", "A\u202ena"), AT.format(2, "coder") + "'A.*na'; a name is"),
    "heading_twice": (
        replaced("pol kind", "level"),
        AT.format(1, "level") + "'level'; a column may occur only once",
    ),
    "heading_missing": (
        replaced("passage,coder", "note,coder"),
        AT.format(1, "passage") + "''; missing column",
    ),
    "coder_is_a_formula": (
        replaced("Ana", "=Ana"),
        AT.format(2, "coder") + "'=Ana'; a name is needed: a letter",
    ),
    "coder_is_a_script": (replaced("Ana", SCRIPT), AT.format(2, "coder") + "'<script>.*'; a name is needed"),
    "coder_is_a_path": (replaced("Ana", UP), AT.format(2, "coder") + r"'\.\./.*'; a name is needed"),
    "coder_is_huge": (
        replaced("Ana", "A" * 100_000),
        AT.format(2, "coder") + r"'AAA.*\.\.\.; a name is needed",
    ),
    "coder_in_other_capitals": (
        replaced("Ana", "ANA"),
        "column coder: 'Ana?'; names that differ only in capitals|column coder: .*names that differ",
    ),
    "coder_that_ships": (
        lambda text: text.replace("Ana", "adjudicated"),
        AT.format(2, "coder") + "'adjudicated'; this name is one of those that ship",
    ),
    "passage_unknown": (
        lambda text: re.sub("P[0-9a-f]{8}", "P00000000", text, count=1),
        AT.format(2, "passage") + "'P00000000'; no such passage",
    ),
    "passage_is_a_path": (
        lambda text: re.sub("P[0-9a-f]{8}", UP, text, count=1),
        AT.format(2, "passage") + r"'\.\./.*'; no such passage",
    ),
    "passage_twice": (
        lambda text: text + text.splitlines()[1] + "\n",
        AT.format(6, "passage") + "'P.*'; a coder codes a passage once",
    ),
    "word_unknown": (
        replaced("police", "polise"),
        AT.format(2, "measure") + "'polise'; nearest allowed: 'police'",
    ),
    "word_is_a_formula": (replaced("police", "=1+1"), AT.format(2, "measure") + "'=1\\+1'; allowed"),
    "threat_is_a_script": (replaced("cri", SCRIPT), AT.format(2, "threats") + "'<script>"),
    "level_beyond": (replaced("cri,,1", "cri,,7"), AT.format(2, "level") + "'7'; allowed"),
    "level_in_other_digits": (replaced("cri,,1", "cri,,１"), AT.format(2, "level") + "'１'; allowed"),
    "level_is_a_date": (
        replaced("cri,,1", "cri,,2021-01-01"),
        AT.format(2, "level") + "'2021-01-01'; allowed",
    ),
    "against_the_codebook": (replaced("yes", "no"), r"sheet\.csv, row 2, column "),
    "other_separator": (
        lambda text: text.replace(",", "|"),
        r"sheet\.csv, row 1: .*this row was taken as the header",
    ),
    "columns_without_end": (
        lambda text: text.replace("note", "note" + ",x" * 3000),
        r"sheet\.csv, row 1: '\d+ columns'; at most 1000 columns can be read",
    ),
}


@pytest.fixture
def folder(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / "data"))


@pytest.fixture
def sheet(folder: Path) -> Path:
    names = [row[0] for row in parsed((folder / "passages.csv").read_bytes())[1 : 1 + PASSAGES]]
    path = folder.parent / "sheet.csv"
    path.write_text("\n".join([HEADER, *(f"{name},Ana,{CODED}" for name in names)]) + "\n", encoding="utf-8")
    return path


def write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture(scope="module")
def wanted(small: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The codes with those of the sheet as it is."""
    folder = Path(shutil.copytree(small, tmp_path_factory.mktemp("wanted") / "data"))
    names = [row[0] for row in parsed((folder / "passages.csv").read_bytes())[1 : 1 + PASSAGES]]
    path = folder.parent / "sheet.csv"
    path.write_text("\n".join([HEADER, *(f"{name},Ana,{CODED}" for name in names)]) + "\n", encoding="utf-8")
    add_codes(path, folder)
    return (folder / "codes.csv").read_bytes()


@pytest.mark.parametrize("name", SAME)
def test_what_changes_no_code(name: str, folder: Path, sheet: Path, wanted: bytes) -> None:
    text = sheet.read_text(encoding="utf-8")
    write(sheet, SAME[name](text))
    assert sheet.read_bytes() != text.encode()
    add_codes(sheet, folder)
    assert (folder / "codes.csv").read_bytes() == wanted


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_at_fault_is_refused(
    name: str, folder: Path, sheet: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corrupt, message = FAULTS[name]
    write(sheet, corrupt(sheet.read_text(encoding="utf-8")))
    before = tree(folder.parent)
    assert main(["data", "codes", str(sheet), "--data", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert (out, tree(folder.parent)) == ("", before)
    assert re.search(message, err), err
    assert "\x1b" not in err
    assert max(map(len, err.splitlines())) < 1000


OFFICE = "http://schemas.openxmlformats.org"


def workbook(rows: list[list[str]]) -> dict[str, bytes]:
    """The parts of a workbook of one sheet."""
    package, kind = f"{OFFICE}/package/2006", "application/vnd.openxmlformats-officedocument.spreadsheetml"
    related, main = f"{OFFICE}/officeDocument/2006/relationships", f"{OFFICE}/spreadsheetml/2006/main"
    body = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for at, cell in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )

    def links(target: str, what: str) -> str:
        link = f'<Relationship Id="r1" Type="{related}/{what}" Target="{target}"/>'
        return f'<Relationships xmlns="{package}/relationships">{link}</Relationships>'

    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="'
        'application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": links("xl/workbook.xml", "officeDocument"),
        "xl/_rels/workbook.xml.rels": links("worksheets/sheet1.xml", "worksheet"),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{related}"><sheets><sheet name="a" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
    }
    return {name: part.encode() for name, part in parts.items()}


def packed(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as book:
        for name, part in parts.items():
            book.writestr(name, part)
    return content.getvalue()


@pytest.fixture
def parts(sheet: Path) -> dict[str, bytes]:
    return workbook(list(csv.reader(io.StringIO(sheet.read_text(encoding="utf-8")))))


def test_the_workbook_says_what_the_sheet_says(folder: Path, parts: dict[str, bytes], wanted: bytes) -> None:
    book = folder.parent / "sheet.xlsx"
    book.write_bytes(packed(parts))
    add_codes(book, folder)
    assert (folder / "codes.csv").read_bytes() == wanted


FAR = b"</row></sheetData>", b'<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'


@pytest.mark.parametrize(
    ("part", "old", "new", "message"),
    [
        ("xl/worksheets/sheet1.xml", *FAR, "has room for 1048576 rows of 16384 cells, more than 10000000"),
        pytest.param(
            "xl/worksheets/sheet1.xml",
            b"<sheetData>",
            b" " * 200_000_000 + b"<sheetData>",
            "unpacked it has more than",
            id="swollen",  # pytest puts names of tests into the environment, which has no room for this one
        ),
        (
            "xl/worksheets/sheet1.xml",
            b">cri<",
            b"><![CDATA[" + SCRIPT.encode() + b"]]><",
            "row 2, column threats: '<script>",
        ),
        ("xl/worksheets/sheet1.xml", b">Ana<", b">=1+1<", r"row 2, column coder: '=1\+1'; a name is needed"),
        (
            "xl/worksheets/sheet1.xml",
            b't="inlineStr"><is><t>police</t></is>',
            b't="e"><f>A1</f><v>#REF!</v>',
            r"sheet\.xlsx, row 2, column measure, cell I2: '#REF!'; an error of the spreadsheet",
        ),
        (
            "xl/worksheets/sheet1.xml",
            b't="inlineStr"><is><t>police</t></is>',
            b"><f>LOWER(A1)</f>",
            r"sheet\.xlsx, row 2, column measure, cell I2: '=LOWER\(A1\)'; no program has calculated",
        ),
        ("xl/worksheets/sheet1.xml", b"<sheetData>", b"<sheetDat", r"sheet\.xlsx"),
        ("xl/workbook.xml", b"r1", b"r9", r"sheet\.xlsx"),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet1.xml", UP.encode(), r"sheet\.xlsx"),
    ],
)
def test_a_workbook_at_fault(
    part: str, old: bytes, new: bytes, message: str, folder: Path, parts: dict[str, bytes]
) -> None:
    assert parts[part].count(old) >= 1
    book = folder.parent / "sheet.xlsx"
    book.write_bytes(packed(parts | {part: parts[part].replace(old, new, 1)}))
    before = tree(folder)
    with pytest.raises(BuzanError, match=message):
        add_codes(book, folder)
    assert tree(folder) == before


@pytest.mark.parametrize("turn", range(20))
def test_a_workbook_of_which_bytes_have_changed(turn: int, folder: Path, parts: dict[str, bytes]) -> None:
    draw = rng(f"workbook {turn}")
    book = folder.parent / "sheet.xlsx"
    content = packed(parts)
    if turn % 2:
        name = draw.choice(sorted(parts))
        content = packed(parts | {name: spoilt(parts[name], draw)})
    else:
        content = spoilt(content, draw)
    book.write_bytes(content)
    try:
        grid, why = read_grid(book, WANTED), ""
    except BuzanError as error:
        grid, why = None, str(error)
    if grid is None:
        assert "sheet.xlsx" in why
    else:
        assert len(grid.rows) <= PASSAGES


def spoilt(content: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(changed) - 10)
        if draw.random() < 0.6:
            changed[at] = draw.randrange(256)
        else:
            del changed[at : at + draw.randint(1, 9)]
    return bytes(changed)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_blank_sheet_has_no_formula(form: str, folder: Path) -> None:
    out = folder.parent / f"blank.{form}"
    write_sheets(folder, out)
    if form == "csv":
        rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
        assert rows[0][:2] == ["passage", "gist"]
        assert [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")] == []
    with zipfile.ZipFile(out) if form == "xlsx" else nullcontext() as book:
        assert book is None or b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    out.unlink()
    gists = folder / "gists.csv"
    gists.write_text(
        re.sub(r"(?m)^(P\w+),.*$", r"\1,=1+1", gists.read_text(encoding="utf-8"), count=1), encoding="utf-8"
    )
    assert len(check(folder)) == 1
    with pytest.raises(
        DataError, match=r"gists\.csv, row 2, column gist: '=1\+1'; text must not begin with ="
    ):
        write_sheets(folder, out)
    assert not out.exists()


ODD = [None, True, -1, 1.5, 10**30, "", "=1+1", SCRIPT, UP, "\x1b[2J", "\u202e", [], {}, [[]], "A" * 100_000]


def answers(folder: Path) -> list[dict[str, object]]:
    """A sound answer to each of some passages."""
    header, *rows = parsed((folder / "codes.csv").read_bytes())
    codes = [dict(zip(header, row, strict=True)) for row in rows if row[1] == "C"][:PASSAGES]
    about = {"model": "m", "version": "1", "date": "2026-11", "settings": {}}
    return [
        about | {"passage_id": row["passage_id"], "codes": {
            name: int(row[name]) if row[name].isdigit() else row[name] for name in header[2:]
        }}
        for row in codes
    ]  # fmt: skip


@pytest.mark.parametrize("turn", range(60))
def test_answers_at_fault_are_refused_with_their_line(turn: int, small: Path, tmp_path: Path) -> None:
    draw = rng(f"answers {turn}")
    lines = answers(small)
    path = tmp_path / "answers.jsonl"
    at = draw.randrange(len(lines))
    if turn % 3 == 0:
        text = "\n".join(json.dumps(line) for line in lines) + "\n" * 10
        path.write_bytes(spoilt(text.encode(), draw))
    else:
        target = lines[at] if turn % 3 == 1 else lines[at]["codes"]
        assert isinstance(target, dict)
        name = draw.choice(sorted(target))
        target[name] = draw.choice(ODD)
        path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    try:
        added, why = codes_with(path, small)[1], ""
    except BuzanError as error:
        added, why = None, str(error)
    if added is not None:
        assert 1 <= sum(added.passages.values()) <= PASSAGES
    else:
        assert re.search(rf"answers\.jsonl, row {at + 1 if turn % 3 else '[0-9]+'}[,:] ", why)
        assert "\x1b" not in why
        assert max(map(len, why.splitlines())) < 1000
