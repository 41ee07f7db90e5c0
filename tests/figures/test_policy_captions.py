"""First sentences of captions of the models change with what these give."""

from __future__ import annotations

import numpy as np
import pandas as pd

from buzanlib.figures import policy_captions as said
from buzanlib.theory.vocabulary import Quadrant, Threat

QUADRANTS = list(map(str, Quadrant))


def test_moves_are_counted_and_the_largest_is_named() -> None:
    table = pd.DataFrame(np.diag([3, 4, 5, 6]), QUADRANTS, QUADRANTS)
    assert (
        said.moved_between(table, "then", "now")
        == "0 of 18 states stand in another quadrant in now than in then."
    )
    table.loc["SW", "WW"] = 2
    assert said.moved_between(table, "then", "now") == (
        "2 of 20 states stand in another quadrant in now than in then; the largest move is that of 2 from strong "
        "power and weak cohesion to weak power and weak cohesion."
    )


def test_gains_and_losses_over_time() -> None:
    standing = pd.DataFrame({1996: ["WW", "WW", "SS"], 2024: ["SW", "WW", "SS"]})
    text = said.moved_over(standing)
    assert text.startswith("From 1996 to 2024 1 of 3 states end in another quadrant")
    assert "strong power and weak cohesion (+1)" in text
    assert "weak power and weak cohesion (−1)" in text


def test_shocks_that_have_been_seen() -> None:
    crossed = pd.DataFrame({quadrant: [0.8, 0.0, 0.6] for quadrant in QUADRANTS}, index=[-2.0, 0.0, 2.0])
    text = said.after_shocks(crossed, {"rare": (-0.5, 0.5), "largest": (-1.0, 2.0)})
    assert (
        "A fall as large as the largest on record takes 40% of states of weak power and strong cohesion"
        in text
    )
    assert (
        "a rise as large as the largest on record takes 60% of states of weak power and weak cohesion" in text
    )


def test_threats_that_pairs_share() -> None:
    density = pd.DataFrame({Threat.POL: [0.5, 0.1], Threat.CRI: [0.1, 0.5]}, ["WW-WW", "SW-WS"])
    printed = pd.DataFrame(True, density.index, density.columns)
    printed.loc["SW-WS"] = False
    assert said.backing(density, printed).endswith(
        "for one of two threats (de-stabilising political action)."
    )
    assert said.backing(density, ~printed).endswith("for one of two threats (criminal activity).")


def test_levels_that_unite_all_four() -> None:
    table = pd.DataFrame({"reservation": [0.1, 0.1, 0.3, 0.3], "holds": [4, 4, 4, 2]})
    better = table.assign(holds=4)
    text = said.entry_reach({"Table 2": {"fixed": table, "mean": better}})
    assert text.endswith("at most 0.30 by Table 2 (mean of members).")
    levels = {
        "Without": {"fixed": pd.DataFrame({"holds": [0.0, 0.3]}), "mean": pd.DataFrame({"holds": [0.3, 0.3]})}
    }
    assert said.orders_matter(levels).endswith(
        "under one of 2 rules, most under the rule fixed agenda (by 0.30)."
    )
    still = {"Without": {"mean": pd.DataFrame({"holds": [0.3, 0.3]})}}
    assert said.orders_matter(still).endswith("under none of 1 rules.")


def test_sizes_of_coalitions() -> None:
    text = said.sizes_by_scheme(
        {"Table 2": {"any": pd.Series([0.5, 0.7, 0.6]), "hub": pd.Series([0.1, 0.2, 0.3])}}
    )
    assert text.endswith("Table 2: 20% (hub) to 60% (any).")


def test_votes_that_part() -> None:
    about = pd.DataFrame({"year": [2005, 2018], "text": ["Russian text", "US text"]}, ["a", "b"])
    text = said.consent_lost(pd.DataFrame({"WW": [1.0, 0.9], "SS": [0.97, 0.4]}, ["a", "b"]), about)
    assert text.startswith("In 2005 the shares of yes lie at most 3 percentage points apart")
    assert text.endswith("at the widest 50 (US text, 2018).")


def test_sets_of_threats() -> None:
    sets = pd.Index([(Threat.POL,), (Threat.POL, Threat.CRI)], tupleize_cols=False)
    text = said.sets_needed(pd.DataFrame([[0.5, 1, 0, 1], [1, 1, 1, 1]], sets, QUADRANTS))
    assert text == (
        "Of two sets of threats, one makes up all priorities of all four quadrants, and a single threat those of at "
        "most two."
    )


def test_intrusiveness_at_which_all_join() -> None:
    ends = pd.DataFrame({0.0: [1.0] * 4, 1.0: [0.0, 1, 1, 1]}, QUADRANTS)
    text = said.where_all_join({"a": ends, "b": ends - 2}, 0.5)
    first, second = "the first proposal from 0.00 to 0.50", "the second proposal at no intrusiveness"
    assert text == f"All four quadrants join {first} and {second}."


def test_the_aid_beside_other_forecasts() -> None:
    index = pd.MultiIndex.from_product(
        [["Table 2", "graded"], ["chance", "region"]], names=["priorities", "than"]
    )
    gains = pd.DataFrame({"verdict": ["better", "worse", "better", "no better"]}, index)
    text = said.aid_beside(gains)
    assert "better than chance (2 of 2)" in text
    assert "no better than region (1 of 2)" in text
    assert "worse than region (1 of 2)" in text


def test_measures_that_are_read_in_two_ways() -> None:
    readings = pd.DataFrame({"a": [1.0, 0, 0, 0], "b": [0.5, 0, 0, 0]}, QUADRANTS)
    assert said.read_as_hostile(readings).startswith("One of two measures is read as wholly hostile")
    assert said.read_as_hostile(readings * 0).startswith("None of two measures is read")


def test_transparency_that_is_needed() -> None:
    needed = {"Trust: 50%": {"graded": pd.DataFrame({"transparency": [0.1, 0.6], "distance": [0, 1]})}}
    assert said.trust_needed(needed).endswith("0.60 by graded (trust: 50%).")


def test_defence() -> None:
    spending = pd.DataFrame([[0.2, 0.0], [0.2, 0.2]], [1.0, 0.0])
    assert said.largest_pays(spending) == (
        "The largest member pays 100% of the total where members rely on each other fully, and 50% where they do not; "
        "the total goes from 0.20 to 0.40."
    )
    maps = np.array([[[1.0, 1.2]], [[0.9, 1.0]]])
    assert "100% of the map with a spread of 0.3 and 50% with a spread of 0.9" in said.disagreement_protects(
        [0.3, 0.9], maps
    )
    worst = pd.DataFrame({"one": [0.9, 0.0], "two": [0.9, 0.8]}, [0.1, 0.4])
    assert said.where_security_tips(worst).endswith("one from 0.40, two never.")
    years = pd.DataFrame({"tau": [0.4, -0.2], "p": [0.01, 0.9]}, [1995, 2020])
    assert said.burden_shifts(years) == (
        "Larger members spend more than is usual for their size, beyond chance, in 1 of 2 years, the last of them "
        "1995; the correlation is +0.40 in 1995 and −0.20 in 2020."
    )
