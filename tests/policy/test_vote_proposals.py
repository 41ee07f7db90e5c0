"""The rule against the votes: readings of the shipped table, nets, and what is said of the comparison."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.vote_forecasts import CHANCE, REGION
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.policy.acceptability import Rule, assess
from buzanlib.policy.proposals import OF_MEASURE, read_proposal
from buzanlib.policy.vote_proposals import VotesForetold, load_vote_proposals
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Measure, Quadrant

PRIORITIES = {
    "Table 2": TABLE2.weights(),
    "Table 2, graded": TABLE2_GRADED.weights(),
    "Equal": TABLE2.weights() * 0 + 1,
}


@pytest.fixture(scope="module")
def foretold(data_dir: Path) -> VotesForetold:
    world = World.open(data_dir, Placement("cinc", "fsi_cohesion", 2011, 2024), 99, 1, 99)
    return VotesForetold(world, load_vote_proposals(data_dir), PRIORITIES, Rule())


def test_each_reading_stood_before_the_comparison(foretold: VotesForetold, data_dir: Path) -> None:
    conduct = read_proposal(data_dir / "proposal.yml")
    stood = {(one.threats, one.route, one.intrusiveness) for one in (conduct, *OF_MEASURE.values())}
    read = {(one.threats, one.route, one.intrusiveness) for one in foretold.proposals.values()}
    assert read < stood
    assert len(read) == 3


def test_a_text_of_one_side_is_not_read_as_one_of_the_other(foretold: VotesForetold) -> None:
    norms = OF_MEASURE[Measure.NORMS].threats
    sides = foretold.texts["side"]
    assert {
        side: {foretold.proposals[name].threats == norms for name in sides.index[sides == side]}
        for side in sides
    } == {
        "Russian": {False},
        "US": {True},
    }


def test_nets_are_those_of_the_rule(foretold: VotesForetold) -> None:
    nets = foretold.nets("Table 2")
    for place, name in enumerate(foretold.texts.index):
        table = assess(foretold.proposals[name], TABLE2.weights(), Rule())
        assert nets[place].tolist() == [table.loc[quadrant, "net"] for quadrant in Quadrant]


def test_votes_are_those_of_the_table(foretold: VotesForetold) -> None:
    votes = foretold.forecasts["Table 2"].votes
    texts = foretold.texts
    assert votes.shape[1] == len(texts)
    np.testing.assert_array_equal((~np.isnan(votes)).sum(axis=0), texts["states"])
    np.testing.assert_allclose(np.nanmean(votes, axis=0), texts["yes"])


def test_verdicts_follow_from_intervals_and_p(foretold: VotesForetold) -> None:
    gains = foretold.gains
    assert len(gains) == 15
    for _, row in gains.iterrows():
        if row["verdict"] == "better":
            assert row["low90"] > 0
            assert np.isnan(row["p"]) or row["p"] < 0.05
        else:
            assert (row["verdict"] == "worse") == (row["high90"] < 0)
    # Equal priorities leave differences between texts, and of intrusion none: the score says nothing.
    equal = gains.loc[("Equal", CHANCE)]
    assert (equal["gain"], equal["verdict"]) == (pytest.approx(0, abs=1e-9), "no better")
    assert gains["p"].isna().to_numpy().tolist() == [name == REGION for _, name in gains.index]


def test_values_name_whom_the_aid_beats(foretold: VotesForetold) -> None:
    values = foretold.values()
    assert values["foretold.texts"] == values["foretold.russian"] + values["foretold.us"]
    beaten = foretold.gains.loc["Table 2"].query("verdict == 'better'").index
    assert values["foretold.literal.beaten"] == (", ".join(beaten) or "none of them")
    assert values["foretold.observed.beaten"] == "none of them"


def test_texts_that_nobody_read_are_refused(foretold: VotesForetold) -> None:
    with pytest.raises(
        EstimationError, match="no contested text is read as a proposal; allowed: at least one"
    ):
        replace(foretold, proposals={"1/1": next(iter(foretold.proposals.values()))}).texts  # noqa: B018
