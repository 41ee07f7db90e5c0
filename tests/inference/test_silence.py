"""Silence by quadrant, and the hurdle: scipy's chi-square, plain loops, known worlds, and the shipped tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import chi2_contingency

from buzanlib.errors import EstimationError
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.silence import FURTHER, SPEAKS, SilenceResult, SilenceTest, hurdle, hurdle_results
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import speech_counts
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Quadrant

BANK = PermutationBank(499, 3)
TEST = SilenceTest(BANK)


def spoken(world: Any, chance: np.ndarray, documents: int = 8) -> pd.DataFrame:
    """Documents of each state, of which one speaks with a chance of its own; then further passages, 1/4 each time."""
    speaking = world.rng.binomial(documents, chance)
    further = [world.rng.negative_binomial(n, 0.75) if n else 0 for n in speaking]
    columns = {"documents": documents, "speaking": speaking, "relevant": speaking + np.array(further)}
    return pd.DataFrame(columns, index=world.names)


def test_the_statistics_are_those_of_scipy_and_of_a_plain_loop(world: type) -> None:
    here = world(1)
    said = spoken(here, np.full(120, 0.1))
    found = TEST(said, here.placed, here.regions)
    codes = (here.placed["p"] > 0) * 2 + (here.placed["k"] > 0)
    silent = said["relevant"] == 0
    plain = chi2_contingency(pd.crosstab(codes, silent))
    assert (found.plain, found.plain_p) == pytest.approx((plain.statistic, plain.pvalue))
    total = 0.0
    for code, quadrant in enumerate(Quadrant):
        held = here.names[codes == code]
        expected = sum(silent[here.regions == here.regions[state]].mean() for state in held)
        gap = float(silent[held].sum() - expected)
        total += gap**2 / expected + gap**2 / (len(held) - expected)
        row = found.by_quadrant.loc[quadrant.value]
        assert (row["states"], row["silent"], row["documents"]) == (
            len(held),
            silent[held].sum(),
            8 * len(held),
        )
        assert row["share"] == pytest.approx(silent[held].mean())
        assert row["low90"] < row["share"] < row["high90"]
        assert row["rate"] == pytest.approx(said.loc[held, "speaking"].sum() / row["documents"])
        assert row["each"] == pytest.approx(
            said.loc[held, "relevant"].sum() / said.loc[held, "speaking"].sum()
        )
    assert found.statistic == pytest.approx(total)


def test_silence_that_goes_with_regions_alone_is_seen_over_the_world_only(world: type) -> None:
    here = world(2, size=200)
    # Half of the regions are silent, and hold nearly all states of weak cohesion.
    quiet = here.regions.isin(["0", "1"]).to_numpy()
    here.placed["k"] = np.where(quiet ^ (here.rng.random(200) < 0.1), -1, 1)
    found = TEST(spoken(here, np.where(quiet, 0.05, 0.4)), here.placed, here.regions)
    assert found.plain_p < 0.001
    assert found.p > 0.1
    assert "but not demonstrably among" in found.reading
    assert {str(name) for name in found.ranked[:2]} == {"WW", "SW"}


def test_silence_that_goes_with_the_quadrant_is_found_within_regions(world: type) -> None:
    here = world(3, size=200)
    found = TEST(spoken(here, np.where(here.placed["k"] < 0, 0.05, 0.4)), here.placed, here.regions)
    assert found.p == 1 / 500
    assert "and also among" in found.reading


def test_under_the_null_a_p_is_small_as_often_as_it_says(world: type) -> None:
    small = 0
    for seed in range(40):
        here = world(seed, size=60)
        chance = np.where(here.regions.isin(["0", "1"]), 0.05, 0.3)
        small += (
            SilenceTest(PermutationBank(99, seed))(spoken(here, chance), here.placed, here.regions).p <= 0.1
        )
    assert small <= 9  # binomial (40, 0.1): more than 9 once in a hundred


@pytest.mark.parametrize(("chance", "share"), [(0.0, 1.0), (1.0, 0.0)])
def test_where_all_or_none_are_silent_there_is_nothing_to_find(
    world: type, chance: float, share: float
) -> None:
    here = world(4)
    found = TEST(spoken(here, np.full(120, chance)), here.placed, here.regions)
    assert (found.statistic, found.p, found.plain, found.plain_p) == (0, 1, 0, 1)
    assert found.by_quadrant["share"].eq(share).all()
    assert found.by_quadrant[["low90", "high90"]].notna().all(axis=None)
    assert found.reading == "So silence cannot be shown to go with the quadrant."


def test_a_quadrant_without_states_has_no_share(world: type) -> None:
    here = world(5)
    here.placed["k"] = 1
    found = TEST(spoken(here, np.full(120, 0.1)), here.placed, here.regions)
    assert found.by_quadrant["share"].isna().tolist() == [True, False, True, False]
    assert 0 < found.plain_p < 1
    assert sorted(found.heard.index) == ["SS", "WS"]


def test_words_follow_the_two_p() -> None:
    none = SilenceResult(pd.DataFrame(), 0.0, 0.01, 0.0, 0.5)
    assert none.reading == "So silence goes with the quadrant, if only among states of one region."
    assert replace(none, p=0.05).reading.startswith("So silence cannot")
    assert replace(none, p=0.05, plain_p=0.05).reading.startswith("So silence cannot")


def test_states_without_a_document_or_a_region_are_refused(world: type) -> None:
    here = world(6)
    said = spoken(here, np.full(120, 0.1))
    with pytest.raises(EstimationError, match="no state is both placed and has a document"):
        TEST(said.assign(documents=0), here.placed, here.regions)
    with pytest.raises(EstimationError, match="no group for S000"):
        TEST(said, here.placed, here.regions.drop("S000"))


def test_the_hurdle_finds_what_is_true_of_each_part(world: type) -> None:
    here = world(7, size=600)
    odds = -0.5 + 0.5 * here.placed["k"].to_numpy() + 0.2 * here.rng.normal(size=600)
    said = spoken(here, expit(odds), documents=40)
    counts = pd.DataFrame({"relevant": said["relevant"], "pol": here.rng.binomial(said["relevant"], 0.3)})
    found = hurdle(said, counts, here.placed, here.regions, BANK, ["pol"])
    assert found.index.get_level_values("outcome").unique().tolist() == [SPEAKS, FURTHER, "pol"]
    assert found.loc[(SPEAKS, "cohesion"), "contrast"] == pytest.approx(1.0, abs=0.08)
    assert found.loc[(SPEAKS, "cohesion"), "p"] == 2 / 500
    assert found.loc[(SPEAKS, "cohesion"), "word"] == "more"
    # Whoever speaks goes on at the same rate, and says the same.
    others = found.drop((SPEAKS, "cohesion"))
    assert others["contrast"].abs().max() < 0.15
    shown = others["word"] != "not demonstrably more or less"
    assert shown.equals(others["p"] < 0.05)
    assert shown.sum() <= 1
    assert hurdle_results(found)["hurdle.speaks.cohesion.word"] == "more"
    assert len(hurdle_results(found)) == 3 * len(found)
    assert (found["low90"] < found["contrast"]).all()
    assert (found["contrast"] < found["high90"]).all()


def test_the_other_way_round_a_two_sided_p_is_the_same(world: type) -> None:
    here = world(8)
    said = spoken(here, np.full(120, 0.3))
    found = hurdle(said, said, here.placed, here.regions, BANK, [])
    turned = hurdle(said, said, -here.placed, here.regions, BANK, [])
    for effect, sign in {"power": -1, "cohesion": -1, "power:cohesion": 1}.items():
        one, other = found.xs(effect, level="effect"), turned.xs(effect, level="effect")
        assert one["contrast"].tolist() == pytest.approx((sign * other["contrast"]).tolist(), abs=1e-5)
        assert one["p"].tolist() == pytest.approx(other["p"].tolist(), abs=0.1)


def test_the_first_coding_has_the_silence_that_the_second_part_of_the_methods_reports(data_dir: Path) -> None:
    data = Data.open(data_dir)
    placed = Placement(first=2011, last=2024)(data.panel, data.regions)
    said = speech_counts(data.statements, "UNGDC", 2011, 2024, "adjudicated")
    found = TEST(said, placed, data.regions)
    assert found.by_quadrant["share"].round(2).to_dict() == {"WW": 0.36, "WS": 0.20, "SW": 0.32, "SS": 0.10}
    assert found.by_quadrant.loc["WW", ["states", "silent", "relevant"]].tolist() == [39, 14, 51]
    assert found.plain_p == pytest.approx(0.029, abs=5e-4)
    assert list(map(str, found.ranked)) == ["WW", "SW", "WS", "SS"]
    assert found.heard.index[0] == "WW"
    assert found.heard.loc["WW"].tolist() == pytest.approx([39 / 178, 51 / 448])
    results = found.to_results("silence")
    assert results["silence.WS"] == 0.2
    assert [results[f"silence.{key}"] for key in ("n_states", "n_silent", "most", "least")] == [
        178,
        44,
        "WW",
        "SS",
    ]
    assert results["silence.most.share"] == pytest.approx(14 / 39)
    assert results["silence.quietest"] == "WW"
    assert results["silence.quietest.passages"] == pytest.approx(51 / 448)
