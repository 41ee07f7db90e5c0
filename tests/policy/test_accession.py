"""Accession by vote: shares, joiners and leavers by hand, and an order that is found where it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.permutation import PermutationBank
from buzanlib.policy.accession import Accessions, accession, accession_test
from buzanlib.tables.roll_calls import load_votes
from buzanlib.theory.matrices import TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant, Threat

GRADED = TABLE2_GRADED.weights()
NAN = np.nan


def test_yes_joining_and_leaving_are_counted_by_quadrant() -> None:
    positions = pd.DataFrame(
        [
            [1.0, 0.5, 1.0],  # leaves and joins again
            [0.0, NAN, 1.0],  # joins after an absence
            [NAN, 1.0, 0.0],  # no change at first: it had said nothing
            [0.5, 0.0, 0.0],
            [1.0, 1.0, 1.0],  # not placed
        ],
        index=list("ABCDE"),
        columns=["one", "two", "three"],
    )
    quadrants = pd.Series({"A": "SW", "B": "SW", "C": "SS", "D": "SS"})
    found = accession(positions, quadrants).set_index(["resolution", "quadrant"])
    expected = {
        ("one", "SW"): (2, 0.5, 0, 0),
        ("two", "SW"): (1, 0.0, 0, 1),
        ("three", "SW"): (2, 1.0, 2, 0),
        ("one", "SS"): (1, 0.0, 0, 0),
        ("two", "SS"): (2, 0.5, 0, 0),
        ("three", "SS"): (2, 0.0, 0, 1),
    }
    assert {key: tuple(found.loc[key]) for key in expected} == expected
    assert found.loc[("one", "WW"), "voted"] == 0
    assert np.isnan(found.loc[("one", "WW"), "yes"])
    assert list(found.index.get_level_values(0).unique()) == ["one", "two", "three"]


def test_nothing_to_count_is_refused() -> None:
    with pytest.raises(EstimationError, match=r"positions of shape \(0, 1\); allowed: some placed states"):
        accession(pd.DataFrame({"one": [1.0]}, index=["A"]), pd.Series({"B": "SW"}))


@pytest.fixture
def states() -> tuple[pd.Series, object]:
    names = pd.Index([f"S{place:02}" for place in range(40)])
    quadrants = pd.Series(np.tile(list(map(str, Quadrant)), 10), index=names)
    return quadrants, PermutationBank(199, 1)(pd.Series("all", index=names))


def test_an_order_is_found_where_it_is_and_its_reverse_is_not(states) -> None:  # type: ignore[no-untyped-def]
    quadrants, permutations = states
    weak = (quadrants.str[1] == "W").to_numpy(dtype=float)
    positions = pd.DataFrame({"one": weak, "two": weak}, index=quadrants.index)
    positions.iloc[0] = NAN
    found = accession_test(positions, quadrants, GRADED, GRADED.loc[Quadrant.SW], permutations)
    # WW and SW are offered all, the others nothing: position and prediction are the same.
    assert found == {"correlation": pytest.approx(1), "p": pytest.approx(1 / 200), "states": 39}
    turned = accession_test(1 - positions, quadrants, GRADED, GRADED.loc[Quadrant.SW], permutations)
    assert turned["correlation"] == pytest.approx(-1)
    assert turned["p"] > 0.95


def test_correlation_is_that_of_numpy(states) -> None:  # type: ignore[no-untyped-def]
    quadrants, permutations = states
    drawn = np.random.default_rng(2).choice([0.0, 0.5, 1.0], size=40)
    agenda = pd.Series({Threat.POL: 1.0, Threat.INF: 1.0, Threat.CRI: 2.0})
    found = accession_test(
        pd.DataFrame({"one": drawn}, index=quadrants.index), quadrants, GRADED, agenda, permutations
    )
    offered = quadrants.map({"WW": 1.0, "WS": 0.5, "SW": 0.25, "SS": 0.625})
    assert found["correlation"] == pytest.approx(np.corrcoef(offered, drawn)[0, 1])


def test_what_does_not_vary_is_refused(states) -> None:  # type: ignore[no-untyped-def]
    quadrants, permutations = states
    positions = pd.DataFrame({"one": 1.0}, index=quadrants.index)
    with pytest.raises(EstimationError, match="all states voted alike"):
        accession_test(positions, quadrants, GRADED, GRADED.loc[Quadrant.SW], permutations)
    same = pd.DataFrame(1.0, GRADED.index, GRADED.columns)
    positions.iloc[:5] = 0.0
    with pytest.raises(EstimationError, match="all quadrants should be satisfied alike"):
        accession_test(positions, quadrants, same, GRADED.loc[Quadrant.SW], permutations)


def test_votes_on_each_text_are_gathered_in_the_order_of_their_dates(data_dir: Path) -> None:
    votes = load_votes(data_dir)
    states = pd.Index(sorted(votes.votes["iso3"].unique()))
    quadrants = pd.Series(np.resize(list(map(str, Quadrant)), len(states)), index=states)
    permutations = PermutationBank(99, 1)(pd.Series("all", index=states))
    names = {"73/27": "Russian text", "74/29": "Russian text", "75/240": "Russian text"}
    names |= dict.fromkeys(["73/266", "74/28", "75/32"], "US text")
    names |= dict.fromkeys(["73/187", "74/247"], "crime text")
    found = Accessions(votes, quadrants, permutations, lambda number: names.get(number, "Russian text"))
    assert found.about.loc["73/187"].tolist() == ["crime text", "2018"]
    russian = found.about.index[found.about["text"] == "Russian text"]
    assert list(russian[-3:]) == ["73/27", "74/29", "75/240"]
    values, shares = found.values(), found.shares
    assert values["adhesion.ss.after"] == shares.loc["73/27", "SS"]
    assert values["adhesion.ss.before"] == shares.loc[russian[-4], "SS"]
    assert values["adhesion.first"] == shares.loc[russian[0]].min()
    later = found.changes[found.changes["resolution"].isin(["74/29", "75/240"])]
    assert values["adhesion.joined"] == later["joined"].sum()
    assert found.tests.loc["US text", "taken to be about"] == "cell of its sponsor, SS"
    assert found.tests.loc["crime text, by its title", "taken to be about"] == "crime"
    assert values["entry.title.correlation"] == found.tests["correlation"].iloc[-1]
    assert values["adhesion.since.crime"] == values["adhesion.year"] == 2018
    majorities = (shares.loc[russian] >= 0.5).sum(axis=1)
    assert values["adhesion.majorities.first"] == majorities.iloc[0] == 4
    assert values["adhesion.majorities.last"] == majorities.iloc[-1]


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (1.0, "it neither grew nor came apart"),
        (0.0, "it came apart, the opposite of the paper's path"),
    ],
)
def test_the_course_of_a_coalition_and_its_order_are_put_into_words(
    data_dir: Path, last: float, said: str
) -> None:
    votes = load_votes(data_dir)
    states = pd.Index(sorted(votes.votes["iso3"].unique()))
    quadrants = pd.Series(np.resize(list(map(str, Quadrant)), len(states)), index=states)
    texts = {"73/266": "US text", "74/28": "US text", "75/32": "US text", "73/187": "crime text"}
    name = (texts | {"74/247": "crime text"}).get
    found = Accessions(
        votes, quadrants, PermutationBank(9, 1)(quadrants), lambda one: name(one, "Russian text")
    )
    russian = found.about.index[found.about["text"] == "Russian text"]
    shares = found.changes.set_index("resolution")
    shares.loc[russian, "yes"] = 1.0
    shares.loc[russian[-1], "yes"] = last
    found.__dict__["changes"] = shares.reset_index()
    found.__dict__["tests"] = pd.DataFrame({"correlation": [0.2, 0.1, last - 0.5, last - 0.5]})
    values = found.values()
    assert values["adhesion.reading"] == said
    assert values["entry.reading"] == (
        "as foretold by sponsor, and as foretold by title"
        if last
        else "not as foretold for every text by sponsor, and turned round by title"
    )
