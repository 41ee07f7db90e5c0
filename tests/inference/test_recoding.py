"""The same tests under several codings, on the tables that ship."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.inference.hypothesis_tests import OF_OTHERS, OF_STATEMENTS, RATES, findings
from buzanlib.inference.recoding import NONE, Recodings
from buzanlib.inference.second_registration import SecondRegistration
from buzanlib.inference.soft_axes import contrasts_by_position, positions_of
from buzanlib.inference.soft_registry import registry_by_position
from buzanlib.inference.statement_content import rate_test
from buzanlib.inference.verdicts import judge
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement


@pytest.fixture(scope="module")
def world(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), 49, 5, bootstrap=49)


def test_each_coding_has_its_findings_and_words(world: World) -> None:
    coded = Recodings.of(world, ["adjudicated_2", "C"])
    apart = findings(world.coded_by("C"), OF_STATEMENTS)
    assert coded.found["C"] == apart
    words = judge({**apart, **findings(world, OF_OTHERS)}, world.data.predictions)["verdict"]
    assert coded.words["C"].to_dict() == words.drop(list(OF_OTHERS)).to_dict()
    assert coded.others == len(OF_OTHERS)
    on_logits = coded.on_logits("adjudicated_2")
    assert "B1" in on_logits
    assert "C1" not in on_logits  # a distance
    assert list(on_logits["B1"]) == ["adjudicated_2", "C"]


def test_words_that_differ() -> None:
    words = pd.DataFrame(
        {
            "A": ["supported", "undecided", NONE],
            "B": ["supported"] * 3,
            "C": ["supported", "undecided", NONE],
        },
        ["B1", "B2", "B3"],
    )
    coded = Recodings({}, words, 4)
    assert coded.differ().index.tolist() == ["B2", "B3"]
    assert coded.differ(["A", "C"]).empty
    assert coded.to_results(["A", "C"]) == {
        "coders.n": 3,
        "coders.n_differ": 2,
        "coders.n_differ.codebook": 0,
        "coders.n_others": 4,
    }


def test_the_registry_by_position(world: World) -> None:
    """In quadrants it has the p values and estimates of the findings."""
    table = registry_by_position(world)
    names = [one.id for one in world.data.predictions.cells]
    assert table.index.unique("outcome").tolist() == [*names, "B5", *RATES, "P1"]
    hard = table.xs("hard", level="placement")
    found = findings(world, ["B1", "B2", "B3", "B5"])
    for name, one in found.items():
        assert hard["p"][name] == pytest.approx(one.p)
        assert hard["estimate"][name] == pytest.approx(one.contrast)
        assert (hard["low90"][name], hard["high90"][name]) == pytest.approx((one.low90, one.high90))
    for name, rate in RATES.items():
        assert hard["p"][name] == pytest.approx(rate_test(name, world, rate).beside["p.weighted"])
    later = SecondRegistration(world).strict()
    assert hard["p"]["P1"] == pytest.approx(later.p)
    assert hard["estimate"]["P1"] == pytest.approx(later.contrast)
    fuzzy = contrasts_by_position(
        world.counts,
        {"fuzzy": positions_of(world.placement, world.data)["fuzzy"]},
        world.data.regions,
        {"D2": RATES["D2"]},
        world.bank,
    )
    assert table.loc[("D2", "fuzzy"), "p"] == fuzzy.loc[("D2", "fuzzy"), "p"]
