"""The strict reading of the political threat, and contrasts on other samples and beside rivals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.inference.hypothesis_tests import RIVALS
from buzanlib.inference.intervals import side
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.robustness import (
    ALL_RIVALS,
    Counted,
    beside_rivals,
    contrasts_by_sample,
    without_each_region,
)
from buzanlib.inference.second_registration import SecondRegistration
from buzanlib.inference.strict_reading import CODINGS, QUARREL, WITHOUT_QUARREL, WORLDWIDE, StrictReading
from buzanlib.inference.verdicts import recorded
from buzanlib.inference.weighted_contrast import Outcome, weighted_p
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import STRICT
from buzanlib.theory.vocabulary import Annotator


@pytest.fixture(scope="module")
def shipped(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), 199, 20100615, 49)


@pytest.fixture(scope="module")
def reading(shipped: World) -> StrictReading:
    return StrictReading(shipped)


def fit(reading: StrictReading, sample: str, outcome: str = "strict") -> pd.Series:
    fits = reading.fits
    (row,) = fits.index[(fits["sample"] == sample) & (fits["outcome"] == outcome)]
    return fits.loc[row]


def test_every_passage_of_political_action_is_strict_or_of_the_rest(
    reading: StrictReading, shipped: World
) -> None:
    passages = shipped.passages
    strict = passages[(passages["pol"] == 1) & passages["pol_kind"].isin(["regime", "interference"])]
    spoken = passages["iso3"].isin(shipped.sample.counts.index)
    row = reading.by_coding.loc[shipped.annotator]
    assert row["passages"] == strict["iso3"].isin(shipped.sample.counts.index).sum()
    assert row["relevant"] == spoken.sum()
    own = reading._codings[shipped.annotator]
    assert (own[STRICT] + own["pol.rest"] == own["pol"]).all()


def test_fits_are_those_of_model_and_weighted_shares(reading: StrictReading, shipped: World) -> None:
    regions, outcome = shipped.data.regions, Outcome(STRICT, "cohesion", -1)
    for annotator, name in CODINGS.items():
        counts = shipped.coded_by(annotator).counts
        row = fit(reading, name)
        model = corner_model(counts, STRICT, shipped.placed, regions)
        assert tuple(row[["contrast", "low90", "high90"]]) == model.contrast("cohesion", -1)
        p = weighted_p(counts, STRICT, outcome.weights, shipped.placed, regions, shipped.bank)
        assert row["p"] == p == reading.by_coding.loc[annotator, "p"]


def test_the_locked_estimator_gives_what_it_gave_when_the_hint_was_found(data_dir: Path) -> None:
    world = World.open(data_dir, Placement(), 1999, 20100615, annotator=Annotator.ADJUDICATED)
    row = StrictReading(world).by_coding.loc[Annotator.ADJUDICATED]
    assert row["locked.contrast"] == pytest.approx(0.37, abs=0.005)
    assert row["locked.p"] <= 0.002
    assert row["locked.p_adjusted"] == pytest.approx(0.027, abs=0.01)
    assert row["locked.gate"] == pytest.approx(0.054, abs=0.015)


def test_states_that_are_left_out_do_not_count(reading: StrictReading, shipped: World) -> None:
    n, regions = len(shipped.sample), shipped.data.regions
    assert fit(reading, WITHOUT_QUARREL)["n"] == n - len({*QUARREL} & {*shipped.sample.counts.index})
    for region in regions.unique():
        own = regions[shipped.sample.counts.index] == region
        assert fit(reading, f"without {region}")["n"] == n - own.sum()
    everywhere = pd.Series("one", regions.index)
    model = corner_model(shipped.counts, STRICT, shipped.placed, everywhere)
    assert fit(reading, WORLDWIDE)["contrast"] == model.contrast("cohesion", -1)[0]


def test_rivals_stand_in_the_model_and_have_no_permutation(reading: StrictReading, shipped: World) -> None:
    values = RIVALS["R1"].values(shipped)
    counts = shipped.counts[shipped.counts.index.isin(values.index)]
    model = corner_model(counts, STRICT, shipped.placed, shipped.data.regions, values)
    row = fit(reading, "beside R1")
    assert row["contrast"] == model.contrast("cohesion", -1)[0]
    assert np.isnan(row["p"])
    _, _, further = list(beside_rivals(shipped.counts, shipped))[-1]
    assert further is not None
    assert len(further.columns) == sum(len(rival.columns + rival.blocs) for rival in RIVALS.values())


def test_numbers_for_prose_follow_the_tables_and_are_no_finding(
    reading: StrictReading, shipped: World
) -> None:
    values = reading.to_results()
    name = CODINGS[shipped.annotator]
    assert values["hint.coding"] == name
    assert values["hint.contrast"] == fit(reading, name)["contrast"]
    assert values["hint.two.contrast"] == values["hint.contrast"]
    assert values["hint.one.low90"] == fit(reading, "codebook 1")["low90"]
    assert values["hint.rest.high90"] == fit(reading, name, "rest")["high90"]
    assert values["hint.all.contrast"] == fit(reading, ALL_RIVALS)["contrast"]
    assert "hint.all.p" not in values
    for key in ("hint.", "hint.rest.", "hint.all.", "hint.quarrel.", "hint.world."):
        assert values[f"{key}side"] == side(values[f"{key}low90"], values[f"{key}high90"])  # type: ignore[arg-type]
    assert (values["hint.codings"], values["hint.regions"], values["hint.rivals"]) == (6, 5, 3)
    p = [fit(reading, one)["p"] for one in CODINGS.values()]
    assert values["hint.codings.found"] == sum(each < 0.05 for each in p)
    assert values["hint.codings.p.high"] == max(p)
    sample = shipped.sample
    weak = (sample.counts[STRICT] / sample.counts["relevant"])[sample.placed["k"] < 0]
    assert values["hint.mean.weak"] == pytest.approx(weak.mean())
    assert reading.means.is_monotonic_decreasing
    assert not recorded(values)


@pytest.mark.parametrize(("gate", "words"), [(0.01, "opens"), (0.05, "stays shut"), (0.5, "stays shut")])
def test_the_gate_opens_to_a_p_below_the_level(reading: StrictReading, gate: float, words: str) -> None:
    other = StrictReading(reading.world)
    vars(other).update(fits=reading.fits, by_coding=reading.by_coding.assign(gate=gate))
    assert other.to_results()["hint.gate.reading"] == words


def test_an_annotator_that_is_not_of_the_book_comes_first(reading: StrictReading, shipped: World) -> None:
    codes = shipped.data.statements.codes
    mine = codes[codes["annotator"] == "C"].assign(annotator="mine")
    statements = replace(shipped.data.statements, codes=pd.concat([codes, mine]))
    data = replace(shipped.data)
    data.__dict__["statements"] = statements
    other = StrictReading(replace(shipped, data=data, annotator="mine"))
    assert list(other.by_coding["coding"]) == ["mine", *CODINGS.values()]
    values = other.to_results()
    assert values["hint.coding"] == "mine"
    assert values["hint.contrast"] == fit(reading, "codebook 2, C alone")["contrast"]
    assert values["hint.two.contrast"] == fit(reading, "codebook 2")["contrast"]


def test_codings_without_a_passage_are_left_out(shipped: World) -> None:
    codes = shipped.data.statements.codes
    few = codes[~codes["annotator"].isin(["A", "B"])]
    data = replace(shipped.data)
    data.__dict__["statements"] = replace(shipped.data.statements, codes=few)
    assert list(StrictReading(replace(shipped, data=data)).by_coding.index) == [
        "adjudicated_2",
        "C",
        "D",
        "adjudicated",
    ]


def test_where_no_coding_has_a_passage_the_table_has_no_row(shipped: World) -> None:
    none = StrictReading(shipped)
    vars(none)["_codings"] = {}
    assert none.by_coding.empty
    assert none.by_coding.columns.tolist() == ["coding"]


def test_a_sample_that_cannot_carry_the_model_has_no_row(world) -> None:
    made = world(3, size=60)
    said = {"pol": made.rng.integers(0, 3, 60)}
    counts = pd.DataFrame({"relevant": 3, **said}, index=made.names)
    lone = counts[(made.placed["p"] > 0) | (made.placed["k"] > 0)]
    outcomes = {"B1": Outcome("pol", "cohesion", -1)}
    samples = [Counted("all", counts), Counted("three quadrants", lone)]
    found = contrasts_by_sample(samples, outcomes, made.placed, made.regions, PermutationBank(19, 1))
    assert list(found["sample"]) == ["all"]
    parts = {one.sample: len(one.counts) for one in without_each_region(counts, made.regions)}
    assert parts == {f"without {name}": 60 - n for name, n in made.regions.value_counts().items()}


def test_what_is_explored_of_the_later_statements_is_the_same_contrast(shipped: World) -> None:
    registered = SecondRegistration(shipped)
    explored = registered.explore()
    own = explored[explored["outcome"] == "P1"].set_index("sample")
    assert own.loc["2025–2026", "contrast"] == registered.strict().contrast
    assert own.loc["2011–2024, codebook 2", "contrast"] == pytest.approx(
        fit(StrictReading(shipped), "codebook 2")["contrast"]
    )
    assert set(explored["outcome"]) == {"P1", "B1", "B2", "B3"}


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.1, 0.2, "wholly above zero"),
        (-0.2, -0.1, "wholly below zero"),
        (-0.1, 0.2, "on both sides of zero"),
        (0.0, 0.2, "on both sides of zero"),
    ],
)
def test_where_an_interval_lies_is_told(low: float, high: float, words: str) -> None:
    assert side(low, high) == words
