"""Rules side by side: the paper's examples and implausible powers, counted by hand; what the chapter says of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.measurement.placement import Placement, changes
from buzanlib.measurement.rules import (
    ALL,
    LOCKED,
    NARROW,
    examples_by_rule,
    examples_values,
    implausible_by_rule,
    implausible_powers,
    missed_examples,
    named_examples,
    placement_values,
    rules_beside,
)
from buzanlib.tables.data_folder import Data
from buzanlib.tables.descriptor import load

EXAMPLES = pd.DataFrame(
    [("small", s, "WS", n) for s, n in (("A", 1), ("B", 1), ("C", 0), ("Z", 0))]
    + [("one", "A", "WS", 1), ("two", "D", "SW", 1)],
    columns=["example", "iso3", "quadrant", "narrow"],
)


def placed(quadrants: str) -> pd.DataFrame:
    return pd.DataFrame({"quadrant": quadrants.split()}, index=list("ABCDEFGH"))


BOTH = {LOCKED: placed("WS WS SS SW WW WW SS SS"), "other": placed("SS SS SS WW WS SS SS SS")}


def test_hits_and_hits_by_chance() -> None:
    found = named_examples(BOTH, EXAMPLES)
    # Z is not placed; A is named twice and counts once of all.
    assert found.loc[LOCKED, "hits"].to_dict() == {"small": 2, "one": 1, "two": 1, ALL: 3, NARROW: 3}
    assert found.loc[LOCKED, "placed"].to_dict() == {"small": 3, "one": 1, "two": 1, ALL: 4, NARROW: 3}
    assert found.loc[(LOCKED, ALL), "expected"] == pytest.approx(3 * 2 / 8 + 1 / 8)
    assert found.loc[("other", ALL), "expected"] == pytest.approx(3 * 1 / 8)
    assert missed_examples(found).to_dict() == {LOCKED: "", "other": "small, one, two"}
    shown = examples_by_rule(found)
    assert list(shown.columns) == ["small", "one", "two", ALL, NARROW, "by chance", "fails for"]
    assert shown.loc["other"].tolist() == [
        "0 of 3",
        "0 of 1",
        "0 of 1",
        "0 of 4",
        "0 of 3",
        0.375,
        "small, one, two",
    ]


def test_what_the_chapter_says_follows_from_the_table() -> None:
    said = examples_values(named_examples(BOTH, EXAMPLES))
    assert (said["examples.locked"], said["examples.most"], said["examples.best"]) == (3, 3, LOCKED)
    assert said["examples.reading"] == f"{LOCKED} puts more than half of every example where the text does"
    assert said["examples.chance"] == "other"
    said = examples_values(named_examples({LOCKED: BOTH["other"]}, EXAMPLES))
    assert said["examples.reading"].startswith("no rule puts more than half")
    assert said["examples.locked.fails"] == "small, one, two"


def test_half_of_an_example_is_a_miss() -> None:
    found = named_examples({LOCKED: placed("WS SS SS SW WW WW SS SS")}, EXAMPLES[EXAMPLES["narrow"] == 1])
    assert found.loc[(LOCKED, "small")].tolist()[:2] == [1, 2]
    assert missed_examples(found)[LOCKED] == "small"


def test_powers_without_means() -> None:
    panel = pd.DataFrame(
        [
            ("A", 2012, 4.0, 4.0, 4.0),
            ("B", 2012, 1.0, 4.2, 4.5),  # rich
            ("C", 2012, 1.5, 1.5, 1.5),
            ("D", 2012, None, 1.2, None),  # judged by what there is
            ("E", 2012, None, None, None),  # not judged
            ("F", 2012, 5.0, 5.0, 5.0),
            ("C", 2030, 9.0, 9.0, 9.0),  # outside the window
        ],
        columns=["iso3", "year", "milex_rank", "gdp", "gdp_per_head"],
    )
    strong = pd.DataFrame({"p": [1, 1, 1, 1, 1, 1]}, index=list("ABCDEF"))
    assert implausible_powers(strong, panel, 2012, 2012) == ["C", "D"]
    weak = strong.assign(p=[1, 1, -1, 1, 1, 1])
    table = implausible_by_rule(
        {"r": strong, "s": weak}, panel, 2012, 2012, pd.Series({"C": "Zed", "D": "Dee"})
    )
    assert table.to_numpy().tolist() == [[6, 2, "Dee, Zed"], [5, 1, "Dee"]]
    alone = implausible_powers(strong, panel.assign(milex_rank=np.nan, gdp_per_head=np.nan), 2012, 2012)
    assert alone == ["C", "D"]


def test_alternatives_keep_indices_and_window() -> None:
    rules = rules_beside(Placement("gdp", "wgi_stability", 2012, 2015))
    assert next(iter(rules)) == LOCKED
    assert {(one.cohesion, one.first, one.last) for one in rules.values()} == {("wgi_stability", 2012, 2015)}
    assert rules["strongest fifth"] == Placement(
        "gdp", "wgi_stability", 2012, 2015, "quantile", power_quantile=0.8
    )
    own = Placement(power_rule="quantile", power_quantile=0.7)
    assert rules_beside(own)["this study"] == own
    assert rules_beside(own)[LOCKED] == Placement(power_quantile=0.7)


def test_small_european_countries_are_those_of_the_definition(data_dir: Path) -> None:
    table, regions = load(data_dir, "named_examples"), Data.open(data_dir).regions
    small = table[table["example"] == "small European countries"]
    assert (small["population"] < 10_000).all()
    assert (
        (regions[small["iso3"]] == "Western European and Other").to_numpy() == (small["narrow"] == 1)
    ).all()
    assert {"CHE", "AUT", "SWE", "SRB", "BLR"} <= set(small["iso3"])
    assert not {"HUN", "CZE", "PRT", "CYP", "GEO", "TUR"} & set(small["iso3"])
    assert sorted(table.loc[table["example"] == "Tigers of Asia", "iso3"]) == ["KOR", "SGP"]
    read = load(data_dir, "illustrations").dropna(subset=["quadrant_read", "iso3"])
    single = table[table["section"] == "2"].set_index("iso3")["quadrant"]
    assert read.drop_duplicates("iso3").set_index("iso3")["quadrant_read"].to_dict() == single.to_dict()


def test_the_chapter_says_how_states_are_placed(data_dir: Path) -> None:
    data, place = Data.open(data_dir), Placement(power_rule="quantile", power_quantile=0.8)
    by_rule = {name: rule.of(data) for name, rule in rules_beside(place).items()}
    poor = pd.DataFrame({"without means": 3}, index=list(by_rule))
    poor.loc[["own region", "strongest fifth"], "without means"] = 1
    said = placement_values(place, by_rule["strongest fifth"], data.regions, poor, changes(by_rule))
    assert said["placement.rule.power"] == "the score below which a share of 0.80 of all placed states lie"
    assert said["placement.rule.cohesion"] == "the median of all placed states"
    assert said["placement.power"] == "Composite Index of National Capability"
    sizes = by_rule["strongest fifth"]["quadrant"].value_counts()
    assert {name: said[f"placement.n.{name}"] for name in sizes.index} == sizes.to_dict()
    both = pd.concat([by_rule[name]["quadrant"] for name in (LOCKED, "own region")], axis=1)
    assert said["placement.changed.region"] == pytest.approx((both.iloc[:, 0] != both.iloc[:, 1]).mean())
    assert (said["placement.poor.locked"], said["placement.poor.fewest"]) == (3, 1)
    assert said["placement.poor.best"] == "strongest fifth; own region"
