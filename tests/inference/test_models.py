"""The models of coded passages are those of statsmodels, and are not printed where their errors would lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.special import logit
from scipy.stats import norm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.inference.contrasts import CODING
from buzanlib.inference.models import (
    FEW_IN_QUADRANT,
    FEW_STATES,
    Fit,
    _run,
    binomial,
    gee,
    multinomial,
    ordered,
    quadrant_probabilities,
)
from buzanlib.inference.separation import firth, is_separated, levels_are_separated
from buzanlib.theory.vocabulary import Effect, Quadrant

EFFECTS = [str(effect) for effect in Effect]
CATEGORIES = ["other", "cri", "inf", "pol"]
MODELS = [
    lambda rows: multinomial(rows, "other"),
    lambda rows: binomial(rows, "pol"),
    lambda rows: gee(rows, "pol"),
    ordered,
]
NAMES = ["multinomial", "binomial", "gee", "ordered"]


def world(seed: int = 1, states: int = 80, each: int = 8) -> pd.DataFrame:
    """A row a passage; states differ by more than their quadrants, and some speak much more than others."""
    rng = np.random.default_rng(seed)
    placed = pd.DataFrame({"iso3": [f"S{i:03d}" for i in range(states)]})
    placed["p"], placed["k"] = np.resize([-1, -1, 1, 1], states), np.resize([-1, 1, -1, 1], states)
    own = rng.normal(0, 0.6, size=(states, 4))
    place = np.repeat(np.arange(states), rng.integers(2, 2 * each, size=states))
    rows = placed.loc[place].reset_index(drop=True)
    lean = np.column_stack([np.zeros(len(rows)), rows["p"] * rows["k"], -rows["p"], -rows["k"]])
    scores = own[place] + 0.4 * lean
    rows["primary"] = np.array(CATEGORIES)[(scores + rng.gumbel(size=scores.shape)).argmax(axis=1)]
    for column, threat in enumerate(CATEGORIES[1:], start=1):
        rows[threat] = (scores[:, column] + rng.logistic(size=len(rows)) > 0.5).astype(int)
    rows["level"] = np.digitize(scores[:, 3] + rng.logistic(size=len(rows)), [0, 2])
    return rows.sample(frac=1, random_state=seed, ignore_index=True)


def quadrants(rows: pd.DataFrame) -> pd.Series:
    return pd.Series([str(Quadrant.of(p, k)) for p, k in zip(rows["p"], rows["k"], strict=True)], rows.index)


def matrix(rows: pd.DataFrame) -> np.ndarray:
    return sm.add_constant(np.column_stack([rows["p"], rows["k"], rows["p"] * rows["k"]]).astype(float))


def clusters(rows: pd.DataFrame) -> dict[str, object]:
    return {
        "cov_type": "cluster",
        "cov_kwds": {"groups": rows["iso3"].astype("category").cat.codes.to_numpy()},
    }


def assert_holds(
    table: pd.DataFrame, coefficients: np.ndarray, errors: np.ndarray, rel: float = 1e-7
) -> None:
    """That a table says what it should of coefficients and their errors."""
    z = norm.ppf(0.95)
    assert list(table.index) == EFFECTS
    assert table["coefficient"].to_numpy() == pytest.approx(coefficients, rel=rel)
    assert table["contrast"].to_numpy() == pytest.approx(2 * coefficients, rel=rel)
    assert table["se"].to_numpy() == pytest.approx(2 * errors, rel=rel)
    assert table["low90"].to_numpy() == pytest.approx(2 * coefficients - 2 * z * errors, rel=100 * rel)
    assert table["high90"].to_numpy() == pytest.approx(2 * coefficients + 2 * z * errors, rel=100 * rel)
    assert table["p"].to_numpy() == pytest.approx(2 * norm.sf(np.abs(coefficients / errors)), rel=100 * rel)


def test_the_multinomial_is_that_of_statsmodels() -> None:
    rows = world()
    fit = multinomial(rows, "other")
    codes = rows["primary"].map(CATEGORIES.index).to_numpy()
    reference = sm.MNLogit(codes, matrix(rows)).fit(disp=0, tol=1e-10, **clusters(rows))
    for column, category in enumerate(CATEGORIES[1:]):
        table = fit.table.xs(category, level="category")
        assert_holds(table, reference.params[1:, column], reference.bse[1:, column])
    assert fit.coefficients.to_numpy() == pytest.approx(reference.params, rel=1e-7)
    assert fit.covariance == pytest.approx(reference.cov_params(), abs=1e-9)
    assert fit.table.index.names == ["effect", "category"]
    assert (fit.n, fit.n_states, fit.base, fit.note) == (len(rows), 80, "other", "")
    assert fit.method == "multinomial logit, errors clustered by state"
    assert not fit.penalised


def test_another_base_turns_the_odds_round() -> None:
    rows = world()
    plain, turned = multinomial(rows, "other").table, multinomial(rows, "pol").table
    pair = plain.xs("pol", level="category"), turned.xs("other", level="category")
    assert pair[1]["contrast"].to_numpy() == pytest.approx(-pair[0]["contrast"].to_numpy(), rel=1e-6)
    assert pair[1]["se"].to_numpy() == pytest.approx(pair[0]["se"].to_numpy(), rel=1e-6)
    with pytest.raises(UnknownNameError, match="unknown base category 'cry'; nearest allowed: 'cri'"):
        multinomial(rows, "cry")


def test_the_binomial_is_that_of_the_rows_with_the_factor_of_hc1() -> None:
    rows = world()
    fit = binomial(rows, "pol")
    reference = sm.GLM(rows["pol"].to_numpy(), matrix(rows), family=sm.families.Binomial()).fit(
        **clusters(rows)
    )
    n, g = len(rows), rows["iso3"].nunique()
    factor = g / (g - 4) / (g / (g - 1) * (n - 1) / (n - 4))
    assert_holds(fit.table, reference.params[1:], np.sqrt(factor) * reference.bse[1:])
    assert (fit.n, fit.n_states, fit.note) == (n, g, "")


def test_counts_of_states_give_the_binomial_of_their_passages() -> None:
    rows = world()
    counts = rows.groupby("iso3").agg(
        p=("p", "first"), k=("k", "first"), pol=("pol", "sum"), relevant=("pol", "size")
    )
    counts.loc["ZZZ"] = [1, 1, 0, 0]  # placed, and silent
    pd.testing.assert_frame_equal(binomial(counts, "pol").table, binomial(rows, "pol").table)
    assert (binomial(counts, "pol").n, binomial(counts, "pol").n_states) == (len(rows), 80)
    # Coded passages have a column `relevant` of their own.
    pd.testing.assert_frame_equal(binomial(rows.assign(relevant=1), "pol").table, binomial(rows, "pol").table)


def test_the_estimating_equations_are_those_of_statsmodels() -> None:
    rows = world()
    structure = sm.cov_struct.Exchangeable()
    reference = sm.GEE(
        rows["inf"], matrix(rows), groups=rows["iso3"], family=sm.families.Binomial(), cov_struct=structure
    ).fit(cov_type="bias_reduced")
    assert structure.dep_params > 0.02, "without dependence within states there is little to test"
    fit = gee(rows, "inf")
    assert_holds(fit.table, reference.params[1:].to_numpy(), reference.bse[1:].to_numpy())
    # A state that speaks much counts less than in proportion.
    assert fit.table["contrast"].to_numpy() != pytest.approx(
        binomial(rows, "inf").table["contrast"], rel=1e-3
    )
    with pytest.raises(EstimationError, match="a row has a 'inf' other than 0 or 1"):
        gee(rows.assign(inf=2), "inf")


def test_the_ordered_logit_is_that_of_statsmodels() -> None:
    rows = world()
    reference = OrderedModel(rows["level"].to_numpy(), matrix(rows)[:, 1:], distr="logit").fit(
        method="bfgs", disp=0, gtol=1e-8, **clusters(rows)
    )
    assert_holds(ordered(rows).table, reference.params[:3], reference.bse[:3], rel=1e-4)


def test_the_ordered_logit_of_two_levels_is_the_binomial_logit() -> None:
    rows = world()
    rows["level"] = rows["cri"] * 2  # a level that never occurs is none
    reference = sm.Logit(rows["cri"].to_numpy(), matrix(rows)).fit(disp=0, tol=1e-10, **clusters(rows))
    assert_holds(ordered(rows).table, reference.params[1:], reference.bse[1:], rel=1e-4)


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_turning_an_axis_round_turns_its_effects(model) -> None:
    rows = world(2)
    plain, turned = model(rows).table, model(rows.assign(p=-rows["p"])).table
    effects = plain.index.get_level_values("effect")
    signs = np.where(effects == "cohesion", 1, -1)
    assert turned["contrast"].to_numpy() == pytest.approx(signs * plain["contrast"].to_numpy(), abs=1e-5)
    assert turned["se"].to_numpy() == pytest.approx(plain["se"].to_numpy(), rel=1e-4)


@pytest.mark.parametrize("fit", [binomial, gee])
def test_a_planted_effect_is_found(fit) -> None:
    """Weak cohesion raises `pol` by 0.8 in log odds; what states differ beyond that brings it nearer to zero."""
    table = fit(world(3, states=300), "pol").table
    assert table.loc["cohesion", "low90"] < -0.8 < table.loc["cohesion", "high90"] < 0
    assert table.loc["power", "low90"] < 0 < table.loc["power", "high90"]


def test_probabilities_are_the_pooled_shares_of_the_quadrants() -> None:
    rows = world()
    found = quadrant_probabilities(binomial(rows, "pol"))
    assert list(found.index) == list(map(str, Quadrant))
    assert found["estimate"].to_dict() == pytest.approx(rows["pol"].groupby(quadrants(rows)).mean().to_dict())
    found = quadrant_probabilities(multinomial(rows, "other"))
    assert list(found.loc["WS"].index) == CATEGORIES
    shares = rows["primary"].groupby(quadrants(rows)).value_counts(normalize=True)
    assert found["estimate"].to_dict() == pytest.approx(shares.to_dict())
    assert ((found["low90"] > 0) & (found["low90"] < found["estimate"])).all()
    assert ((found["high90"] < 1) & (found["high90"] > found["estimate"])).all()


def test_intervals_of_probabilities_by_a_numerical_derivative() -> None:
    fit = multinomial(world(), "other")
    top = fit.coefficients.to_numpy().ravel(order="F")

    def logits(flat: np.ndarray) -> np.ndarray:
        odds = np.exp(CODING.T @ flat.reshape(4, 3, order="F"))
        odds = np.column_stack([np.ones(4), odds])
        return logit(odds / odds.sum(axis=1, keepdims=True)).ravel()

    steps = 1e-6 * np.eye(12)
    jacobian = np.column_stack([(logits(top + step) - logits(top - step)) / 2e-6 for step in steps])
    half = norm.ppf(0.95) * np.sqrt(np.diag(jacobian @ fit.covariance @ jacobian.T))
    found = quadrant_probabilities(fit)
    assert logit(found["low90"]).to_numpy() == pytest.approx(logits(top) - half, abs=1e-6)
    assert logit(found["high90"]).to_numpy() == pytest.approx(logits(top) + half, abs=1e-6)


def test_intervals_of_probabilities_by_a_bootstrap_of_states() -> None:
    rows = world(4, states=200)
    found = quadrant_probabilities(binomial(rows, "pol")).loc["SS"]
    sums = rows[(rows["p"] > 0) & (rows["k"] > 0)].groupby("iso3")["pol"].agg(["sum", "size"]).to_numpy()
    rng = np.random.default_rng(0)
    drawn = sums[rng.integers(len(sums), size=(4000, len(sums)))].sum(axis=1)
    expected = np.quantile(drawn[:, 0] / drawn[:, 1], [0.05, 0.95])
    assert [found["low90"], found["high90"]] == pytest.approx(expected, abs=0.015)


def test_no_probabilities_of_an_ordered_logit() -> None:
    with pytest.raises(
        EstimationError, match=r"no probabilities follow from: ordered logit.* allowed: a fit of mult"
    ):
        quadrant_probabilities(ordered(world()))


def without(rows: pd.DataFrame, threat: str, quadrant: str) -> pd.DataFrame:
    """No passage of this quadrant has the threat."""
    inside = quadrants(rows) == quadrant
    primary = rows["primary"].mask(inside & (rows["primary"] == threat), "other")
    return rows.assign(**{threat: rows[threat].mask(inside, 0), "primary": primary})


def assert_firth(fit: Fit, counts: pd.DataFrame) -> None:
    """That the estimates are those of statsmodels on counts with one half added to every cell, each twice."""
    doubled = 2 * counts.to_numpy() + 1
    quadrant, category = np.indices(doubled.shape).reshape(2, -1).repeat(doubled.ravel(), axis=1)
    reference = sm.MNLogit(category, CODING.T[quadrant]).fit(disp=0, tol=1e-10)
    assert fit.coefficients.to_numpy() == pytest.approx(reference.params, abs=1e-8)
    assert (fit.table["se"] < 5).all()
    assert fit.penalised
    assert "Firth's penalised likelihood, errors of independent passages" in fit.method
    assert fit.note.endswith("Take p values from permutation.")


@pytest.mark.parametrize("categories", [2, 4])
def test_the_penalised_likelihood_is_at_its_top(categories: int) -> None:
    """Against the definition: log likelihood plus half the log determinant of the information."""
    counts = np.random.default_rng(categories).integers(1, 30, size=(5, 4, categories))
    counts[:, 0, 1], counts[:, 2, 0] = 0, 0
    coefficients, covariance = firth(counts.sum(axis=0))

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        value, information = 0.0, np.zeros((flat.size, flat.size))
        for row, quadrant in zip(counts.sum(axis=0), CODING.T, strict=True):
            odds = np.exp(np.append(0, flat.reshape(categories - 1, 4) @ quadrant))
            p = odds / odds.sum()
            value += row @ np.log(p)
            spread = np.diag(p) - np.outer(p, p)
            information += row.sum() * np.kron(spread[1:, 1:], np.outer(quadrant, quadrant))
        return value + np.linalg.slogdet(information)[1] / 2, information

    top = coefficients.ravel(order="F")
    steps = 1e-5 * np.eye(top.size)
    slopes = [(objective(top + step)[0] - objective(top - step)[0]) / 2e-5 for step in steps]
    assert slopes == pytest.approx([0] * top.size, abs=1e-5)
    rng = np.random.default_rng(1)
    assert all(objective(top + rng.normal(0, 0.1, top.size))[0] < objective(top)[0] for _ in range(20))
    assert covariance == pytest.approx(np.linalg.inv(objective(top)[1]), rel=1e-9, abs=1e-12)


def test_separated_data_are_fitted_with_a_penalty() -> None:
    rows = without(world(), "inf", "WW")
    order = pd.CategoricalIndex(quadrants(rows), categories=list(map(str, Quadrant)))
    fit = multinomial(rows, "other")
    assert_firth(fit, pd.crosstab(order, rows["primary"].to_numpy())[CATEGORIES])
    assert fit.note.startswith(
        "Separated data (no passage of WW is 'inf'): the ordinary estimate is infinite"
    )
    probabilities = quadrant_probabilities(fit)
    assert 0 < probabilities.loc[("WW", "inf"), "low90"] < probabilities.loc[("WW", "inf"), "high90"] < 0.1
    for model in (binomial, gee):
        assert_firth(model(rows, "inf"), pd.crosstab(order, rows["inf"].to_numpy()))
        assert model(rows, "cri").note == "", "what is separated in one threat is not in another"
    rows["serious"] = (rows["k"] > 0) | (rows["inf"] > 0)
    assert "no passage of WS or SS is 'without serious'" in binomial(rows, "serious").note


def test_few_states_are_told_of_separated_data_too() -> None:
    rows = without(world(states=20), "inf", "SW")
    note = binomial(rows, "inf").note
    assert "no passage of SW is 'inf'" in note
    assert "Few states (20 in all): the errors are not to be trusted" in note


def test_separated_levels_are_refused() -> None:
    rows = world()
    rows["level"] = rows["level"].mask(rows["k"] > 0, 0)
    with pytest.raises(EstimationError, match=r"no finite estimate; give `binomial` a column of 0 and 1"):
        ordered(rows)
    rows["serious"] = (rows["level"] >= 1).astype(int)
    assert np.isfinite(binomial(rows, "serious").table).all(axis=None)
    # One quadrant without the top level separates the multinomial logit, and not the ordered one.
    rows = world()
    rows["level"] = rows["level"].mask((rows["k"] > 0) & (rows["p"] > 0), rows["level"].clip(upper=1))
    assert ordered(rows).note == ""


def separating_direction(gains: np.ndarray) -> bool:
    """Whether a direction lowers the advantage of no row and raises that of one, by a linear programme (Konis 2007)."""
    best = linprog(-gains.sum(axis=0), A_ub=-gains, b_ub=np.zeros(len(gains)), bounds=(-1, 1)).x
    return bool(np.abs(best).max() > 0.5)


@given(st.lists(st.integers(0, 3), min_size=12, max_size=16).filter(lambda flat: len(flat) in (12, 16)))
def test_separation_is_that_of_a_linear_programme(flat: list[int]) -> None:
    counts = np.clip(np.array(flat).reshape(4, -1) - 1, 0, None)
    if not (counts.any(axis=0).all() and counts.any(axis=1).all()):
        return
    own = np.eye(counts.shape[1])[:, 1:]
    thresholds = np.eye(counts.shape[1] - 1)
    multinomial_gains, ordered_gains = [], []
    for quadrant, level in zip(*np.nonzero(counts), strict=True):
        x = CODING[:, quadrant]
        multinomial_gains += [np.kron(own[level] - other, x) for other in own]
        if level < len(thresholds):
            ordered_gains.append(np.append(-x[1:], thresholds[level]))
        if level > 0:
            ordered_gains.append(np.append(x[1:], -thresholds[level - 1]))
    assert is_separated(counts) is separating_direction(np.array(multinomial_gains))
    assert levels_are_separated(counts) is separating_direction(np.array(ordered_gains))


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_few_states_are_told_and_estimates_stay(model) -> None:
    rows = world()
    names = sorted(rows["iso3"].unique())
    enough = model(rows[rows["iso3"].isin(names[:FEW_STATES])])
    assert (enough.n_states, enough.note) == (FEW_STATES, "")
    fit = model(rows[rows["iso3"].isin(names[: FEW_STATES - 1])])
    assert (
        fit.note
        == "Few states (39 in all): the errors are not to be trusted. Take p values from permutation."
    )
    assert np.isfinite(fit.table).all(axis=None)
    # Every fourth state stands in SS.
    thinned = set(names) - set(names[3 :: len(Quadrant)][FEW_IN_QUADRANT - 1 :])
    assert "Few states (4 in SS): the errors" in model(rows[rows["iso3"].isin(thinned)]).note


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_a_state_alone_in_its_quadrant_leaves_estimates_without_errors(model) -> None:
    rows = world()
    fit = model(rows.assign(iso3=rows["iso3"].mask(quadrants(rows) == "SS", "ONE")))
    assert (
        fit.note
        == "A single state makes up SS: there are no clustered errors. Take p values from permutation."
    )
    assert np.isfinite(fit.table[["coefficient", "contrast"]]).all(axis=None)
    assert fit.table[["se", "low90", "high90", "p"]].isna().all(axis=None)


def test_two_states_in_a_quadrant_have_errors_and_those_are_bias_reduced() -> None:
    rows = world()
    strong = sorted(set(rows["iso3"][quadrants(rows) == "SS"]))
    rows = rows[~rows["iso3"].isin(strong[2:])]
    assert np.isfinite(binomial(rows, "inf").table).all(axis=None)
    reference = sm.GEE(
        rows["inf"],
        matrix(rows),
        groups=rows["iso3"],
        family=sm.families.Binomial(),
        cov_struct=sm.cov_struct.Exchangeable(),
    ).fit(cov_type="bias_reduced")
    assert gee(rows, "inf").table["se"].to_numpy() == pytest.approx(
        2 * reference.bse[1:].to_numpy(), rel=1e-6
    )


#: Passages of four by quadrant: power and the product have no effect.
SHARES = {"WW": 1, "WS": 3, "SW": 1, "SS": 3}


def test_states_that_agree_within_quadrants_are_not_taken_for_separated() -> None:
    """No spread at all: errors are zero but for rounding, and statsmodels warns of a perfect fit."""
    counts = world().drop_duplicates("iso3").assign(relevant=4)
    counts["pol"] = quadrants(counts).map(SHARES)
    fit = binomial(counts, "pol")
    assert fit.note == ""
    assert fit.table["contrast"].to_numpy() == pytest.approx([0, 2 * np.log(3), 0], abs=1e-7)
    assert fit.table["p"].to_numpy() == pytest.approx([1, 0, 1], abs=0.1)


@pytest.mark.parametrize("quadrant", list(map(str, Quadrant)))
def test_where_the_states_of_one_quadrant_agree_its_interval_is_a_point(quadrant: str) -> None:
    counts = world().drop_duplicates("iso3").assign(relevant=4)
    counts["pol"] = quadrants(counts).map(SHARES).where(quadrants(counts) == quadrant, 2 * counts["pol"] + 1)
    found = quadrant_probabilities(binomial(counts, "pol"))
    assert found.loc[quadrant].to_numpy() == pytest.approx([SHARES[quadrant] / 4] * 3, abs=1e-7)
    assert (found.drop(quadrant)["high90"] > found.drop(quadrant)["low90"] + 0.05).all()


@pytest.mark.parametrize(
    ("model", "change", "message"),
    [
        (MODELS[0], {"primary": "other"}, "every passage is 'other'; a model needs passages of two"),
        (MODELS[1], {"pol": 0}, "every passage is 'without pol'; a model needs"),
        (MODELS[2], {"pol": 1}, "every passage is 'pol'; a model needs"),
        (MODELS[3], {"level": 2}, "every passage is 'level 2'; a model needs"),
        (MODELS[1], {"p": 1}, "no state of quadrant WW has a passage; each quadrant needs one"),
        (MODELS[0], {"k": 0}, r"column 'k' has another value; allowed: -1 \(weak\), 1 \(strong\)"),
        (MODELS[3], {"level": np.nan}, "column 'level' has an empty cell; leave such rows out"),
    ],
)
def test_what_cannot_be_fitted_is_told(model, change: dict[str, object], message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        model(world().assign(**change))


@pytest.mark.parametrize(("carry", "relevant"), [(-1, 5), (6, 5), (2.5, 5), (2, 5.5)])
def test_an_impossible_count_is_told(carry: float, relevant: float) -> None:
    counts = (
        world()
        .groupby("iso3")
        .agg(p=("p", "first"), k=("k", "first"), pol=("pol", "sum"), relevant=("pol", "size"))
    )
    counts = counts.astype(float)
    counts.loc[counts.index[3], ["pol", "relevant"]] = carry, relevant
    with pytest.raises(
        EstimationError, match="a count of 'pol' is impossible; allowed: whole numbers from 0"
    ):
        binomial(counts, "pol")


def test_missing_columns_and_passages_are_told() -> None:
    rows = world()
    with pytest.raises(UnknownNameError, match="unknown column 'crim'; nearest allowed: 'cri'"):
        binomial(rows, "crim")
    with pytest.raises(UnknownNameError, match="unknown column 'level'"):
        ordered(rows.drop(columns="level"))
    with pytest.raises(EstimationError, match="there are no passages"):
        gee(rows[:0], "pol")
    with pytest.raises(EstimationError, match="there are no passages"):
        binomial(rows.drop_duplicates("iso3").assign(pol=0, relevant=0), "pol")


def test_a_fit_that_does_not_converge_is_an_error() -> None:
    rows = world()
    model = sm.Logit(rows["pol"].to_numpy(), matrix(rows))
    with pytest.raises(EstimationError, match="logit: Maximum Likelihood optimization failed to converge"):
        _run("logit", model, maxiter=1, disp=0)
