"""Bytes, line ends and rows of a CSV file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buzanlib.tables.reading import RawTable, read


def of(folder: Path, data: bytes) -> RawTable:
    (folder / "t.csv").write_bytes(data)
    return read(folder, "t.csv")


def told(table: RawTable) -> list[str]:
    return [str(fault) for fault in table.faults]


def test_every_cell_stays_text(tmp_path: Path) -> None:
    table = of(tmp_path, b"a,b\n007,NA\n,1.50\n")
    assert table.faults == []
    assert table.frame is not None
    assert table.frame.to_numpy().tolist() == [["007", "NA"], ["", "1.50"]]
    assert table.frame.index.tolist() == [2, 3]


def test_lines_are_counted_in_the_file_also_after_a_break_within_quotes(tmp_path: Path) -> None:
    table = of(tmp_path, 'a,b\n"x\ny",1\nz\u2028z,2\n'.encode())
    assert table.faults == []
    assert table.frame is not None
    assert table.frame.index.tolist() == [2, 4]


def test_a_table_without_rows(tmp_path: Path) -> None:
    table = of(tmp_path, b"a,b\n")
    assert table.faults == []
    assert table.frame is not None
    assert table.frame.shape == (0, 2)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "t.csv, row 1: ''; a header line is needed"),
        (
            b"\xef\xbb\xbfa,b\n1,2\n",
            "t.csv, row 1: 'byte order mark'; UTF-8 without a byte order mark is needed",
        ),
        (b"a,b\n1,2\r\n3,4\r\n", "t.csv, row 2: 'CR at 2 line ends'; line ends must be LF alone"),
        (b"a,b\n1,2\n3,\0\n", "t.csv, row 3: 'NUL byte'; text without NUL bytes is needed"),
        (b"a,b\n1,caf\xe9\n", "t.csv, row 2: 'byte 0xe9'; every byte must be UTF-8"),
        (b"a,b\n1\n", "t.csv, row 2: '1 cells'; 2 cells are needed, as in the header"),
        (b"a,b\n1,2,3\n", "t.csv, row 2: '3 cells'; 2 cells are needed, as in the header"),
        (b"a,b\n\n", "t.csv, row 2: '0 cells'; 2 cells are needed, as in the header"),
        (b"a,a\n1,2\n", "t.csv, row 1, column a: 'a'; a column may occur only once"),
        (
            b'a,b\n1,"2\n',
            "t.csv, row 2: 'unexpected end of data'; quotes must be paired, and doubled inside a cell; "
            "a cell may have at most 131072 characters",
        ),
    ],
)
def test_each_fault_of_a_file_has_its_own_words(tmp_path: Path, data: bytes, message: str) -> None:
    assert told(of(tmp_path, data)) == [message]


def test_all_faults_of_a_file_at_once(tmp_path: Path) -> None:
    table = of(tmp_path, b"\xef\xbb\xbfa,b\r\n1\n\xff,2\n3,\0\n4,5\n")
    assert [fault.row for fault in sorted(table.faults)] == [1, 1, 2, 3, 4]
    assert table.broken == {2, 3, 4}


def test_a_missing_file_names_one_that_looks_like_it(tmp_path: Path) -> None:
    fault = read(tmp_path, "codes.csv", ["codes_old.csv", "notes.csv"]).faults
    assert [str(one) for one in fault] == [
        "codes.csv: 'missing'; the table must be in the data folder; is it 'codes_old.csv' that is here?"
    ]


@given(data=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_any_bytes_give_a_table_or_a_fault(tmp_path: Path, data: bytes) -> None:
    table = of(tmp_path, data)
    assert table.frame is not None or table.faults
    if not table.faults:
        data.decode("utf-8")
        assert b"\0" not in data
        assert b"\r" not in data
