"""First sentences of captions change with the numbers, and say nothing that these do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from buzanlib.figures import captions
from buzanlib.theory.distances import by_pair
from buzanlib.theory.factorial import factorial_form
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant, Threat

QUADRANTS = list(map(str, Quadrant))


@pytest.fixture
def by_quadrant() -> pd.DataFrame:
    table = pd.DataFrame({"share": [0.4, 0.2, 0.3, 0.1]}, QUADRANTS)
    return table.assign(low90=table["share"] - 0.1, high90=table["share"] + 0.1)


def test_quadrants_and_pairs_are_in_words() -> None:
    assert captions.states_of(["SW"]) == "states of strong power and weak cohesion"
    assert captions.pair_of("WW-WW") == "states of weak power and weak cohesion among themselves"
    assert captions.pair_of("SW-WS") == (
        "states of strong power and weak cohesion with those of weak power and strong cohesion"
    )


def test_an_order_is_sure_only_where_intervals_keep_apart(by_quadrant: pd.DataFrame) -> None:
    said = captions.most_and_least(by_quadrant, "share", "The share")
    assert said.startswith("The share is largest among states of weak power and weak cohesion (40%)")
    assert "smallest among states of strong power and strong cohesion (10%)" in said
    assert said.endswith("do not overlap.")
    wide = by_quadrant.assign(low90=0.0, high90=1.0)
    assert captions.most_and_least(wide, "share", "The share").endswith(
        "are not apart, so that the order is not sure."
    )
    turned = captions.most_and_least(by_quadrant.assign(share=[0.1, 0.2, 0.3, 0.4]), "share", "The share")
    assert "largest among states of strong power and strong cohesion" in turned
    assert "not known of several" in captions.most_and_least(
        by_quadrant.assign(share=np.nan), "share", "The share"
    )


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (
            [1, 1],
            [2, 2],
            "two lie above zero with the whole interval, none below, and none cannot be told apart from it.",
        ),
        (
            [-2, -1],
            [-1, 1],
            "none lies above zero with the whole interval, one below, and one cannot be told apart",
        ),
        (
            [-1, -1],
            [1, 1],
            "none lies above zero with the whole interval, none below, and two cannot be told apart",
        ),
        ([np.nan] * 2, [np.nan] * 2, "There is no interval of these contrasts."),
    ],
)
def test_intervals_are_counted_by_where_they_lie(low: list[float], high: list[float], said: str) -> None:
    assert said in captions.beside_zero(pd.DataFrame({"low90": low, "high90": high}))


def test_what_tables_name() -> None:
    weights = TABLE2.weights()
    assert captions.named_most(weights) == (
        "Of three threats, states of weak power and weak cohesion are given the most, three, and all others the "
        "fewest, one."
    )
    assert captions.named_most(weights * 0 + 1) == "Every kind of state is given three of the 3 threats."
    said = captions.largest_effects(factorial_form(weights))
    assert said.startswith("De-stabilising political action goes most with cohesion (−0.5)")
    assert said.endswith("and criminal activity with power × cohesion (+0.5).")
    assert "with power (" in captions.largest_effects(factorial_form(weights)[["power"]])
    pairs = captions.farthest_pairs({"one": by_pair(weights), "other": by_pair(TABLE2_GRADED.weights())})
    assert (
        pairs == "Farthest apart by every measure: SW-WS, SS-WS and SS-SW in one; SW-WS and SS-SW in other."
    )


@pytest.mark.parametrize(("slope", "word"), [(1, "go"), (-1, "do not go")])
def test_where_states_stand(slope: int, word: str) -> None:
    axis = np.arange(6.0)
    placed = pd.DataFrame(
        {"power": axis, "cohesion": slope * axis, "quadrant": ["WW", "WW", "SW", "WS", "SS", "SS"]}
    )
    said = captions.where_states_stand(placed)
    assert said.startswith(f"Power and cohesion {word} together (r = ")
    assert "weak power and weak cohesion and strong power and strong cohesion are the most (2)" in said
    faint = pd.Series([1.0, 2.0, 3.0, 4.0])
    assert captions.together(faint, pd.Series([1.0, -1.0, -1.0, 1.0])).startswith("hardly go together")
    regions = pd.Series(["a", "a", "a", "b", "b", "b"])
    assert captions.by_region(placed["quadrant"], regions).endswith("in two of two regional groups.")
    assert captions.by_region(placed["quadrant"], pd.Series(["a"] * 6)).endswith(
        "in none of one regional groups."
    )


def test_rules_move_states() -> None:
    changes = pd.DataFrame([[0, 0.1, 0.3], [0.1, 0, 0.2], [0.3, 0.2, 0]])
    assert "moves 10% to 30% of the states" in captions.moved_by_rules(changes)


def test_when_it_was_said() -> None:
    table = pd.DataFrame(0, index=[2001, 2002, 2003], columns=["relevant", *Threat])
    assert captions.said_when(table) == "No passage is relevant."
    table["relevant"], table[Threat.CRI] = [1, 2, 5], [0, 1, 2]
    assert captions.said_when(table) == (
        "Of 8 relevant passages since 2001 62% come from 2003 or later; criminal activity is named most (3)."
    )


def test_shares_of_threats(by_quadrant: pd.DataFrame) -> None:
    one = by_quadrant.rename_axis("quadrant").reset_index().assign(threat="pol")
    table = pd.concat([one, one.assign(threat="cri", low90=0, high90=1)])
    said = captions.shares_apart(table)
    assert "de-stabilising political action by states of weak power and weak cohesion (40%)" in said
    assert said.endswith("do not overlap for de-stabilising political action.")
    assert captions.shares_apart(table[table["threat"] == "cri"]).endswith("are not apart for any threat.")


def test_fit_of_the_whole_table() -> None:
    assert "cannot be told apart from chance" in captions.fit_of_table(0.74, 0.05, 18, 24)
    said = captions.fit_of_table(0.01, 0.05, 1, 24)
    assert "fits better than chance" in said
    assert said.endswith("the paper's own is first.")


def test_effects_where_the_table_puts_them() -> None:
    table = pd.DataFrame(
        {"predicted": [1, -1, 0, 0], "low90": [0.1, -1, -0.3, -1], "high90": [1, 0.2, 0.3, 1]}
    )
    said = captions.predicted_effects({"here": table}, 0.4)
    assert "one of two effects that Table 2 names lies on its side" in said
    assert "one of two that it leaves empty within ±0.4" in said
    assert "none of two effects" in captions.predicted_effects(
        {"here": table.assign(low90=-9, high90=9)}, 0.4
    )
