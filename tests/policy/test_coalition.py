"""Coalitions: the engine against a plain loop, the theorems of the chapter, laws, and what is refused."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.policy.agenda import package, satisfaction, scaled
from buzanlib.policy.coalition import RULES, Talks
from buzanlib.policy.entry_orders import (
    SCHEMES,
    EntryOrders,
    four_quadrants,
    orders,
    places,
    quadrant_clout,
    uniting_levels,
)
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant

LITERAL, GRADED = TABLE2.weights(), TABLE2_GRADED.weights()
WW, WS, SW, SS = Quadrant
LEVELS = np.linspace(0, 1, 41)

rules = st.sampled_from(list(RULES))
pulls = st.floats(0, 1)
tables = arrays(float, st.tuples(st.integers(2, 5), st.integers(1, 4)), elements=st.floats(0.1, 1))


def plain(talks: Talks, profiles: np.ndarray, order: list[int], least: np.ndarray, clout: np.ndarray):  # type: ignore[no-untyped-def]
    """One run, one agent after the other, in words as near to the definition as can be."""
    shares = profiles / profiles.sum(axis=1, keepdims=True)

    def agenda(members: list[int]) -> np.ndarray:
        if talks.rule == "fixed":
            return shares[members[0]]
        if talks.rule == "package":
            listed = (profiles[members] == profiles[members].max(axis=1, keepdims=True)).any(axis=0)
            return listed / listed.sum()
        weights = clout[members] if talks.rule == "weighted" else np.ones(len(members))
        return weights @ shares[members] / weights.sum()

    def satisfied(agent: int, on: np.ndarray) -> float:
        frame = pd.DataFrame(profiles)
        return float(satisfaction(frame, pd.Series(on), talks.norm)[agent])

    members = [order[0]]
    for _ in range(talks.rounds):
        for agent in order[1:]:
            if agent in members:
                continue
            encouraged = talks.pull * len(members) / (len(order) - 1)
            if satisfied(agent, agenda([*members, agent])) + encouraged >= least[agent] - 1e-9:
                members.append(agent)
    eased = talks.pull * (len(members) - 1) / (len(order) - 1)
    final = agenda(members)
    held = [agent for agent in members if satisfied(agent, final) + eased >= least[agent] - 1e-9]
    return set(members), set(held), final


@settings(max_examples=60, deadline=None)
@given(st.data(), tables, rules, pulls, st.integers(1, 3), st.sampled_from(["largest", "sum"]))
def test_the_engine_does_what_a_plain_loop_does(data, table, rule, pull, rounds, norm) -> None:  # type: ignore[no-untyped-def]
    agents = len(table)
    talks = Talks(rule, norm, pull, rounds)
    order = data.draw(st.permutations(range(agents)))
    least = data.draw(arrays(float, agents, elements=st.floats(0, 1)))
    clout = data.draw(arrays(float, agents, elements=st.floats(0.5, 3)))
    outcome = talks(table, [order, order], least, clout)
    joined, held, final = plain(talks, table, order, least, clout)
    for run in range(2):
        assert set(np.flatnonzero(outcome.joined[run])) == joined
        assert set(np.flatnonzero(outcome.holds[run])) == held
        np.testing.assert_allclose(outcome.agenda[run], final)


@pytest.mark.parametrize("table", [LITERAL, GRADED])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("pull", [0.0, 0.3])
def test_levels_in_closed_form_are_those_of_the_runs(table: pd.DataFrame, rule: str, pull: float) -> None:
    talks = Talks(rule, pull=pull)
    levels = uniting_levels(talks, table, 2.0)
    runs = four_quadrants(talks, table, LEVELS, 2.0)
    expected = levels.loc[runs["order"], ["joins", "holds"]].to_numpy()
    asked = runs["reservation"].to_numpy()
    np.testing.assert_array_equal(runs["joined"] == 4, asked <= expected[:, 0] + 1e-9)
    np.testing.assert_array_equal(runs["holds"] == 4, asked <= expected[:, 1] + 1e-9)


@settings(deadline=None)
@given(tables, rules, pulls)
def test_encouragement_never_lowers_a_level_and_no_order_beats_the_best_package(
    table: np.ndarray, rule: str, pull: float
) -> None:
    every = list(permutations(range(len(table))))
    without, held = Talks(rule).thresholds(table, every)
    with_pull, held_with = Talks(rule, pull=pull).thresholds(table, every)
    assert (with_pull >= without - 1e-12).all()
    assert (held_with >= held - 1e-12).all()
    best = package(pd.DataFrame(table)).level
    assert (held <= best + 1e-7).all()
    assert (held_with <= best + pull + 1e-7).all()


@settings(deadline=None)
@given(tables, st.sampled_from(["mean", "weighted", "package"]))
def test_the_agenda_of_a_full_coalition_does_not_depend_on_the_order(table: np.ndarray, rule: str) -> None:
    clout = np.arange(1, len(table) + 1)
    every = list(permutations(range(len(table))))
    agendas = Talks(rule)(table, every, 0.0, clout).agenda
    np.testing.assert_allclose(agendas, np.broadcast_to(agendas[0], agendas.shape))


@pytest.mark.parametrize("rule", RULES)
@settings(deadline=None, max_examples=10)
@given(pull=pulls)
def test_as_printed_only_the_place_of_ww_matters(rule: str, pull: float) -> None:
    levels = uniting_levels(Talks(rule, pull=pull), LITERAL)
    place = [order.split("-").index("WW") for order in levels.index]
    for column in ("joins", "holds"):
        assert (levels[column].groupby(place).agg(np.ptp) < 1e-9).all()
    runs = four_quadrants(Talks(rule, pull=pull), LITERAL, LEVELS)
    first = runs["order"].str.split("-").map(lambda names: names.index("WW"))
    assert (runs.groupby([first, "reservation"])["holds"].agg(np.ptp) == 0).all()


def test_as_graded_it_is_sw_that_had_better_come_last() -> None:
    levels = uniting_levels(Talks("fixed", pull=0.3), GRADED)["holds"]
    # WW writes a package of three parts: SW is offered a third of what it wants, WS and SS a half. Encouragement is
    # a tenth for each member that is in.
    assert levels["WW-WS-SS-SW"] == pytest.approx(1 / 2 + 0.1)
    assert levels["WW-SS-SW-WS"] == pytest.approx(1 / 3 + 0.2)
    assert levels["WW-SW-WS-SS"] == pytest.approx(1 / 3 + 0.1)


@pytest.mark.parametrize("rule", ["mean", "package"])
def test_as_printed_every_order_reaches_a_third_and_none_more(rule: str) -> None:
    levels = uniting_levels(Talks(rule), LITERAL)
    assert levels["holds"].to_list() == pytest.approx([1 / 3] * 24)


def test_with_a_fixed_agenda_the_founder_decides() -> None:
    runs = four_quadrants(Talks("fixed"), LITERAL, [0.3, 0.4])
    hub = runs["order"].str.startswith("WW")
    assert (runs.loc[hub & (runs["reservation"] == 0.3), "holds"] == 4).all()
    assert (runs.loc[hub & (runs["reservation"] == 0.4), "holds"] == 1).all()
    assert (runs.loc[~hub, "holds"] == 2).all()


@settings(deadline=None)
@given(tables, pulls)
def test_under_a_fixed_agenda_asking_for_more_never_makes_a_coalition_larger(
    table: np.ndarray, pull: float
) -> None:
    order = np.tile(np.arange(len(table)), (len(LEVELS), 1))
    sizes = Talks("fixed", pull=pull)(table, order, LEVELS[:, None]).joined.sum(axis=1)
    assert (np.diff(sizes) <= 0).all()


@settings(deadline=None)
@given(tables, rules, st.floats(0, 1))
def test_asking_again_never_makes_a_coalition_smaller(table: np.ndarray, rule: str, level: float) -> None:
    every = list(permutations(range(len(table))))
    sizes = [
        Talks(rule, pull=0.3, rounds=rounds)(table, every, level).joined.sum(axis=1) for rounds in (1, 2, 9)
    ]
    assert (sizes[0] <= sizes[1]).all()
    assert (sizes[1] <= sizes[2]).all()


def test_asking_again_can_bring_in_who_was_refused() -> None:
    # The second is asked before the third has joined, and encouraged too little.
    profiles = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    sizes = [
        int(Talks("fixed", pull=0.5, rounds=rounds)(profiles, [0, 1, 2], 0.45).joined.sum())
        for rounds in (1, 2)
    ]
    assert sizes == [2, 3]


def test_schemes_are_what_they_are_called() -> None:
    assert {name: len(orders(name)) for name in SCHEMES} == {
        "any order": 24,
        "hub first": 6,
        "adjacent first": 8,
        "most divergent last": 12,
    }
    assert all(order[0] is WW for order in orders("hub first"))
    assert (SS, WS, SW, WW) in orders("adjacent first")
    assert (SS, WW, WS, SW) not in orders("adjacent first")
    assert {order[3] for order in orders("most divergent last")} == {SW, WS}


def test_places_and_clout_follow_the_order_of_the_quadrants() -> None:
    assert places([(SS, WW, SW, WS)]).tolist() == [[3, 0, 2, 1]]
    assert quadrant_clout(2.0).tolist() == [1, 1, 2, 2]


def test_weights_favour_the_strong() -> None:
    last = Talks("weighted")(LITERAL.to_numpy(), [0, 1, 2, 3], 0.0, quadrant_clout(3.0)).agenda[0]
    satisfied = scaled(LITERAL.to_numpy()) @ last
    assert satisfied[2] == satisfied[3] > satisfied[1]


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"rule": "medean"}, "unknown rule of amendment 'medean'; nearest allowed: 'mean'"),
        ({"norm": "summ"}, "unknown norm of a profile 'summ'; nearest allowed: 'sum'"),
        ({"pull": 1.2}, "pull of a coalition 1.2; allowed: 0 to 1"),
        ({"rounds": 0}, "0 rounds of talks; allowed: at least 1"),
    ],
)
def test_bad_rules_are_refused(given_: dict, message: str) -> None:
    with pytest.raises(BuzanError, match=message):
        Talks(**given_)


@pytest.mark.parametrize(
    ("profiles", "order", "least", "clout", "message"),
    [
        ([[1.0]], [0], 0.5, 1.0, "1 agent in talks; allowed: at least 2"),
        ([[1.0], [1.0]], [0, 0], 0.5, 1.0, "an order of entry that is none of all 2 agents"),
        ([[1.0], [1.0]], [0], 0.5, 1.0, "an order of entry that is none of all 2 agents"),
        ([[1.0], [1.0]], [0, 1], 1.5, 1.0, "reservation level 1.5; allowed: 0 to 1"),
        ([[1.0], [1.0]], [0, 1], [0.5, np.nan], 1.0, "reservation level nan; allowed: 0 to 1"),
        ([[1.0], [1.0]], [0, 1], 0.5, [1.0, 0.0], "clout 0.0 of an agent; allowed: numbers above 0"),
        ([[1.0], [-1.0]], [0, 1], 0.5, 1.0, "weight -1.0 in a profile"),
    ],
)
def test_bad_talks_are_refused(profiles, order, least, clout, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EstimationError, match=message):
        Talks()(profiles, order, least, clout)


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(
        UnknownNameError, match="unknown scheme of entry 'hub frist'; nearest allowed: 'hub first'"
    ):
        orders("hub frist")


def test_the_chapter_reads_its_levels_off_the_orders() -> None:
    orders_of_entry = EntryOrders("largest", 0.2, 1, 2.0, "graded")
    levels = orders_of_entry.levels()
    assert levels.loc["all four", "package"] == pytest.approx(1 / 3)
    assert levels.loc["all four", "package, graded"] == pytest.approx(3 / 7)
    assert (levels["one issue"] == 0).all()  # each threat stands in two cells
    assert levels.loc["WW, WS and SS", "one issue, graded"] == pytest.approx(0.5)
    assert (
        list(orders_of_entry.bounds.values())
        == levels.loc["all four", ["package", "package, graded"]].tolist()
    )
    plain, encouraged = orders_of_entry.uniting().values()
    pd.testing.assert_frame_equal(plain["mean"], uniting_levels(Talks("mean"), GRADED, 2.0))
    values, mean = orders_of_entry.values(), encouraged["mean"]
    assert values["order.any.least"] == mean["holds"].min()
    assert values["order.hub.most"] == mean.loc[mean.index.str.startswith("WW"), "holds"].max()
    assert mean.loc[values["order.worst"], "holds"] == mean["holds"].min()
    assert 0 < values["order.differ.thrice"] < values["order.differ.once"] < 1
    (literal, _) = orders_of_entry.without_encouragement().values()
    grid = [round(step / 100, 12) for step in range(101)]
    again = four_quadrants(Talks("package"), LITERAL, grid, 2.0)
    assert literal["package"]["holds"].tolist() == again["holds"].tolist()
