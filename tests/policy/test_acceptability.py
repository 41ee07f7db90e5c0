"""Who accepts a proposal: laws of the rule, the paper's own words, and limits that are exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzanlib.errors import BuzanError, EstimationError
from buzanlib.measurement.profiles import NAMED
from buzanlib.policy.acceptability import (
    ACCEPTS,
    INDIFFERENT,
    OBJECTS,
    Assessments,
    Rule,
    assess,
    by_threats,
    mean_profiles,
    net_at_ends,
    relative_priorities,
    windows,
)
from buzanlib.policy.proposals import PAPER, Proposal, Route
from buzanlib.theory.matrices import TABLE1, TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import TABLE2_THREATS, Quadrant, Threat

LITERAL, GRADED = TABLE2.weights(), TABLE2_GRADED.weights()
share = st.floats(0, 1)
few = settings(deadline=None, max_examples=30)


@st.composite
def priorities(draw):
    """Any table of priorities in which every quadrant has one."""
    cells = draw(st.lists(st.lists(st.floats(0.01, 1), min_size=6, max_size=6), min_size=4, max_size=4))
    return pd.DataFrame(cells, index=list(Quadrant), columns=list(NAMED))


@st.composite
def proposals(draw):
    threats = draw(st.lists(st.sampled_from(NAMED), min_size=1, unique=True))
    pays = draw(st.lists(st.sampled_from(list(Quadrant)), unique=True))
    return Proposal("any", tuple(threats), draw(st.sampled_from(Route)), draw(share), tuple(pays))


rules = st.builds(Rule, st.floats(0.01, 1), share, share, share, share)


@few
@given(proposals(), priorities(), rules)
def test_satisfaction_and_objections_stay_in_their_bounds(proposal, weights, rule):
    table = assess(proposal, weights, rule)
    assert table["satisfaction"].between(0, 1 + 1e-12).all()
    assert (table[["intrusion", "suspicion", "burden"]] >= 0).all(axis=None)
    assert table["objection"].max() <= rule.intrusion + rule.suspicion + rule.burden + 1e-12


@few
@given(proposals(), priorities(), rules, st.sampled_from(NAMED))
def test_to_address_one_threat_more_pleases_nobody_less(proposal, weights, rule, threat):
    more = replace(proposal, threats=tuple(dict.fromkeys((*proposal.threats, threat))))
    assert (assess(more, weights, rule)["net"] >= assess(proposal, weights, rule)["net"] - 1e-12).all()


@few
@given(proposals(), priorities(), rules, share)
def test_net_benefit_is_linear_in_intrusiveness(proposal, weights, rule, i):
    ends = net_at_ends(proposal, weights, rule)
    between = assess(replace(proposal, intrusiveness=i), weights, rule)["net"]
    np.testing.assert_allclose(between, (1 - i) * ends[0.0] + i * ends[1.0], atol=1e-9)


@few
@given(proposals(), priorities(), rules, st.floats(0.1, 10))
def test_only_the_proportions_of_priorities_count(proposal, weights, rule, scale):
    again = assess(proposal, weights * scale, rule)["net"]
    np.testing.assert_allclose(again, assess(proposal, weights, rule)["net"], atol=1e-9)


@few
@given(proposals(), priorities(), rules)
def test_windows_are_where_a_fine_grid_finds_them(proposal, weights, rule):
    grid = np.linspace(0, 1, 201)
    ends = net_at_ends(proposal, weights, rule).to_numpy()
    nets = (1 - grid) * ends[:, [0]] + grid * ends[:, [1]]
    inside = nets >= rule.reservation
    found = windows(proposal, weights, rule)
    for name, row in zip([*Quadrant, "all"], [*inside, inside.all(axis=0)], strict=True):
        low, high = found.loc[str(name)]
        if row.any():
            assert low == pytest.approx(grid[row][0], abs=0.0051)
            assert high == pytest.approx(grid[row][-1], abs=0.0051)
        elif low <= high:
            assert high - low < 0.005 + 1e-9  # between two points of the grid


@few
@given(st.floats(0.01, 1), share, st.floats(0.01, 1))
def test_the_package_has_the_window_of_the_closed_form(reservation, reach, intrusion):
    package = Proposal("all", TABLE2_THREATS, Route.BOTH)
    low, high = windows(package, LITERAL, Rule(reservation, reach, intrusion)).loc["all"]
    # SW must have its share, WS and SS must bear it; WW asks for less than SW.
    bottom = max(0.0, (reservation - reach) / (1 - reach)) if reach < 1 else 0.0
    top = min(1.0, (1 - reservation) / intrusion)
    if bottom <= top - 1e-6:
        assert (low, high) == (pytest.approx(bottom, abs=1e-7), pytest.approx(top, abs=1e-7))
    elif bottom > top + 1e-6:
        assert np.isnan([low, high]).all()


def test_no_set_short_of_all_three_gives_something_to_every_quadrant():
    shares = by_threats(LITERAL)
    assert [some for some in shares.index if (shares.loc[[some]] > 0).all(axis=None)] == [TABLE2_THREATS]
    assert (shares.loc[[TABLE2_THREATS]] == 1).all(axis=None)
    np.testing.assert_allclose(by_threats(GRADED).loc[[(Threat.INF, Threat.CRI)]], [[2 / 3, 1, 0, 1]])


def test_the_paper_on_securing_networks():
    """Section 3: not widely accepted where others consider political threats significant."""
    secure = PAPER["secure"]
    for weights in (LITERAL, GRADED):
        said = assess(secure, weights)["verdict"]
        assert said.to_dict() == {"WW": INDIFFERENT, "WS": ACCEPTS, "SW": OBJECTS, "SS": ACCEPTS}
    # Of WW it holds only by the suspicion, which the paper has of SW.
    trusting = assess(secure, LITERAL, Rule(suspicion=0))["verdict"]
    assert trusting.to_dict() == {"WW": ACCEPTS, "WS": ACCEPTS, "SW": INDIFFERENT, "SS": ACCEPTS}


def test_the_ban_gives_nothing_to_the_quadrant_whose_voice_asks_for_it():
    forbid = PAPER["forbid"]
    met = assess(forbid, LITERAL)["satisfaction"]
    assert met.to_dict() == {"WW": pytest.approx(1 / 3), "WS": 1, "SW": 0, "SS": 0}


def test_only_a_weak_power_that_is_to_pay_has_a_burden():
    table = assess(Proposal("x", (Threat.INF,), Route.BOTH, 0, (Quadrant.WS, Quadrant.SS)), LITERAL)
    assert table["burden"].to_dict() == {"WW": 0, "WS": 0.25, "SW": 0, "SS": 0}


def test_reasons_are_made_from_the_numbers():
    table = assess(Proposal("x", (Threat.INF, Threat.MIL), Route.THREAT, 0.5, (Quadrant.WS,)), GRADED)
    assert table.loc[Quadrant.WS, "reason"] == (
        "meets 67% of its priorities; addresses attacks on infrastructure; leaves out criminal activity; "
        "control of content touches what it does not see in danger (0.50); would have to pay, as a weak power (0.25)"
    )
    assert table.loc[Quadrant.SW, "reason"] == (
        "meets 0% of its priorities; leaves out de-stabilising political action"
    )


def test_a_net_benefit_at_the_limit_reaches_it():
    third = Rule(reservation=2 / 3, suspicion=0)
    assert assess(PAPER["secure"], LITERAL, third).loc[Quadrant.WW, "verdict"] == ACCEPTS


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("reservation", 0.0, "above 0, at most 1"),
        ("reservation", 1.1, "above 0, at most 1"),
        ("reach", -0.1, "0 to 1"),
        ("suspicion", float("nan"), "0 to 1"),
    ],
)
def test_a_rule_outside_its_range_is_refused(field, value, allowed):
    with pytest.raises(BuzanError, match=f"{field} {value} of a rule of acceptance; allowed: {allowed}"):
        Rule(**{field: value})


def test_priorities_that_cannot_be_weighed_are_refused():
    with pytest.raises(
        EstimationError, match="SS: no priority; allowed: at least one above zero in each quadrant"
    ):
        assess(PAPER["secure"], TABLE1.weights())
    with pytest.raises(EstimationError, match="a priority is negative; allowed: zero or more"):
        relative_priorities(-LITERAL)


def test_mean_profiles_are_means_over_the_states_of_a_quadrant():
    shares = pd.DataFrame(
        {"pol": [1.0, 0.0, 0.5, 0.2, 0.4], "cri": [0.0, 1.0, 0.5, 0.8, 0.6]}, index=list("ABCDE")
    )
    quadrants = pd.Series({"A": "WW", "B": "WW", "C": "WS", "D": "SW", "E": "SS", "F": "SS"})
    means = mean_profiles(shares, quadrants)
    assert list(means.index) == list(Quadrant)
    assert means["pol"].to_list() == [0.5, 0.5, 0.2, 0.4]
    with pytest.raises(EstimationError, match="no state with a profile in SS; each quadrant needs one"):
        mean_profiles(shares.drop("E"), quadrants)


def test_assessments_are_gathered_by_priorities_and_proposal():
    tables = {"printed": TABLE2.weights(), "graded": TABLE2_GRADED.weights()}
    own = Proposal("Mine", (Threat.POL,), Route.THREAT, 0.5)
    found = Assessments(tables, {**PAPER, "own": own}, Rule(reservation=0.4))
    nets, verdicts = found.by("net"), found.by("verdict")
    assert list(nets["graded"].index) == [*(one.name for one in PAPER.values()), "Mine (own)"]
    expected = assess(own, tables["graded"], Rule(reservation=0.4))
    assert nets["graded"].loc["Mine (own)"].tolist() == expected["net"].tolist()
    assert verdicts["graded"].loc["Mine (own)"].tolist() == expected["verdict"].tolist()
    package = Proposal("All", TABLE2_THREATS, Route.BOTH)
    values = found.values(package)
    assert values["options.own.SW.met"] == assess(own, tables["printed"])["satisfaction"][Quadrant.SW]
    assert values["options.reservation"] == 0.4
    said = verdicts["graded"].loc[PAPER["secure"].name]
    assert values["options.observed.secure.accept"] == (said == "accepts").sum() > 0
    assert values["options.observed.secure.object"] == (said == "sees a threat").sum() > 0
    # (r - s) / (1 - s) to (1 - r) / a, with r = .4 and s = .5; and s = 0.
    assert values["options.package.window"] == "from 0.00 to 0.60"
    assert values["options.package.control"] == "from 0.40 to 0.60"
    harder = Assessments(tables, {"own": own}, Rule(reservation=0.9)).values(package)
    assert harder["options.package.window"] == "nowhere"
