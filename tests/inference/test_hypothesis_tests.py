"""The registry of tests: whole, and true to the placement and to the size of the families."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.inference.dyadic_matrices import against_other_dyads, pair_means
from buzanlib.inference.hypothesis_tests import (
    CRIME,
    FOLLOWING,
    MOVES,
    OF_LOCKED,
    OF_OTHERS,
    OF_STATEMENTS,
    PIVOT,
    REGISTRY,
    findings,
)
from buzanlib.inference.open_claims import ON_STATEMENTS, OPEN_CLAIMS
from buzanlib.inference.verdicts import CONTROL, Finding, judge, ledger, recorded
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data
from buzanlib.tables.declarations import load_open_claims
from buzanlib.theory.predictions import load_predictions

#: Another value for every field of a placement.
OTHER = {
    "power": "gdp",
    "cohesion": "wgi_stability",
    "first": 2012,
    "last": 2020,
    "power_rule": "regional",
    "cohesion_rule": "neighbour",
    "power_quantile": 0.3,
    "cohesion_quantile": 0.7,
}


@pytest.fixture(scope="module")
def world(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), 99, 20100615, 49)


@pytest.fixture(scope="module")
def found(world: World) -> dict[str, Finding]:
    return findings(world)


@pytest.fixture(scope="module")
def left_out(world: World) -> dict[str, Finding]:
    return findings(world, OPEN_CLAIMS)


def test_every_hypothesis_has_one_test(data_dir: Path) -> None:
    assert set(OF_LOCKED) == set(load_predictions(data_dir).hypotheses)
    assert not set(OF_STATEMENTS) & set(OF_OTHERS)
    # Those of other outcomes than coded statements may stand in other modules.
    assert set(ON_STATEMENTS) <= {name for name, one in load_open_claims(data_dir).items() if one.tested}
    assert set(OPEN_CLAIMS) <= set(load_open_claims(data_dir))
    assert set(REGISTRY) == {*OF_LOCKED, *OPEN_CLAIMS}


def test_findings_bear_the_id_under_which_they_are_registered(
    found: dict[str, Finding], left_out: dict[str, Finding]
) -> None:
    assert {name: one.hypothesis for name, one in found.items()} == {name: name for name in OF_LOCKED}
    assert {name: one.hypothesis for name, one in left_out.items()} == {name: name for name in OPEN_CLAIMS}


def test_the_family_of_open_claims_is_adjusted_by_itself(
    world: World, found: dict[str, Finding], left_out: dict[str, Finding]
) -> None:
    predictions, claims = world.data.predictions, world.data.open_claims
    some = {name: one for name, one in left_out.items() if name != "X14"}
    judged = judge(found | some, predictions, claims)
    alone = judge(found, predictions)
    pd.testing.assert_frame_equal(judged.loc[alone.index], alone)
    assert judge(found | some, predictions).index.equals(alone.index)
    members = [name for name, one in claims.items() if one.tested]
    assert len(members) == 11
    p = multipletests([some[name].p if name in some else 1.0 for name in members], method="fdr_bh")[1]
    expected = dict(zip(members, p, strict=True))
    assert list(judged.index.difference(alone.index, sort=False)) == [
        name for name in members if name in some
    ]
    for name, one in some.items():
        assert judged["p_adjusted"][name] == pytest.approx(expected[name])
        assert judged["verdict"][name] == one.verdict(expected[name], 0.1)
    assert set(judged.loc[list(some), "family"]) == {"X"}


def test_a_claim_without_a_test_is_no_member_of_its_family(
    world: World, left_out: dict[str, Finding]
) -> None:
    predictions, claims = world.data.predictions, world.data.open_claims
    assert not claims["X21"].tested
    counted = Finding("X21", 3.0, float("nan"), float("nan"), 0.5, 8)
    assert "X21" not in judge({**left_out, "X21": counted}, predictions, claims).index
    table = ledger({**left_out, "X21": counted}, predictions, {"X9": "share"}, claims)
    assert table.loc["X21", "family"] == "added"
    assert table.loc["X9", ["family", "claim", "where", "scale"]].tolist() == [
        "X",
        claims["X9"].claim,
        "section 1",
        "share",
    ]


@pytest.mark.parametrize("field", [field.name for field in fields(Placement)])
@pytest.mark.parametrize("test", [FOLLOWING, MOVES], ids=["following", "moves"])
def test_other_windows_keep_every_other_field_of_the_placement(
    world: World, monkeypatch: pytest.MonkeyPatch, test: object, field: str
) -> None:
    used = []
    scores = Placement.scores

    def note(self: Placement, panel: pd.DataFrame) -> pd.DataFrame:
        used.append(self)
        return scores(self, panel)

    monkeypatch.setattr(Placement, "scores", note)
    placement = replace(world.placement, **{field: OTHER[field]})
    test(replace(world, placement=placement))  # type: ignore[operator]
    assert len(used) >= 2
    same = {"first": placement.first, "last": placement.last}
    assert {replace(one, **same) for one in used} == {placement}


def test_a_rule_of_placement_moves_what_follows_as_it_moves_the_table(world: World) -> None:
    regional = replace(world, placement=replace(world.placement, power_rule="regional"))
    for name in ("B1", "E4"):
        assert REGISTRY[name](regional).contrast != REGISTRY[name](world).contrast


@pytest.mark.parametrize("dropped", [["C5"], ["B14", "D1", "E3"], ["A2", "R1", "B5"]])
def test_a_family_keeps_its_registered_size_whatever_is_tested(
    world: World, found: dict[str, Finding], dropped: list[str]
) -> None:
    predictions = world.data.predictions
    some = {name: one for name, one in found.items() if name not in dropped}
    judged = judge(some, predictions)
    assert list(judged.index) == [name for name in predictions.hypotheses if name in some]
    for family in ("F2", "F3"):
        method, _ = CONTROL[family]
        members = [name for name, one in predictions.hypotheses.items() if one.family == family]
        p = multipletests([some[name].p if name in some else 1 for name in members], method=method)[1]
        expected = pd.Series(p, index=members)[[name for name in members if name in some]]
        assert judged.loc[expected.index, "p_adjusted"].tolist() == pytest.approx(expected.tolist())


def test_what_no_notebook_recorded_is_tested_and_gives_the_same_verdicts(
    world: World, found: dict[str, Finding]
) -> None:
    wording = {key: value for name in ("A2", "B14", "D2") for key, value in found[name].to_results().items()}
    known = recorded(wording)
    rest = findings(world, [name for name in OF_LOCKED if name not in known])
    assert not known.keys() & rest.keys()
    pd.testing.assert_frame_equal(
        judge(known | rest, world.data.predictions), judge(found, world.data.predictions)
    )


def test_a_test_that_the_data_cannot_carry_gives_no_finding(world: World) -> None:
    early = world.within(2006, 2008)
    with pytest.raises(EstimationError):
        REGISTRY["B1"](early)
    assert findings(early, ["B1", "C5"]).keys() == {"C5"}


def test_the_ledger_says_of_every_finding_what_is_said_of_it_elsewhere(
    world: World, found: dict[str, Finding]
) -> None:
    predictions = world.data.predictions
    mine = Finding("Y1", 0.5, 0.2, 0.8, 0.01, 134, 0.4, beside={"claim": "One of mine"})
    table = ledger({"Y1": mine, **found}, predictions, {"C1": "bits, root"})
    judged = judge(found, predictions)
    assert list(table.index) == [*judged.index, "Y1"]
    for name in judged.index:
        row = table.loc[name]
        assert (row["verdict"], row["p_adjusted"]) == tuple(judged.loc[name, ["verdict", "p_adjusted"]])
        assert (row["claim"], row["where"]) == (
            predictions.hypotheses[name].claim,
            predictions.hypotheses[name].where,
        )
        assert (row["contrast"], row["p"], row["n"]) == (found[name].contrast, found[name].p, found[name].n)
    assert table.loc["Y1", ["family", "claim", "verdict", "p_adjusted"]].tolist() == [
        "added",
        "One of mine",
        "supported",
        0.01,
    ]
    assert table.loc["C1", "scale"] == "bits, root"
    # Half the interval is 1.645 standard errors of 0.18, and the effect 2.2 of them: 0.71 to find it.
    assert table.loc["Y1", "power"] == pytest.approx(norm.cdf(0.4 / (0.3 / norm.ppf(0.95)) - norm.ppf(0.95)))
    assert 0.70 < table.loc["Y1", "power"] < 0.72
    assert np.isnan(
        replace(mine, low90=0.5, high90=0.5).power
    )  # an interval without width has no standard error
    assert np.isnan(table.loc["C1", "power"])  # no smallest effect of interest was fixed for it


def test_a_data_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuzanError, match="no such data folder"):
        Data.open(tmp_path / "none")


def test_tables_are_read_once(data_dir: Path) -> None:
    data = Data.open(data_dir)
    assert data.panel is data.panel
    assert data.statements is data.statements


def test_the_headline_on_crime_has_controls_and_the_plain_gap_stands_beside_it(world: World) -> None:
    found, plain = CRIME(world), CRIME.plain(world)
    regressed, fitted = CRIME.beside.regression(world)
    assert (found.contrast, found.p) == (regressed.contrast, regressed.p)
    assert (found.beside["plain.contrast"], found.beside["plain.p"]) == (plain.contrast, plain.p)
    assert found.beside["p.less"] == fitted.table.loc["WS and SS", "p_less"] != found.p
    by_kind = pair_means(CRIME.plain.agreement(world), world.placed["quadrant"])
    assert found.beside["others.contrast"] == against_other_dyads(by_kind, "SS-WS")
    gaps = CRIME.gaps(found)
    assert gaps.loc["beside other ties (D1)", "low90"] == found.low90
    assert gaps.loc["plain, five other kinds", "contrast"] == plain.contrast
    assert gaps.loc["plain, all other pairs"].notna().tolist() == [True, False, False, False]
    assert CRIME(world.on_record()) == plain


def test_less_error_is_assumed_the_more_moves_are_beyond_it(world: World) -> None:
    shown = MOVES.assumed(world, (0.95, 0.98))
    assert shown["expected"].is_monotonic_decreasing
    assert shown["contrast"].is_monotonic_increasing
    alone = MOVES.result(world, {"power": 0.98, "cohesion": 0.98}).finding
    assert shown.loc[0.98, ["contrast", "p"]].tolist() == [alone.contrast, alone.p]


def test_the_map_is_told_by_quadrant(world: World) -> None:
    found, votes = PIVOT.results(world), PIVOT.votes(world)
    own = votes.scores[world.placed["quadrant"].reindex(votes.scores.index) == "SW"]
    assert found["map.SW"] == own.median()
    assert found["far.SW"] == pytest.approx((own - votes.scores.median()).abs().mean())
    assert found["map.WW.place"] == 1 + sum(
        found["map.WW"] > found[f"map.{name}"] for name in ("WS", "SW", "SS")
    )


def test_a_test_that_the_data_cannot_carry_gives_the_reason(world: World) -> None:
    finding, why = CRIME.attempt(world)
    assert why == ""
    assert finding is not None
    finding, why = OF_STATEMENTS["C6"].attempt(
        replace(world, placement=replace(world.placement, first=1950, last=1951))
    )
    assert finding is None
    assert why


def test_windows_of_moves_are_the_years_of_both_indices_up_to_the_end_of_the_study(world: World) -> None:
    place = Placement()
    shipped = replace(world, placement=place)
    assert MOVES.waves(shipped) == [(2006, 2010), (2012, 2016), (2018, 2022)]
    assert FOLLOWING.halves(shipped) == ((2011, 2017), (2018, 2024))
    early = replace(world, placement=replace(place, first=2008, last=2012))
    assert MOVES.waves(early) == [(2008, 2008), (2010, 2010), (2012, 2012)]
    assert FOLLOWING.halves(early) == ((2008, 2010), (2011, 2012))
    with pytest.raises(EstimationError, match="both have values in 4 years up to 2009; three windows need"):
        MOVES.waves(replace(world, placement=replace(place, first=2008, last=2009)))
    with pytest.raises(EstimationError, match="all statements are of 2012; two halves need two years"):
        FOLLOWING.halves(replace(world, placement=replace(place, first=2012, last=2012)))
