"""What one setting gives, and what a browser computes it from."""

from __future__ import annotations

from pathlib import Path

import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.exploration import Exploration, explore, indices_of, material
from buzanlib.inference.table2 import QuadrantTest, quadrant_shares
from buzanlib.inference.world import World
from buzanlib.measurement.indices import INDICES
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Annotator, Threat


@pytest.fixture(scope="module")
def world(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), 9, 1).on_record()


@pytest.fixture(scope="module")
def found(world: World) -> Exploration:
    return explore(world.data, world.placement, world.corpus, world.annotator)


def test_effects_and_shares_are_those_of_the_locked_test(world: World, found: Exploration) -> None:
    locked = QuadrantTest(world.data.predictions)(world.sample)
    effects = locked.effects.set_index(["threat", "effect"]).reindex(found.effects.index)
    assert found.effects.to_numpy() == pytest.approx(effects[found.effects.columns].to_numpy())
    shares = quadrant_shares(world.sample.counts, world.sample.quadrants)
    wide = shares.pivot_table(index="threat", columns="quadrant", values="share")
    assert found.shares.loc[wide.index, wide.columns].to_numpy() == pytest.approx(wide.to_numpy())
    assert len(found.speaking) == len(world.sample)


def test_a_quadrant_without_a_state_has_no_effects(data_dir: Path) -> None:
    few = explore(Data.open(data_dir), Placement(first=2006, last=2007), "NCSS", Annotator.C)
    assert few.shares.isna().any(axis=None)
    with pytest.raises(EstimationError):
        few.effects  # noqa: B018 (computed when it is asked for)


def test_what_a_browser_is_given_has_ranks_and_counts_and_no_value(world: World) -> None:
    data = world.data
    given = material(data, ["UNGDC"], [Annotator.A])
    assert {name for names in indices_of(data).values() for name in names} == {*INDICES}
    at = given["states"].index("USA")
    assert given["ranks"]["cinc"]["2011"][at] == 2 * (sum(map(bool, given["ranks"]["cinc"]["2011"])) - 1)
    assert all(
        isinstance(rank, int) for years in given["ranks"].values() for of in years.values() for rank in of
    )
    (counts,) = given["counts"][Annotator.A].values()
    coded = data.statements.coded(Annotator.A)
    relevant = coded[(coded["relevant"] == 1) & (coded["corpus"] == "UNGDC") & (coded["in_paper"] == 0)]
    assert sum(row[2] for row in counts) == relevant["iso3"].isin(given["states"]).sum()
    assert {len(row) for row in counts} == {3 + len(Threat)}
