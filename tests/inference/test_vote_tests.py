"""Tests on roll calls: which votes stand beside those in question, by hand in a world of four roll calls."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.inference.vote_tests import Forum
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement

#: One contested roll call and two others of its session, and one of a session in which none was contested.
RESOLUTIONS = pd.DataFrame(
    {"rcid": [1, 2, 3, 4], "resolution": list("abcd"), "session": [73, 73, 73, 74], "contested": [1, 0, 0, 0]}
)
STOOD = pd.DataFrame(
    {1: ["yes", "no", "yes"], 2: ["yes", "yes", "no"], 3: ["yes", "abstain", "no"], 4: ["no", "yes", "no"]},
    pd.Index(["A", "B", "C"], name="iso3"),
)
REGIME = {2017: [0.9, 0.9, 0.9], 2018: [0.2, 0.4, 0.9], 2020: [0.4, 0.4, 0.5]}


@pytest.fixture
def world() -> World:
    votes = STOOD.melt(var_name="rcid", value_name="vote", ignore_index=False).reset_index()
    panel = pd.DataFrame(
        [(iso3, year, of) for year, row in REGIME.items() for iso3, of in zip("ABC", row, strict=True)],
        columns=["iso3", "year", "polyarchy"],
    )
    regions = pd.Series({"A": "r", "B": "s", "C": "r"})
    data = SimpleNamespace(
        votes=SimpleNamespace(resolutions=RESOLUTIONS, votes=votes), panel=panel, regions=regions
    )
    return World(data, Placement(), None, 9)  # type: ignore[arg-type]


def test_other_votes_are_those_of_contested_sessions_that_were_not_contested(world: World) -> None:
    forum = Forum("C5", shared=1, others=1)
    assert world.contested.columns.tolist() == ["a"]
    assert forum.agreement(world).loc["A", ["B", "C"]].tolist() == [0, 1]
    other, region, regime = forum.controls(world).values()
    assert other.loc["A", ["B", "C"]].tolist() == [1 - (0 + 0.5) / 2, 0]
    assert region.loc["A", ["B", "C"]].tolist() == [0, 1]
    # Means of 2018 and 2020: .3, .4 and .7.
    assert regime.loc["A", ["B", "C"]].tolist() == pytest.approx([0.1, 0.4])
    every = replace(forum, contested_too=True).controls(world)["agreement on all other votes"]
    assert every.loc["A", ["B", "C"]].tolist() == pytest.approx([1 - (1 + 0 + 0.5) / 3, 1 / 3])
    assert replace(forum, others=3).controls(world)["agreement on all other votes"].isna().all(axis=None)


def test_positions_are_by_resolution_and_an_unknown_one_is_named(world: World) -> None:
    assert world.positions(["d", "c"]).loc["B"].to_dict() == {"d": 1, "c": 0.5}
    with pytest.raises(UnknownNameError, match="unknown resolution 'e'; allowed: 'a', 'b', 'c', 'd'"):
        world.positions(["a", "e"])
