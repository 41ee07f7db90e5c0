from __future__ import annotations

import pytest

from buzanlib.measurement.state_profile import LITTLE, Stress
from buzanlib.theory.vocabulary import TABLE2_THREATS

POL, INF, CRI = TABLE2_THREATS


def stress(cell: str, pol: int, inf: int, cri: int, passages: int = 10) -> Stress:
    weights = {threat: float(threat.value in cell.split()) for threat in TABLE2_THREATS}
    return Stress(passages, weights, dict(zip(TABLE2_THREATS, (pol, inf, cri), strict=True)), {})


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        (stress("cri", 1, 2, 3), True),
        (stress("cri", 1, 4, 3), False),
        (stress("cri", 1, 3, 3), None),  # as often
        (stress("cri", 4, 4, 3), False),
        (stress("cri", 0, 0, 0), None),
        (stress("pol inf cri", 1, 1, 9), True),
        (stress("pol inf cri", 0, 1, 9), False),
        (stress("cri", 0, 0, LITTLE - 1, LITTLE - 1), None),
        (stress("cri", 0, 0, LITTLE, LITTLE), True),
    ],
)
def test_what_a_state_stresses_is_held_against_the_cell(said: Stress, holds: bool | None) -> None:
    assert said.holds is holds


def test_threats_named_most_are_those_of_the_largest_count() -> None:
    assert stress("pol", 2, 5, 5).most == [INF, CRI]
    assert stress("pol", 0, 0, 0).most == []
    assert stress("pol inf cri", 0, 0, 0).cell == [POL, INF, CRI]
