"""Who reads a defensive measure as hostile."""

from __future__ import annotations

import pytest

from buzanlib.errors import BuzanError
from buzanlib.policy.threat_perception import DEFENSIVE_MEASURES, hostile_readings, sources_of_readings
from buzanlib.theory.matrices import TABLE2, TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant


def test_readings_follow_from_the_printed_cells():
    table = hostile_readings(TABLE2.weights(), openness=0.25)
    assert table["forums"].to_dict() == {"WW": 1, "WS": 0, "SW": 1, "SS": 0}
    assert table["e_government"].equals(table["forums"])
    assert table["units"].to_dict() == {"WW": 1, "WS": 1, "SW": 0, "SS": 0}
    assert table["content"].to_dict() == {"WW": 0, "WS": 0.25, "SW": 0, "SS": 0.25}
    graded = hostile_readings(TABLE2_GRADED.weights())
    assert graded.loc[Quadrant.SS, "units"] == 0.5


def test_no_measure_is_harmless_to_all():
    assert (hostile_readings(TABLE2.weights()).max() > 0).all()


def test_every_measure_has_one_source_and_ours_are_marked():
    measures = DEFENSIVE_MEASURES.values()
    assert list(hostile_readings(TABLE2.weights())) == list(DEFENSIVE_MEASURES)
    assert [one.opinion for one in measures] == [False, False, True, True]
    assert all(one.opinion == one.source.startswith("ours") for one in measures)
    table = sources_of_readings()
    assert list(table.index) == [one.label for one in measures]
    assert table["whose reading"].tolist() == ["the paper", "the paper", "opinion", "opinion"]


def test_openness_is_a_share():
    with pytest.raises(BuzanError, match=r"openness 1\.5; allowed: 0 to 1"):
        hostile_readings(TABLE2.weights(), 1.5)
