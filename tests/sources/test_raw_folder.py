"""Finding publishers' files."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError
from buzanlib.sources.raw import RawFolder, dates, headings, numbers, read_csv, read_excel, read_parquet


def test_file_is_found_wherever_it_lies_and_however_it_is_written(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    for name in ("NMC-70-abridged.csv", "nmc.txt"):
        (deep / name).touch()
    folder = RawFolder(tmp_path)
    assert folder.matching("nmc*-abridged.csv") == [deep / "NMC-70-abridged.csv"]
    assert folder.matching("NMC_v*.csv") == []


def test_a_pattern_means_files_or_folders(tmp_path: Path) -> None:
    (tmp_path / "bti.csv").mkdir()
    (tmp_path / "Session 50 - 1995").touch()
    folder = RawFolder(tmp_path)
    assert folder.matching("bti.csv") == folder.matching("Session ?? - ????/") == []
    assert folder.matching("bti.csv/") == [tmp_path / "bti.csv"]


def test_what_is_hidden_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "bti.csv").touch()
    (tmp_path / "._bti.csv").touch()
    assert RawFolder(tmp_path).matching("*bti.csv") == []


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match="no folder of raw files"):
        RawFolder(tmp_path / "nowhere")


def test_missing_column_names_file_and_nearest(tmp_path: Path) -> None:
    path = tmp_path / "nmc_v7.csv"
    path.write_text("ccode,year,cink\n2,2004,0.1\n")
    with pytest.raises(BuzanError, match=r"nmc_v7\.csv has no column 'cinc'; nearest allowed: 'cink'"):
        read_csv(path, ["ccode", "year", "cinc"])


@pytest.mark.parametrize("read", [read_csv, read_excel, read_parquet])
def test_file_that_is_not_what_its_name_says(read: Callable[..., pd.DataFrame], tmp_path: Path) -> None:
    path = tmp_path / "SFIv2018.xls"
    path.write_bytes(b"\xff\xfe nothing of the kind")
    with pytest.raises(BuzanError, match=r"SFIv2018\.xls cannot be read"):
        read(path, ["year"])


def test_date_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match=r"accessions\.csv, column date: a date is not one.*2017-13-01"):
        dates(pd.Series(["2017-13-01"], name="date"), tmp_path / "accessions.csv")


def test_number_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match=r"nmc\.csv, column cinc: a number is not one.*much"):
        numbers(pd.Series(["0.1", "much"], name="cinc"), tmp_path / "nmc.csv")


def test_column_under_another_name_or_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "atop.csv"
    path.write_text("mem1,YEAR,defense,more\n2,2018,1,x\n")
    table = read_csv(path, ["year", "ccode1"], {"stateA": "ccode1", "mem1": "ccode1"})
    assert table.to_dict("list") == {"year": [2018], "ccode1": [2]}
    assert headings(path) == ["mem1", "year", "defense", "more"]


def test_columns_separated_by_tabs(tmp_path: Path) -> None:
    path = tmp_path / "UNVotes.tab"
    path.write_text("rcid\tshort\n1\tpeace, and trust\n")
    assert read_csv(path, ["short"]).to_dict("list") == {"short": ["peace, and trust"]}


def test_packed_file_that_breaks_off(tmp_path: Path) -> None:
    path = tmp_path / "atop.csv.gz"
    path.write_bytes(gzip.compress(b"year\n" + b"2018\n" * 1000)[:-20])
    with pytest.raises(BuzanError, match=r"atop\.csv\.gz cannot be read"):
        read_csv(path, ["year"])
