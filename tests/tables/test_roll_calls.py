"""Roll calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from buzanlib.errors import DataError
from buzanlib.tables.roll_calls import load_votes

# As the General Assembly published them: yes, no, abstentions.
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


def test_contested_resolutions_have_the_published_tallies(data_dir: Path) -> None:
    votes = load_votes(data_dir)
    contested = votes.resolutions[votes.resolutions["contested"] == 1].set_index("rcid")
    tallies = votes.tallies().loc[contested.index]
    assert {
        contested.loc[rcid, "resolution"]: tuple(map(int, row)) for rcid, *row in tallies.itertuples()
    } == PUBLISHED


def test_tallies_equal_the_stated_ones(data_dir: Path) -> None:
    votes = load_votes(data_dir)
    stated = votes.resolutions.set_index("rcid")[["yes", "no", "abstain"]]
    pd.testing.assert_frame_equal(votes.tallies(), stated)


def test_every_roll_call_has_every_member_of_its_day(data_dir: Path) -> None:
    votes = load_votes(data_dir)
    assert (votes.votes.groupby("rcid").size() >= 191).all()
    assert (votes.votes.groupby("rcid").size() <= 193).all()
    assert set(votes.resolutions["session"]) >= {73, 74, 75}


def test_a_vote_that_nobody_cast_counts_nought(world: Any) -> None:
    tallies = load_votes(world.path).tallies()
    assert tallies.to_dict("index") == {9001: {"yes": 1, "no": 0, "abstain": 1}}


def test_a_vote_twice_is_a_fault(world: Any) -> None:
    world.rewrite("votes.csv", lambda lines: [*lines, lines[1].replace("yes", "no")])
    with pytest.raises(
        DataError, match=r"votes.csv, row 4, column rcid\+iso3: '9001, EST'; a key may occur only"
    ):
        load_votes(world.path)
