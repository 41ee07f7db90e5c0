"""Placement: every rule recomputed plainly, and the laws a placement obeys."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.measurement.placement import Placement, changes, pairs_alike, parallel_forms
from buzanlib.theory.vocabulary import Quadrant

SIZE = 24


@pytest.fixture
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    names = [f"S{i:02d}" for i in range(SIZE)]
    frame = pd.DataFrame(
        {
            "iso3": np.repeat(names, 2),
            "year": [2012, 2013] * SIZE,
            **{c: rng.normal(size=2 * SIZE) for c in ("cinc", "milex_rank", "gdp", "fsi_cohesion_rank")},
            "wgi_stability": rng.normal(size=2 * SIZE),
            **dict.fromkeys(("sfi_legitimacy_rank", "bti_stateness_rank", "fractionalization"), np.nan),
        }
    )
    frame.loc[frame["iso3"] == "S05", "cinc"] = np.nan
    return frame


@pytest.fixture
def regions(panel: pd.DataFrame) -> pd.Series:
    names = sorted(set(panel["iso3"]))
    return pd.Series(["north", "south", "east"] * (SIZE // 3), index=names, name="region")


def test_a_state_needs_both_indices(panel: pd.DataFrame, regions: pd.Series) -> None:
    placed = Placement()(panel, regions)
    assert "S05" not in placed.index
    assert len(placed) == SIZE - 1


def test_the_median_halves_the_states_and_the_middle_one_is_weak(
    panel: pd.DataFrame, regions: pd.Series
) -> None:
    placed = Placement()(panel, regions)
    for score, sign in (("power", "p"), ("cohesion", "k")):
        assert (placed[sign] == 1).sum() == (SIZE - 2) // 2
        middle = placed[score].sort_values().index[(SIZE - 2) // 2]
        assert placed.loc[middle, sign] == -1
    assert list(placed["quadrant"]) == [
        Quadrant.of(p, k).value for p, k in zip(placed["p"], placed["k"], strict=True)
    ]


def test_other_rules_recomputed(panel: pd.DataFrame, regions: pd.Series) -> None:
    scores = Placement().scores(panel)
    upper = Placement(power_rule="quantile", power_quantile=0.75)(panel, regions)
    assert ((upper["p"] == 1) == (scores["power"] > np.quantile(scores["power"], 0.75))).all()
    assert (upper["k"] == Placement()(panel, regions)["k"]).all()
    own = Placement(cohesion_rule="regional")(panel, regions)
    for region in set(regions):
        inside = scores.loc[[s for s in scores.index if regions[s] == region], "cohesion"]
        assert ((own.loc[inside.index, "k"] == 1) == (inside > inside.median())).all()
    ring = pd.DataFrame({"iso3": scores.index, "neighbour": np.roll(scores.index, 1)})
    near = Placement(power_rule="neighbour")(panel, regions, ring)
    assert ((near["p"] == 1) == (scores["power"].to_numpy() > np.roll(scores["power"], 1))).all()
    great = Placement(power_rule="great_powers")
    cut = (np.roll(scores["power"], 1) + scores.loc[["S01", "S07"], "power"].mean()) / 2
    found = great.thresholds(scores, regions, ring, ["S01", "S07", "S99"])
    assert found["power"].to_numpy() == pytest.approx(cut)
    assert (found["cohesion"] == scores["cohesion"].median()).all()


@given(power=st.floats(0.1, 5), shift=st.floats(-3, 3))
@settings(max_examples=20)
def test_placement_is_blind_to_increasing_transformations(power: float, shift: float) -> None:
    rng = np.random.default_rng(3)
    panel = pd.DataFrame(
        {
            "iso3": [f"S{i:02d}" for i in range(15)],
            "year": 2012,
            "cinc": rng.permutation(15) + 1.0,
            "fsi_cohesion_rank": rng.permutation(15) + 1.0,
        }
    )
    regions = pd.Series("all", index=panel["iso3"])
    changed = panel.assign(cinc=panel["cinc"] ** power + shift)
    pd.testing.assert_frame_equal(Placement()(panel, regions), Placement()(changed, regions))


def test_memberships_are_probabilities_that_sharpen_with_reliability(
    panel: pd.DataFrame, regions: pd.Series
) -> None:
    place = Placement()
    placed = place(panel, regions)
    rough = place.memberships(panel, regions, {"power": 0.8, "cohesion": 0.6})
    assert rough.to_numpy().sum(axis=1) == pytest.approx(1)
    sharp = place.memberships(panel, regions, {"power": 1 - 1e-9, "cohesion": 1 - 1e-9})
    # On a threshold no reliability decides.
    scores = place.scores(panel)
    clear = (~np.isclose(scores, scores.median())).all(axis=1)
    assert clear.sum() > SIZE / 2
    assert (sharp.max(axis=1)[clear] > 0.99).all()
    assert (sharp.idxmax(axis=1) == placed["quadrant"])[clear].all()

    one = "S03"
    strong = {
        axis: norm.cdf(
            (scores.loc[one, axis] - scores[axis].median()) / (scores[axis].std() * np.sqrt(1 - r))
        )
        for axis, r in (("power", 0.8), ("cohesion", 0.6))
    }
    assert rough.loc[one, "SW"] == pytest.approx(strong["power"] * (1 - strong["cohesion"]))


def test_reliability_is_the_median_correlation_with_rivals(panel: pd.DataFrame) -> None:
    place = Placement()
    scores = {name: Placement(power=name).scores(panel)["power"] for name in ("cinc", "milex", "gdp")}
    expected = np.median([scores["cinc"].corr(scores[rival]) for rival in ("milex", "gdp")])
    assert place.reliability(panel)["power"] == pytest.approx(expected, abs=1e-9)
    with pytest.raises(EstimationError, match="no rival of the index 'fsi_cohesion' of cohesion"):
        place.reliability(panel.assign(wgi_stability=np.nan))


def test_changes_count_states_in_another_quadrant() -> None:
    left = pd.DataFrame({"quadrant": ["WW", "WS", "SW", "SS"]}, index=list("abcd"))
    right = pd.DataFrame({"quadrant": ["WW", "SS", "SW"]}, index=list("abc"))
    share = changes({"left": left, "right": right})
    assert share.loc["left", "right"] == share.loc["right", "left"] == pytest.approx(1 / 3)
    assert share.loc["left", "left"] == 0


def test_bad_parameters_are_named(panel: pd.DataFrame, regions: pd.Series) -> None:
    with pytest.raises(
        UnknownNameError, match="unknown rule of placement by power 'medain'; nearest allowed: 'median'"
    ):
        Placement(power_rule="medain")
    with pytest.raises(UnknownNameError, match="unknown rule of placement by cohesion 'great_powers'"):
        Placement(cohesion_rule="great_powers")
    with pytest.raises(BuzanError, match=r"quantile 1\.5 of cohesion; allowed: between 0 and 1"):
        Placement(cohesion_rule="quantile", cohesion_quantile=1.5)
    with pytest.raises(BuzanError, match="window 2024-2011"):
        Placement(first=2024, last=2011)
    with pytest.raises(EstimationError, match="needs a table of neighbours"):
        Placement(power_rule="neighbour")(panel, regions)
    lonely = pd.DataFrame({"iso3": ["S00"], "neighbour": ["S01"]})
    with pytest.raises(EstimationError, match="no placed neighbour of S01"):
        Placement(cohesion_rule="neighbour")(panel, regions, lonely)
    names = list(Placement().scores(panel).index)
    ring = pd.DataFrame({"iso3": names, "neighbour": [*names[2:], *names[:2]]})
    with pytest.raises(EstimationError, match="no great power is placed; the rule 'great_powers' needs one"):
        Placement(power_rule="great_powers")(panel, regions, ring, ["S99"])
    with pytest.raises(EstimationError, match="no regional group of S01, S02"):
        Placement(cohesion_rule="regional")(panel, regions.drop(["S01", "S02"]))
    with pytest.raises(BuzanError, match=r"reliability 1\.00 of power"):
        Placement().memberships(panel, regions, {"power": 1.0, "cohesion": 0.5})


def test_pairs_of_one_group_that_stand_in_one_quadrant() -> None:
    quadrants = pd.Series(["WW", "WW", "SS", "WW", "SS"], index=list("abcde"))
    groups = pd.Series({"e": "south", "d": "south", "c": "north", "b": "north", "a": "north", "f": "east"})
    # North: ab of ab, ac, bc; south: none of de. Across: ad, bd, ce of six.
    assert pairs_alike(quadrants, groups) == (1 / 4, 3 / 6)
    within, across = pairs_alike(quadrants[["a", "b"]], groups)
    assert within == 1
    assert np.isnan(across)


def test_rivals_are_carried_forward_with_the_index_that_they_vouch_for(data_dir: Path) -> None:
    panel = pd.read_csv(data_dir / "panel.csv")
    whole = Placement(first=2022, last=2022).reliability(panel)["power"]
    later = Placement(first=2025, last=2026).reliability(panel)["power"]
    assert 0.5 < later <= 1
    assert whole != later
    with pytest.raises(EstimationError, match="no state has a value of 'cinc' in 2030-2031"):
        Placement(first=2030, last=2031).reliability(panel)
    # Where the index has values of its own, one that ends before the window is no rival.
    panel.loc[panel["year"] > 2013, ["fsi_cohesion_rank", "bti_stateness_rank", "sfi_legitimacy_rank"]] = (
        np.nan
    )
    with pytest.raises(EstimationError, match="no rival of the index 'wgi_stability' of cohesion in 2016"):
        parallel_forms(panel, "wgi_stability", "cohesion", 2016, 2016)
