"""A build from a part of the sources: what can be made is made, and the rest stays."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError
from buzanlib.sources import annotation, panel, strategies, ungdc
from buzanlib.sources.catalogue import SOURCES, find_sources
from buzanlib.sources.data_build import BY_HAND, LOCKED_WITH, build
from buzanlib.sources.new_session import add_session
from buzanlib.sources.publishers import INDICES
from buzanlib.sources.source import Source
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.predictions import LOCK, verify_lock

OWN = "1,0,0,1,0,0,0,0,cri,0,economy,criminal,police,none,0"


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def drop(raw: Path, *sources: Source) -> None:
    """Take away what lies there of some sources."""
    inventory = find_sources(raw)
    for source in sources:
        for path in inventory.paths(source):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def keep(raw: Path, *sources: Source) -> None:
    """Take away what lies there of all others."""
    drop(raw, *(source for source in SOURCES if source not in sources))


def column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file)]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.key)
def test_what_comes_from_a_missing_source_is_kept(source: Source, small_raw: Path, small_data: Path) -> None:
    build(small_raw, small_data, progress=False)
    before = content(small_data)
    drop(small_raw, source)
    build(small_raw, small_data, progress=False)
    assert content(small_data) == before


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.key)
def test_what_comes_from_a_single_source_is_made(source: Source, small_raw: Path, small_data: Path) -> None:
    whole = small_data.parent / "whole"
    shutil.copytree(small_data, whole)
    build(small_raw, whole, progress=False)
    keep(small_raw, source)
    made = build(small_raw, small_data, progress=False)
    assert sorted(content(small_data)) == sorted(content(whole))
    verify_lock(small_data)
    mine = [name.removeprefix("column ") for table, name in source.gives if table == "panel.csv"]
    for name in panel.COLUMNS:
        expected = (
            column(whole / "panel.csv", name)
            if name in mine
            else [""] * len(column(whole / "panel.csv", "iso3"))
        )
        assert column(small_data / "panel.csv", name) == expected
    for table, what in source.gives:
        if what.startswith("all rows") and source.key != "coding_2":
            assert (small_data / table).read_bytes() == (whole / table).read_bytes()
    given = {table for table, _ in source.gives} | {*BY_HAND, "panel.csv"}
    for path in made:
        if path.name not in given:
            assert path.read_text().count("\n") == 1


def test_tables_without_rows_have_the_columns_of_the_descriptor(
    small_raw: Path, small_data: Path, data_dir: Path
) -> None:
    keep(small_raw, SOURCES[0])
    made = {path.name: path for path in build(small_raw, small_data, progress=False)}
    for table in Descriptor.load(data_dir).tables.values():
        if table.path in made:
            assert tuple(pd.read_csv(made[table.path]).columns) == table.columns


def test_only_tables_that_are_made_are_named(small_raw: Path, small_data: Path) -> None:
    build(small_raw, small_data, progress=False)
    (small_data / "votes.csv").write_text("as it was")
    keep(small_raw, ungdc.SOURCE)
    made = [path.name for path in build(small_raw, small_data, progress=False)]
    tables = ("states", "panel", "documents", "passages", "conventional", "annotators", "accessions")
    assert made == [f"{name}.csv" for name in tables]
    assert (small_data / "votes.csv").read_text() == "as it was"


def test_a_column_is_kept_in_its_own_words(small_raw: Path, small_data: Path) -> None:
    build(small_raw, small_data, progress=False)
    path = small_data / "panel.csv"
    path.write_text(path.read_text().replace("0.14,", "1.40e-1,"))
    drop(small_raw, next(source for source in SOURCES if source.key == "nmc"))
    build(small_raw, small_data, progress=False)
    assert "USA,2004,1.40e-1," in path.read_text()


def test_a_column_that_is_held_twice_is_told(small_raw: Path, small_data: Path) -> None:
    build(small_raw, small_data, progress=False)
    path = small_data / "panel.csv"
    path.write_text(path.read_text() + path.read_text().splitlines()[1] + "\n")
    drop(small_raw, INDICES["wgi_stability"].source)
    with pytest.raises(BuzanError, match="wgi_stability is given twice for FSM in 1995"):
        build(small_raw, small_data, progress=False)


def test_one_corpus_without_the_other(small_raw: Path, small_data: Path) -> None:
    drop(small_raw, ungdc.SOURCE)
    build(small_raw, small_data, progress=False)
    listed = [f"UNGDC-{state}-81-2026" for state in ("SRB", "TUR")]
    assert column(small_data / "documents.csv", "doc_id") == ["NCSS-TUR-2013", *listed]
    assert sorted(column(small_data / "passages.csv", "doc_id")) == ["NCSS-TUR-2013", listed[1]]
    # Codes of passages that are not there would be about nothing.
    assert set(column(small_data / "codes.csv", "passage_id")) == set(
        column(small_data / "passages.csv", "passage_id")
    )


def test_one_session_without_the_others(small_raw: Path, small_data: Path) -> None:
    """A year's pack makes the rows of its year; what came from the whole corpus stays."""
    build(small_raw, small_data, progress=False)
    before = content(small_data)
    (path,) = small_raw.rglob("USA_80_2025.txt")
    session = small_raw / "Session 80 - 2025"
    session.mkdir()
    path.rename(session / path.name)
    shutil.rmtree(small_raw / "TXT")
    (small_data / "documents.csv").write_text(
        (small_data / "documents.csv")
        .read_text()
        .replace("2025,80,transcription,27,", "2025,80,transcription,99,")
    )
    build(small_raw, small_data, progress=False)
    assert content(small_data) == before


def test_texts_are_held_against_the_data_folder_where_the_coding_is_missing(
    small_raw: Path, small_data: Path
) -> None:
    build(small_raw, small_data, progress=False)
    drop(small_raw, annotation.FIRST)
    (path,) = small_raw.rglob("USA_60_2005.txt")
    path.write_text(path.read_text(encoding="utf-8").replace("hospitals", "hospices"), encoding="utf-8")
    before = content(small_data)
    with pytest.raises(BuzanError, match="1 of 3 coded passages are not in these texts"):
        build(small_raw, small_data, progress=False)
    assert content(small_data) == before


def test_texts_are_cut_freely_where_nothing_was_coded(small_raw: Path, small_data: Path) -> None:
    keep(small_raw, ungdc.SOURCE, strategies.SOURCE)
    build(small_raw, small_data, progress=False)
    assert len(column(small_data / "passages.csv", "passage_id")) == 3
    assert column(small_data / "documents.csv", "seed")[0] == "strategies-NCSS-TUR-2013"
    # A table without rows, as an earlier build leaves it, says of nothing that it was not coded.
    before = content(small_data)
    (small_data / "passages.csv").write_text(",".join(annotation.LOCATOR) + "\n")
    build(small_raw, small_data, progress=False)
    assert content(small_data) == before


@pytest.mark.parametrize("missing", [None, ungdc.SOURCE, annotation.SECOND], ids=lambda one: one and one.key)
def test_sessions_that_were_added_are_kept(
    missing: Source | None, small_raw: Path, small_data: Path, data_dir: Path, tmp_path: Path
) -> None:
    """With their codes and gists, also in the place of the provisional text of a speech."""
    build(small_raw, small_data, progress=False)
    shipped = content(small_data)
    session = tmp_path / "session"
    session.mkdir()
    for name in ("TUR_81_2026", "USA_82_2027", "SRB_82_2027"):
        (session / f"{name}.txt").write_text("Cyber attacks on our grid are a threat.", encoding="utf-8")
    shutil.copy(data_dir / "datapackage.json", small_data)
    add_session(session, small_data, tmp_path / "added")
    for name in ("documents", "passages", "conventional", "codes", "gists"):
        shutil.copy(tmp_path / "added" / f"{name}.csv", small_data)
    new = dict(
        zip(
            column(small_data / "passages.csv", "doc_id"),
            column(small_data / "passages.csv", "passage_id"),
            strict=True,
        )
    )
    with (small_data / "codes.csv").open("a") as codes, (small_data / "gists.csv").open("a") as gists:
        for doc_id in ("UNGDC-TUR-81-2026", "UNGDC-USA-82-2027"):
            codes.writelines(f"{new[doc_id]},{who},{OWN}\n" for who in (annotation.SHIPPED[-1], "Ana"))
            gists.write(f"{new[doc_id]},It warns of attacks.\n")
    tables = [
        small_data / f"{name}.csv" for name in ("documents", "passages", "conventional", "codes", "gists")
    ]
    before = {table.name: sorted(table.read_text().splitlines()) for table in tables}
    assert all(before[name] != sorted(shipped.get(name, b"").decode().splitlines()) for name in before)
    if missing:
        drop(small_raw, missing)
    build(small_raw, small_data, progress=False)
    assert {table.name: sorted(table.read_text().splitlines()) for table in tables} == before
    again = content(small_data)
    build(small_raw, small_data, progress=False)
    assert content(small_data) == again


def test_further_annotators_are_kept(small_raw: Path, small_data: Path) -> None:
    build(small_raw, small_data, progress=False)
    path = small_data / "codes.csv"
    lines = path.read_text().splitlines()
    passage = lines[1].partition(",")[0]
    path.write_text("\n".join([*lines, f"{passage},Ana,{OWN}", f"{passage},Zoe,{OWN}"]) + "\n")
    build(small_raw, small_data, progress=False)
    annotators = column(path, "annotator")
    assert sorted({*annotators}) == sorted({*annotation.SHIPPED, "Ana", "Zoe"})
    assert len(annotators) == 6 + 12 + 2 + 2
    assert f"{passage},Ana,{OWN}\n" in path.read_text()
    keys = [tuple(line.split(",")[:2]) for line in path.read_text().splitlines()[1:]]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "name",
    [
        "cow_states.csv", "nmc_v7.csv", "sipri_milex.csv", "wb_internet_users.csv", "fsi_2006_2023.csv",
        "wgidataset.xlsx", "SFIv2018.xls", "bti.csv", "hief.csv", "vdem_indices.csv", "ncss_texts.parquet",
        "coding/codes.csv", "coding/passages.csv", "coding/strategy_sampling.csv",
        "coding/codes_2.csv", "coding/codes_2_retest.csv", "coding/adjudication_reasons.csv",
        "coding/adjudication_2_reasons.csv", "coding/documents_2026.csv", "coding/passages_2025_2026.csv",
        "cyber_votes_1998_2020.csv",
        "unga_resolutions_2010_2020.csv", "unga_votes_2010_2020.parquet", "igo_memberships.csv", "atop5_dyads.csv.gz",
        "cow_codes_unga.csv", "cyber_votes_2022_2023.csv", "cow_contiguity.csv",
        "cow_majors.csv", "pariscall_states.csv",
        "coding/passage_texts.parquet",
    ],
)  # fmt: skip
@pytest.mark.parametrize("damage", [b"PK\x03\x04\xff\xfe\x00 broken off", b"<html>Not found</html>\n"])
def test_file_that_is_there_but_damaged_is_an_error_that_names_it(
    damage: bytes, name: str, small_raw: Path, small_data: Path
) -> None:
    before = content(small_data)
    (small_raw / name).write_bytes(damage)
    with pytest.raises(BuzanError, match=Path(name).name.replace(".", r"\.")):
        build(small_raw, small_data, progress=False)
    assert content(small_data) == before


def test_capitals_in_names_play_no_part(small_raw: Path, small_data: Path) -> None:
    whole = small_data.parent / "whole"
    shutil.copytree(small_data, whole)
    build(small_raw, whole, progress=False)
    for path in [path for path in small_raw.rglob("*") if path.is_file() and path.suffix != ".txt"]:
        path.rename(path.with_name(path.name.upper().replace(".GZ", ".gz")))
    build(small_raw, small_data, progress=False)
    assert content(small_data) == content(whole)


def test_nothing_to_build_from(tmp_path: Path, small_data: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "notes.txt").touch()
    before = content(small_data)
    with pytest.raises(
        BuzanError, match=r"nothing below .*raw is a file that a table is made from; .* --list"
    ):
        build(tmp_path / "raw", small_data, progress=False)
    assert content(small_data) == before


@pytest.mark.raw
@pytest.mark.slow
def test_the_general_debate_alone_leaves_the_tables_that_ship(
    raw: Path, data_dir: Path, tmp_path: Path
) -> None:
    mine, data = tmp_path / "raw", tmp_path / "data"
    mine.mkdir()
    shutil.copytree(data_dir, data)
    for pack in find_sources(raw).paths(ungdc.SOURCE):
        shutil.copy(pack, mine)
    before = content(data)
    build(mine, data, progress=False)
    assert content(data) == before


@pytest.mark.raw
def test_the_indices_alone_give_the_panel_that_ships(raw: Path, data_dir: Path, tmp_path: Path) -> None:
    mine, data = tmp_path / "raw", tmp_path / "data"
    for folder in (mine, data):
        folder.mkdir()
    for name in (*BY_HAND, *LOCKED_WITH):
        shutil.copy(data_dir / name, data)
    inventory = find_sources(raw)
    for index in INDICES.values():
        for path in inventory.paths(index.source):
            shutil.copy(path, mine)
    build(mine, data, progress=False)
    assert (data / "panel.csv").read_bytes() == (data_dir / "panel.csv").read_bytes()
    assert (data / LOCK).is_file()
