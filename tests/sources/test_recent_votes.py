"""Roll calls of 2022 and 2023."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import recent_votes, votes
from buzanlib.sources.crosswalk import Crosswalk

FILE = "cyber_votes_2022_2023.csv"

#: Tallies as printed by the United Nations, and how many members are blank.
PRINTED = {
    "77/36": (112, 52, 8, 21),
    "77/37": (156, 7, 14, 16),
    "78/16": (161, 9, 11, 12),
    "78/237": (104, 53, 7, 29),
}


def test_a_roll_call_and_its_votes(small_raw: Path, crosswalk: Crosswalk) -> None:
    calls, cast = recent_votes.read(small_raw / FILE, crosswalk)
    (row,) = calls.drop(columns=["date", "title"]).to_dict("split")["data"]
    assert row == [7700036, "77/36", 77, 1, 0, 1, 1, 1]
    assert cast.to_numpy().tolist() == [
        [7700036, "FSM", "absent"],
        [7700036, "SRB", "yes"],
        [7700036, "TUR", "abstain"],
        [7700036, "USA", "no"],
    ]


@pytest.mark.parametrize(
    ("before", "after", "family", "said"),
    [
        ("SRB,YES", "SRB,AYE", UnknownNameError, "unknown vote in cyber_votes_2022_2023.csv 'AYE'"),
        ("SRB,YES", "SBR,YES", UnknownNameError, "unknown state in .* 'SBR'; nearest allowed: 'SRB'"),
        ("SRB,YES", "YUG,YES", BuzanError, "77/36 must have every member of its day once: SRB, YUG"),
        ("SRB,YES", "TUR,YES", BuzanError, "77/36 must have every member of its day once: SRB"),
    ],
)
def test_what_is_wrong_is_told(
    before: str, after: str, family: type[BuzanError], said: str, small_raw: Path, crosswalk: Crosswalk
) -> None:
    path = small_raw / FILE
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(family, match=said):
        recent_votes.read(path, crosswalk)


def test_a_state_that_is_there_twice_is_told(small_raw: Path, crosswalk: Crosswalk) -> None:
    path = small_raw / FILE
    path.write_text(path.read_text() + "A/RES/77/36,2022-12-07,USA,NO\n")
    with pytest.raises(BuzanError, match="77/36 must have every member of its day once: one is there twice"):
        recent_votes.read(path, crosswalk)


def test_tallies_that_ship_are_those_that_were_printed(data_dir: Path) -> None:
    calls = pd.read_csv(data_dir / "resolutions.csv")
    calls = calls[calls["rcid"] >= recent_votes.PER_SESSION].set_index("resolution")
    assert set(calls["ict"]) == {1}
    assert set(calls["contested"]) == {0}
    absent = pd.read_csv(data_dir / "votes.csv").query("vote == 'absent'").groupby("rcid").size()
    found = {name: (*row[[*votes.CAST]], absent[row["rcid"]]) for name, row in calls.iterrows()}
    assert found == PRINTED


def test_no_number_of_the_publisher_can_be_one_of_these(data_dir: Path) -> None:
    numbers = pd.read_csv(data_dir / "resolutions.csv").set_index("rcid")["session"]
    late = numbers.index >= recent_votes.PER_SESSION
    assert numbers.index[~late].max() < recent_votes.PER_SESSION
    assert (numbers.index[late] // recent_votes.PER_SESSION).tolist() == numbers[late].tolist()
