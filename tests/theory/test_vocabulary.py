"""The words of the theory: they agree with one another, with the paper and with the tables."""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.theory.vocabulary import (
    TABLE2_THREATS,
    Annotator,
    Corpus,
    Effect,
    Measure,
    PoliticalKind,
    Quadrant,
    ReferentObject,
    Region,
    Sector,
    Threat,
    ThreatAgent,
)


@pytest.mark.parametrize(
    ("quadrant", "power", "cohesion", "paper_name", "label"),
    [
        (Quadrant.WW, -1, -1, "P-W/SC-W", "weak power, weak cohesion"),
        (Quadrant.WS, -1, +1, "P-W/SC-S", "weak power, strong cohesion"),
        (Quadrant.SW, +1, -1, "P-S/SC-W", "strong power, weak cohesion"),
        (Quadrant.SS, +1, +1, "P-S/SC-S", "strong power, strong cohesion"),
    ],
)
def test_a_quadrant_is_named_as_in_the_paper(
    quadrant: Quadrant, power: int, cohesion: int, paper_name: str, label: str
) -> None:
    assert (quadrant.power, quadrant.cohesion) == (power, cohesion)
    assert (quadrant.paper_name, quadrant.label) == (paper_name, label)


def test_every_combination_of_power_and_cohesion_is_one_quadrant() -> None:
    made = [Quadrant.of(power, cohesion) for power, cohesion in product((-1, 1), repeat=2)]
    assert made == list(Quadrant)
    assert [(quadrant.power, quadrant.cohesion) for quadrant in made] == list(product((-1, 1), repeat=2))


@pytest.mark.parametrize("quadrant", Quadrant)
def test_a_quadrant_is_found_by_each_of_its_names(quadrant: Quadrant) -> None:
    for name in (quadrant.value, quadrant.paper_name, quadrant.label):
        assert Quadrant.parse(name) is quadrant


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("P-W/SC-X", "P-W/SC-"), ("weak power, stong cohesion", "weak power, strong cohesion")],
)
def test_a_quadrant_with_a_typo_names_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(UnknownNameError, match=rf"unknown quadrant '{name}'; nearest allowed: '{nearest}"):
        Quadrant.parse(name)


@pytest.mark.parametrize(("power", "cohesion", "axis"), [(0, 1, "power"), (1, 2, "cohesion")])
def test_a_level_that_is_neither_weak_nor_strong_is_told(power: int, cohesion: int, axis: str) -> None:
    with pytest.raises(UnknownNameError, match=rf"unknown {axis} .*allowed: '-1', '1'"):
        Quadrant.of(power, cohesion)


def test_an_unknown_value_is_refused_in_place_of_guessed() -> None:
    with pytest.raises(ValueError, match="'crime' is not a valid Threat"):
        Threat("crime")


def test_the_threats_of_table2_have_three_sectors() -> None:
    assert [threat.sector for threat in TABLE2_THREATS] == [
        Sector.POLITICAL,
        Sector.MILITARY,
        Sector.ECONOMIC,
    ]


def test_only_the_residual_kinds_have_no_sector() -> None:
    assert {threat for threat in Threat if threat.sector is None} == {Threat.OTH, Threat.GEN}


def test_threats_are_told_apart_by_their_labels() -> None:
    assert len({threat.label for threat in Threat}) == len(Threat)


def test_effects_are_those_of_the_formula() -> None:
    assert [str(effect) for effect in Effect] == ["power", "cohesion", "power:cohesion"]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("referent", ReferentObject),
        ("agent", ThreatAgent),
        ("measure", Measure),
        ("pol_kind", PoliticalKind),
        ("annotator", Annotator),
    ],
)
def test_every_word_and_no_other_stands_in_the_codes(
    column: str, words: type[StrEnum], data_dir: Path
) -> None:
    codes = pd.read_csv(data_dir / "codes.csv", usecols=[column], keep_default_na=False)
    retest = {"C again", "D again"}  # of the annotators of that name
    assert set(codes[column]) - {"", *retest} == {str(word) for word in words}


def test_corpora_and_regions_are_those_of_the_tables(data_dir: Path) -> None:
    documents = pd.read_csv(data_dir / "documents.csv", usecols=["corpus"])
    states = pd.read_csv(data_dir / "states.csv", usecols=["region"])
    assert set(documents["corpus"]) == set(Corpus)
    assert set(states["region"].dropna()) == set(Region)


def test_columns_of_the_codes_are_the_threats(data_dir: Path) -> None:
    header = pd.read_csv(data_dir / "codes.csv", nrows=0).columns
    assert [name for name in header if name in set(Threat)] == list(Threat)
