"""State and year of a text, by its name or by a table of names."""

from __future__ import annotations

from pathlib import Path

import pytest

from buzanlib.errors import DataError
from buzanlib.sources.text_folder import Folder, look
from buzanlib.sources.text_names import Known, by_name, by_table

KNOWN = Known(("AGO", "AUS", "AUT", "CIV", "EST", "EU", "FRA", "GNB", "KOR", "YUG"), range(1995, 2051))


def inside(tmp_path: Path, *names: str) -> Folder:
    for name in names:
        (tmp_path / "texts" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "texts" / name).write_text("Said.")
    return look(tmp_path / "texts")


@pytest.mark.parametrize(
    ("name", "iso3", "numbers"),
    [
        ("EST-2021.txt", "EST", "2021"),
        ("EST-2021-2.TXT", "EST", "2021 2"),
        ("EST-2021-1182.txt", "EST", "2021 1182"),
        ("AGO_78_2023.txt", "AGO", "78 2023"),
        ("Estonia_2014.pdf", "EST", "2014"),
        ("2021_estonia.html", "EST", "2021"),
        ("2021-03-08 Estonie.docx", "EST", "2021 03 08"),
        ("estonia2021.text", "EST", "2021"),
        ("Guinea-Bissau_2020.md", "GNB", "2020"),
        ("Co\u0302te d’Ivoire 2020.txt", "CIV", "2020"),
        ("Republic of Korea, 2020.txt", "KOR", "2020"),
        ("EU-2020.htm", "EU", "2020"),
        ("YUG-1999.txt", "YUG", "1999"),
    ],
)
def test_names_as_publishers_give_them(tmp_path: Path, name: str, iso3: str, numbers: str) -> None:
    (text,) = by_name(inside(tmp_path, name), KNOWN, "texts").texts
    assert (text.iso3, " ".join(text.numbers)) == (iso3, numbers)
    assert str(text.year) in text.numbers


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("AUS-2020.txt", "'AUS' is .*Australia .*; Austria .* by the Correlates of War"),
        ("Korea_2020.txt", "'Korea' is (North|South) Korea .* by name; (North|South) Korea .* by name"),
        ("Latvia_2020.txt", "'Latvia' is Latvia, which states.csv does not have"),
        ("Africa_2020.txt", "'Africa' is no state but a group"),
        ("Atlantis_2020.txt", "'Atlantis' is no name or code of a state that is known"),
        ("EST-21.txt", "one year of four digits is needed"),
        ("EST-2019-2021.txt", "one year of four digits is needed"),
        ("EST-20210308.txt", "one year of four digits is needed"),
        ("EST-1994.txt", "a year from 1995 to 2050 is needed, not 1994"),
        ("2021.txt", "it names no state"),
    ],
)
def test_names_that_leave_a_doubt_are_refused(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(DataError, match=f"texts: '{name}'; {why}; (.*; )?the name must have state and year"):
        by_name(inside(tmp_path, name), KNOWN, "texts")


def test_codes_of_a_folder_are_judged_together(tmp_path: Path) -> None:
    named = by_name(inside(tmp_path, "AUS-2020.txt", "FRA-2020.txt", "AUT-2020.txt"), KNOWN, "texts")
    assert [text.iso3 for text in named.texts] == ["AUS", "AUT", "FRA"]


def table(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "names.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    return file


def test_every_row_at_fault_is_told(tmp_path: Path) -> None:
    folder = inside(tmp_path, "a.txt", "x/b.txt", "y/b.txt", "c.odt", "d.txt", "e.txt", "f.txt")
    rows = (
        "file,state,year,date",
        "b.txt,Estonia,2020,",
        "c.odt,Estonia,2020,",
        "none.txt,Estonia,2020,",
        "a.txt,Atlantis,2020,",
        "a.txt,Estonia,2020,",
        "d.txt,Estonia,20,",
        "e.txt,Estonia,2020,2021-01-01",
        "f.txt,,2020,",
        "x/b.txt,Estonia,2020,yesterday",
    )
    with pytest.raises(DataError) as raised:
        by_table(folder, table(tmp_path, *rows), KNOWN)
    assert {(fault.row, fault.column): fault.allowed for fault in raised.value.faults} == {
        (2, "file"): "several files have this name; its path below the folder is needed",
        (3, "file"): "this file is skipped: of another kind",
        (4, "file"): "the folder has no such text",
        (5, "state"): "'Atlantis' is no name or code of a state that is known",
        (6, "file"): "a text has one row, and this one has row 5 already",
        (7, "year"): "one year of four digits is needed",
        (8, "date"): "a date of 2020 is needed, as column year says",
        (9, "state"): "the code or the name of a state is needed",
        (10, "date"): "a date such as 2021-03-08 is needed",
    }


def test_a_column_iso3_is_in_codes_of_iso_3166(tmp_path: Path) -> None:
    folder = inside(tmp_path, "a.txt")
    (text,) = by_table(folder, table(tmp_path, "file,iso3,year", "a.txt,AUS,2020"), KNOWN).texts
    assert text.iso3 == "AUS"
    with pytest.raises(DataError, match="missing column; 'year' is needed"):
        by_table(folder, table(tmp_path, "file,iso3", "a.txt,AUS"), KNOWN)
