"""Simulated coalitions: against the engine on the same draws, orders as the schemes say, laws, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.policy.alliance import TABLES
from buzanlib.policy.coalition import RULES, Talks
from buzanlib.policy.entry_orders import SCHEMES, orders
from buzanlib.policy.simulation import ADVISED, BLOCK, STATES, Simulation, StateCoalitions
from buzanlib.theory.vocabulary import Quadrant

NAMES = list(map(str, Quadrant))


@pytest.fixture(scope="module")
def world() -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(3)
    states = pd.Index([f"S{place:02}" for place in range(24)])
    quadrants = pd.Series(np.tile(NAMES, 6), index=states)
    return pd.DataFrame(rng.dirichlet(np.ones(3), 24), index=states), quadrants


def codes(quadrants: pd.Series) -> np.ndarray:
    return pd.Categorical(quadrants, categories=NAMES).codes.astype(np.intp)


@pytest.mark.parametrize("rule", RULES)
def test_a_run_is_one_of_the_engine(rule: str, world: tuple[pd.DataFrame, pd.Series]) -> None:
    profiles, quadrants = world
    talks = Talks(rule, pull=0.2)
    simulate = Simulation(talks, runs=50, clout=2.0)
    found = simulate(profiles, quadrants, "hub first")
    seed = np.random.SeedSequence(simulate.seed).spawn(1)[0]
    entries, levels = simulate.drawn(codes(quadrants), "hub first", 50, seed)
    strong = np.where(quadrants.str[0] == "S", 2.0, 1.0)
    outcome = talks(profiles.to_numpy(), entries, levels, strong)
    np.testing.assert_allclose(found, outcome.holds.mean(axis=1))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_states_come_in_the_order_of_their_quadrants(
    scheme: str, world: tuple[pd.DataFrame, pd.Series]
) -> None:
    quadrants = world[1]
    entries, levels = Simulation(Talks(), 0.3, 0.4).drawn(
        codes(quadrants), scheme, 400, np.random.SeedSequence(1)
    )
    assert ((levels >= 0.3) & (levels <= 0.4)).all()
    named = quadrants.to_numpy()[entries].reshape(400, 4, 6)
    assert (named == named[:, :, :1]).all()
    assert {tuple(row) for row in named[:, :, 0]} == {tuple(map(str, order)) for order in orders(scheme)}
    assert len(np.unique(entries[:, 0])) > 5


def test_at_random_quadrants_are_mixed(world: tuple[pd.DataFrame, pd.Series]) -> None:
    entries, _ = Simulation(Talks()).drawn(codes(world[1]), STATES, 400, np.random.SeedSequence(1))
    first = world[1].to_numpy()[entries[:, :6]]
    assert np.mean([len(set(row)) for row in first]) > 2


def test_the_seed_decides_and_schemes_meet_the_same_levels(world: tuple[pd.DataFrame, pd.Series]) -> None:
    runs = BLOCK + 7
    one, again = (Simulation(Talks(), runs=runs)(*world, STATES) for _ in range(2))
    pd.testing.assert_series_equal(one, again)
    assert len(one) == runs
    assert not one.equals(Simulation(Talks(), runs=runs, seed=2)(*world, STATES))
    levels = [
        Simulation(Talks()).drawn(codes(world[1]), scheme, 9, np.random.SeedSequence(1))[1]
        for scheme in ("any order", STATES)
    ]
    np.testing.assert_array_equal(*levels)


def test_whoever_asks_for_nothing_joins_and_a_quadrant_may_be_without_states(
    world: tuple[pd.DataFrame, pd.Series],
) -> None:
    quadrants = world[1].replace({"SS": "WW"})
    found = Simulation(Talks(), 0, 0, runs=5)(world[0], quadrants, "any order")
    assert (found == 1).all()


def test_asking_for_more_makes_coalitions_smaller(world: tuple[pd.DataFrame, pd.Series]) -> None:
    sizes = [Simulation(Talks(), low, low + 0.3, runs=300)(*world, STATES).mean() for low in (0.1, 0.4, 0.7)]
    assert sizes[0] > sizes[1] > sizes[2]


def test_the_chapter_compares_schemes_run_by_run(world: tuple[pd.DataFrame, pd.Series]) -> None:
    profiles = world[0].set_axis(TABLES["literal"].weights().columns, axis=1)
    simulation = Simulation(Talks(pull=0.2), 0.3, 0.7, runs=80)
    found = StateCoalitions(simulation, profiles, world[1])
    printed, graded, said = found.worlds
    assert found.worlds[said] is profiles
    assert (
        found.worlds[printed].iloc[0].tolist() == TABLES["literal"].weights().loc[world[1].iloc[0]].tolist()
    )
    assert found.worlds[graded].shape == (24, 3)
    sizes = found.sizes[said]
    assert list(sizes) == [*SCHEMES, STATES]
    np.testing.assert_array_equal(sizes[STATES], simulation(profiles, world[1], STATES))
    values = found.values()
    assert values["states.observed.better"] == (sizes[ADVISED] > sizes[STATES] + 1e-9).mean()
    assert values["states.observed.worse"] == (sizes[ADVISED] < sizes[STATES] - 1e-9).mean()
    assert values["states.literal.random"] == found.sizes[printed][STATES].mean()
    assert found.fewer == 20
    assert replace(found, simulation=replace(found.simulation, runs=3)).fewer == 1
    talks, fewer = Talks(pull=0.4), found.fewer
    advised, at_random = (
        Simulation(talks, 0.1, 0.5, runs=fewer)(profiles, world[1], scheme).mean()
        for scheme in (ADVISED, STATES)
    )
    cell = found.advantage.loc["what states have said, encouragement 0.4", "0.1 to 0.5"]
    assert cell == pytest.approx(100 * (advised - at_random))
    assert values["advantage.said.most"] == found.advantage.iloc[3:].to_numpy().max()
    assert values["advantage.said.largest"] == found.advantage.iloc[3:].abs().to_numpy().max()
    random = [
        [
            100 * Simulation(Talks(pull=pull), *ends, runs=fewer)(profiles, world[1], STATES).mean()
            for ends in ((0.1, 0.5), (0.3, 0.7), (0.5, 0.9))
        ]
        for pull in (0.0, 0.2, 0.4)
    ]
    assert values["coalition.by_levels"] == pytest.approx(np.ptp(random, axis=1).min())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lowest": -0.1}, "lowest reservation level -0.1; allowed: 0 to 1"),
        ({"highest": 1.1}, "highest reservation level 1.1; allowed: 0 to 1"),
        ({"lowest": 0.7, "highest": 0.6}, "lowest reservation level 0.7 above the highest, 0.6"),
        ({"runs": 0}, "0 runs of a simulation; allowed: at least 1"),
        ({"clout": 0.0}, "clout 0.0 of strong states; allowed: above 0"),
    ],
)
def test_bad_simulations_are_refused(given: dict, message: str) -> None:
    with pytest.raises(BuzanError, match=message):
        Simulation(Talks(), **given)


def test_a_state_without_quadrant_and_an_unknown_scheme_are_named(
    world: tuple[pd.DataFrame, pd.Series],
) -> None:
    with pytest.raises(EstimationError, match="no quadrant of S00, S03; allowed: placed states only"):
        Simulation(Talks())(world[0], world[1].drop(["S00", "S03"]), STATES)
    with pytest.raises(
        UnknownNameError, match="unknown scheme of entry 'hub last'; nearest allowed: 'hub first'"
    ):
        Simulation(Talks())(*world, "hub last")
