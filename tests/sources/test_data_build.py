"""All tables at once."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, LockError
from buzanlib.measurement.placement import locked_quadrants
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.data_build import BY_HAND, LOCKED_WITH, build
from buzanlib.sources.publishers import INDICES
from buzanlib.theory.predictions import LOCK, PREDICTIONS

MADE = [
    "states.csv",
    "panel.csv",
    "documents.csv",
    "passages.csv",
    "conventional.csv",
    "annotators.csv",
    "codes.csv",
    "decisions.csv",
    "resolutions.csv",
    "votes.csv",
    "accessions.csv",
    "memberships.csv",
    "alliances.csv",
    "contiguity.csv",
    "great_powers.csv",
    "paris_call.csv",
    "mask_leak.csv",
]


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_every_table_is_made_and_locked(small_raw: Path, small_data: Path) -> None:
    assert [path.name for path in build(small_raw, small_data, progress=False)] == MADE
    assert sorted(content(small_data)) == sorted([*MADE, *LOCKED_WITH, LOCK])
    hashes = json.loads((small_data / LOCK).read_text())
    assert hashes["panel.csv"] == hashlib.sha256((small_data / "panel.csv").read_bytes()).hexdigest()


def test_changed_predictions_stop_the_build_and_change_nothing(small_raw: Path, small_data: Path) -> None:
    build(small_raw, small_data, progress=False)
    (small_data / PREDICTIONS).write_text("{ }")
    (small_data / "panel.csv").unlink()
    before = content(small_data)
    with pytest.raises(LockError, match=r"predictions\.json"):
        build(small_raw, small_data, progress=False)
    assert content(small_data) == before


def test_tables_that_are_broken_are_made_good_where_all_sources_are_there(
    small_raw: Path, small_data: Path
) -> None:
    build(small_raw, small_data, progress=False)
    before = content(small_data)
    for name in ("panel.csv", "documents.csv", "passages.csv", "votes.csv"):
        (small_data / name).write_bytes(b"broken \xff\n")
    build(small_raw, small_data, progress=False)
    assert content(small_data) == before


def test_second_build_gives_the_same_bytes(small_raw: Path, small_data: Path) -> None:
    build(small_raw, small_data, progress=False)
    first = content(small_data)
    build(small_raw, small_data, progress=False)
    assert content(small_data) == first


def test_hand_made_tables_pass_through_unchanged(small_raw: Path, small_data: Path) -> None:
    before = content(small_data)
    build(small_raw, small_data, progress=False)
    after = content(small_data)
    assert {name: after[name] for name in before} == before


def test_failure_on_the_way_leaves_the_tables_as_they_were(small_raw: Path, small_data: Path) -> None:
    before = content(small_data)
    (small_raw / "atop5_dyads.csv.gz").write_bytes(b"damaged")
    with pytest.raises(BuzanError, match=r"atop5_dyads\.csv\.gz cannot be read"):
        build(small_raw, small_data, progress=False)
    assert content(small_data) == before


@pytest.mark.parametrize("name", [*BY_HAND, *LOCKED_WITH])
def test_hand_made_table_must_be_there(name: str, small_raw: Path, small_data: Path) -> None:
    (small_data / name).unlink()
    with pytest.raises(BuzanError, match=f"{name} is made by hand and must lie in"):
        build(small_raw, small_data, progress=False)


def test_progress_is_shown_on_standard_error(
    small_raw: Path, small_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(small_raw, small_data)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "General Debate: 5" in captured.err


@pytest.mark.raw
@pytest.mark.slow
def test_build_gives_the_tables_that_ship(raw: Path, data_dir: Path, tmp_path: Path) -> None:
    for name in (*BY_HAND, *LOCKED_WITH):
        shutil.copy(data_dir / name, tmp_path)
    made = build(raw, tmp_path, progress=False, placing=locked_quadrants)
    assert [path.name for path in made] == MADE
    assert [
        path.name
        for path in (*made, tmp_path / LOCK)
        if path.read_bytes() != (data_dir / path.name).read_bytes()
    ] == []


@pytest.mark.raw
def test_power_of_a_state_is_what_the_publisher_says(raw: Path, data_dir: Path) -> None:
    theirs = pd.read_csv(find_sources(raw).paths(INDICES["cinc"].source)[0])
    usa = theirs[(theirs["ccode"] == 2) & (theirs["year"] >= 1995)].set_index("year")["cinc"]
    panel = pd.read_csv(data_dir / "panel.csv")
    ours = panel[panel["iso3"] == "USA"].set_index("year")["cinc"].dropna()
    pd.testing.assert_series_equal(ours, usa)


#: First and last year of each column, and how many states it has at least in a year that it has.
COVERAGE = {
    "cinc": (1995, 2022, 184),
    "milex_rank": (1995, 2020, 136),
    "gdp": (1995, 2024, 179),
    "gdp_per_head": (1995, 2024, 179),
    "internet_users": (1995, 2024, 49),
    "fsi_cohesion_rank": (2006, 2023, 146),
    "wgi_stability": (1996, 2023, 178),
    "sfi_legitimacy_rank": (1995, 2018, 160),
    "bti_stateness_rank": (2004, 2022, 118),
    "fractionalization": (1995, 2013, 152),
    "polyarchy": (1995, 2024, 167),
}


@pytest.mark.parametrize("column", COVERAGE)
def test_panel_covers_the_years_of_the_publisher(column: str, data_dir: Path) -> None:
    panel = pd.read_csv(data_dir / "panel.csv")
    states = panel.dropna(subset=[column]).groupby("year").size()
    assert (states.index.min(), states.index.max(), states.min()) == COVERAGE[column]


@pytest.mark.parametrize("column", [name for name in COVERAGE if name.endswith("_rank")])
def test_ranks_of_a_year_add_up(column: str, data_dir: Path) -> None:
    panel = pd.read_csv(data_dir / "panel.csv").dropna(subset=[column])
    by_year = panel.groupby("year")[column].agg(["sum", "size"])
    assert (by_year["sum"] == by_year["size"] * (by_year["size"] + 1) / 2).all()


def test_no_table_names_a_place_that_is_no_member(data_dir: Path) -> None:
    for name in ("states", "panel", "documents", "votes", "memberships"):
        codes = set(pd.read_csv(data_dir / f"{name}.csv", usecols=["iso3"])["iso3"])
        assert codes.isdisjoint({"TWN", "XKX", "KOS"})
