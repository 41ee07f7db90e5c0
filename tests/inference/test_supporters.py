"""Who supports the Paris Call: statsmodels, SciPy and plain counts, known worlds, and the shipped table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import chi2_contingency, fisher_exact

from buzanlib.errors import DataError, EstimationError
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.placed_sample import quadrant_codes
from buzanlib.inference.supporters import ACCOUNTS, Supporters, exchange_test, logit_contrasts
from buzanlib.inference.vote_tests import opposed_texts
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.tables.roll_calls import Votes
from buzanlib.theory.vocabulary import Quadrant


@pytest.fixture(scope="module")
def shipped(data_dir: Path) -> Supporters:
    return Supporters(World.open(data_dir, Placement("cinc", "fsi_cohesion", 2011, 2024), 199, 1))


def test_explained_share_is_that_of_least_squares_and_of_chi_square(world: type) -> None:
    here = world(3)
    joined = here.rng.integers(0, 2, 120).astype(float)
    codes = quadrant_codes(here.placed["p"], here.placed["k"])
    factor = pd.get_dummies(codes).to_numpy(dtype=float)
    moves = here.permutations.among(here.names.tolist())
    plain, _ = exchange_test(joined, factor, np.zeros(120), moves)
    assert plain == pytest.approx(sm.OLS(joined, sm.add_constant(factor[:, 1:])).fit().rsquared)
    assert plain == pytest.approx(
        chi2_contingency(pd.crosstab(codes, joined), correction=False).statistic / 120
    )
    within, p = exchange_test(joined, factor, here.regions.to_numpy(), moves)
    regions = pd.get_dummies(here.regions).to_numpy(dtype=float)
    small, full = (sm.OLS(joined, design).fit() for design in (regions, np.hstack([regions, factor[:, 1:]])))
    assert within == pytest.approx(1 - full.ssr / small.ssr)
    # The same statistic, permutation by permutation.
    drawn = [
        1 - sm.OLS(joined[move], np.hstack([regions, factor[:, 1:]])).fit().ssr / small.ssr for move in moves
    ]
    assert p == pytest.approx((1 + sum(one >= within - 1e-9 for one in drawn)) / (1 + len(moves)))


def test_p_of_a_small_table_is_that_of_fisher() -> None:
    names = pd.Index(list("ABCDEF"))
    free = PermutationBank(719, 1)(pd.Series("all", index=names)).among(names.tolist())
    for joined in ([1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 0, 0]):
        table = pd.crosstab([1, 1, 1, 0, 0, 0], joined)
        _, p = exchange_test(
            np.array(joined, dtype=float), np.array([[1.0]] * 3 + [[0.0]] * 3), np.zeros(6), free
        )
        assert p == pytest.approx(fisher_exact(table.to_numpy()).pvalue)


def test_nothing_to_explain_has_no_p(world: type) -> None:
    here = world(4)
    moves, regions = here.permutations.among(here.names.tolist()), here.regions.to_numpy()
    for joined, design in (
        (np.ones(120), here.rng.random((120, 1))),
        (np.arange(120.0) % 2, np.ones((120, 1))),
    ):
        assert np.isnan(exchange_test(joined, design, regions, moves)).all()


def rejected(world: type, seeds: range, effect: float) -> float:
    """Share of worlds in which quadrants are found at 5 %, where joining goes with the region, and SW stay away."""
    found = []
    for seed in seeds:
        here = world(seed, draws=99)
        chance = 0.2 + 0.15 * here.regions.astype(int).to_numpy()
        codes = quadrant_codes(here.placed["p"], here.placed["k"])
        joined = (here.rng.random(120) < chance - effect * (codes == 2)).astype(float)
        design = pd.get_dummies(codes).to_numpy(dtype=float)
        moves = here.permutations.among(here.names.tolist())
        found.append(exchange_test(joined, design, here.regions.to_numpy(), moves)[1] <= 0.05)
    return float(np.mean(found))


def test_size_and_power(world: type) -> None:
    assert 0.008 <= rejected(world, range(120), 0.0) <= 0.11
    assert rejected(world, range(30), 0.4) > 0.5


@pytest.mark.soak
def test_size_in_many_worlds(world: type) -> None:
    assert 0.038 <= rejected(world, range(2000), 0.0) <= 0.062


def test_contrasts_are_those_of_another_algorithm(shipped: Supporters) -> None:
    table = shipped.states
    p, k = table["p"], table["k"]
    design = np.column_stack([p / 2, k / 2, p * k / 2, pd.get_dummies(table["region"]).astype(float)])
    scored = sm.GLM(table["joined"].to_numpy(), design, sm.families.Binomial()).fit()
    found = shipped.contrasts
    np.testing.assert_allclose(found["estimate"].iloc[:3], scored.params[:3], atol=1e-6)
    np.testing.assert_allclose(found[["low90", "high90"]].iloc[:3], scored.conf_int(0.10)[:3], atol=1e-5)
    assert list(found.index) == list(ACCOUNTS.values())[1:5]


def test_separated_data_have_no_contrast() -> None:
    joined, ones = pd.Series([0, 0, 1, 1]), pd.DataFrame({"all": np.ones(4)})
    for design in (pd.DataFrame({"x": [0.0, 0, 1, 1]}), pd.DataFrame({"x": np.ones(4)})):
        assert logit_contrasts(joined, design, ones).isna().all(axis=None)


def test_shares_are_counted(shipped: Supporters, data_dir: Path) -> None:
    listed = set(pd.read_csv(data_dir / "paris_call.csv")["iso3"])
    placed = shipped.world.placed
    for quadrant, row in shipped.by_quadrant.iterrows():
        held = set(placed.index[placed["quadrant"] == quadrant])
        assert (row["states"], row["joined"]) == (len(held), len(held & listed))
        assert row["share.low90"] < row["share"] < row["share.high90"]
    values = shipped.values()
    assert values["paris.joined"] == len(listed & set(placed.index))
    assert values["paris.listed"] == len(listed)
    assert values["paris.undated"] == shipped.world.data.paris_call["date"].isna().sum()
    assert list(shipped.order["date"]) == sorted(shipped.order["date"])
    assert values["paris.least"] == min(Quadrant, key=lambda q: values[f"paris.{q}.share"])


def test_votes_of_supporters_are_counted(shipped: Supporters) -> None:
    sides = opposed_texts(shipped.world.data.votes)
    votes = shipped.world.data.votes.votes.merge(shipped.world.data.votes.resolutions[["rcid", "resolution"]])
    own = votes[(votes["iso3"] == "BRA") & votes["resolution"].isin(sides.index[sides == "RUS"])]
    cast = own[own["vote"] != "absent"]
    assert shipped.states.loc["BRA", "russian"] == pytest.approx((cast["vote"] == "yes").mean())


def test_text_belongs_to_the_side_that_was_for_it() -> None:
    calls = {"one": ("yes", "no"), "two": ("no", "yes"), "both": ("yes", "yes"), "half": ("yes", "abstain")}
    resolutions = pd.DataFrame(
        {"rcid": range(4), "resolution": list(calls), "date": pd.Timestamp(2019, 1, 1), "ict": 1}
    )
    votes = pd.DataFrame(
        [
            (rcid, iso3, cast)
            for rcid, both in enumerate(calls.values())
            for iso3, cast in zip(("RUS", "USA"), both, strict=True)
        ],
        columns=["rcid", "iso3", "vote"],
    )
    assert opposed_texts(Votes(resolutions, votes)).to_dict() == {"one": "RUS", "two": "USA"}
    with pytest.raises(
        EstimationError, match=r"no text .* of 2020 to 2023 on which RUS and USA were opposed"
    ):
        opposed_texts(Votes(resolutions, votes), (2020, 2023))


def test_a_folder_where_nobody_joined_or_without_the_table_is_refused(
    shipped: Supporters, tmp_path: Path
) -> None:
    nobody = shipped.world.data.paris_call.iloc[:0]
    data = replace(shipped.world.data)
    data.__dict__.update(shipped.world.data.__dict__ | {"paris_call": nobody})
    with pytest.raises(EstimationError, match=r"0 of \d+ placed states joined; allowed: some, and not all"):
        Supporters(replace(shipped.world, data=data)).states  # noqa: B018
    (tmp_path / "datapackage.json").write_bytes((data.folder / "datapackage.json").read_bytes())
    (tmp_path / "states.csv").write_bytes((data.folder / "states.csv").read_bytes())
    with pytest.raises(DataError, match=r"paris_call\.csv"):
        replace(data, folder=tmp_path).paris_call  # noqa: B018
