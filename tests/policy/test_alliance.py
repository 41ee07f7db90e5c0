"""Alliances: what the cells allow, networks by threat, and tests that find what is there and nothing else."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.inference.dyadic_matrices import agreement, distance
from buzanlib.inference.hypothesis_tests import CRIME
from buzanlib.inference.permutation import PermutationBank
from buzanlib.policy.alliance import (
    EXAMPLES,
    Alliances,
    affinity_test,
    backing,
    density,
    likeness,
    named_by_both,
    predicted_affinity,
    smoothed,
    ties,
)
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant, Threat

LITERAL, GRADED = TABLE2.weights(), TABLE2_GRADED.weights()
NAMES = list(map(str, Quadrant))


class World:
    """Placed states in two regions, and permutations."""

    def __init__(self, seed: int, size: int = 40, draws: int = 199) -> None:
        self.rng = np.random.default_rng(seed)
        self.states = pd.Index([f"S{place:02}" for place in range(size)], name="iso3")
        self.quadrants = pd.Series(np.tile(NAMES, size // 4), index=self.states)
        signs = {"W": -1, "S": 1}
        self.placed = pd.DataFrame(
            {"p": self.quadrants.str[0].map(signs), "k": self.quadrants.str[1].map(signs)}
        )
        regions = pd.Series(np.repeat(["a", "b"], size // 2), index=self.states)
        self.permutations = PermutationBank(draws, seed)(regions)

    def profiles(self, weights: pd.DataFrame, strength: float) -> pd.DataFrame:
        """Profiles about the cells, with noise."""
        cells = weights.loc[list(map(Quadrant, self.quadrants))].to_numpy()
        noisy = strength * cells + self.rng.gamma(1, 1, size=cells.shape)
        return pd.DataFrame(noisy / noisy.sum(axis=1, keepdims=True), self.states, list(map(str, weights)))


def test_as_printed_each_finds_one_ally_and_ww_three() -> None:
    found = backing(LITERAL)
    allies = found[found["backing"] > 0].groupby("mover")["backer"].agg(set).to_dict()
    assert allies == {"WW": {"WS", "SW", "SS"}, "WS": {"WW"}, "SW": {"WW"}, "SS": {"WW"}}
    assert len(found) == LITERAL.astype(bool).to_numpy().sum() * 3


def test_as_graded_a_second_priority_backs_by_half() -> None:
    found = backing(GRADED).set_index(["mover", "backer", "threat"])
    assert found.loc[("SS", "WS", Threat.CRI)].to_dict() == {"move": 1, "backing": 0.5}
    assert found.loc[("SS", "WS", Threat.INF)].to_dict() == {"move": 0.5, "backing": 1}
    assert found.loc[("SW", "SS", Threat.POL), "backing"] == 0


def test_both_cells_name_a_threat_where_each_backs_the_other() -> None:
    both = named_by_both(GRADED)
    assert len(both) == 10
    assert both.loc["SS-WS"].to_dict() == {Threat.POL: False, Threat.INF: True, Threat.CRI: True}
    assert both.loc["SW-SW"].to_dict() == {Threat.POL: True, Threat.INF: False, Threat.CRI: False}
    assert not named_by_both(LITERAL).loc["SS-WS"].any()


def test_two_of_the_three_examples_contradict_the_printed_cells() -> None:
    assert [example.stands(LITERAL) for example in EXAMPLES] == [False, True, False]
    assert [example.stands(GRADED) for example in EXAMPLES] == [True, True, True]
    assert EXAMPLES[0].resolutions == CRIME.plain.resolutions


@settings(deadline=None)
@given(arrays(int, (5, 3), elements=st.integers(0, 9)), st.floats(0, 20))
def test_smoothed_profiles_are_the_formula_and_lie_between(counts: np.ndarray, prior: float) -> None:
    counts[0, 0] += 1
    table = pd.DataFrame(counts)
    said = table[table.sum(axis=1) > 0]
    plain = said.div(said.sum(axis=1), axis=0)
    found = smoothed(table, prior)
    share = said.sum(axis=1) / (said.sum(axis=1) + prior)
    expected = plain.mul(share, axis=0) + np.outer(1 - share, plain.mean())
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_who_says_too_little_has_no_profile() -> None:
    counts = pd.DataFrame({"pol": [3, 1, 0], "inf": [0, 1, 0]}, index=["A", "B", "C"])
    assert list(smoothed(counts, minimum=3).index) == ["A"]
    with pytest.raises(EstimationError, match="no state has 4 mentions; the most that one has is 3"):
        smoothed(counts, minimum=4)
    for prior in (-1, np.inf, np.nan):
        with pytest.raises(BuzanError, match=f"prior of {prior} mentions; allowed: numbers from 0"):
            smoothed(counts, prior)
    with pytest.raises(BuzanError, match="minimum of 0 mentions; allowed: at least 1"):
        smoothed(counts, minimum=0)


def test_two_states_are_tied_if_both_give_a_threat_enough_room() -> None:
    profiles = pd.DataFrame({"pol": [0.5, 0.3, 0.1], "inf": [0.5, 0.7, 0.9]}, index=list("ABC"))
    tied = ties(profiles, "pol", 0.3)
    assert tied.loc["A", "B"] == 1
    assert tied.loc["A", "C"] == tied.loc["C", "B"] == 0
    with pytest.raises(UnknownNameError, match=r"unknown threat 'por'; nearest allowed: 'pol'"):
        ties(profiles, "por", 0.3)
    with pytest.raises(BuzanError, match=r"least share of a threat 1\.3; allowed: 0 to 1"):
        ties(profiles, "pol", 1.3)


def test_density_counts_pairs_and_falls_with_what_is_asked() -> None:
    made = World(1)
    profiles = made.profiles(LITERAL, 2.0)
    found = density(profiles, made.quadrants, 0.4)
    ways = made.quadrants == "WS"
    others = made.quadrants == "SS"
    gives = profiles["inf"] >= 0.4
    assert found.loc["SS-WS", "inf"] == pytest.approx(gives[ways].mean() * gives[others].mean())
    n, held = int(ways.sum()), int(gives[ways].sum())
    assert found.loc["WS-WS", "inf"] == pytest.approx(held * (held - 1) / (n * (n - 1)))
    assert (density(profiles, made.quadrants, 0.6) <= found).all(axis=None)


def test_predicted_affinity_is_what_the_cells_share() -> None:
    quadrants = pd.Series(["WW", "WS", "SS", "SS"], index=list("ABCD"))
    literal = predicted_affinity(LITERAL, quadrants)
    assert literal.loc["A", "B"] == pytest.approx(1 / 3)
    assert literal.loc["B", "C"] == 0
    assert literal.loc["C", "D"] == 1
    assert predicted_affinity(GRADED, quadrants).loc["B", "C"] == pytest.approx(1 / 2)


def test_likeness_is_one_for_equal_and_zero_for_disjoint_profiles() -> None:
    profiles = pd.DataFrame([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], index=list("ABC"))
    assert likeness(profiles).to_numpy() == pytest.approx(np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]]))


def test_affinity_is_found_where_it_is_and_not_where_it_is_not() -> None:
    made = World(2)
    predicted = predicted_affinity(GRADED, made.quadrants)
    true = affinity_test(likeness(made.profiles(GRADED, 4.0)), predicted, made.permutations)
    assert true["p"] == pytest.approx(1 / 200)
    assert 0 < true["low90"] < true["coefficient"] < true["high90"]
    assert (true["states"], true["dyads"]) == (40, 780)
    assert affinity_test(likeness(made.profiles(GRADED, 0.0)), predicted, made.permutations)["p"] > 0.05
    opposed = 1 - likeness(made.profiles(GRADED, 4.0))
    assert affinity_test(opposed, predicted, made.permutations)["p"] > 0.95


def test_affinity_that_a_control_explains_is_not_found_beside_it() -> None:
    made = World(3)
    # Kindred cells vote alike on everything, on this as well, and no more than on everything.
    everything = likeness(made.profiles(GRADED, 4.0))
    noise = distance(pd.Series(made.rng.normal(size=40), index=made.states))
    observed = everything + 0.05 * noise
    predicted = predicted_affinity(GRADED, made.quadrants)
    alone = affinity_test(observed, predicted, made.permutations)
    beside = affinity_test(observed, predicted, made.permutations, {"all other votes": everything})
    assert alone["p"] == pytest.approx(1 / 200)
    assert beside["p"] > 0.05
    assert abs(beside["coefficient"]) < abs(alone["coefficient"]) / 5


def test_states_without_a_known_dyad_are_left_out() -> None:
    made = World(4)
    observed = likeness(made.profiles(GRADED, 1.0))
    observed.iloc[0, :] = observed.iloc[:, 0] = np.nan
    predicted = predicted_affinity(GRADED, made.quadrants.drop("S05"))
    assert affinity_test(observed, predicted, made.permutations)["states"] == 38


def test_examples_are_found_in_data_that_bear_them_out() -> None:
    made = World(5, size=60)
    profiles = made.profiles(GRADED, 6.0)
    # WS and SS vote together on everything; WW stands with SW.
    cohesive = made.quadrants.str[1] == "S"
    stood = np.where(cohesive.to_numpy()[:, None], 1.0, 0.0) * np.ones(8)
    flips = made.rng.random(stood.shape) < 0.1
    numbers = [number for example in EXAMPLES for number in example.resolutions]
    positions = pd.DataFrame(np.where(flips, 1 - stood, stood), made.states, numbers)
    world = SimpleNamespace(contested=positions, placed=made.placed, permutations=made.permutations, draws=99)
    found = Alliances(profiles, world, agreement(positions, 4), {}, 0.2, 1).examples_in_data
    assert (found["votes"] > 0).all()
    assert found["votes.p"].to_list() == pytest.approx([1 / 200] * 3)
    assert (found["statements"] > 0).all()
    assert (found["statements.low90"] <= found["statements"]).all()
    assert (found["statements"] <= found["statements.high90"]).all()


def test_the_chapter_gathers_its_tests_under_its_keys() -> None:
    made = World(6, size=60)
    numbers = [number for example in EXAMPLES for number in example.resolutions]
    positions = pd.DataFrame(made.rng.choice([0.0, 0.5, 1.0], (60, 8)), made.states, numbers)
    everything = distance(pd.Series(made.rng.normal(size=60), index=made.states))
    profiles = made.profiles(GRADED, 4.0)
    world = SimpleNamespace(
        contested=positions,
        placed=made.placed.assign(quadrant=made.quadrants),
        permutations=made.permutations,
        draws=99,
    )
    found = Alliances(profiles, world, agreement(positions, 4), {"all": everything}, 0.2, 1)
    assert found.backers.loc["SW on de-stabilising political action"].tolist() == ["WW", "WW"]
    assert found.backers.loc["SS on criminal activity"].tolist() == ["WW", "WW, WS (half)"]
    pd.testing.assert_frame_equal(found.density, density(profiles, made.quadrants, 0.2))
    assert found.examples["as printed"].tolist() == ["no", "yes", "no"]
    assert found.examples["as graded"].tolist() == ["yes", "yes", "yes"]
    values = found.values()
    predicted = predicted_affinity(LITERAL, made.quadrants)
    alone = affinity_test(likeness(profiles), predicted, made.permutations)
    assert values["alliance.statements.p.literal"] == alone["p"]
    assert values["alliance.statements.finding"] == "found"
    assert values["alliance.speaking"] == "speak more alike"
    assert values["alliance.cri.most"] == found.density[Threat.CRI].idxmax()
    both = named_by_both(LITERAL)[Threat.CRI]
    assert values["alliance.cri.named"] == found.density.loc[both, Threat.CRI].mean()
    assert values["alliance.cri.others"] == found.density.loc[~both, Threat.CRI].mean()
    assert values["example.ideology.votes"] == found.examples["votes"].iloc[1]
    assert values["example.ideology.votes.p"] == found.examples["p, votes"].iloc[1]
    borne = (found.examples["statements"] > 0) & (found.examples["p, statements"] < 0.05)
    assert values["example.statements.borne"] == ["none", "one", "two", "all"][borne.sum()]
    cohesive = made.states[made.quadrants.isin(["WS", "SS"])]
    assert (
        values["example.crime.yes"] == (positions.loc[cohesive, ["73/187", "74/247"]] == 1).to_numpy().mean()
    )
    votes = found.affinity.loc["agreement of votes, beside other ties"]
    assert values["alliance.controlled.p.graded"] == votes["p"].iloc[1]
    assert values["alliance.controlled.finding"] == "not found"


@pytest.mark.parametrize(
    ("gaps", "p", "borne"),
    [
        ([0.1, 0.1, 0.1], [0.01, 0.04, 0.01], "all"),
        ([0.1, -0.1, 0.1], [0.01, 0.01, 0.5], "one"),
        ([-0.1, 0.1, 0.0], [0.01, 0.05, 0.01], "none"),
    ],
)
def test_an_example_is_borne_out_by_a_gap_above_zero_that_is_found(gaps, p, borne) -> None:  # type: ignore[no-untyped-def]
    made = World(6, size=60)
    positions = pd.DataFrame(1.0, made.states, [one for example in EXAMPLES for one in example.resolutions])
    placed = made.placed.assign(quadrant=made.quadrants)
    world = SimpleNamespace(contested=positions, placed=placed, permutations=made.permutations, draws=9)
    found = Alliances(made.profiles(GRADED, 4.0), world, agreement(positions, 4), {}, 0.2, 1)
    columns = {"statements": gaps, "statements.p": p, "votes": gaps, "votes.p": p}
    found.__dict__["affinity"] = pd.DataFrame({"p": np.full(6, 0.5)})
    found.__dict__["examples_in_data"] = pd.DataFrame(columns)
    assert found.values()["example.statements.borne"] == borne


@pytest.mark.parametrize(
    ("p", "said"),
    [
        ([0.5, 0.5], "do not vote more alike"),
        ([0.01, 0.5], "vote more alike, but no more than their other ties would make them"),
        ([0.01, 0.01], "vote more alike, and more than their other ties would make them"),
    ],
)
def test_what_is_said_of_votes_follows_from_their_tests(p: list[float], said: str) -> None:
    made = World(6, size=60)
    numbers = [number for example in EXAMPLES for number in example.resolutions]
    positions = pd.DataFrame(1.0, made.states, numbers)
    placed = made.placed.assign(quadrant=made.quadrants)
    world = SimpleNamespace(contested=positions, placed=placed, permutations=made.permutations, draws=9)
    found = Alliances(made.profiles(GRADED, 4.0), world, agreement(positions, 4), {}, 0.2, 1)
    found.__dict__["affinity"] = pd.DataFrame({"p": np.repeat([0.5, *p], 2)})
    assert found.values()["alliance.voting"] == said
    assert found.values()["alliance.speaking"] == "do not speak more alike"
