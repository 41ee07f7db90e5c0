"""Who reads a defensive measure as hostile."""

from __future__ import annotations

import pytest

from buzanlib.errors import BuzanError
from buzanlib.policy.threat_perception import FEEDS, DefensiveMeasure, hostile_readings
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant


def test_readings_follow_from_the_printed_cells():
    table = hostile_readings(TABLE2.weights(), openness=0.25)
    assert table[DefensiveMeasure.FORUMS].to_dict() == {"WW": 1, "WS": 0, "SW": 1, "SS": 0}
    assert table[DefensiveMeasure.E_GOVERNMENT].equals(table[DefensiveMeasure.FORUMS])
    assert table[DefensiveMeasure.UNITS].to_dict() == {"WW": 1, "WS": 1, "SW": 0, "SS": 0}
    assert table[DefensiveMeasure.CONTENT].to_dict() == {"WW": 0, "WS": 0.25, "SW": 0, "SS": 0.25}
    graded = hostile_readings(TABLE2_GRADED.weights())
    assert graded.loc[Quadrant.SS, DefensiveMeasure.UNITS] == 0.5


def test_no_measure_is_harmless_to_all():
    assert (hostile_readings(TABLE2.weights()).max() > 0).all()


def test_every_measure_has_one_source_and_ours_are_marked():
    assert [feed.measure for feed in FEEDS] == list(DefensiveMeasure)
    assert [feed.ground.opinion for feed in FEEDS] == [False, False, True, True]
    assert all(feed.ground.opinion == feed.ground.where.startswith("ours") for feed in FEEDS)


def test_openness_is_a_share():
    with pytest.raises(BuzanError, match=r"openness 1\.5; allowed: 0 to 1"):
        hostile_readings(TABLE2.weights(), 1.5)
