"""All specifications at once equal each by itself."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import ndtri

from buzanlib.errors import DataError, EstimationError, UnknownNameError
from buzanlib.inference.contrasts import empirical_logit, factorial
from buzanlib.inference.multiverse import (
    Declaration,
    Multiverse,
    MultiverseResult,
    Outcome,
    Position,
)
from buzanlib.inference.multiverse_options import RULES, Alternatives
from buzanlib.inference.permutation import PermutationBank, p_value
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.table2 import QuadrantTest
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data
from buzanlib.tables.statements import count_tensor, load_statements
from buzanlib.tables.states import load_panel, load_regions
from buzanlib.theory.predictions import load_predictions

LOCKED = load_predictions(Path(__file__).parents[2] / "data")
WHOLE = ("B1", "B2", "B3", "B5")
THREATS = ["pol", "inf", "cri"]
SIGNS = np.array([-1.0, -1.0, 1.0])
PLACES = np.array([2, 1, 3])


def made_up(made, gap: float = 0.0, specifications: int = 6):  # type: ignore[no-untyped-def]
    """A multiverse of its own: outcomes drawn anew, positions hard or fuzzy, some states missing."""
    k, p = made.placed["k"].to_numpy(), made.placed["p"].to_numpy()
    cell = np.column_stack([k < 0, p < 0, p == k])
    outcomes, positions = {}, {}
    for number in range(specifications):
        keep = made.rng.random(len(k)) < 0.9
        n = pd.Series(made.rng.integers(1, 9, len(k)), index=made.names)[keep]
        rate = 1 / (1 + np.exp(0.5 - gap * cell[keep]))
        y = pd.DataFrame(made.rng.binomial(n.to_numpy()[:, None], rate), index=n.index, columns=THREATS)
        outcomes[str(number)] = Outcome(y, n)
        axes = made.placed[["p", "k"]].astype(float)
        fuzzy = number % 3 == 2
        positions[str(number)] = Position(
            axes * made.rng.uniform(0.3, 1, axes.shape) if fuzzy else axes, not fuzzy
        )
    table = pd.DataFrame(
        {
            "number": list(outcomes),
            "kind": ["a" if int(number) % 2 else "b" for number in outcomes],
            "weighting": ["passages" if int(number) % 3 == 1 else "states" for number in outcomes],
        }
    )
    run = Multiverse(lambda row: outcomes[row["number"]], lambda row: positions[row["number"]], LOCKED)
    return run, table, outcomes, positions


def test_equal_weights_equal_the_locked_test(world) -> None:
    made = world(1)
    run, table, outcomes, _ = made_up(made)
    found = run(table.iloc[[0]], made.permutations).table.iloc[0]
    counts = outcomes["0"].y.assign(relevant=outcomes["0"].n)
    sample = Sample.of(counts, made.placed, made.permutations)
    logits = empirical_logit(counts[THREATS], counts[["relevant"]])
    fit, drawn = factorial(logits, sample.quadrants), factorial(logits, sample.permuted)
    contrasts = SIGNS * 2 * fit.estimates[0, PLACES, [0, 1, 2]]
    assert found[["B1", "B2", "B3"]].astype(float).tolist() == pytest.approx(contrasts.tolist(), abs=1e-5)
    assert found["B5"] == pytest.approx(contrasts.mean(), abs=1e-5)
    observed = SIGNS * fit.statistics[0, PLACES, [0, 1, 2]]
    null = SIGNS * drawn.statistics[:, PLACES, [0, 1, 2]]
    assert found[["B1.p", "B2.p", "B3.p"]].astype(float).tolist() == pytest.approx(
        p_value(observed, null).tolist()
    )
    assert found["B5.p"] == pytest.approx(float(p_value(observed.sum(), null.sum(axis=1))))


def test_weights_weigh_the_means(world) -> None:
    made = world(2)
    run, table, outcomes, _ = made_up(made)
    found = run(table.iloc[[1]], made.permutations).table.iloc[0]
    y, n = outcomes["1"].y, outcomes["1"].n
    logits = empirical_logit(y, n.to_numpy()[:, None])
    p, k = made.placed.loc[n.index, "p"].to_numpy(), made.placed.loc[n.index, "k"].to_numpy()
    means = {
        (a, b): np.average(logits[(p == a) & (k == b)], axis=0, weights=n[(p == a) & (k == b)])
        for a in (-1, 1)
        for b in (-1, 1)
    }
    cohesion = (means[1, 1] + means[-1, 1] - means[1, -1] - means[-1, -1]) / 2
    power = (means[1, 1] + means[1, -1] - means[-1, 1] - means[-1, -1]) / 2
    product = (means[1, 1] + means[-1, -1] - means[1, -1] - means[-1, 1]) / 2
    expected = [-cohesion[0], -power[1], product[2]]
    assert found[["B1", "B2", "B3"]].astype(float).tolist() == pytest.approx(expected, abs=1e-5)


def test_weights_weigh_the_errors_too(world) -> None:
    made = world(2, size=40, draws=999)
    run, table, outcomes, _ = made_up(made, gap=0.2)
    # A few states that speak much more than others let the errors differ, and with them the order of the draws.
    y, n = outcomes["1"].y, outcomes["1"].n ** 3
    outcomes["1"] = Outcome(y, n)
    found = run(table.iloc[[1]], made.permutations).table.iloc[0]
    logits, weights = empirical_logit(y, n.to_numpy()[:, None]), n.to_numpy(dtype=float)[:, None]
    axes = made.placed.loc[n.index, ["p", "k"]].to_numpy()
    signs = -np.array([[1, 0, 0], [0, 1, 0], [0, 0, -1]])  # of cohesion, power and product in B1, B2 and B3

    def statistics(axes: np.ndarray) -> np.ndarray:
        contrasts, variances = np.zeros(3), np.zeros(3)
        for a in (-1, 1):
            for b in (-1, 1):
                cell = (axes == (a, b)).all(axis=1)
                share = weights[cell] / weights[cell].sum()
                mean = (share * logits[cell]).sum(axis=0)
                contrasts += signs @ (b, a, a * b) * mean / 2
                # As HC3: a residual counts for what it would be if its state were left out.
                left_out = (logits[cell] - mean) * cell.sum() / (cell.sum() - 1)
                variances += (share**2 * left_out**2).sum(axis=0) / 4
        return contrasts / np.sqrt(variances)

    null = np.array([statistics(axes[move]) for move in made.permutations.among(list(n.index))])
    observed = statistics(axes)
    expected = [
        *p_value(observed, null),
        *p_value(observed.sum(keepdims=True), null.sum(axis=1, keepdims=True)),
    ]
    assert [found[f"{name}.p"] for name in WHOLE] == pytest.approx(expected)


@pytest.mark.parametrize("spread", [1.0, 2.5])
def test_soft_positions_equal_statsmodels(spread: float, world) -> None:
    made = world(3, draws=15)
    run, table, outcomes, positions = made_up(made)
    positions["2"] = Position(spread * positions["2"].axes, hard=False, continuous=spread > 1)
    found = run(table.iloc[[2]], made.permutations).table.iloc[0]
    y, n = outcomes["2"].y, outcomes["2"].n
    logits = empirical_logit(y, n.to_numpy()[:, None])
    axes = positions["2"].axes.loc[n.index].to_numpy()

    def statistics(axes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        design = sm.add_constant(np.column_stack([axes, axes.prod(axis=1)]))
        fits = [sm.OLS(logits[:, column], design).fit(cov_type="HC3") for column in range(3)]
        chosen = [
            (2 * fit.params[place], fit.tvalues[place]) for fit, place in zip(fits, PLACES, strict=True)
        ]
        return SIGNS * [one for one, _ in chosen], SIGNS * [t for _, t in chosen]

    contrasts, observed = statistics(axes)
    assert found[["B1", "B2", "B3"]].astype(float).tolist() == pytest.approx(contrasts.tolist(), abs=1e-5)
    null = np.array([statistics(axes[move])[1] for move in made.permutations.among(list(n.index))])
    assert found[["B1.p", "B2.p", "B3.p"]].astype(float).tolist() == pytest.approx(
        p_value(observed, null).tolist()
    )


def test_neither_threads_nor_order_change_anything(world) -> None:
    made = world(4)
    run, table, *_ = made_up(made, gap=0.3)
    one = run(table, made.permutations)
    three = Multiverse(run.outcome, run.position, LOCKED, threads=3)(table, made.permutations)
    pd.testing.assert_frame_equal(one.table, three.table)
    pd.testing.assert_frame_equal(one.joint, three.joint)
    turned = run(table.iloc[::-1], made.permutations)
    pd.testing.assert_frame_equal(one.joint, turned.joint)
    assert (one.null == turned.null).all()


def test_a_specification_depends_on_none_beside_it_and_on_no_other_rule(world) -> None:
    made = world(8)
    run, table, outcomes, _ = made_up(made, gap=0.3, specifications=9)
    # Some sets of states hold others, so that permutations of these come from those of the larger ones.
    for number in range(1, 9):
        held = (
            outcomes[str(number - 1)]
            .n.index[2 * (number % 3 > 0) :]
            .intersection(outcomes[str(number)].n.index)
        )
        outcomes[str(number)] = Outcome(outcomes[str(number)].y.loc[held], outcomes[str(number)].n.loc[held])
    free = PermutationBank(199, seed=8)(pd.Series("all", index=made.names))
    together = run.under(table, {"region": made.permutations, "free": free})
    assert together["free"].estimable["n"].nunique() > 4
    for rule, permutations in (("region", made.permutations), ("free", free)):
        alone = [run(table.iloc[[row]], permutations).table for row in range(len(table))]
        pd.testing.assert_frame_equal(together[rule].table, pd.concat(alone, ignore_index=True))


@pytest.mark.parametrize("specifications", [20, 21])
def test_joint_summaries_are_those_of_the_table(world, specifications: int) -> None:
    made = world(5)
    run, table, *_ = made_up(made, gap=0.2, specifications=specifications)
    found = run(table, made.permutations)
    for name in WHOLE:
        # To the middle of a bin, and of two middle ones the lower.
        middle = found.table[name].sort_values().iloc[(specifications - 1) // 2]
        assert found.joint.loc[name, "median"] == pytest.approx(middle, abs=0.00501)
        assert found.joint.loc[name, "right_signed"] == pytest.approx((found.table[name] > 0).mean())
        assert found.joint.loc[name, "significant"] == pytest.approx((found.table[f"{name}.p"] < 0.05).mean())
    assert found.null.shape == (199, 4)


def test_a_world_of_table_2_is_found_in_all_and_a_null_world_in_few(world) -> None:
    made = world(6)
    run, table, *_ = made_up(made, gap=1.2)
    planted = run(table, made.permutations).joint
    assert (planted[["median_p", "significant_p"]] < 0.05).all(axis=None)
    assert (planted["right_signed"] == 1).all()
    rejected = 0
    for seed in range(40):
        made = world(300 + seed, draws=99)
        run, table, *_ = made_up(made)
        rejected += run(table, made.permutations).joint.loc["B5", "median_p"] < 0.05
    assert rejected <= 6


def test_joint_p_values_below_a_level() -> None:
    columns = ["median", "median_p", "right_signed", "right_signed_p", "significant", "significant_p"]
    joint = pd.DataFrame(
        [[0.01, 0.04, 0.5, 0.5, 0.2, 0.01], [0.02, 0.05, 0.01, 0.2, 0.1, 0.9]], ["B1", "B2"], columns
    )
    result = MultiverseResult(pd.DataFrame(), joint, np.zeros((1, 2)))
    assert result.below() == [("B1", "median"), ("B1", "significant")]
    assert result.below(0.06) == [("B1", "median"), ("B1", "significant"), ("B2", "median")]


def test_what_goes_with_a_choice() -> None:
    table = pd.DataFrame({"n": 9, "a": list("xxyyxxyy"), "b": list("uvuvuvuv")}).assign(
        **{name: [0.0, 0.2, 1.0, 1.2] * 2 for name in WHOLE}
    )
    found = MultiverseResult(table, pd.DataFrame(index=list(WHOLE)), np.zeros((1, 4))).sensitivity(["a", "b"])
    assert found.loc["a", "B1"] == pytest.approx(1 / 1.04)
    assert found.loc["b", "B1"] == pytest.approx(0.04 / 1.04)


def test_what_cannot_be_estimated_is_counted_and_left_out(world) -> None:
    made = world(7)
    _, table, outcomes, positions = made_up(made)
    few = outcomes["0"].n.index[:15]
    outcomes["0"] = Outcome(outcomes["0"].y.loc[few], outcomes["0"].n.loc[few])
    empty = Multiverse(
        lambda row: None if row["number"] == "1" else outcomes[row["number"]],
        lambda row: positions[row["number"]],
        LOCKED,
    )
    found = empty(table, made.permutations)
    assert found.table["n"].tolist()[:2] == [0, 0]
    assert len(found.estimable) == 4
    assert found.table.loc[0, list(WHOLE)].isna().all()
    with pytest.raises(EstimationError, match="none of 2 specifications can be estimated"):
        empty(table.iloc[:2], made.permutations)


@pytest.fixture(scope="module")
def alternatives(data_dir: Path) -> Alternatives:
    return Alternatives(Data.open(data_dir))


def test_the_first_specification_is_the_locked_test(data_dir: Path, alternatives: Alternatives) -> None:
    declared = Declaration.load(data_dir)
    specifications = declared.specifications()
    regions = load_regions(data_dir)
    bank = PermutationBank(199)(regions)
    found = Multiverse(alternatives.outcome, alternatives.position, LOCKED)(
        specifications.head(1), bank
    ).table.iloc[0]
    placed = Placement()(load_panel(data_dir), regions)
    counts = count_tensor(load_statements(data_dir), "adjudicated").window("UNGDC", 2011, 2024)
    locked = QuadrantTest(load_predictions(data_dir))(Sample.of(counts, placed, bank))
    assert found["n"] == locked.sizes.sum()
    for name in ("B1", "B2", "B3"):
        assert found[name] == pytest.approx(locked.table.loc[name, "contrast"], abs=1e-5)
        assert found[f"{name}.p"] == pytest.approx(locked.table.loc[name, "p"])
    assert found["B5.p"] == pytest.approx(locked.joint.p)


def test_every_declared_option_can_be_made(data_dir: Path, alternatives: Alternatives) -> None:
    declared = Declaration.load(data_dir)
    specifications = declared.specifications()
    assert len(specifications) == declared.size
    assert specifications.loc[0].tolist() == [options[0] for options in declared.axes.values()]
    soft = specifications["threshold"].isin(["fuzzy", "continuous"])
    assert set(specifications.loc[soft, "weighting"]) == {"states"}
    assert set(specifications.loc[~soft, "weighting"]) == {"states", "passages"}
    for axis, options in declared.axes.items():
        counted = specifications[axis].value_counts()
        assert set(counted.index) == set(options)
        if axis != "weighting":
            assert counted.max() - counted.min() <= 3  # 1 by the remainder, 2 by the first row
    locked = specifications.loc[0].to_dict()
    for axis, options in declared.axes.items():
        for option in options:
            record = {**locked, axis: option}
            outcome, position = alternatives.outcome(record), alternatives.position(record)
            assert outcome is not None
            assert position is not None
            assert (outcome.y.to_numpy() <= outcome.n.to_numpy()[:, None]).all()
            assert (outcome.y.to_numpy() >= 0).all()


def test_options_do_what_they_say(alternatives: Alternatives, data_dir: Path) -> None:
    locked = Declaration.load(data_dir).specifications().loc[0].to_dict()

    def sums(**options: str) -> pd.Series:
        outcome = alternatives.outcome({**locked, **options})
        assert outcome is not None
        return outcome.y.sum().astype(int).reindex([*THREATS, "n"]).fillna({"n": outcome.n.sum()}).astype(int)

    plain = sums()
    assert sums(political="strict")["pol"] < sums(political="not_health")["pol"] < plain["pol"]
    assert sums(political="serious")["pol"] < plain["pol"]
    assert sums(terrorism="political")["pol"] > plain["pol"]
    assert sums(terrorism="crime")["cri"] > plain["cri"]
    assert sums(denominator="specific")["n"] < plain["n"]
    assert sums(denominator="documents")["n"] > plain["n"]
    assert sums(corpus="both")["n"] == plain["n"] + sums(corpus="NCSS")["n"]
    assert sums(window="2011-2017")["n"] + sums(window="2018-2024")["n"] == plain["n"]
    assert alternatives.position({**locked, "cohesion": "fractionalization", "window": "2018-2024"}) is None
    fuzzy = alternatives.position({**locked, "threshold": "fuzzy"})
    assert fuzzy is not None
    assert not fuzzy.hard
    assert fuzzy.axes.abs().max(axis=None) < 1


SECOND = {
    "strict": "pol_kind in ('regime', 'interference')",
    "not_health": "pol_kind != 'health'",
    "serious": "level >= 1",
}
NAMED = ["pol", "inf", "cri", "mil", "ter", "oth"]


@pytest.mark.parametrize(
    "options",
    [
        {"denominator": "documents", "terrorism": "crime"},
        {"denominator": "specific", "terrorism": "political"},
        *({"political": political} for political in SECOND),
        {
            "corpus": "NCSS",
            "window": "2009-2024",
            "denominator": "documents",
        },  # one of 2009 is quoted in the paper
    ],
    ids=str,
)
def test_what_is_counted_is_counted_right(
    options: dict[str, str], alternatives: Alternatives, data_dir: Path
) -> None:
    record = {**Declaration.load(data_dir).specifications().loc[0].to_dict(), **options}
    outcome = alternatives.outcome(record)
    assert outcome is not None
    statements, (first, last) = load_statements(data_dir), record["window"].split("-")
    inside = f"corpus == '{record['corpus']}' and {first} <= year <= {last} and in_paper == 0"
    coded = statements.coded(record["annotator"]).query(f"relevant == 1 and {inside}")
    takes = {"political": "pol", "crime": "cri"}.get(record["terrorism"])
    carry = {threat: coded[coded[threat] == 1] for threat in THREATS}
    if record["political"] in SECOND:
        carry["pol"] = carry["pol"].query(SECOND[record["political"]])
    if takes:
        carry[takes] = coded[coded[takes].eq(1) | coded["ter"].eq(1)]
    every = coded[coded[NAMED].eq(1).any(axis=1)] if record["denominator"] == "specific" else coded

    def count(rows: pd.DataFrame) -> pd.Series:
        return rows.groupby("iso3")["doc_id"].agg(
            "nunique" if record["denominator"] == "documents" else "size"
        )

    n = count(statements.documents.query(inside) if record["denominator"] == "documents" else every)
    assert outcome.n.to_dict() == n.to_dict()
    for threat in THREATS:
        counted = count(carry[threat]).reindex(n.index, fill_value=0)
        assert outcome.y[threat].to_dict() == counted.to_dict(), threat


def test_positions_are_those_of_their_rules(alternatives: Alternatives, data_dir: Path) -> None:
    locked = Declaration.load(data_dir).specifications().loc[0].to_dict()
    at = {}
    for rule in RULES:
        position = alternatives.position({**locked, "threshold": rule})
        assert position is not None
        assert (position.hard, position.continuous) == (
            rule not in ("fuzzy", "continuous"),
            rule == "continuous",
        )
        at[rule] = position.axes
    # Strong is the upper third there, and what is expected of a state leans to the side of the median on which it is.
    assert at["tercile"].gt(0).mean().tolist() == pytest.approx([1 / 3, 1 / 3], abs=0.02)
    assert (at["tercile"] <= at["median"]).all(axis=None)
    assert ((at["fuzzy"] * at["median"]) >= 0).all(axis=None)
    assert at["power80"]["p"].gt(0).mean() == pytest.approx(0.2, abs=0.01)
    assert at["great_powers"]["p"].gt(0).mean() < at["contiguous"]["p"].gt(0).mean()
    for rule in ("power80", "great_powers"):
        assert at[rule]["k"].equals(at["median"]["k"])
    # By hand: the score of a state less the median, over the mean distance of all.
    scores = Placement().scores(load_panel(data_dir))
    beyond = scores - scores.median()
    by_hand = (beyond / beyond.abs().mean()).to_numpy()
    assert at["continuous"].to_numpy() == pytest.approx(by_hand)
    # By hand: Mongolia is compared with its two neighbours.
    assert at["contiguous"].loc["MNG", "p"] == (
        1 if scores.loc["MNG", "power"] > scores.loc[["CHN", "RUS"], "power"].mean() else -1
    )


def test_power_weighted_by_sophistication_is_a_mean_of_two_scores(
    alternatives: Alternatives, data_dir: Path
) -> None:
    locked = Declaration.load(data_dir).specifications().loc[0].to_dict()
    position = alternatives.position({**locked, "power": "sophisticated_gdp", "threshold": "continuous"})
    assert position is not None
    panel = load_panel(data_dir)
    both = panel[panel["year"].between(2011, 2024)].dropna(subset=["gdp", "gdp_per_head"])
    mean = 0.0
    for column in ("gdp", "gdp_per_head"):
        held = panel[panel["year"].between(2011, 2024)].dropna(subset=[column]).groupby("year")[column]
        mean += ndtri(held.rank() / (held.transform("size") + 1)).reindex(both.index) / 2
    scores = mean.groupby(both["iso3"]).mean().loc[position.axes.index]
    beyond = scores - scores.median()
    assert position.axes["p"].to_numpy() == pytest.approx((beyond / beyond.abs().mean()).to_numpy())


def test_a_state_of_any_position_is_in_the_quadrant_of_its_signs(world) -> None:
    """Three states in a quadrant are too few, however far they stand from the middle."""
    made = world(12, size=40)
    far = made.placed * made.rng.uniform(1.5, 3, (40, 2))
    y = pd.DataFrame(1, made.names, ["pol", "inf", "cri"]).assign(pol=made.rng.integers(0, 3, 40))
    n = pd.Series(2 + made.rng.integers(0, 3, 40), made.names)
    row = pd.DataFrame({"weighting": ["states"]})

    def run(axes: pd.DataFrame) -> int:
        position = Position(axes, hard=False, continuous=True)
        tested = Multiverse(lambda _: Outcome(y, n), lambda _: position, LOCKED)
        return int(tested(row, made.permutations).table["n"][0])

    assert run(far) == 40
    strong = far[(far > 0).all(axis=1)].index
    with pytest.raises(EstimationError, match="none of 1 specifications"):
        run(far.drop(strong[3:]))


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        ("corpus", "unknown corpus 'x'"),
        ("threshold", "unknown threshold 'x'"),
        ("political", "unknown political mapping 'x'"),
        ("terrorism", "unknown terrorism mapping 'x'"),
        ("denominator", "unknown denominator 'x'"),
    ],
)
def test_an_option_that_is_none_is_refused(
    axis: str, message: str, alternatives: Alternatives, data_dir: Path
) -> None:
    record = {**Declaration.load(data_dir).specifications().loc[0].to_dict(), axis: "x"}
    with pytest.raises(UnknownNameError, match=message):
        (alternatives.position if axis == "threshold" else alternatives.outcome)(record)


def test_a_declaration_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"multiverse\.json: 'cannot be read'; No such file"):
        Declaration.load(tmp_path)
    (tmp_path / "multiverse.json").write_text(json.dumps({"axes": {}}), encoding="utf-8")
    with pytest.raises(DataError, match=r"multiverse\.json, \$: ''; the property 'excluded' is needed"):
        Declaration.load(tmp_path)
