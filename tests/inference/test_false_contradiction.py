"""How often the locked rule would contradict what is true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from buzanlib.inference.contrasts import empirical_logit
from buzanlib.inference.estimator_simulation import Rates
from buzanlib.inference.false_contradiction import FalseContradiction
from buzanlib.inference.hypothesis_tests import RATES, WORDING, findings
from buzanlib.inference.permutation import Array
from buzanlib.inference.statement_content import rate_counts
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import NAMED

CLAIMS = ["B1", "B2", "B3", "B5", "M1", "B12", "B14", "B15", "B17", "B18"]


@pytest.fixture(scope="module")
def world(data_dir: Path) -> World:
    return World.open(data_dir, Placement(), draws=99, seed=1).on_record()


def test_the_interval_is_that_of_the_locked_test(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the data in the place of simulated worlds, the word is said where the locked interval ends too low."""
    counts, study = world.sample.counts, FalseContradiction(world, worlds=1)
    n = counts[["relevant"]].to_numpy()

    def logits(self: FalseContradiction, column: str, *_: object) -> Array:
        return empirical_logit(rate_counts(world.sample, column).to_numpy()[:, None], n)

    inside = world.placed.loc[counts.index, "quadrant"].astype(str) == "WS"
    own: Iterator[Array] = (
        empirical_logit(counts.loc[inside, [threat.value]].to_numpy(), n[inside]) for threat in NAMED
    )
    monkeypatch.setattr(FalseContradiction, "_logits", logits)
    monkeypatch.setattr(FalseContradiction, "_drawn", lambda self, *_: next(own))
    said = {**study.table2(), **study.wording()}
    found = findings(world, CLAIMS)
    assert sorted(said) == sorted(CLAIMS)
    assert {name: bool(share) for name, share in said.items()} == {
        name: one.high90 < world.sesoi for name, one in found.items()
    }


def test_the_true_effect_is_the_smallest_of_interest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: dict[str, Array] = {}

    def logits(self: FalseContradiction, column: str, quadrants: Array, *_: object) -> Array:
        moved[column] = quadrants
        return np.random.default_rng(1).normal(size=(len(world.sample), 1))

    monkeypatch.setattr(FalseContradiction, "_logits", logits)
    study = FalseContradiction(world, worlds=1)
    study.table2()
    for one, (effect, sign) in {"pol": (1, -1), "inf": (0, -1), "cri": (2, 1)}.items():
        pattern = np.array([[-1, -1, 1, 1], [-1, 1, -1, 1], [1, -1, -1, 1]])[effect]
        assert sign * pattern @ moved[one] / 2 == pytest.approx(world.sesoi)
    study.wording()
    for name in ("M1.WS", "M1.SS", "B12", "B14", "B17", "B18"):
        column, weights = RATES[name]
        assert weights @ moved[str(column)] == pytest.approx(world.sesoi)
    assert moved["agents abroad and inside"].tolist() == pytest.approx([0, 0, world.sesoi, 0])


def test_rates_are_those_of_an_independent_computation(world: World) -> None:
    """Of the reviewer who found the fault, with other code: regions' own rates for Table 2, one rate for the others."""
    study = FalseContradiction(world, worlds=1000)
    theirs = {"B1": 0.73, "B2": 0.14, "B3": 0.32, "B5": 0.82}
    assert study.table2()[list(theirs)].to_dict() == pytest.approx(theirs, abs=0.06)
    theirs = {"B1": 0.19, "B2": 0.11, "B3": 0.26, "B5": 0.33}
    assert study.table2(Rates.SAME)[list(theirs)].to_dict() == pytest.approx(theirs, abs=0.06)
    wording = study.wording()
    assert list(wording.index) == [name for name in WORDING if name in CLAIMS]
    theirs = {"M1": 0.46, "B17": 0.39, "B18": 0.83}
    assert wording[list(theirs)].to_dict() == pytest.approx(theirs, abs=0.06)
