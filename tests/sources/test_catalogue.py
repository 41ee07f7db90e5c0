"""What is looked for, what is found, and what is said of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from buzanlib.errors import BuzanError
from buzanlib.sources import panel
from buzanlib.sources.catalogue import SOURCES, account, find_sources
from buzanlib.sources.source import Source
from buzanlib.tables.schema import Descriptor

BY_HAND = {
    "states.csv",
    "accessions.csv",
    "annotators.csv",
    "gists.csv",
    "illustrations.csv",
    "named_examples.csv",
    "claims.csv",
    "added_hypotheses.csv",
    "tiles.csv",
    "vote_proposals.csv",
}

RECOGNISED = {
    "nmc": ["nmc_v7.csv", "NMC-70-abridged.csv", "NMC-60-abridged.csv", "NMC-70-wsupplementary.csv", "NMC_v5_0.csv"],
    "fsi": ["fsi_2006_2023.csv", "fsi-2006.xlsx", "FSI-2023-DOWNLOAD.xlsx", "fsi-Combined.csv"],
    "wgi": ["wgidataset.xlsx", "wgidataset_with_sourcedata-2025.xlsx"],
    "vdem": ["V-Dem-CY-Core-v15.csv", "V-Dem-CY-Full+Others-v13.csv", "V-Dem-CY-FullOthers-v15.csv"],
    "sfi": ["SFIv2018.xls", "SFIv2017.xlsx"],
    "bti": ["bti.csv", "BTI_2006-2026_Scores.xlsx"],
    "hief": ["hief.csv", "HIEF_data.csv", "HIEF_data.tab"],
    "sipri": ["sipri_milex.csv", "SIPRI-Milex-data-1949-2024_2.xlsx"],
    "wb_gdp": ["wb_total_gdp_us_inflation_adjusted.csv", "API_NY.GDP.MKTP.KD_DS2_en_csv_v2_3358328.csv"],
    "wb_internet_users": ["ddf--datapoints--internet_users--by--geo--time.csv", "API_IT.NET.USER.ZS_DS2_en.csv"],
    "votes": ["UNVotes.csv", "UNVotes-1.tab"],
    "igo": ["igo_memberships.csv", "state_year_format3.csv", "IGO_stateunit_v2.3.csv"],
    "atop": ["atop5_dyads.csv.gz", "atop5_1dy.csv", "atop5_1ddyr.csv"],
    "cow_system": ["cow_states.csv", "states2016.csv", "statelist2024.csv"],
    "ungdc": ["UNGDC_1995-2024.tar.xz", "UNGDC_1946-2024.tar.gz", "UNGDC_1946-2025.tgz", "UNGDC.zip"],
}  # fmt: skip


def of(key: str) -> Source:
    (source,) = (source for source in SOURCES if source.key == key)
    return source


def test_every_source_says_what_it_gives_where_it_is_and_how_to_cite_it() -> None:
    assert (
        len({source.key for source in SOURCES}) == len({source.title for source in SOURCES}) == len(SOURCES)
    )
    for source in SOURCES:
        assert source.gives or source.checks
        assert source.url.startswith(("https://", "http://", "no download"))
        assert source.cite


def test_every_table_and_column_that_is_not_made_by_hand_has_a_source(data_dir: Path) -> None:
    given = {part for source in SOURCES for part in source.gives}
    tables = {table.path for table in Descriptor.load(data_dir).tables.values()}
    assert {table for table, _ in given} == tables - BY_HAND
    assert {what for table, what in given if table == "panel.csv"} == {
        f"column {name}" for name in panel.COLUMNS
    }


@pytest.mark.parametrize(
    ("key", "name"), [(key, name) for key, names in RECOGNISED.items() for name in names]
)
def test_a_publishers_own_name_is_recognised(key: str, name: str, tmp_path: Path) -> None:
    deep = tmp_path / "downloads"
    deep.mkdir()
    (deep / name).touch()
    inventory = find_sources(tmp_path)
    assert [find.source.key for find in inventory.found] == [key]
    assert inventory.path(of(key)) == deep / name


@pytest.mark.parametrize(
    "name", ["UNGDC_1946-2023.csv", "fsi.xlsx", "states.csv", "atop5_1a.csv", "Metadata_API_X.csv"]
)
def test_other_files_are_not(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    assert find_sources(tmp_path).found == []


def test_files_that_make_up_a_source_together_are_all_taken(tmp_path: Path) -> None:
    names = ["FSI-2023-DOWNLOAD.xlsx", "fsi-2006.xlsx", "fsi-2007.xlsx"]
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in find_sources(tmp_path).paths(of("fsi"))] == names


def test_one_form_is_used_and_the_others_are_named(tmp_path: Path) -> None:
    for name in ("NMC-70-abridged.csv", "NMC-70-wsupplementary.csv"):
        (tmp_path / name).touch()
    inventory = find_sources(tmp_path)
    assert inventory.path(of("nmc")) == tmp_path / "NMC-70-abridged.csv"
    assert "also there, not used: NMC-70-wsupplementary.csv" in account(inventory, tmp_path)


def test_file_found_twice_names_both(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "bti.csv").touch()
    with pytest.raises(
        BuzanError, match=r"Transformation Index: one bti\.csv .* has 2: a/bti\.csv, b/bti\.csv"
    ):
        find_sources(tmp_path)


def test_source_that_is_there_in_part_is_missing_and_says_what_it_lacks(small_raw: Path) -> None:
    (small_raw / "unga_votes_2010_2020.parquet").unlink()
    inventory = find_sources(small_raw)
    assert inventory.paths(of("votes")) == ()
    assert "there in part, and so not used: unga_votes_2010_2020.parquet is lacking" in account(
        inventory, small_raw
    )


def test_account_of_what_is_found(small_raw: Path) -> None:
    inventory = find_sources(small_raw)
    said = account(inventory, small_raw).splitlines()
    assert inventory.missing == []
    assert said[0] == f"found {len(SOURCES)} of {len(SOURCES)} sources below {small_raw}"
    at = said.index("  Correlates of War, National Material Capabilities: nmc_v7.csv")
    assert said[at + 1].startswith("    cite: Singer")
    assert not any(line.startswith("missing") for line in said)


def test_account_of_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "NMCv7.zip").touch()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "votes.csv").touch()
    said = account(find_sources(tmp_path), tmp_path / "data")
    assert f"found 0 of {len(SOURCES)} sources" in said
    for source in SOURCES:
        assert f"  {source.title}\n" in said
        assert f"    get it: {source.url}\n" in said
        assert f"    cite: {source.cite}" in said
        assert all(f"looked for: {form}" in said or f", or {form}" in said for form in source.forms)
    assert f"costs: panel.csv, column cinc: left empty, for nothing of it is in {tmp_path / 'data'}" in said
    assert f"costs: votes.csv, rows up to 2020: kept as it is in {tmp_path / 'data'}" in said
    assert "costs: not checked: states.csv, its codes and first days" in said
    assert "not looked into; unpack first: NMCv7.zip" in said


def test_many_files_are_named_in_short(tmp_path: Path) -> None:
    for year in range(2006, 2011):
        (tmp_path / f"fsi-{year}.xlsx").touch()
    said = account(find_sources(tmp_path), tmp_path)
    assert "Fragile States Index: fsi-2006.xlsx, fsi-2007.xlsx, fsi-2008.xlsx and 2 more" in said


def test_unpacked_sessions_are_found_without_the_folder_above(small_raw: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for session in (small_raw / "TXT").iterdir():
        shutil.copytree(session, mine / session.name)
    assert [path.name for path in find_sources(mine).paths(of("ungdc"))] == [
        "Session 60 - 2005",
        "Session 66 - 2011",
        "Session 79 - 2024",
        "Session 80 - 2025",
    ]
