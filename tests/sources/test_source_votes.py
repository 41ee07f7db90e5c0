"""Recorded votes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import votes
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.crosswalk import Crosswalk

#: Tallies as published by the United Nations: yes, no, abstentions.
PUBLISHED = {
    "73/27": (119, 46, 14),
    "73/187": (94, 59, 33),
    "73/266": (138, 12, 16),
    "74/28": (163, 10, 6),
    "74/29": (129, 6, 45),
    "74/247": (79, 60, 33),
    "75/32": (163, 10, 7),
    "75/240": (92, 50, 21),
}


def read(folder: Path, crosswalk: Crosswalk) -> tuple[pd.DataFrame, pd.DataFrame]:
    return votes.read(
        folder / votes.ICT, folder / votes.RESOLUTIONS, folder / votes.VOTES, crosswalk=crosswalk
    )


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("R/73/27", "73/27"),
        ("A/RES/74/247", "74/247"),
        ("A/RES/75/254[A]", "75/254 A"),
        ("A/RES/75/254A-C", "75/254 A-C"),
    ],
)
def test_number_of_a_resolution(written: str, number: str) -> None:
    assert votes.resolution_number(written) == number


def test_roll_calls_and_tallies(small_raw: Path, crosswalk: Crosswalk) -> None:
    calls, _ = read(small_raw, crosswalk)
    shown = calls.drop(columns="date").to_dict("split")["data"]
    assert shown == [
        [1, "60/45", 60, "ICT", True, False, 1, 1, 0],
        [7, "73/27", 73, "Developments", True, True, 1, 1, 1],
        [8, "75/254 A", 75, "Budget", False, False, 2, 0, 0],
    ]


def test_every_member_of_the_day_has_a_row(small_raw: Path, crosswalk: Crosswalk) -> None:
    _, cast = read(small_raw, crosswalk)
    rows = {
        call: dict(zip(group["iso3"], group["vote"], strict=True)) for call, group in cast.groupby("rcid")
    }
    assert rows == {
        1: {"FSM": "absent", "TUR": "absent", "USA": "no", "YUG": "yes"},
        7: {"FSM": "absent", "SRB": "yes", "TUR": "abstain", "USA": "no"},
        8: {"FSM": "yes", "SRB": "absent", "TUR": "absent", "USA": "yes"},
    }


def test_files_that_contradict_each_other(small_raw: Path, crosswalk: Crosswalk) -> None:
    path = small_raw / votes.ICT
    path.write_text(path.read_text().replace("7,640,2", "7,640,1"))
    with pytest.raises(
        BuzanError, match=r"cyber_votes.* and unga_votes.*: two votes in roll call 7, code 640"
    ):
        read(small_raw, crosswalk)


def test_vote_by_an_unknown_number(small_raw: Path, crosswalk: Crosswalk) -> None:
    path = small_raw / votes.ICT
    path.write_text(path.read_text().replace("1,345,1", "1,345,4"))
    with pytest.raises(UnknownNameError, match=r"unknown vote in .* 4"):
        read(small_raw, crosswalk)


def test_vote_of_a_state_that_is_no_member(small_raw: Path, crosswalk: Crosswalk) -> None:
    path = small_raw / votes.ICT
    path.write_text(path.read_text().replace("2005-12-08", "1999-12-08").replace("R/60/45", "R/54/45"))
    with pytest.raises(BuzanError, match="YUG votes in roll call 1 but is not a member"):
        read(small_raw, crosswalk)


def test_contested_resolutions_have_their_published_tallies(data_dir: Path) -> None:
    calls = pd.read_csv(data_dir / "resolutions.csv").set_index("resolution")
    contested = calls[calls["contested"] == 1]
    tallies = {str(name): tuple(row) for name, row in contested[list(votes.CAST)].T.items()}
    assert set(votes.CONTESTED) == set(PUBLISHED)
    assert {name: (yes, no, abstain) for name, (yes, no, abstain) in tallies.items()} == PUBLISHED


@pytest.mark.raw
def test_tallies_are_the_publishers_but_for_one(raw: Path, data_dir: Path) -> None:
    """On 71/28 the file has eleven absent where the United Nations count ten; who it was cannot be told."""
    theirs = pd.read_csv(find_sources(raw).paths(votes.SOURCE)[1]).set_index("rcid")[[*votes.CAST]].fillna(0)
    ours = pd.read_csv(data_dir / "resolutions.csv").set_index("rcid")
    shared = ours.index.intersection(theirs.index)
    differs = (ours.loc[shared, [*votes.CAST]] != theirs.loc[shared]).any(axis="columns")
    assert len(shared) == 283
    assert ours.loc[shared[differs], "resolution"].tolist() == ["71/28"]
