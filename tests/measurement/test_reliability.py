"""Agreement: published worked examples, plain recomputation, and laws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.reliability import (
    Reliability,
    gwet_ac1,
    krippendorff_alpha,
    reliability_by,
    reliability_table,
)
from buzanlib.tables.statements import Statements, load_statements
from buzanlib.tables.states import load_panel, load_regions

N = np.nan
# Four observers, twelve units: the canonical example of Krippendorff (2011) and of Hayes and Krippendorff.
CANONICAL = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]
# The first example of Krippendorff (2011): two observers, ten units, two categories.
BINARY = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
# As the project published them with the codes; nominal, over all passages.
PUBLISHED = {
    "relevant": 0.965, "pol": 0.971, "inf": 0.973, "cri": 0.979, "mil": 0.934, "ter": 0.981, "oth": 0.930,
    "gen": 0.939, "primary": 0.958, "level": 0.887, "referent": 0.910, "agent": 0.929, "measure": 0.938,
}  # fmt: skip

ratings = arrays(
    float, st.tuples(st.integers(2, 4), st.integers(2, 9)), elements=st.integers(0, 3).map(float)
)


@pytest.mark.parametrize(("level", "expected"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_the_canonical_example(level: str, expected: float) -> None:
    assert krippendorff_alpha(CANONICAL, level) == pytest.approx(expected, abs=5e-4)


def test_alpha_of_two_observers_and_two_categories() -> None:
    assert krippendorff_alpha(BINARY) == pytest.approx(0.095, abs=5e-4)


def test_ac1_of_published_examples() -> None:
    # Gwet's table of 125 units: both yes 118, first only 5, second only 2, both no 0.
    skewed = [[1] * 123 + [2] * 2, [1] * 118 + [2] * 5 + [1] * 2]
    assert gwet_ac1(skewed) == pytest.approx(0.9408, abs=5e-5)
    # The canonical example as the documentation of Gwet's own package reports it.
    assert gwet_ac1(CANONICAL) == pytest.approx(0.77544, abs=5e-6)


@given(ratings)
def test_agreement_ignores_the_order_of_annotators_and_units(ratings: np.ndarray) -> None:
    turned = ratings[::-1, ::-1]
    assert krippendorff_alpha(turned) == pytest.approx(krippendorff_alpha(ratings), nan_ok=True)
    if np.unique(ratings).size > 1:
        assert gwet_ac1(turned) == pytest.approx(gwet_ac1(ratings))


@given(ratings)
def test_nominal_agreement_ignores_names_and_perfect_agreement_is_one(ratings: np.ndarray) -> None:
    renamed = (3 - ratings) * 7
    assert krippendorff_alpha(renamed) == pytest.approx(krippendorff_alpha(ratings), nan_ok=True)
    same = np.vstack([ratings[0], ratings[0]])
    if np.unique(same).size > 1:
        for level in ("nominal", "ordinal", "interval"):
            assert krippendorff_alpha(same, level) == pytest.approx(1)
        assert gwet_ac1(same) == pytest.approx(1)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_undefined_where_nothing_varies_or_nothing_was_rated_twice(level: str) -> None:
    for nothing in ([[1, 1, 1], [1, 1, 1]], [[1, N], [N, 2]], [[1, 2, 1]], [[N, N], [N, N]]):
        assert np.isnan(krippendorff_alpha(nothing, level))


def test_ac1_is_one_where_nothing_varies_and_undefined_where_nothing_was_rated_twice() -> None:
    assert gwet_ac1([[1, 1, 1], [1, 1, 1]]) == 1
    assert np.isnan(gwet_ac1([[1, N], [N, 2]]))


def test_an_undefined_coefficient_has_an_undefined_interval() -> None:
    found = Reliability(draws=30)([[1, 1, 1, 1], [1, 1, 1, 1]], ["a", "a", "b", "b"])
    assert np.isnan([found["alpha"], found["alpha_low"], found["alpha_high"]]).all()
    assert (found["ac1"], found["ac1_low"], found["ac1_high"], found["agreement"]) == (1, 1, 1, 1)


def test_one_document_has_no_interval() -> None:
    found = Reliability(draws=30)([[1, 2, 1], [1, 2, 2]], ["a", "a", "a"])
    assert found["alpha"] == pytest.approx(krippendorff_alpha([[1, 2, 1], [1, 2, 2]]))
    assert np.isnan([found[f"{name}_{end}"] for name in ("alpha", "ac1") for end in ("low", "high")]).all()


def test_draws_that_leave_alpha_undefined_are_passed_over() -> None:
    found = Reliability(draws=200)([[1, N, 1, 2], [1, 1, N, 2]], ["a", "b", "c", "d"])
    assert (found["alpha"], found["alpha_low"], found["alpha_high"]) == (1, 1, 1)


def test_unknown_level_is_refused() -> None:
    with pytest.raises(
        UnknownNameError, match="unknown level of measurement 'ordinl'; nearest allowed: 'ordinal'"
    ):
        krippendorff_alpha(BINARY, "ordinl")


def test_parameters_of_the_bootstrap_are_held_to_what_is_allowed() -> None:
    with pytest.raises(UnknownNameError, match="unknown level of measurement 'ordinl'"):
        Reliability("ordinl")  # type: ignore[arg-type]
    with pytest.raises(BuzanError, match="0 bootstrap draws; allowed: at least 1"):
        Reliability(draws=0)
    for coverage in (95, 1, 0):
        with pytest.raises(BuzanError, match=rf"coverage {coverage}; allowed: between 0 and 1"):
            Reliability(coverage=coverage)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_the_bootstrap_equals_drawing_documents_one_by_one(level: str) -> None:
    rng = np.random.default_rng(11)
    first = rng.integers(0, 3, size=60)
    second = np.where(rng.random(60) < 0.8, first, rng.integers(0, 3, size=60))
    ratings, documents = np.vstack([first, second]), rng.integers(0, 12, size=60)
    draws, size = 40, len(np.unique(documents))
    found = Reliability(level, draws=draws, seed=5)(ratings, documents)  # type: ignore[arg-type]

    weights = np.random.default_rng(5).multinomial(size, np.full(size, 1 / size), size=draws)
    alphas, ac1s = [], []
    for drawn in weights:
        units = np.concatenate(
            [
                np.tile(np.flatnonzero(documents == name), times)
                for name, times in zip(np.unique(documents), drawn, strict=True)
            ]
        )
        alphas.append(krippendorff_alpha(ratings[:, units], level))
        ac1s.append(gwet_ac1(ratings[:, units]))
    assert [found["alpha_low"], found["alpha_high"]] == pytest.approx(np.quantile(alphas, [0.025, 0.975]))
    assert [found["ac1_low"], found["ac1_high"]] == pytest.approx(np.quantile(ac1s, [0.025, 0.975]))
    assert found["alpha"] == pytest.approx(krippendorff_alpha(ratings, level))
    assert found["agreement"] == pytest.approx((first == second).mean())


def test_the_table_of_the_shipped_codes(data_dir: Path) -> None:
    table = reliability_table(load_statements(data_dir), draws=200, annotators=["A", "B"])
    assert table.loc[list(PUBLISHED), "alpha"].to_dict() == pytest.approx(PUBLISHED, abs=5e-4)
    assert (table["alpha_low"] < table["alpha"]).all()
    assert (table["alpha"] < table["alpha_high"]).all()
    assert (table.loc[list(PUBLISHED), "n"] == 1297).all()
    # Blank where an annotator saw no political threat, so compared only where both saw one.
    assert table.loc["pol_kind", "n"] == table.loc["hostile", "n"] < 290


# Of the second coding, as published with it, over passages up to 2024 or after; every variable is nominal here, and its
# alpha over all passages, those without a political threat too.
NAMES = [*PUBLISHED, "pol_kind", "hostile"]
SECOND: dict[tuple[str, str, str], dict[str, float]] = {
    ("C", "D", "older"): dict(zip(NAMES, [
        .956, .979, .931, .963, .921, .986, .917, .914, .943, .930, .815, .915, .915, .924, .900,
    ], strict=True)),
    ("C", "D", "newer"): dict(zip(NAMES, [
        .929, .985, 1.0, .971, .884, 1.0, .794, .919, .949, .935, .899, 1.0, .901, .977, .946,
    ], strict=True)),
    ("C", "adjudicated", "older"): {
        "relevant": .904, "pol": .941, "inf": .913, "cri": .977, "mil": .869, "level": .817, "measure": .858,
        "pol_kind": .822,
    },
    ("C", "C again", "older"): {"mil": .706, "oth": .572, "referent": .788},
    ("D", "D again", "older"): {"mil": .706, "oth": .737, "level": .776},
}  # fmt: skip


@pytest.mark.parametrize("pair", SECOND)
def test_agreement_of_the_second_coding_is_what_was_published_with_it(
    pair: tuple[str, str, str], shipped: Statements
) -> None:
    *names, when = pair
    years = shipped.documents.set_index("doc_id")["year"]
    late = shipped.passages.set_index("passage_id")["doc_id"].map(years) > 2024
    inside = late.index[late == (when == "newer")]
    one, two = (shipped.coded(name).set_index("passage_id") for name in names)
    shared = one.index.intersection(two.index).intersection(inside)
    found = {}
    for variable in SECOND[pair]:
        both = pd.concat([one.loc[shared, variable], two.loc[shared, variable]]).astype(str)
        found[variable] = krippendorff_alpha(np.unique(both, return_inverse=True)[1].reshape(2, -1))
    assert found == pytest.approx(SECOND[pair], abs=5e-4)
    # The table has the same, but for the kind of a political threat, which it compares among those who saw one.
    part = replace(shipped, codes=shipped.codes[shipped.codes["passage_id"].isin(shared)])
    table = reliability_table(part, 2, annotators=names)["alpha"]
    first = [variable for variable in found if variable not in ("pol_kind", "hostile")]
    assert table[first].to_dict() == pytest.approx({variable: found[variable] for variable in first})


def test_agreement_within_groups_of_documents(shipped: Statements) -> None:
    table = reliability_by(shipped, "corpus", 50)
    assert list(table.index.get_level_values("group").unique()) == ["NCSS", "UNGDC"]
    assert table.loc[("UNGDC", "pol"), "n"] == 842
    assert table.loc[("NCSS", "pol"), "n"] == 586
    assert (table["alpha_low"] <= table["alpha"]).all()
    documents = shipped.documents[shipped.documents["corpus"] == "NCSS"]["doc_id"]
    ids = shipped.passages[shipped.passages["doc_id"].isin(documents)]["passage_id"]
    part = replace(shipped, codes=shipped.codes[shipped.codes["passage_id"].isin(ids)])
    alone = reliability_table(part, 50, annotators=["C", "D"])
    pd.testing.assert_frame_equal(table.loc["NCSS"], alone)


def test_agreement_within_quadrants(data_dir: Path, shipped: Statements) -> None:
    placed = Placement()(load_panel(data_dir), load_regions(data_dir))
    table = reliability_by(shipped, placed["quadrant"], 20, annotators=["adjudicated", "adjudicated_2"])
    n = table["n"].xs("relevant", level="variable")
    assert sorted(n.index) == ["SS", "SW", "WS", "WW"]
    states = shipped.coded("adjudicated")["iso3"]
    assert n.to_dict() == states.map(placed["quadrant"]).value_counts().to_dict()


def test_groups_that_nobody_coded_twice_are_left_out(shipped: Statements) -> None:
    texts = reliability_by(shipped, "text", 5, annotators=["A", "B"]).index.get_level_values("group")
    assert set(texts) == {"record", "delegation", "document"}
    with pytest.raises(
        UnknownNameError, match="unknown column of the documents 'corpse'; nearest allowed: 'corpus'"
    ):
        reliability_by(shipped, "corpse")
    with pytest.raises(BuzanError, match="no group has a passage that was coded by two of C, D"):
        reliability_by(shipped, pd.Series({"XXX": "a"}))


@pytest.fixture(scope="module")
def shipped(data_dir: Path) -> Statements:
    return load_statements(data_dir)


def with_coder(statements: Statements, name: str, passages: list[str], **changed: object) -> Statements:
    """The statements with a further annotator, who coded some passages as the adjudication did but for `changed`."""
    codes = statements.codes
    theirs = codes[(codes["annotator"] == "adjudicated") & codes["passage_id"].isin(passages)]
    more = theirs.assign(annotator=name, **changed)
    return Statements(statements.documents, statements.passages, pd.concat([codes, more], ignore_index=True))


def test_annotators_are_compared_over_the_passages_that_two_of_them_coded(shipped: Statements) -> None:
    ids = sorted(shipped.coded("A")["passage_id"])
    both = with_coder(with_coder(shipped, "Ana", ids[:60]), "Ben", ids[40:100])
    table = reliability_table(both, 20, annotators=["Ana", "Ben"])
    assert (table.drop(["pol_kind", "hostile"])["n"] == 20).all()
    assert (table["agreement"].dropna() == 1).all()
    three = reliability_table(both, 20, annotators=["Ana", "Ben", "A"])
    assert (three.drop(["pol_kind", "hostile"])["n"] == 100).all()

    # Recomputed for one variable: a row an annotator, nothing where one did not code.
    codes = both.codes.set_index(["annotator", "passage_id"])["primary"]
    words = sorted(set(codes))
    rows = [
        [words.index(codes[who, name]) if (who, name) in codes.index else N for name in ids[:100]]
        for who in ("A", "Ana", "Ben")
    ]
    assert three.loc["primary", "alpha"] == pytest.approx(krippendorff_alpha(rows))


def test_the_second_pass_is_compared_among_those_who_saw_a_political_threat(shipped: Statements) -> None:
    political = shipped.codes[(shipped.codes["annotator"] == "adjudicated") & (shipped.codes["pol"] == 1)]
    ids = sorted(political["passage_id"])
    mine = with_coder(with_coder(shipped, "Ana", ids[:30]), "Ben", ids[:30], pol=0, pol_kind="none")
    assert reliability_table(mine, 20, annotators=["Ana", "adjudicated"]).loc["pol_kind", "n"] == 30
    assert (
        reliability_table(mine, 20, annotators=["Ana", "adjudicated", "Ben"]).loc["pol_kind", "agreement"]
        == 1
    )
    none = reliability_table(mine, 20, annotators=["Ana", "Ben"]).loc["pol_kind"]
    assert none["n"] == 0
    assert none.drop("n").isna().all()


def test_the_order_of_annotators_plays_no_part(shipped: Statements) -> None:
    mine = with_coder(shipped, "Ana", sorted(shipped.coded("A")["passage_id"])[:80], agent="none")
    one, two = (
        reliability_table(mine, 20, annotators=names) for names in (["A", "Ana", "B"], ["B", "A", "Ana"])
    )
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("names", [[], ["A"], ["A", "B", "A"]])
def test_two_different_annotators_are_needed(names: list[str], shipped: Statements) -> None:
    with pytest.raises(BuzanError, match=r"annotators .*; allowed: two or more, each named once"):
        reliability_table(shipped, 20, annotators=names)


def test_annotators_without_a_passage_in_common_or_unknown_ones(shipped: Statements) -> None:
    ids = sorted(shipped.coded("A")["passage_id"])
    apart = with_coder(with_coder(shipped, "Ana", ids[:5]), "Ben", ids[5:9])
    with pytest.raises(BuzanError, match="no passage was coded by two of Ana, Ben"):
        reliability_table(apart, 20, annotators=["Ana", "Ben"])
    with pytest.raises(UnknownNameError, match="unknown annotator 'Anna'; nearest allowed: 'Ana'"):
        reliability_table(apart, 20, annotators=["Anna", "Ben"])


def test_some_variables_are_compared_as_among_all(shipped: Statements) -> None:
    some = reliability_by(shipped, "corpus", 20, variables=["inf", "level (ordinal)"])
    assert some.index.get_level_values("variable").unique().tolist() == ["inf", "level (ordinal)"]
    pd.testing.assert_frame_equal(some, reliability_by(shipped, "corpus", 20).loc[some.index])
    with pytest.raises(UnknownNameError, match="unknown variable 'cry'; nearest allowed: 'cri'"):
        reliability_table(shipped, 20, variables=["cry"])
