"""Finding publishers' files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError
from buzanlib.sources.raw import RawFolder, dates, read_csv, read_excel, read_parquet


def test_file_is_found_wherever_it_lies(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "nmc_v7.csv").touch()
    assert RawFolder(tmp_path).find("nmc_v7.csv", "panel.csv") == deep / "nmc_v7.csv"


def test_missing_file_names_the_table_and_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "nmc_v6.csv").touch()
    with pytest.raises(BuzanError, match=r"panel\.csv needs nmc_v7\.csv.*nearest allowed: 'nmc_v6\.csv'"):
        RawFolder(tmp_path).find("nmc_v7.csv", "panel.csv")


def test_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match="the folder is empty"):
        RawFolder(tmp_path).find("nmc_v7.csv", "panel.csv")


def test_file_found_twice_names_both(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "bti.csv").touch()
    with pytest.raises(BuzanError, match=r"one bti\.csv, but .* has 2: a/bti\.csv, b/bti\.csv"):
        RawFolder(tmp_path).find("bti.csv", "panel.csv")


def test_hidden_folders_are_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "bti.csv").touch()
    assert not RawFolder(tmp_path).has("bti.csv")


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
