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
    OF_OTHERS,
    OF_STATEMENTS,
    REGISTRY,
    findings,
)
from buzanlib.inference.verdicts import CONTROL, Finding, judge, ledger, recorded
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data
from buzanlib.theory.predictions import load_predictions

#: Another value for every field of a placement.
OTHER = {
    "power": "gdp",
    "cohesion": "wgi_stability",
    "first": 2012,
    "last": 2020,
    "rule": "regional",
    "quantile": 0.3,
}


@pytest.fixture(scope="module")
def world(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), 99, 20100615, 49)


@pytest.fixture(scope="module")
def found(world: World) -> dict[str, Finding]:
    return findings(world)


def test_every_hypothesis_has_one_test(data_dir: Path) -> None:
    assert set(REGISTRY) == set(load_predictions(data_dir).hypotheses)
    assert not set(OF_STATEMENTS) & set(OF_OTHERS)


def test_findings_bear_the_id_under_which_they_are_registered(found: dict[str, Finding]) -> None:
    assert {name: one.hypothesis for name, one in found.items()} == {name: name for name in REGISTRY}


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
    regional = replace(world, placement=replace(world.placement, rule="regional"))
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
    for family, (method, _) in CONTROL.items():
        members = [name for name, one in predictions.hypotheses.items() if one.family == family]
        p = multipletests([some[name].p if name in some else 1 for name in members], method=method)[1]
        expected = pd.Series(p, index=members)[[name for name in members if name in some]]
        assert judged.loc[expected.index, "p_adjusted"].tolist() == pytest.approx(expected.tolist())


def test_what_no_notebook_recorded_is_tested_and_gives_the_same_verdicts(
    world: World, found: dict[str, Finding]
) -> None:
    wording = {key: value for name in ("A2", "B14", "D2") for key, value in found[name].to_results().items()}
    known = recorded(wording)
    rest = findings(world, [name for name in REGISTRY if name not in known])
    assert not known.keys() & rest.keys()
    pd.testing.assert_frame_equal(
        judge(known | rest, world.data.predictions), judge(found, world.data.predictions)
    )


def test_a_test_that_the_data_cannot_carry_gives_no_finding(world: World) -> None:
    early = world.within(1996, 1999)
    with pytest.raises(EstimationError):
        REGISTRY["B1"](early)
    assert findings(early, ["B1", "E3"]).keys() == {"E3"}


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
    assert CRIME(world.on_record()) == plain


def test_less_error_is_assumed_the_more_moves_are_beyond_it(world: World) -> None:
    shown = MOVES.assumed(world, (0.95, 0.98))
    assert shown["expected"].is_monotonic_decreasing
    assert shown["contrast"].is_monotonic_increasing
    alone = MOVES.result(world, {"power": 0.98, "cohesion": 0.98}).finding
    assert shown.loc[0.98, ["contrast", "p"]].tolist() == [alone.contrast, alone.p]
