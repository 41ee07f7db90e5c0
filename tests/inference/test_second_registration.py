"""P1 to P5 on the data that ship: each is what the registration says, by the parts that it is made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from buzanlib.inference.hypothesis_tests import Forum
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.second_registration import LATER_CALLS, LEAST, SecondRegistration
from buzanlib.inference.weighted_contrast import Outcome, WeightedContrastTest
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement

THREE = {
    "P3B1": Outcome("pol", "cohesion", -1),
    "P3B2": Outcome("inf", "power", -1),
    "P3B3": Outcome("cri", "power:cohesion", 1),
}
#: The registered seed, and draws enough to tell one test from another.
FEWER = PermutationBank(499, 20261128)


@pytest.fixture(scope="module")
def registered(data_dir: Path) -> SecondRegistration:
    made = SecondRegistration(World.open(data_dir, Placement(), 99, 1))
    vars(made)["bank"] = FEWER
    return made


def test_permutations_are_as_many_as_were_registered(registered: SecondRegistration) -> None:
    assert SecondRegistration(registered.world).bank == PermutationBank(9999, FEWER.seed)


def test_the_statements_are_those_of_the_later_years_under_codebook_2(registered: SecondRegistration) -> None:
    statements = registered.world.data.statements
    codes = statements.codes[statements.codes["annotator"] == "adjudicated_2"]
    later = statements.documents.query("corpus == 'UNGDC' and 2025 <= year <= 2026")
    passages = statements.passages[statements.passages["doc_id"].isin(later["doc_id"])]
    relevant = codes[codes["passage_id"].isin(passages["passage_id"]) & (codes["relevant"] == 1)]
    assert registered.counts["relevant"].sum() == len(relevant) > 100
    strict = relevant["pol_kind"].isin(["regime", "interference"]).sum()
    assert registered.counts["pol.strict"].sum() == strict


def test_statements_are_tested_by_the_registered_estimator(registered: SecondRegistration) -> None:
    placed, regions = registered.world.placed, registered.world.data.regions
    test, counts = WeightedContrastTest(FEWER.draws, FEWER.seed), registered.counts
    strict = test(counts, placed, regions, {"P1": Outcome("pol.strict", "cohesion", -1)}).table.loc["P1"]
    three = test(counts, placed, regions, THREE)
    found = registered.findings
    assert found["P1"].p == strict["p"]
    assert found["P2"].p == three.gate_p
    for name, outcome in THREE.items():
        assert (found[name].p, found[name].p_adjusted) == tuple(three.table.loc[name, ["p", "p_adjusted"]])
        fitted = corner_model(counts, outcome.column, placed, regions).contrast(outcome.effect, outcome.sign)
        assert (found[name].contrast, found[name].low90, found[name].high90) == pytest.approx(fitted)
        assert found[name].sesoi == 0.6


def test_votes_are_tested_as_registered(registered: SecondRegistration) -> None:
    world = registered.world
    own = replace(world, permutations=registered.bank(world.data.regions))
    expected, fitted = Forum("P4", shared=3, resolutions=LATER_CALLS).regression(own)
    assert registered.findings["P4"] == expected
    assert list(fitted.table.index[1:]) == [
        "agreement on all other votes",
        "same regional group",
        "distance in polyarchy",
    ]
    assert registered.findings["P5"].beside["share"] == registered.least["least"][LEAST]
    lowest = registered.least["mean"].drop(LEAST).min() - registered.least["mean"][LEAST]
    assert registered.findings["P5"].contrast == pytest.approx(lowest)


def test_none_of_the_three_is_supported_behind_a_shut_gate(registered: SecondRegistration) -> None:
    shut = SecondRegistration(registered.world)
    found = {
        name: replace(one, p=0.001, p_adjusted=0.001, contrast=1.0)
        for name, one in registered.findings.items()
    }
    for p in (0.5, shut.registration.alpha):
        vars(shut)["findings"] = found | {"P2": replace(found["P2"], p=p, p_adjusted=None)}
        words = shut.verdicts
        assert words["P1"] == "supported"
        assert "supported" not in {words[name] for name in THREE}
    vars(shut)["findings"] = found
    assert {shut.verdicts[name] for name in THREE} == {"supported"}


def test_power_rises_with_the_contrast(registered: SecondRegistration) -> None:
    power = registered.power(60, contrasts=(0.0, 3.0))
    assert list(power.index) == ["P1", "P2", *THREE]
    assert (power[0.0] < 0.25).all()
    assert (power.loc[["P1", "P2"], 3.0] > 0.5).all()


def test_what_is_explored_begins_with_the_years_of_the_first_test(registered: SecondRegistration) -> None:
    explored = registered.explore()
    assert list(dict.fromkeys(explored["outcome"])) == ["P1", "B1", "B2", "B3"]
    first = explored.iloc[1]
    counts = registered.world.coded_by("adjudicated").counts
    placed, regions = registered.world.placed, registered.world.data.regions
    expected = corner_model(counts, "pol", placed, regions).contrast("cohesion", -1)
    assert (first["contrast"], first["low90"], first["high90"]) == pytest.approx(expected)
    assert first["sample"] == "2011–2024, codebook 1"
    assert np.isfinite(explored["contrast"]).all()
    assert explored.groupby("sample", sort=False).size().eq(4).all()
