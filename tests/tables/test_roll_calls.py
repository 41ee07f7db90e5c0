"""Roll calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from buzanlib.errors import DataError
from buzanlib.tables.roll_calls import CAST, load_votes

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
    cast = votes.votes.groupby(["rcid", "vote"]).size()
    assert {
        resolution: tuple(int(cast[rcid, vote]) for vote in CAST)
        for rcid, resolution in contested["resolution"].items()
    } == PUBLISHED


def test_votes_are_counted_against_the_tallies_stated(world: Any) -> None:
    world.rewrite("votes.csv", lambda lines: [lines[0], *(line.replace("yes", "no") for line in lines[1:])])
    with pytest.raises(DataError, match=r"resolutions.csv, row 2, column (no|yes): '[0-9]+'; "):
        load_votes(world.path)


def test_every_roll_call_has_every_member_of_its_day(data_dir: Path) -> None:
    votes = load_votes(data_dir)
    assert (votes.votes.groupby("rcid").size() >= 191).all()
    assert (votes.votes.groupby("rcid").size() <= 193).all()
    assert set(votes.resolutions["session"]) >= {73, 74, 75}


def test_a_vote_twice_is_a_fault(world: Any) -> None:
    world.rewrite("votes.csv", lambda lines: [*lines, lines[1].replace("yes", "no")])
    with pytest.raises(
        DataError, match=r"votes.csv, row 4, column rcid\+iso3: '9001, EST'; a key may occur only"
    ):
        load_votes(world.path)
