"""The library against values that others' programs found: see `tests/reference/README.md`.

Where nothing else is said they agree but for rounding: to 1e-12 of the value, or to 1e-12 where it is below one.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.stats import chi2

from buzanlib.inference import divergence, models
from buzanlib.inference.cochran_mantel_haenszel import generalised_cmh
from buzanlib.inference.contrasts import CODING, against_rest, cell_means, difference, factorial
from buzanlib.inference.divergence import location_and_spread
from buzanlib.inference.dyadic_matrices import euclidean
from buzanlib.inference.dyadic_tests import mantel_test, profile_distances
from buzanlib.inference.jonckheere_terpstra import OrderTest, jonckheere_terpstra
from buzanlib.inference.mixed_model import corner_design, logit_normal
from buzanlib.inference.mrqap import mantel, mrqap
from buzanlib.inference.permutation import PermutationBank, Permutations
from buzanlib.inference.placed_sample import Sample, quadrant_codes
from buzanlib.inference.verdicts import Finding, Verdict, judge
from buzanlib.measurement.neighbours import neighbours_by_contiguity
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.rarefaction import expected_kinds
from buzanlib.measurement.reliability import Reliability, gwet_ac1, krippendorff_alpha
from buzanlib.theory import distances
from buzanlib.theory.predictions import Hypothesis, load_predictions
from buzanlib.theory.vocabulary import Quadrant

FOLDER = Path(__file__).parents[1] / "reference"
VALUES = json.loads((FOLDER / "values.json").read_text(encoding="utf-8"))
PAIRS = [name for name in VALUES["jensen_shannon"]["scipy"] if name != "version"]

STATES, ROWS = 40, 300
DRAWS = 9999


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / "inputs" / f"{name}.csv")


def exchangeable(size: int, draws: int = DRAWS) -> Permutations:
    """Permutations of so many states, any of which can take the place of any other."""
    states = pd.Index([f"S{place:02}" for place in range(size)], name="iso3")
    return PermutationBank(draws)(pd.Series("all", index=states))


def sample_of(quadrants: npt.ArrayLike, draws: int = DRAWS) -> Sample:
    """States in quadrants, given by their codes."""
    p, k = CODING[1:3][:, quadrants].astype(int)
    permutations = exchangeable(len(p), draws)
    placed = pd.DataFrame({"p": p, "k": k}, index=permutations.groups.index)
    return Sample.of(placed.assign(relevant=1), placed, permutations)


def near(expected: object, **tolerance: float) -> object:
    """Equal but for rounding, or within the tolerance; a list of rows is taken as an array."""
    given = np.array(expected) if isinstance(expected, list) else expected
    return pytest.approx(given, **(tolerance or {"rel": 1e-12}))


def near_by_chance(rough: float) -> object:
    """Equal to a p value of as many random permutations of others, within five standard errors of the difference."""
    return pytest.approx(rough, abs=5 * (2 * rough * (1 - rough) / DRAWS) ** 0.5)


# ---- Models of the statements --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def passages() -> pd.DataFrame:
    read = table("statements").rename(columns={"state": "iso3"})
    return read.assign(primary=read["category"].astype(str), second=(read["category"] == 1).astype(int))


def correction(coefficients: int) -> float:
    """What the library, as statsmodels, puts on clustered errors and the reference, HC0, does not."""
    return STATES / (STATES - 1) * (ROWS - 1) / (ROWS - coefficients)


def test_multinomial(passages: pd.DataFrame) -> None:
    nnet, sandwich = VALUES["multinomial"]["nnet"], VALUES["multinomial"]["sandwich"]
    fit = models.multinomial(passages, "0")
    # nnet stops when its coefficients are within 4e-10 of the top.
    assert fit.coefficients.to_numpy() == near(np.transpose(nnet["coefficients"]), abs=1e-9)
    assert fit.coefficients.to_numpy() == near(np.transpose(sandwich["coefficients"]))
    expected = correction(12) * np.array(sandwich["clustered_covariance"])
    assert fit.covariance == near(expected)


def test_clustered(passages: pd.DataFrame) -> None:
    sandwich = VALUES["clustered"]["sandwich"]
    of_states = models.binomial(passages, "second")
    assert of_states.coefficients["second"].to_numpy() == near(sandwich["coefficients"])
    # A row is a state there, so that the factor is that of HC1 for 40 rows and four coefficients.
    expected = STATES / (STATES - 4) * np.array(sandwich["HC0"])
    assert of_states.covariance == near(expected)


def test_gee(passages: pd.DataFrame) -> None:
    fit = models.gee(passages, "second")
    # statsmodels stops when the estimating equations are below 1e-6.
    expected = VALUES["gee"]["gee"]["coefficients"]
    assert fit.coefficients["second"].to_numpy() == near(expected, abs=1e-8)
    # The jackknife is that of geepack, whose correlation differs in the fourth digit (three of four in the errors).
    jackknife = np.array(VALUES["gee"]["geepack"]["jackknife_covariance"]) * STATES / (STATES - 6)
    assert fit.covariance == near(jackknife, rel=2e-3)


def test_ordered(passages: pd.DataFrame) -> None:
    values = VALUES["ordered"]
    fit = models.ordered(passages)
    # statsmodels stops Newton's method at a step of 1e-8, MASS within 1e-8 of the top.
    found = fit.coefficients["level"].to_numpy()
    assert found == near(values["ordinal"]["coefficients"], abs=1e-9)
    assert found == near(values["MASS"]["coefficients"], abs=3e-8)
    # statsmodels takes the information by finite differences. The two thresholds are coefficients, too.
    clustered = np.array(values["sandwich"]["clustered_covariance"])[:3, :3]
    assert fit.covariance == near(correction(5) * clustered, rel=2e-6)


def test_firth() -> None:
    brglm2, firthmodels = (VALUES["firth"][package]["cell"] for package in ("brglm2", "firthmodels"))
    fit = models.binomial(table("separated").query("set == 'cell'").rename_axis("iso3"), "y")
    for expected in (brglm2["coefficients"], firthmodels["coefficients"]):
        assert fit.coefficients["y"].to_numpy() == near(expected)
    assert fit.covariance == near(brglm2["covariance"])


# ---- Least squares of states and of pairs --------------------------------------------------------------------


def test_hc3() -> None:
    sandwich = VALUES["hc3"]["sandwich"]
    states = table("states")
    given = states[["outcome"]].to_numpy(), quadrant_codes(states["p"], states["k"])
    fit = factorial(*given)
    covariance = np.array(sandwich["HC3"])
    assert fit.estimates[0, :, 0] == near(sandwich["coefficients"])
    assert fit.errors[0, :, 0] == near(np.sqrt(np.diag(covariance)))
    # Quadrant means are the coding times the coefficients: other contrasts use the rest of the covariance.
    for weights in (against_rest(Quadrant.SW), difference(Quadrant.WS, Quadrant.SS)):
        error = cell_means(*given).contrast(weights).errors[0, 0]
        on_coefficients = CODING @ weights
        assert error**2 == near(on_coefficients @ covariance @ on_coefficients)


def test_mantel() -> None:
    points = table("points")
    first, second = euclidean(points[["a1", "a2"]]), euclidean(points[["b1", "b2"]])
    r, p = mantel(first, second, exchangeable(20).moves)
    for package in ("vegan", "scikit-bio"):
        assert r == near(VALUES["mantel"][package]["r"])
    # Both are the smallest that there can be.
    assert p == VALUES["mantel"]["vegan"]["p_rough"] == 1 / (DRAWS + 1)


def test_mantel_of_profiles() -> None:
    parts = table("compositions").drop(columns="group")
    first, second = parts.iloc[:, :2], parts.iloc[:, 2:]
    apart = [profile_distances(one.div(one.sum(axis=1), axis=0)) for one in (first, second)]
    found = mantel_test("x", *apart, sample_of(np.arange(40) % 4, 99), draws=9)
    assert found.contrast == near(VALUES["mantel_profiles"]["vegan"]["r"])


def test_mrqap() -> None:
    sna = VALUES["mrqap"]["sna"]
    dyads = table("dyads")

    def matrix(column: str) -> pd.DataFrame:
        upper = np.zeros((20, 20))
        upper[dyads["i"] - 1, dyads["j"] - 1] = dyads[column]
        return pd.DataFrame(upper + upper.T)

    predictors = {name: matrix(name) for name in ("x1", "x2", "x3")}
    found = mrqap(matrix("y"), predictors, exchangeable(20).moves).table
    # The constant comes first there.
    assert found["coefficient"].tolist() == near(sna["coefficients"][1:])
    assert found["t"].tolist() == near(sna["t"][1:])
    for column in ("p_greater", "p_two_sided"):
        for ours, theirs in zip(found[column], sna[f"{column}_rough"][1:], strict=True):
            assert ours == near_by_chance(theirs)


# ---- Profiles ------------------------------------------------------------------------------------------------


def test_permanova_and_permdisp() -> None:
    compositions = table("compositions")
    sample = sample_of(compositions["group"].to_numpy() - 1)
    found = location_and_spread(compositions.drop(columns="group").set_axis(sample.counts.index), sample)
    vegan = VALUES["permanova"]["vegan"]
    for package in ("vegan", "scikit-bio"):
        assert found.location == near(VALUES["permanova"][package]["F"])
        assert found.spread == near(VALUES["permdisp"][package]["centroid"]["F"])
    # R2 = SSB / (SSB + SSW), and F is (SSB / 3) / (SSW / 36).
    assert 1 / (1 + 36 / (3 * found.location)) == near(vegan["R2"])
    assert found.location_p == near_by_chance(vegan["p_rough"])
    expected = VALUES["permdisp"]["vegan"]["centroid"]["mean_distances"]
    assert list(found.by_quadrant.values()) == near(expected)


@pytest.mark.parametrize("name", PAIRS)
def test_jensen_shannon(name: str) -> None:
    left, right = table("distributions").query("pair == @name")[["left", "right"]].to_numpy(dtype=float).T
    # scipy gives the distance, which is the root. Of equal ones it is zero, and ours zero but for rounding.
    squared = VALUES["jensen_shannon"]["scipy"][name] ** 2
    assert distances.jensen_shannon(left, right) == near(squared)


def eight_and_eight() -> tuple[np.ndarray, np.ndarray]:
    """Both sides of the 28 pairs of the first eight compositions, in the order of the reference."""
    eight = table("compositions").drop(columns="group").to_numpy()[:8]
    first, second = np.array(list(combinations(range(8), 2))).T
    return eight[first], eight[second]


@pytest.mark.parametrize("package", ["vegan", "scikit-bio"])
def test_aitchison(package: str) -> None:
    left, right = eight_and_eight()
    expected = VALUES["aitchison"][package]["distances"]
    assert distances.aitchison(left, right) == near(expected)
    # Taken away first, what is added to every share makes no difference.
    squared = divergence.DIVERGENCES["aitchison"](left - divergence.EPS, right - divergence.EPS)
    assert np.sqrt(squared) == near(expected)


def test_hellinger() -> None:
    # Not divided by the root of two there.
    expected = np.array(VALUES["hellinger"]["vegan"]["distances"]) ** 2 / 2
    assert distances.hellinger(*eight_and_eight()) == near(expected)


# ---- Agreement, ranks and p values ---------------------------------------------------------------------------


def ratings(name: str) -> np.ndarray:
    """Codes, shape (annotators, units)."""
    codes = table("coding_canonical" if name == "canonical" else "coding")
    if name == "rare":
        codes = codes.eq(5).astype(float).where(codes.notna())
    return (codes.dropna() if name == "complete" else codes).to_numpy(dtype=float).T


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@pytest.mark.parametrize("name", ["coding", "canonical", "rare"])
def test_alpha(name: str, level: str) -> None:
    expected = VALUES["alpha"]["krippendorff"][name][level]
    assert krippendorff_alpha(ratings(name), level) == near(expected)


@pytest.mark.parametrize("name", ["coding", "canonical", "rare", "complete"])
def test_ac1(name: str) -> None:
    expected = VALUES["ac1"]["irrCAC"][name]
    codes = ratings(name)
    found = Reliability(draws=1)(codes, np.arange(codes.shape[1]))
    assert gwet_ac1(codes) == found["ac1"] == near(expected["ac1"])
    assert found["agreement"] == near(expected["observed"])
    by_chance = (found["agreement"] - found["ac1"]) / (1 - found["ac1"])
    assert by_chance == near(expected["expected"])


def ranked(groups: pd.Series, draws: int = DRAWS) -> Sample:
    """The three groups in the order of A2: SS, then SW and WS in turn, then WW."""
    ww, ws, sw, ss = range(len(Quadrant))
    between = np.resize([sw, ws], len(groups))
    return sample_of(np.select([groups == 1, groups == 2], [ss, between], ww), draws)


@pytest.mark.parametrize("package", ["stats", "jonckheere-test"])
@pytest.mark.parametrize("name", ["large", "small"])
def test_jonckheere(name: str, package: str) -> None:
    rows = table("ordered_groups").query("set == @name")
    expected = VALUES["jonckheere"][package][name]
    assert jonckheere_terpstra(rows["value"], rows["group"]) == expected["J"]
    found = OrderTest(draws=1)("A2", rows["value"], ranked(rows["group"]))
    assert found.beside["statistic"] == expected["J"]
    # Somers' d: the mean is half of the pairs.
    assert found.contrast == near(expected["J"] / expected["mean"] - 1)
    if name == "large":
        # A permutation against a normal approximation.
        assert found.p == near(expected["p_greater"], abs=0.01)


def test_jonckheere_by_every_arrangement() -> None:
    rows = table("ordered_groups").query("set == 'small'")
    # Eight states: with as many draws every permutation is taken once, 72 for each arrangement.
    found = OrderTest(draws=1)("A2", rows["value"], ranked(rows["group"], draws=40319))
    assert found.p == near(VALUES["jonckheere"]["stats"]["small_exact"]["p_greater"])


def test_cmh() -> None:
    strata, expected = table("strata"), VALUES["cmh"]["stats"]
    parts = {"all": strata, "two_rows": strata[strata["row"] < 2], "first_half": strata.iloc[:120]}
    for name, part in parts.items():
        counted = np.zeros([part[column].nunique() for column in ("row", "column", "stratum")])
        np.add.at(counted, tuple(part[column] for column in ("row", "column", "stratum")), 1)
        statistic = float(generalised_cmh(counted))
        assert statistic == near(expected[name]["statistic"])
        assert chi2.sf(statistic, expected[name]["df"]) == near(expected[name]["p"])


def test_rarefaction() -> None:
    kinds = pd.crosstab(table("strata")["row"], table("strata")["column"]).to_numpy()
    found = np.column_stack([expected_kinds(group, int(group.sum()), np.arange(1, 8)) for group in kinds])
    assert found == near(VALUES["rarefaction"]["vegan"]["expected"])


def test_holm_bh(data_dir: Path) -> None:
    """Thirteen made-up findings in each of both families, in turn; the locked F2 has four."""
    expected = {"F2": VALUES["holm_bh"]["stats"]["holm"], "F3": VALUES["holm_bh"]["stats"]["bh"]}
    hypotheses, findings = {}, {}
    for place, p in enumerate(table("p_values")["p"]):
        for family in expected:
            name = f"{family}.{place}"
            hypotheses[name] = Hypothesis(name, family, "made up", "nowhere")
            findings[name] = Finding(name, 1.0, 0.5, 1.5, p, 100)
    judged = judge(findings, replace(load_predictions(data_dir), hypotheses=hypotheses))
    for family, level in (("F2", 0.05), ("F3", 0.10)):
        inside = judged[judged["family"] == family]
        assert inside["p_adjusted"].tolist() == near(expected[family])
        words = [Verdict.SUPPORTED if p < level else Verdict.UNDECIDED for p in expected[family]]
        assert inside["verdict"].tolist() == words


def test_thresholds_of_a_placement_equal_those_of_r() -> None:
    states, expected = table("placement").set_index("iso3"), VALUES["placement"]["stats"]
    panel = states[["cinc", "fsi_cohesion_rank"]].reset_index().assign(year=2012)
    spells = table("borders").assign(first=2012, last=2012)
    pairs = neighbours_by_contiguity(spells, states.index, states["region"])
    given = states["region"], pairs, states.index[states["great"] == 1]

    def threshold(axis: str, rule: str, **more: float) -> pd.Series:
        place = Placement(first=2012, last=2012, **{f"{axis}_rule": rule}, **more)  # type: ignore[arg-type]
        return place.thresholds(place.scores(panel), *given)[axis].loc[states.index]

    fifth = threshold("power", "quantile", power_quantile=0.8)
    assert fifth.tolist() == near([expected["quantile"]] * len(states))
    for axis, rule in (("cohesion", "regional"), ("cohesion", "neighbour"), ("power", "great_powers")):
        assert threshold(axis, rule).tolist() == near(expected[rule])


@pytest.mark.parametrize("name", ["pol", "inf", "cri", "mil", "small", "large", "soft"])
def test_mixed_model_equals_lme4(name: str) -> None:
    """Within what its search by bobyqa and its numerical Hessian leave: 2e-7, and 2e-6 for errors."""
    sets = pd.concat([table("mixed"), table("soft")])
    rows, expected = sets.query("set == @name").set_index("iso3"), VALUES["mixed"]["lme4"][name]
    further = rows[["x"]] if rows["x"].any() else None
    fit = logit_normal(rows["y"], rows["n"], corner_design(rows, rows["region"], further))
    assert fit.coefficients.tolist() == pytest.approx(expected["coefficients"], abs=5e-7)
    assert fit.errors.tolist() == pytest.approx(expected["errors"], abs=5e-6)
    assert fit.sigma == pytest.approx(expected["sigma"], abs=5e-7)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=1e-9)
