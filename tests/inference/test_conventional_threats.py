"""Conventional dangers are found to come first where they do, and only there."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import permutation_test

from buzanlib.errors import EstimationError
from buzanlib.inference.conventional_threats import CONVENTIONAL, DANGERS, OF_CONVENTIONAL, RIVALS
from buzanlib.inference.statement_content import sign_tests
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data

SS = 3


def speaking(made, rates: dict[str, list[float]], draws: int = 399) -> World:  # type: ignore[no-untyped-def]
    """A world of states with ten speeches, in which windows come at rates by quadrant, or one a speech."""
    quadrants, n = made.sample().quadrants, 10
    counts = {name: made.rng.poisson(n * np.array(rates.get(name, [1.0] * 4))[quadrants]) for name in DANGERS}
    documents = pd.DataFrame(
        {"doc_id": made.names, "corpus": "UNGDC", "iso3": made.names, "year": 2015, "in_paper": 0}
    )
    documents["windows"] = counts["digital"]
    conventional = pd.DataFrame({"doc_id": made.names, **{name: counts[name] for name in RIVALS}})
    data = SimpleNamespace(
        statements=SimpleNamespace(documents=documents), conventional=conventional, regions=made.regions
    )
    world = World(data, Placement(), made.permutations, draws)  # type: ignore[arg-type]
    vars(world).update(placed=made.placed, counts=pd.DataFrame({"relevant": 1}, index=made.names))
    return world


def test_all_three_must_come_first(world) -> None:
    found = CONVENTIONAL(speaking(world(1), {"war": [2] * 4, "nuclear": [2] * 4, "terrorism": [2] * 4}))
    assert found.p == pytest.approx(1 / 400)
    assert 0 < found.low90 < found.contrast < found.high90
    assert found.contrast == min(found.beside[f"SS.{name}.contrast"] for name in RIVALS)
    one_short = CONVENTIONAL(speaking(world(1), {"war": [2] * 4, "nuclear": [0.5] * 4, "terrorism": [2] * 4}))
    assert one_short.p > 0.9
    assert one_short.contrast < 0
    assert one_short.beside["SS.war.p"] == pytest.approx(1 / 400)


def test_other_quadrants_stand_beside_it(world) -> None:
    rates = {name: [0.5, 2, 1, 4] for name in RIVALS}
    found = CONVENTIONAL(speaking(world(2), rates))
    assert found.beside["SS.p"] == found.p
    assert found.beside["WW.p"] > 0.9
    assert found.beside["WS.p"] == pytest.approx(1 / 400)
    assert found.beside["more.war.low90"] > 0
    assert found.beside["more.war.p"] < 0.05


def test_ratios_and_rates_are_those_of_plain_sums(world) -> None:
    made = world(3)
    played = speaking(made, {"war": [3] * 4})
    sample = CONVENTIONAL.sample(played)
    documents = played.data.statements.documents.set_index("iso3")
    war = played.data.conventional.set_index("doc_id")["war"]
    expected = np.log((war + 0.5) / (documents["windows"] + 0.5))
    np.testing.assert_allclose(CONVENTIONAL.ratios(sample)["war"], expected[sample.counts.index])
    inside = made.sample().quadrants == SS
    assert CONVENTIONAL.rates(sample).loc["SS", "war"] == pytest.approx(war[inside].mean())  # one speech each


def test_p_is_that_of_scipy() -> None:
    """All changes of sign of eight differences, one after the other; ours are drawn."""
    values = np.random.default_rng(4).normal(0.4, 1, 8)

    def studentised(x: np.ndarray, axis: int = -1) -> np.ndarray:
        return x.mean(axis=axis) / x.std(axis=axis, ddof=1)

    exact = permutation_test(
        (values,), studentised, permutation_type="samples", alternative="greater", n_resamples=np.inf
    )
    (ours,) = sign_tests({"x": values}, 19_999, 1)
    assert ours.p == pytest.approx(exact.pvalue, abs=4 * np.sqrt(exact.pvalue * (1 - exact.pvalue) / 20_000))
    with pytest.raises(EstimationError, match="1 states to compare"):
        sign_tests({"x": values[:1]}, 9, 1)


def test_size_where_no_danger_comes_first() -> None:
    rng, p = np.random.default_rng(5), []
    for seed in range(400):
        own = 6 * rng.gamma(2, 0.5, size=(2, 35))
        war, digital = np.log(rng.poisson(own) + 0.5)
        p.append(sign_tests({"war": war - digital}, 199, seed)[0].p)
    share = np.mean(np.array(p) <= 0.05)
    assert 0.02 < share < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_without_counts_it_says_what_is_missing(data_dir: Path, tmp_path: Path) -> None:
    world = World.open(data_dir, Placement(), 9, 1, 9)
    with pytest.raises(
        EstimationError, match=r"no windows .* in NCSS of 2011 to 2024; allowed: .*conventional\.csv"
    ):
        CONVENTIONAL.sample(World(world.data, world.placement, world.permutations, corpus="NCSS"))
    (tmp_path / "datapackage.json").write_text(
        '{"name": "x", "profile": "tabular-data-package", "resources": []}', encoding="utf-8"
    )
    assert Data.open(tmp_path).conventional.empty


def test_the_shipped_study_has_a_finding(data_dir: Path) -> None:
    found = OF_CONVENTIONAL["X32"](World.open(data_dir, Placement(), 99, 1, 99))
    assert found.hypothesis == "X32"
    assert found.sesoi == 0
    assert found.n > 1
