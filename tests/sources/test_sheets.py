"""Hand-coding sheets, good and bad."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buzanlib.errors import BuzanError, DataError, Fault
from buzanlib.sources.annotation import ANNOTATOR, CODE
from buzanlib.sources.sheet_words import (
    HEADINGS,
    NONE,
    NOT_READ,
    OFFERED,
    THREATS,
    VALUES,
    code_of,
    column_of,
)
from buzanlib.sources.sheets import HandCodes, Known, read_sheet
from buzanlib.tables.checks import check_table
from buzanlib.tables.schema import Descriptor, Table

PASSAGES = {"P00000001", "P00000002", "P00000003"}
HEADER = "passage,coder,relevant,threats,primary,level,referent,agent,measure,pol kind,hostile"
POLITICAL = "yes,pol; cri,pol,1,society,state,content,interference,yes"
GENERAL = "yes,gen,gen,0,international,none,norms,,"
SILENT = "no,,,,,,,,"


@pytest.fixture(scope="module")
def described(data_dir: Path) -> Table:
    return Descriptor.load(data_dir).table("codes")


@pytest.fixture
def read(described: Table, tmp_path: Path) -> Callable[..., HandCodes]:
    """Reads a sheet written from its lines."""

    def run(*lines: str, name: str = "sheet.csv", **taken: str) -> HandCodes:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
        return read_sheet(path, Known(described, PASSAGES, taken))

    return run


def codes(found: HandCodes) -> list[str]:
    return [",".join(row) for row in found.codes.itertuples(index=False, name=None)]


FULL = [
    "P00000001,Ana,1,1,0,1,0,0,0,0,pol,1,society,state,content,interference,1",
    "P00000002,Ana,1,0,0,0,0,0,0,1,gen,0,international,none,norms,none,0",
    "P00000003,Ben,0,0,0,0,0,0,0,0,none,0,none,none,none,none,0",
]
LONG = [HEADER, f"P00000001,Ana,{POLITICAL}", f"P00000002,Ana,{GENERAL}", f"P00000003,Ben,{SILENT}"]


def test_a_row_a_passage_and_coder(read: Callable[..., HandCodes]) -> None:
    found = read(*LONG)
    assert list(found.codes.columns) == CODE
    assert codes(found) == FULL
    assert found.not_coded == 0


def test_seven_columns_of_threats_and_words_for_codes(read: Callable[..., HandCodes]) -> None:
    found = read(
        "Gist,Passage_ID,Annotator,RELEVANT (yes/no),Political,inf,crime,MIL,ter,oth,gen,Main threat,Level (0-2),"
        "Referent Object,threat agent,Remedy,Pol_Kind,hostile intent,Notes",
        "x,P00000001,Ana,Yes,x,,1,,,,,Political,Threat,Society,STATE,Content,interference,TRUE,?",
        "x,P00000002,Ana,1,no,no,no,no,no,no,yes,A danger in general,a problem to manage,international,none,norms,,,",
        "x,P00000003,Ben,0,,,,,,,,,,,,,,,",
    )
    assert codes(found) == FULL


def test_a_row_a_passage_and_the_coder_in_the_headings(read: Callable[..., HandCodes]) -> None:
    names = ["relevant", "threats", "level", "referent", "agent", "measure"]
    header = ",".join(["passage", "gist", *(f"{name} ({who})" for who in ("Ana", "Ben") for name in names)])
    found = read(
        header, "P00000002,x,yes,gen,0,international,none,norms,no,,,,,", "P00000003,x,,,,,,,no,,,,,"
    )
    assert codes(found) == [FULL[1], FULL[2].replace("P00000003", "P00000002"), FULL[2]]
    assert found.not_coded == 1


@pytest.mark.parametrize(
    ("row", "full"),
    [
        ("no,,,,,,,,", "0,0,0,0,0,0,0,0,none,0,none,none,none,none,0"),
        ("no,none,none,0,none,none,none,none,no", "0,0,0,0,0,0,0,0,none,0,none,none,none,none,0"),
        (",mil,,2,state,state,military,,", "1,0,0,0,1,0,0,0,mil,2,state,state,military,none,0"),
        ("1.0,gen,,0.0,none,none,none,,0.0", "1,0,0,0,0,0,0,1,gen,0,none,none,none,none,0"),
        (",,gen,0,none,none,none,,", "1,0,0,0,0,0,0,1,gen,0,none,none,none,none,0"),
        ("yes,,ter,1,state,terrorist,police,none,no", "1,0,0,0,0,1,0,0,ter,1,state,terrorist,police,none,0"),
        ("yes,inf; ter,inf,1,state,none,defend,,", "1,0,1,0,0,1,0,0,inf,1,state,none,defend,none,0"),
        ("yes,pol,,1,state,none,defend,general,no", "1,1,0,0,0,0,0,0,pol,1,state,none,defend,general,0"),
    ],
)
def test_blank_cells_follow_from_the_codebook(row: str, full: str, read: Callable[..., HandCodes]) -> None:
    assert codes(read(HEADER, f"P00000001,Ana,{row}")) == [f"P00000001,Ana,{full}"]


def test_rows_without_a_code_are_passed_over(read: Callable[..., HandCodes]) -> None:
    found = read(
        HEADER, f"P00000001,Ana,{POLITICAL}", "P00000002,Ana,,,,,,,,,", "P00000003,,,,,,,,,,", ",,,,,,,,,,"
    )
    assert codes(found) == FULL[:1]
    assert found.not_coded == 2


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("comma", [",", ";", "\t"])
def test_any_program_may_have_written_it(
    mark: str, end: str, comma: str, described: Table, tmp_path: Path
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=comma, lineterminator=end).writerows(line.split(",") for line in LONG)
    path = tmp_path / "sheet.CSV"
    path.write_bytes((mark + end + text.getvalue()).encode())
    assert codes(read_sheet(path, Known(described, PASSAGES, {}))) == FULL


def test_a_workbook(described: Table, tmp_path: Path, write_workbook: Callable[..., Path]) -> None:
    rows = [line.split(",") for line in LONG]
    sheet = pd.DataFrame(rows[1:], columns=rows[0]).astype(object)
    sheet["level"] = pd.Series([1, 0.0, None], dtype=object)
    sheet.loc[1, "hostile"] = None
    path = write_workbook({"codes": sheet, "notes": pd.DataFrame({"a": [1]})}, tmp_path / "sheet.xlsx")
    assert codes(read_sheet(path, Known(described, PASSAGES, {}))) == FULL
    sheet.loc[0, "level"] = 3
    write_workbook(sheet, path)
    with pytest.raises(DataError, match=r"sheet\.xlsx, row 2, column level: '3'; allowed: '0', '1', '2'"):
        read_sheet(path, Known(described, PASSAGES, {}))


BAD_CELLS = [
    (POLITICAL.replace("yes,pol", "yess,pol"), "column relevant: 'yess'; nearest allowed: 'yes'"),
    (POLITICAL.replace("yes,pol", "maybe,pol"), "column relevant: 'maybe'; allowed: 'yes', 'no'"),
    (POLITICAL.replace("; cri", "; crimi"), "column threats: 'crimi'; nearest allowed: 'crime'"),
    (POLITICAL.replace(",pol,1", ",polt,1"), "column primary: 'polt'; nearest allowed: 'pol'"),
    (
        POLITICAL.replace(",1,", ",3,"),
        "column level: '3'; allowed: '0', '1', '2', 'problem', 'threat', 'existential'",
    ),
    (POLITICAL.replace(",1,", ",-1,"), "column level: '-1'; nearest allowed: '1'"),
    (POLITICAL.replace(",1,", ",0.1,"), "column level: '0.1'; "),
    (POLITICAL.replace(",1,", ",,"), "column level: ''; a value is needed; allowed: '0', '1', '2'"),
    (POLITICAL.replace("society", "societies"), "column referent: 'societies'; nearest allowed: 'society'"),
    (POLITICAL.replace("society", ""), "column referent: ''; a value is needed; allowed: 'individual', "),
    (POLITICAL.replace(",state", ",stat"), "column agent: 'stat'; nearest allowed: 'state'"),
    (POLITICAL.replace("content", "contents"), "column measure: 'contents'; nearest allowed: 'content'"),
    (
        POLITICAL.replace("interference", "interfere"),
        "column pol kind: 'interfere'; nearest allowed: 'interference'",
    ),
    (POLITICAL.replace("interference", ""), "column pol kind: ''; a value is needed; allowed: 'regime', "),
    (POLITICAL.replace(",yes", ","), "column hostile: ''; a value is needed; allowed: 'yes', 'no'"),
    (
        POLITICAL.replace(",pol,1", ",mil,1"),
        "column threats: 'pol; cri'; 1 is needed here: the primary threat, mil",
    ),
    (POLITICAL.replace(",pol,1", ",,1"), "column primary: ''; a value is needed; allowed: 'pol', 'cri'"),
    (
        GENERAL.replace("yes,gen", "yes,gen; inf"),
        "column threats: 'gen; inf'; 0 is needed here: gen stands alone",
    ),
    (
        GENERAL.replace(",gen,gen", ",none,none"),
        "column primary: 'none'; pol or inf or cri or .* is needed here",
    ),
    (GENERAL.replace(",gen,gen", ",,"), "column primary: ''; a value is needed; allowed: 'pol', 'inf'"),
    (
        GENERAL.replace("norms,,", "norms,regime,"),
        "column pol kind: 'regime'; none is needed here: without pol",
    ),
    (GENERAL.replace("norms,,", "norms,,yes"), "column hostile: 'yes'; 0 is needed here: without pol"),
    (
        SILENT.replace("no,,", "no,cri,"),
        "column threats: 'cri'; 0 is needed here: the passage is not relevant",
    ),
    (SILENT.replace("no,,,", "no,,,2"), "column level: '2'; 0 is needed here: the passage is not relevant"),
    (SILENT.replace("no,,,", ",,,0"), "column relevant: ''; a value is needed; allowed: 'yes', 'no'"),
]


@pytest.mark.parametrize(("row", "message"), BAD_CELLS)
def test_each_wrong_cell_is_one_fault(row: str, message: str, read: Callable[..., HandCodes]) -> None:
    with pytest.raises(DataError, match=rf"^1 fault in the data\n  sheet\.csv, row 3, {message}"):
        read(HEADER, f"P00000002,Ana,{GENERAL}", f"P00000001,Ana,{row}")


BAD_NAMES = [
    ("P0000000A,Ana", "column passage: 'P0000000A'; no such passage; nearest allowed: 'P0000000"),
    (",Ana", "column passage: ''; a passage is needed"),
    ("P00000001,", "column coder: ''; a name is needed: a letter, then"),
    ("P00000001,Ana <B>", "column coder: 'Ana <B>'; a name is needed"),
    (
        "P00000001,ana",
        "column coder: 'ana'; names that differ only in capitals are one; nearest allowed: 'Ana'",
    ),
    ("P00000001,a", "column coder: 'a'; names that differ only in capitals are one; nearest allowed: 'A'"),
    ("P00000001,A", "column coder: 'A'; it ships"),
    ("P00000002,Ana", "column passage: 'P00000002'; a coder codes a passage once, and Ana did in row 2"),
]


@pytest.mark.parametrize(("who", "message"), BAD_NAMES)
def test_each_wrong_name_is_one_fault(who: str, message: str, read: Callable[..., HandCodes]) -> None:
    with pytest.raises(DataError, match=rf"^1 fault in the data\n  sheet\.csv, row 3, {message}"):
        read(HEADER, f"P00000002,Ana,{GENERAL}", f"{who},{POLITICAL}", A="it ships", Ben="")


def test_a_name_that_is_known_and_free_may_be_used(read: Callable[..., HandCodes]) -> None:
    assert codes(read(*LONG, Ben="")) == FULL


WIDE = "passage,relevant (Ana),threats (Ana),level (Ana),referent (Ana),agent (Ana),measure (Ana)"
BAD_HEADINGS = [
    (HEADER.replace("level", "levle"), "column levle: 'levle'; unknown column; nearest allowed: 'level'"),
    (HEADER.replace("primary", "primery"), "column primery: .*; unknown column; nearest allowed: 'primary'"),
    (HEADER + ",Level", "column Level: 'Level'; a column may occur only once"),
    (HEADER + ",mil", "column mil: 'mil'; the threats stand in one column or in seven, not in both"),
    (HEADER.replace("passage,", "gist,"), "column passage: ''; missing column; 'passage' is needed"),
    (HEADER.replace("coder,", "note,"), "column coder: ''; missing column; 'coder' is needed"),
    (HEADER.replace("agent", "note"), "column agent: ''; missing column; 'agent' is needed"),
    (HEADER.replace("threats", "pol,inf,cri,mil,ter,oth"), "column gen: ''; missing column; 'gen' is needed"),
    (
        WIDE.replace("agent (Ana)", "note"),
        r"column agent \(Ana\): ''; missing column; 'agent \(Ana\)' is needed",
    ),
    (
        WIDE.replace("level (", "levl ("),
        r"column levl \(Ana\): .*unknown column; nearest allowed: 'level \(Ana\)'",
    ),
    (WIDE + ",primary", r"column primary: 'primary'; the coder is needed, as in 'primary \(Ana\)'"),
]


@pytest.mark.parametrize(("header", "message"), BAD_HEADINGS)
def test_each_wrong_heading_is_one_fault(header: str, message: str, read: Callable[..., HandCodes]) -> None:
    with pytest.raises(DataError, match=rf"^1 fault in the data\n  sheet\.csv, row 1, {message}"):
        read(header, ",".join("x" for _ in header.split(",")))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "row 1: ''; a header row is needed"),
        (b"passage,coder\ncaf\xe9,Ana\n", "row 2: 'byte 0xe9'; UTF-8 is needed: save as CSV UTF-8"),
        ("passage".encode("utf-16"), "row 1: 'byte 0xff'; UTF-8 is needed"),
        (b'passage,coder\n\n"P1,Ana\n', "row 3: 'unexpected end of data'; quotes must be paired"),
        (
            b"passage,coder\nP1,Ana,x\nP1,Ana,,\nP2,Ana,,y\n",
            "row 2: 'x'; no more than 2 cells.*\n.*row 4: 'y'; no more",
        ),
        (HEADER.encode() + b"\nP00000001,Ana\n", ": 'no code'; at least one passage must be coded"),
    ],
)
def test_a_file_that_is_no_sheet(data: bytes, message: str, described: Table, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_bytes(data)
    with pytest.raises(DataError, match=message):
        read_sheet(path, Known(described, PASSAGES, {}))


def test_a_sheet_of_another_kind_or_none(described: Table, tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match=r"sheet\.xls: a sheet must be .*nearest allowed: '\.xlsx'"):
        read_sheet(tmp_path / "sheet.xls", Known(described, PASSAGES, {}))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(BuzanError, match=r"folder\.csv is a folder, not a sheet"):
        read_sheet(tmp_path / "folder.csv", Known(described, PASSAGES, {}))
    with pytest.raises(BuzanError, match=r"no sheet at .*sheet\.csv"):
        read_sheet(tmp_path / "sheet.csv", Known(described, PASSAGES, {}))
    (tmp_path / "sheet.xlsx").write_bytes(b"PK nothing")
    with pytest.raises(BuzanError, match=r"sheet\.xlsx cannot be read"):
        read_sheet(tmp_path / "sheet.xlsx", Known(described, PASSAGES, {}))


def test_all_faults_are_told_at_once(read: Callable[..., HandCodes]) -> None:
    with pytest.raises(DataError) as caught:
        read(HEADER, "P9,Ana,yess,polit,mill,9,stat,,norm,,", f"P00000001,A,{SILENT}", A="it ships")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        *(
            (2, name)
            for name in ("level", "measure", "passage", "primary", "referent", "relevant", "threats")
        ),
        (3, "coder"),
    ]


def test_a_threat_that_cannot_be_read_gives_no_echo(read: Callable[..., HandCodes]) -> None:
    with pytest.raises(
        DataError, match=r"^1 fault in the data\n  .*column threats: 'politcal'; nearest allowed: 'political'"
    ):
        read(HEADER, "P00000001,Ana,yes,politcal,,1,state,none,none,regime,no")
    with pytest.raises(
        DataError, match=r"^1 fault in the data\n  .*column pol: 'yse'; nearest allowed: 'yes'"
    ):
        read(
            HEADER.replace("threats", ",".join(THREATS)),
            "P00000001,Ana,yes,yse,,,,,,,,1,state,none,none,regime,no",
        )


def test_words_of_the_sheet_are_those_of_the_codebook(described: Table) -> None:
    assert described.field("annotator").pattern == ANNOTATOR
    for column, words in VALUES.items():
        allowed = described.field(column).enum if column != "threats" else (*THREATS, NONE)
        assert set(words.values()) == set(allowed or {"level": "012"}.get(column, "01"))
        assert all(code_of(column, word) for word in OFFERED[column])
    for column, headings in HEADINGS.items():
        assert {column_of(heading) for heading in (column, *headings)} == {column}
    assert {column_of(heading) for heading in NOT_READ} == {""}
    assert set(CODE) | {"threats", "between"} == set(HEADINGS)


words = st.sampled_from(
    ["", "yes", "no", "none", "pol", "gen", "gen; pol", "inf, cri", "0", "2", "state", "police", "?"]
)


@given(cells=st.lists(words, min_size=9, max_size=9))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_row_gives_sound_codes_or_faults_of_that_row(
    cells: list[str], read: Callable[..., HandCodes], described: Table
) -> None:
    row = ",".join(f'"{cell}"' for cell in cells)
    faults: tuple[Fault, ...] = ()
    try:
        found = read(HEADER, f"P00000001,Ana,{row}", f"P00000002,Ana,{GENERAL}")
    except DataError as error:
        faults = error.faults
    if faults:
        assert {fault.row for fault in faults} == {2}
        assert all(fault.column in HEADER.split(",") and fault.allowed for fault in faults)
    else:
        assert check_table(described, found.codes) == []
        assert found.not_coded == (not any(cells))
