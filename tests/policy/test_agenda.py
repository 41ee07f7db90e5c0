"""Agendas: closed forms, the duality that proves a package best, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from buzanlib.errors import BuzanError, EstimationError, UnknownNameError
from buzanlib.policy.agenda import NORMS, package, satisfaction, scaled, single_issue
from buzanlib.policy.defence import check_within
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant, Threat

LITERAL, GRADED = TABLE2.weights(), TABLE2_GRADED.weights()
WW, WS, SW, SS = Quadrant

profiles = arrays(float, st.tuples(st.integers(2, 5), st.integers(1, 4)), elements=st.floats(0.1, 1)).map(
    pd.DataFrame
)


def shares_on_a_grid(threats: int, steps: int) -> np.ndarray:
    cells = np.stack(np.meshgrid(*[np.arange(steps + 1)] * (threats - 1), indexing="ij"), -1).reshape(
        -1, threats - 1
    )
    cells = cells[cells.sum(axis=1) <= steps]
    return np.column_stack([cells, steps - cells.sum(axis=1)]) / steps


def test_every_state_is_satisfied_in_full_by_its_own_best_agenda_and_only_under_one_norm() -> None:
    for name, best in (("largest", 1.0), ("euclidean", 1 / np.sqrt(3)), ("sum", 1 / 3)):
        payoffs = scaled(LITERAL.to_numpy(), name)
        assert payoffs.max(axis=1) == pytest.approx([best, 1, 1, 1])


def test_satisfaction_is_the_share_of_what_a_state_puts_first() -> None:
    agenda = pd.Series({Threat.CRI: 2.0, Threat.POL: 1.0, Threat.INF: 1.0})
    assert satisfaction(GRADED, agenda).to_dict() == pytest.approx({WW: 1, WS: 0.5, SW: 0.25, SS: 0.625})


@settings(deadline=None)
@given(profiles, st.floats(0.1, 10), st.sampled_from(list(NORMS)))
def test_satisfaction_does_not_depend_on_the_scale_of_a_profile(
    table: pd.DataFrame, factor: float, norm: str
) -> None:
    np.testing.assert_allclose(scaled(table * factor, norm), scaled(table, norm))


def test_no_single_issue_unites_three_quadrants_as_printed() -> None:
    for size in (3, 4):
        for members in combinations(Quadrant, size):
            assert (single_issue(LITERAL.loc[list(members)]) == 0).all()
    assert single_issue(GRADED.loc[[WW, WS, SS]]).to_dict() == {
        Threat.POL: 0,
        Threat.INF: 0.5,
        Threat.CRI: 0.5,
    }


@pytest.mark.parametrize(
    ("table", "members", "level", "agenda"),
    [
        (LITERAL, [WW, SW], Fraction(1), [1, 0, 0]),
        (LITERAL, [WS, SW], Fraction(1, 2), [Fraction(1, 2), Fraction(1, 2), 0]),
        (LITERAL, [WW, WS, SS], Fraction(1, 2), [0, Fraction(1, 2), Fraction(1, 2)]),
        (LITERAL, list(Quadrant), Fraction(1, 3), [Fraction(1, 3)] * 3),
        (GRADED, [WW, WS, SS], Fraction(3, 4), [0, Fraction(1, 2), Fraction(1, 2)]),
        (GRADED, list(Quadrant), Fraction(3, 7), [Fraction(3, 7), Fraction(2, 7), Fraction(2, 7)]),
    ],
)
def test_the_best_package_has_its_closed_form(
    table: pd.DataFrame, members: list[Quadrant], level: Fraction, agenda: list[Fraction]
) -> None:
    found = package(table.loc[members])
    assert found.level == pytest.approx(float(level))
    assert found.agenda.to_list() == pytest.approx(list(map(float, agenda)), abs=1e-9)


def test_the_weighing_of_the_chapter_proves_the_graded_bound() -> None:
    """Exact: under these weights every threat satisfies the members' weighted mean alike, so no agenda does better."""
    weights = {WW: Fraction(0), WS: Fraction(2, 7), SW: Fraction(3, 7), SS: Fraction(2, 7)}
    for threat in GRADED:
        mean = sum(weights[quadrant] * Fraction(GRADED.loc[quadrant, threat]) for quadrant in Quadrant)
        assert mean == Fraction(3, 7)


@settings(max_examples=40, deadline=None)
@given(profiles, st.sampled_from(list(NORMS)))
def test_a_package_is_feasible_and_its_pressure_proves_it_best(table: pd.DataFrame, norm: str) -> None:
    found = package(table, norm)
    payoffs = scaled(table.to_numpy(), norm)
    assert found.agenda.sum() == pytest.approx(1)
    assert (found.agenda >= 0).all()
    assert (payoffs @ found.agenda).min() == pytest.approx(found.level, abs=1e-7)
    assert found.pressure.sum() == pytest.approx(1)
    assert (found.pressure >= 0).all()
    assert (found.pressure @ payoffs).max() == pytest.approx(found.level, abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(arrays(float, (4, 3), elements=st.floats(0.1, 1)).map(pd.DataFrame))
def test_no_agenda_on_a_grid_beats_the_package(table: pd.DataFrame) -> None:
    agendas = shares_on_a_grid(3, 40)
    reached = (scaled(table.to_numpy()) @ agendas.T).min(axis=0).max()
    level = package(table).level
    # Between two points of the grid a share moves by at most a fortieth.
    assert level - 0.1 <= reached <= level + 1e-9


@settings(max_examples=40, deadline=None)
@given(profiles)
def test_a_further_member_never_helps_and_a_package_never_hurts(table: pd.DataFrame) -> None:
    level = package(table).level
    assert level >= single_issue(table).max() - 1e-9
    if len(table) > 2:
        assert level <= package(table.iloc[1:]).level + 1e-9


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame([[1.0, -0.5]] * 2), "weight -0.5 in a profile; allowed: numbers from 0"),
        (pd.DataFrame([[1.0, np.nan]] * 2), "weight nan in a profile"),
        (pd.DataFrame([[1.0, 0.0], [0.0, 0.0]]), "profile number 2 names no threat"),
        (pd.DataFrame([[1.0, 0.0]]), "1 member of a coalition; allowed: at least 2"),
        (pd.DataFrame(np.empty((0, 3))), "0 members of a coalition; allowed: at least 2"),
        (pd.DataFrame(np.empty((2, 0))), r"profiles of shape \(2, 0\)"),
    ],
)
def test_bad_profiles_are_refused(table: pd.DataFrame, message: str) -> None:
    for act in (package, single_issue):
        with pytest.raises(EstimationError, match=message):
            act(table)


@pytest.mark.parametrize("shares", [[0.0, 0.0, 0.0], [1.0, -1.0, 1.0], [np.inf, 0.0, 0.0]])
def test_an_empty_or_negative_agenda_is_refused(shares: list[float]) -> None:
    with pytest.raises(
        EstimationError, match=r"agenda .*; allowed: numbers from 0, at least one of them above"
    ):
        satisfaction(LITERAL, pd.Series(shares, LITERAL.columns))


def test_an_agenda_on_other_threats_is_refused() -> None:
    with pytest.raises(EstimationError, match="an agenda on pol, mil; allowed: pol, inf, cri"):
        satisfaction(LITERAL, pd.Series({"pol": 1.0, "mil": 1.0}))


def test_an_unknown_norm_is_named() -> None:
    with pytest.raises(
        UnknownNameError, match="unknown norm of a profile 'largst'; nearest allowed: 'largest'"
    ):
        package(LITERAL, "largst")


@pytest.mark.parametrize("value", [-0.1, 1.5, np.nan])
def test_what_is_no_share_is_refused(value: float) -> None:
    with pytest.raises(BuzanError, match=r"pull .*; allowed: 0 to 1"):
        check_within("pull", value, 0, 1)
