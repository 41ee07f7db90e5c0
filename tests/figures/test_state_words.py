from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from buzanlib.figures import state_words as words
from buzanlib.measurement.member_states import MemberStates
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.state_profile import Point, Standing, Stress
from buzanlib.tables.data_folder import Data
from buzanlib.theory.matrices import TABLE2
from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant


@pytest.fixture(scope="module")
def states(data_dir: Path) -> MemberStates:
    return MemberStates(Data.open(data_dir), Placement(), "UNGDC", "adjudicated_2", ("UNGDC", "NCSS"))


def stress(quadrant: Quadrant, passages: int, *counts: int) -> Stress:
    weights = {threat: float(TABLE2.weights().loc[quadrant, threat]) for threat in TABLE2_THREATS}
    return Stress(passages, weights, dict(zip(TABLE2_THREATS, counts, strict=True)), {})


NEVER = "Whether it stressed that cannot be said:"
MOST = "stressed: of the three threats it names most often"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (stress(Quadrant.SS, 1, 0, 0, 1), f"{NEVER} there is one such passage, fewer than five."),
        (stress(Quadrant.SS, 0, 0, 0, 0), f"{NEVER} there are no such passages, fewer than five."),
        (stress(Quadrant.SS, 6, 0, 0, 0), f"{NEVER} its 6 passages name no threat of the table."),
        (
            stress(Quadrant.SS, 9, 1, 2, 6),
            f"That is what it {MOST} criminal activity, in 6 of 9 passages.",
        ),
        (
            stress(Quadrant.SW, 9, 1, 6, 6),
            f"That is not what it {MOST} attacks on infrastructure and criminal activity, in 6 of 9 passages each;"
            " de-stabilising political action in 1.",
        ),
        (
            stress(Quadrant.WS, 9, 5, 5, 1),
            f"{NEVER} of the three threats it names most often de-stabilising political action and attacks on"
            " infrastructure, in 5 of 9 passages each.",
        ),
        (stress(Quadrant.WW, 9, 1, 1, 7), "That is what it stressed: it names each of the three threats."),
        (
            stress(Quadrant.WW, 9, 0, 0, 7),
            "It stressed that in part: it does not name de-stabilising political action or attacks on infrastructure.",
        ),
    ],
)
def test_whether_a_state_stresses_what_the_table_has(said: Stress, sentence: str) -> None:
    assert words.stress_words(said) == sentence


def test_how_sure_a_place_is_says_what_rules_and_indices_give() -> None:
    place = Standing(
        Point(1.0, -0.5, Quadrant.SW),
        {"power": 0.2, "cohesion": 0.0},
        {Quadrant.SW: 0.75, Quadrant.SS: 0.249, Quadrant.WW: 0.001, Quadrant.WS: 0.0},
        {"one": Quadrant.SW, "two": Quadrant.SS, "three": None},
        [Quadrant.SW, Quadrant.SW, Quadrant.WW],
        {2011: Point(1, -1, Quadrant.SW), 2012: Point(1, -1, Quadrant.SW), 2013: Point(1, 1, Quadrant.SS)},
    )
    said = words.certainty_words(place)
    assert "a probability of 75% (strong power, strong cohesion 25%)." in said
    sure = replace(place, chances={**dict.fromkeys(Quadrant, 0.001), Quadrant.SW: 0.997})
    assert "a probability of more than 99%." in words.certainty_words(sure)
    assert said.endswith(
        "Of 2 rules that place it 1 put it in this quadrant, and of 3 pairs of indices that do 2."
    )
    assert words.path_words(place) == (
        "By single years: 2011–2012 strong power, weak cohesion; 2013 strong power, strong cohesion."
    )


def test_distance_names_the_index_and_the_line(states: MemberStates) -> None:
    brazil = states.profiles["BRA"].standing
    assert brazil is not None
    beyond = brazil.at.power - brazil.lines["power"]
    said = words.distance_words(states, brazil)
    assert f"In power (Composite Index of National Capability) it lies {beyond:.2f} above the median" in said


def test_how_often_a_state_spoke_is_held_against_its_quadrant(states: MemberStates) -> None:
    for profile in states.profiles.values():
        said = words.frequency_words(states, profile)
        if profile.speaking is None:
            assert said == "There is no document of it to be counted (General Debate, 2011–2024)."
            continue
        assert said.startswith(
            f"In {profile.speaking.speaking} of its {profile.speaking.documents} documents"
        )
        assert ("states of its quadrant" in said) == (profile.standing is not None)
        if profile.standing:
            fellows = states.fellows[profile.standing.at.quadrant]
            mean = sum(one.speaking / one.documents for one in fellows) / len(fellows)
            own = profile.speaking.speaking / profile.speaking.documents
            assert ("more often than" in said) == (own > mean + 1e-9)
            assert ("less often than" in said) == (own < mean - 1e-9)


def test_no_code_is_shown_in_place_of_a_word(states: MemberStates) -> None:
    passages = [one for profile in states.profiles.values() for one in profile.passages if one["relevant"]]
    said = {word for passage in passages for word in words.codes_words(passage).values()}
    parts = {part.removesuffix(" (above all)") for word in said for part in word.split("; ")}
    assert not parts & {
        "pol",
        "inf",
        "cri",
        "mil",
        "ter",
        "oth",
        "gen",
        "defend",
        "norms",
        "other",
        "0",
        "1",
        "2",
    }
    assert {"criminal activity", "hardening", "the state", "a threat to security"} <= parts


def test_votes_and_memberships_are_in_words(states: MemberStates) -> None:
    russia, kingdom = states.profiles["RUS"], states.profiles["GBR"]
    (text,) = (one for one in states.resolutions if one["resolution"] == "73/27")
    row = words.vote_words(russia, text)
    assert (row["its vote"], row["contested"], row["date"]) == ("yes", "Russian text", "2018-12-05")
    assert words.vote_words(kingdom, text)["its vote"] == "no"
    said = words.membership_words(states, kingdom)
    assert "Left European Union on 2020-01-31." in said
    assert said[0].startswith("Full member in 2024: Council of Europe (since 1990 or before)")
    assert said[-1].startswith("Supports the Paris Call")
    assert words.membership_words(states, russia)[-1].startswith("Not on the public list")
