"""How states speak: planted worlds are found, each by its own test, and null worlds are not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from buzanlib.errors import EstimationError
from buzanlib.inference.contrasts import CODING, contrast_test, empirical_logit
from buzanlib.inference.hypothesis_tests import RATES, WORDING
from buzanlib.inference.hypothesis_tests import findings as all_findings
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.placed_sample import Sample
from buzanlib.inference.statement_content import expected_logit, rate_leanings
from buzanlib.inference.verdicts import Finding
from buzanlib.inference.weighted_contrast import weighted_p
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import NAMED
from buzanlib.theory.vocabulary import Measure, Quadrant, ThreatAgent

WW, WS, SW, SS = range(4)
N = 12
POWER = -CODING[1] / 2


def speech(made, **rates: list[float]) -> tuple[pd.DataFrame, pd.DataFrame]:  # type: ignore[no-untyped-def]
    """Counts of passages, each column at its rate by quadrant, one fifth where none is given."""
    quadrants = made.sample().quadrants

    def drawn(name: str, n: int = N) -> np.ndarray:
        rate = np.array(rates.get(name, [0.2] * 4))[quadrants]
        return made.rng.binomial(n, rate)

    columns = {"relevant": np.full(len(quadrants), N)}
    columns |= {threat.value: drawn(threat.value) for threat in NAMED}
    columns |= {"level": drawn("level", 2 * N), "emergency": drawn("emergency")}
    columns |= {f"agent.{agent}": drawn(f"agent.{agent}") for agent in ThreatAgent}
    left = np.full(len(quadrants), N)
    for measure in Measure:
        name = f"measure.{measure}"
        columns[name] = np.minimum(drawn(name), left)
        left = left - columns[name]
    columns["measure.none"] = columns["measure.none"] + left
    names = pd.DataFrame(
        {"cyber_security": drawn("cyber_security"), "information_security": drawn("information_security")},
        index=made.names,
    )
    return pd.DataFrame(columns, index=made.names), names.assign(either=names.sum(axis=1))


def spoken(  # type: ignore[no-untyped-def]
    made, counts: pd.DataFrame, names: pd.DataFrame, draws: int, locked: bool = False
) -> World:
    """A world in which states say this."""
    documents = names.drop(columns="either").rename_axis("iso3").reset_index()
    documents = documents.assign(corpus="UNGDC", year=2015, in_paper=0)
    data = SimpleNamespace(
        statements=SimpleNamespace(documents=documents),
        predictions=SimpleNamespace(sesoi=0.4, hypotheses=WORDING),
        regions=made.regions,
    )
    bank = PermutationBank(len(made.permutations.moves), 1)
    world = World(data, Placement(), made.permutations, draws, bank=bank, locked=locked)  # type: ignore[arg-type]
    vars(world).update(placed=made.placed, counts=counts)  # as if they had been computed
    return world


def findings(made, **rates: list[float]) -> dict[str, Finding]:  # type: ignore[no-untyped-def]
    counts, names = speech(made, **rates)
    return all_findings(spoken(made, counts, names, 199), WORDING)


def test_every_claim_is_found_where_it_holds(world) -> None:
    found = findings(
        world(1),
        level=[0.7, 0.4, 0.4, 0.1],
        mil=[0.2, 0.5, 0.2, 0.05],
        emergency=[0.3, 0.3, 0.3, 0.02],
        inf=[0.3, 0.9, 0.3, 0.6],
        cri=[0.3, 0.65, 0.3, 0.4],
        pol=[0.3, 0.2, 0.3, 0.15],
        information_security=[0.1, 0.1, 0.7, 0.1],
        cyber_security=[0.7, 0.7, 0.1, 0.7],
        **{
            "agent.state": [0.1, 0.1, 0.6, 0.1],
            "agent.other": [0.1, 0.1, 0.6, 0.1],
            "measure.content": [0.05, 0.05, 0.5, 0.05],
            "measure.defend": [0.2, 0.8, 0.2, 0.2],
        },
    )
    assert set(found) == {"A2", "M1", "B12", "B14", "B15", "B16", "B17", "B18", "D2", "F1"}
    for name, finding in found.items():
        assert finding.p < 0.05, name
        assert 0 < finding.low90 < finding.contrast < finding.high90, name
        assert finding.sesoi == (0 if name == "A2" else 0.4), name
    assert found["M1"].beside["SW.contrast"] < found["M1"].contrast


def test_rates_are_contrasted_in_the_predicted_direction() -> None:
    """Weights of WW, WS, SW and SS by hand, from the words of the locked claims."""
    third, directions = 1 / 3, {name: list(weights) for name, (_, weights) in RATES.items()}
    highest_among = {
        WS: [-third, 1, -third, -third],
        SW: [-third, -third, 1, -third],
        SS: [-third, -third, -third, 1],
    }
    for name, code in {"M1.WS": WS, "M1.SW": SW, "B14": WS, "B17": SW, "B18": SW}.items():
        assert directions.pop(name) == pytest.approx(highest_among[code]), name
    for name in ("M1.SS", "B12"):  # "lower among SS states", and "no emergency measures"
        assert directions.pop(name) == pytest.approx([-weight for weight in highest_among[SS]]), name
    assert directions == {"M1.weak": [0.5, 0.5, -0.5, -0.5], "D2": [0, 1, 0, -1]}


def test_contrasts_stand_beside_plain_shares_and_beside_what_silence_would_give(world) -> None:
    """SS states have thrice the passages of the others: no emergency anywhere, and yet the logits differ."""
    made = world(4)
    counts, names = speech(made)
    quadrants = made.sample().quadrants
    counts["relevant"] = np.where(quadrants == SS, 3 * N, N)
    sample = Sample.of(counts, made.placed, made.permutations)
    shown = rate_leanings(sample, RATES, rate=0.0)
    found = all_findings(spoken(made, counts, names, 19, locked=True), WORDING)
    assert list(shown.index) == list(RATES)
    for name in ("B12", "B14", "B17", "B18", "D2"):
        assert shown.loc[name, "contrast"] == pytest.approx(found[name].contrast)
    for part in ("WS", "SS", "SW"):
        assert shown.loc[f"M1.{part}", "contrast"] == pytest.approx(found["M1"].beside[f"{part}.contrast"])
    share = (counts["emergency"] / counts["relevant"]).groupby(quadrants).mean()
    assert shown.loc["B12", "share"] == pytest.approx(share[[WW, WS, SW]].mean() - share[SS])
    silent = Sample.of(counts.assign(emergency=0), made.placed, made.permutations)
    assert shown.loc["B12", "leaning"] == pytest.approx(rate_leanings(silent, RATES).loc["B12", "contrast"])
    assert shown.loc["B12", "leaning"] == pytest.approx(np.log((3 * N + 0.5) / (N + 0.5)))
    assert shown.loc["M1.WS", "leaning"] == pytest.approx(shown.loc["B12", "leaning"] / 3)


def test_claims_that_do_not_hold_are_seldom_found(world) -> None:
    counted = pd.Series(0, index=sorted({"A2", "M1", "B12", "B14", "B15", "B16", "B17", "B18", "D2", "F1"}))
    for seed in range(40):
        for name, finding in findings(world(100 + seed, size=60)).items():
            counted[name] += finding.p < 0.05
    assert counted.max() <= 6


def test_a_contrast_is_that_of_the_quadrant_means(world) -> None:
    made = world(2)
    counts, names = speech(made)
    found = all_findings(spoken(made, counts, names, 19, locked=True), WORDING)["B17"]
    logits = empirical_logit(counts["measure.content"], counts["relevant"])
    means = [logits[made.sample().quadrants == code].mean() for code in range(4)]
    assert found.contrast == pytest.approx(means[SW] - np.mean([means[WW], means[WS], means[SS]]))


def test_a_rate_is_found_only_if_both_tests_find_it(world) -> None:
    made = world(2)
    counts, names = speech(made, **{"measure.content": [0.2, 0.2, 0.4, 0.2]})
    here = spoken(made, counts, names, 19)
    found, locked = WORDING["B17"](here), WORDING["B17"](spoken(made, counts, names, 19, locked=True))
    column, weights = RATES["B17"]
    p = weighted_p(counts, column, weights, made.placed, made.regions, here.bank)
    assert found.beside == {"p.locked": locked.p, "p.weighted": p}
    assert found.p == max(locked.p, p)
    model = corner_model(counts, column, made.placed, made.regions)
    assert (found.contrast, found.low90, found.high90) == pytest.approx(model.combination(weights))
    assert found.unbiased
    assert not locked.unbiased


def test_a_claim_of_several_parts_shows_both_p_of_each_and_the_larger(world) -> None:
    found = findings(world(3), mil=[0.2, 0.5, 0.1, 0.1])["M1"]
    for kind in ("p.locked", "p.weighted"):
        assert found.beside[kind] == max(found.beside[f"{part}.{kind}"] for part in ("WS", "SS"))
        assert f"weak.{kind}" in found.beside
    assert found.p == max(found.beside["p.locked"], found.beside["p.weighted"])
    counts, names = speech(world(3), mil=[0.2, 0.5, 0.1, 0.1])
    on_record = all_findings(spoken(world(3), counts, names, 49, locked=True), ["M1"])["M1"]
    assert "p.locked" not in on_record.beside


def test_where_a_quadrant_never_says_it_the_logits_stand_in(world) -> None:
    made = world(2)
    counts, names = speech(made, **{"measure.content": [0.2, 0.0, 0.4, 0.0]})
    here = spoken(made, counts, names, 19)
    found, locked = WORDING["B17"](here), WORDING["B17"](spoken(made, counts, names, 19, locked=True))
    assert (found.contrast, found.low90, found.high90) == (locked.contrast, locked.low90, locked.high90)
    assert not found.unbiased
    assert set(found.beside) == {"p.locked", "p.weighted"}


def test_crime_must_be_second_and_not_first(world) -> None:
    crime_first = findings(world(3), inf=[0.3, 0.5, 0.3, 0.3], cri=[0.3, 0.9, 0.3, 0.3])["B15"]
    assert crime_first.p > 0.9
    assert crime_first.contrast < 0
    assert crime_first.beside["inf.cri.contrast"] == crime_first.contrast


def test_ranks_that_disagree_undo_what_magnitude_says(world) -> None:
    found = findings(
        world(4),
        inf=[0.3, 0.9, 0.3, 0.05],
        cri=[0.3, 0.7, 0.3, 0.2],
        pol=[0.3, 0.5, 0.3, 0.4],
        mil=[0.3, 0.3, 0.3, 0.6],
        ter=[0.3, 0.2, 0.3, 0.8],
        oth=[0.3, 0.05, 0.3, 0.9],
    )["D2"]
    assert found.beside["magnitude.p"] == max(found.beside["p.locked"], found.beside["p.weighted"]) < 0.05
    assert found.beside["rank.correlation"] < -0.5
    assert found.p == found.beside["rank.p"] > 0.95


def test_rank_correlation_equals_scipy(world) -> None:
    made = world(5)
    counts, names = speech(made, inf=[0.1, 0.5, 0.1, 0.3], cri=[0.1, 0.3, 0.1, 0.5])
    found = all_findings(spoken(made, counts, names, 9), WORDING)["D2"]
    rates = counts[[threat.value for threat in NAMED]] / N
    means = [rates[made.sample().quadrants == code].mean() for code in (WS, SS)]
    assert found.beside["rank.correlation"] == pytest.approx(spearmanr(*means).statistic)


@given(seed=st.integers(0, 200))
@settings(max_examples=20, deadline=None)
def test_turning_a_contrast_round_turns_the_interval_round(seed: int, world) -> None:
    made = world(seed, size=40, draws=19)
    values = made.rng.normal(size=40)
    weights = made.rng.normal(size=4)
    there = contrast_test("x", values, made.sample(), weights)
    back = contrast_test("x", values, made.sample(), -weights)
    assert (there.low90, there.high90) == pytest.approx((-back.high90, -back.low90))
    assert there.p + back.p >= 1


def test_claims_on_states_of_their_own_are_left_out_where_there_are_none(world) -> None:  # type: ignore[no-untyped-def]
    made = world(40)
    counts, names = speech(made)
    whole = all_findings(spoken(made, counts, names, 9), WORDING)
    counts["measure.none"] = counts["relevant"]
    found = all_findings(spoken(made, counts, 0 * names, 9), WORDING)
    assert list(found) == [name for name in whole if name not in ("B16", "F1")]


def test_one_state_is_too_few_to_compare_two_threats(world) -> None:
    made = world(6, size=30)
    counts, names = speech(made)
    quadrants = made.sample().quadrants
    keep = (quadrants != WS) | (np.arange(30) == np.flatnonzero(quadrants == WS)[0])
    with pytest.raises(EstimationError, match=f"quadrant {Quadrant.WS} holds 1 of"):
        WORDING["B12"](spoken(made, counts[keep], names, 9))
    with pytest.raises(EstimationError, match="1 states to compare two threats in; allowed: at least 2"):
        WORDING["B15"](spoken(made, counts[keep], names, 9))


@pytest.mark.parametrize("n", [1, 4, 30])
def test_expected_logit_in_its_limits(n: int) -> None:
    assert expected_logit([n], 0.0)[0] == pytest.approx(float(empirical_logit(0, n)))
    assert expected_logit([n], 1.0)[0] == pytest.approx(float(empirical_logit(n, n)))
    assert expected_logit([n], 0.5)[0] == pytest.approx(0)
    assert expected_logit([n], 0.2)[0] == pytest.approx(-expected_logit([n], 0.8)[0])


def test_expected_logit_by_hand_and_by_simulation() -> None:
    assert expected_logit([1], 0.3)[0] == pytest.approx(0.3 * np.log(3) - 0.7 * np.log(3))
    drawn = np.random.default_rng(1).binomial(6, 0.15, 200_000)
    np.testing.assert_allclose(
        expected_logit([6, 1, 6], 0.15)[[0, 2]], empirical_logit(drawn, 6).mean(), atol=0.01
    )


def test_a_rate_is_a_probability() -> None:
    with pytest.raises(EstimationError, match=r"a rate of 1\.5; allowed: 0 to 1"):
        expected_logit([1], 1.5)


@pytest.mark.parametrize(("rate", "leans"), [(0.05, True), (0.5, False)])
def test_what_is_rare_leans_to_those_who_say_little(world, rate: float, leans: bool) -> None:
    made = world(1, size=400)
    passages = np.where(made.placed["p"] == 1, 6, 2)
    counts = pd.DataFrame({"relevant": passages, "inf": made.rng.binomial(passages, rate)}, index=made.names)
    found = rate_leanings(made.sample(counts), {"weak": ("inf", POWER)}).loc["weak"]
    assert found["leaning"] > 0.5 if leans else abs(found["leaning"]) < 0.1
    assert found["contrast"] == pytest.approx(found["leaning"], abs=0.25)
    assert found["share"] == pytest.approx(0, abs=0.1)


def test_nothing_leans_where_all_speak_alike(world) -> None:
    made = world(2)
    counts = pd.DataFrame(
        {"relevant": 5, "inf": made.rng.binomial(5, 0.1, len(made.names))}, index=made.names
    )
    sample = made.sample(counts)
    found = rate_leanings(sample, {"weak": ("inf", POWER)}).loc["weak"]
    assert found["leaning"] == pytest.approx(0)
    shares = contrast_test("weak", counts["inf"] / 5, sample, POWER)
    logits = contrast_test("weak", empirical_logit(counts["inf"], 5), sample, POWER)
    assert (found["share"], found["contrast"]) == pytest.approx((shares.contrast, logits.contrast))
