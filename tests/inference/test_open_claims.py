"""Family X: planted worlds are found, null worlds are not, and each statistic is what a plain loop gives."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.cochran_mantel_haenszel import ASKED, generalised_cmh, measures_by_threat
from buzanlib.inference.contrasts import CODING
from buzanlib.inference.gini_simpson import diversities
from buzanlib.inference.mixed_model import corner_model
from buzanlib.inference.open_claims import ON_STATEMENTS, breadth
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.statement_content import primary_test
from buzanlib.inference.verdicts import Finding
from buzanlib.inference.weighted_contrast import overdispersion, weighted_p
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import (
    CONTENT_OF_STATES,
    DEFEND_ECONOMY,
    NAMED,
    REFERENTS,
    state_counts,
)
from buzanlib.measurement.rarefaction import kinds_beyond_expected
from buzanlib.theory.vocabulary import Measure, ReferentObject, Threat, ThreatAgent

WW, WS, SW, SS = range(4)
ALIKE = (0.25, 0.25, 0.25, 0.25)
LEVELS = [referent.removeprefix("referent.") for referent in REFERENTS]


def said(  # type: ignore[no-untyped-def]
    made,
    rates: dict[str, tuple[float, ...]] | None = None,
    asked: list[list[float]] | None = None,
    spread: float = 0.0,
    n: np.ndarray | None = None,
) -> pd.DataFrame:
    """Passages of states: chances of threats, and of ``level`` 1, by quadrant; shares of measures by quadrant.

    `spread` makes states of a quadrant differ, in log odds.
    """
    rng, quadrants = made.rng, made.sample().quadrants
    n = rng.geometric(0.25, len(quadrants)) if n is None else n
    state = np.repeat(np.arange(len(quadrants)), n)
    size, whose = len(state), quadrants[state]

    def drawn(name: str) -> np.ndarray:
        chance = np.asarray((rates or {}).get(name, ALIKE))
        odds = np.log(chance / (1 - chance))[quadrants] + rng.normal(0, spread, len(quadrants))
        return rng.random(size) < (1 / (1 + np.exp(-odds)))[state]

    passages = pd.DataFrame({threat.value: drawn(threat.value) for threat in NAMED}).astype(int)
    shares = np.asarray(asked or [[0.2] * 5] * 4)[whose]
    return passages.assign(
        iso3=made.names[state],
        gen=0,
        pol_kind="none",
        primary=rng.choice(["pol", "inf", "cri", "gen"], size),
        level=drawn("level").astype(int),
        referent=rng.choice([*LEVELS, "none"], size),
        agent=np.where(drawn("agent"), ThreatAgent.STATE, ThreatAgent.NONE),
        measure=np.array(ASKED)[(rng.random(size)[:, None] > shares.cumsum(axis=1)).sum(axis=1).clip(max=4)],
    )


def spoken(made, passages: pd.DataFrame, draws: int = 199) -> World:  # type: ignore[no-untyped-def]
    """A world in which states say this."""
    data = SimpleNamespace(predictions=SimpleNamespace(sesoi=0.4), regions=made.regions)
    bank = PermutationBank(draws, 1)
    world = World(data, Placement(), made.permutations, draws, bank=bank)  # type: ignore[arg-type]
    vars(world).update(placed=made.placed, passages=passages, counts=state_counts(passages))
    return world


def rows(passages: pd.DataFrame, chosen: np.ndarray, **values: list[str]) -> pd.DataFrame:
    """Passages, of which some have other codes, in turn."""
    return passages.assign(
        **{
            name: np.where(chosen, np.resize(options, len(passages)), passages[name])
            for name, options in values.items()
        }
    )


def test_every_claim_is_found_where_it_holds(world) -> None:
    made = world(1)
    passages = said(
        made,
        {threat.value: (0.6, 0.1, 0.1, 0.1) for threat in NAMED}
        | {"pol": (0.3, 0.1, 0.8, 0.2), "inf": (0.3, 0.8, 0.1, 0.2), "level": (0.2, 0.2, 0.8, 0.2)},
        [[0.8, 0.05, 0.05, 0.05, 0.05], [0.05, 0.8, 0.05, 0.05, 0.05], [0.2] * 5, [0.2] * 5],
    )
    quadrant = made.sample().quadrants[made.names.get_indexer(pd.Index(passages["iso3"]))]
    half = made.rng.random(len(passages)) < 0.5
    # SW states name every level, and the others one.
    passages = rows(passages, quadrant != SW, referent=["state"])
    passages = rows(passages, half & (quadrant == SW), measure=["content"], agent=["state"])
    passages = rows(passages, half & (quadrant == SS), measure=["defend"], referent=["economy"])
    here = spoken(made, passages)
    for name in ("X14", "X17", "X19", "X34", "X42", "X52"):
        found = ON_STATEMENTS[name](here)
        assert found.p < 0.05, name
        assert found.contrast > 0, name
        assert found.hypothesis == name
        assert found.sesoi == (0.4 if name in ("X17", "X19", "X34", "X42") else 0), name
    several = spoken(made, said(made, n=np.full(len(made.names), 4)))
    assert ON_STATEMENTS["X9"](several).p < 0.05
    assert ON_STATEMENTS["X9"](several).contrast == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("name", ["X34", "X42"])
def test_a_rate_is_tested_by_the_primary_estimator_alone(world, name: str) -> None:
    made = world(2)
    passages = said(made)
    some = made.rng.random(len(passages)) < 0.3
    passages = rows(passages, some, measure=["defend", "content"], referent=["economy"], agent=["state"])
    column, code = {"X34": (DEFEND_ECONOMY, SS), "X42": (CONTENT_OF_STATES, SW)}[name]
    here = spoken(made, passages)
    found, counts = ON_STATEMENTS[name](here), state_counts(passages)
    assert found.p == weighted_p(counts, column, against(code), made.placed, made.regions, here.bank)
    model = corner_model(counts, column, made.placed, made.regions).combination(against(code))
    assert (found.contrast, found.low90, found.high90) == pytest.approx(model)


def against(code: int) -> np.ndarray:
    """Weights of a quadrant against the rest."""
    return np.where(np.arange(4) == code, 1.0, -1 / 3)


def test_where_a_quadrant_never_says_it_there_is_no_interval(world) -> None:
    made = world(3)
    passages = said(made)
    quadrant = made.sample().quadrants[made.names.get_indexer(pd.Index(passages["iso3"]))]
    passages = rows(passages, (quadrant == SS) & (passages["referent"] == "economy"), referent=["state"])
    here = spoken(made, passages)
    found = ON_STATEMENTS["X34"](here)
    assert np.isnan([found.low90, found.high90]).all()
    assert not found.unbiased
    assert found.verdict(1.0, 0.1) == "undecided"
    logits = primary_test("X34", here, (DEFEND_ECONOMY, against(SS)))
    assert (found.contrast, found.p) == (logits.contrast, logits.p)
    assert np.isfinite([logits.low90, logits.high90]).all()


def test_several_kinds_are_two_tests_and_the_larger_p(world) -> None:
    made = world(4)
    passages = said(made)
    here, counts = spoken(made, passages), state_counts(passages)
    beyond = kinds_beyond_expected(counts, [threat.value for threat in NAMED], made.regions)
    means = beyond.groupby(made.sample().quadrants[made.names.get_indexer(counts.index)]).mean()
    x14, x17 = ON_STATEMENTS["X14"](here), ON_STATEMENTS["X17"](here)
    assert x14.contrast == pytest.approx(means[WW] - means[[WS, SW, SS]].mean())
    several = (passages[[threat.value for threat in NAMED]].sum(axis=1) >= 2).groupby(passages["iso3"]).sum()
    assert counts["several"].tolist() == several.reindex(counts.index).tolist()
    assert counts["security"].sum() == (passages["level"] >= 1).sum()
    for found in (x14, x17):
        assert found.p == max(found.beside["kinds.p"], found.beside["passages.p"])
    model = corner_model(counts, "security", made.placed, made.regions).combination(against(SW))
    assert (x17.contrast, x17.low90, x17.high90) == pytest.approx(model)
    assert "kinds.contrast" in x17.beside
    assert "passages.contrast" in x14.beside


def test_breadth_is_a_mean_over_states(world) -> None:
    made = world(11)
    made.placed["quadrant"] = np.array(["WW", "WS", "SW", "SS"])[made.sample().quadrants]
    passages = said(made)
    here = spoken(made, passages)
    shown = breadth(here)
    found = ON_STATEMENTS["X14"](here)
    rest = shown.loc[["WS", "SW", "SS"], "kinds beyond"].mean()
    assert shown.loc["WW", "kinds beyond"] - rest == pytest.approx(found.contrast)
    own = passages[passages["iso3"].isin(made.names[made.sample().quadrants == SS])]
    assert shown.loc["SS", "passages"] == pytest.approx(own.groupby("iso3").size().mean())
    named = own[own["referent"] != "none"].groupby("iso3")["referent"].nunique()
    assert shown.loc["SS", "levels"] == pytest.approx(named.sum() / own["iso3"].nunique())
    assert shown.loc["SS", "security"] == pytest.approx(own.groupby("iso3")["level"].mean().mean())


def test_preference_by_a_plain_loop(world) -> None:
    made = world(5)
    passages = said(made, {"pol": (0.3, 0.2, 0.5, 0.3), "inf": (0.3, 0.5, 0.2, 0.3)})
    counts = state_counts(passages)
    found = ON_STATEMENTS["X19"](spoken(made, passages, draws=9))
    y, n = counts[["pol", "inf"]].to_numpy(), counts["relevant"].to_numpy()
    rho = overdispersion(y, n, made.regions[counts.index]).mean()
    weight, value = n / (1 + (n - 1) * rho), (y[:, 0] - y[:, 1]) / n
    quadrants = made.sample().quadrants[made.names.get_indexer(counts.index)]

    def statistic(values: np.ndarray) -> float:
        sides = []
        for code in (SW, WS):
            inside = quadrants == code
            w, v = weight[inside], values[inside]
            mean = (w * v).sum() / w.sum()
            spread = (w**2 * (v - mean) ** 2).sum() / w.sum() ** 2 * len(w) / (len(w) - 1)
            sides.append((mean, spread))
        return (sides[0][0] - sides[1][0]) / np.sqrt(sides[0][1] + sides[1][1])

    signs = np.random.default_rng(20100615).choice([-1.0, 1.0], size=(len(counts), 9))
    turned = [statistic(value * signs[:, draw]) for draw in range(9)]
    assert found.beside["p.signs"] == (1 + sum(each >= statistic(value) for each in turned)) / 10
    assert found.beside["preference.WW"] == pytest.approx(
        np.average(value[quadrants == WW], weights=weight[quadrants == WW])
    )
    effects = ["power", "cohesion", "power:cohesion"]
    two = [corner_model(counts, threat, made.placed, made.regions) for threat in ("pol", "inf")]
    loadings = CODING[1:] @ np.array([0, -1, 1, 0]) / 2
    assert found.contrast == pytest.approx(
        float((two[0].coefficients - two[1].coefficients)[effects] @ loadings)
    )
    error = np.sqrt((((two[0].influence - two[1].influence)[effects] @ loadings) ** 2).sum())
    assert (found.high90 - found.low90) / 2 / 1.6448536269514722 == pytest.approx(error)


def test_quadrants_that_all_prefer_one_threat_do_not_bear_out_a_difference(world) -> None:
    made = world(6)
    found = ON_STATEMENTS["X19"](spoken(made, said(made, {"pol": (0.7,) * 4, "inf": (0.1,) * 4})))
    assert found.p > 0.05
    assert min(found.beside[f"preference.{quadrant}"] for quadrant in ("WW", "WS", "SW", "SS")) > 0.4


def test_where_a_threat_is_never_named_a_preference_has_no_interval(world) -> None:
    made = world(7)
    passages = said(made).assign(inf=0)
    found = ON_STATEMENTS["X19"](spoken(made, passages))
    assert np.isnan([found.low90, found.high90]).all()
    assert not found.unbiased


def test_diversities_are_chances_over_pairs_of_passages() -> None:
    counts = np.array([[2, 1, 0], [0, 1, 3], [1, 1, 0]], dtype=float)
    passages = [np.repeat(range(3), row.astype(int)) for row in counts]
    own = [
        np.mean([a != b for i, a in enumerate(one) for j, b in enumerate(one) if i != j]) for one in passages
    ]
    across = [
        np.mean([a != b for a, b in product(passages[i], passages[j])])
        for i, j in product(range(3), repeat=2)
        if i != j
    ]
    within, between = diversities(counts, np.array([[1.0, 1, 1], [2, 1, 0], [3, 0, 0]]))
    assert within.tolist() == pytest.approx([np.mean(own), (2 * own[0] + own[1]) / 3, own[0]])
    assert between[0] == pytest.approx(np.mean(across))
    assert between[1:].tolist() == pytest.approx([across[0], 0])


def test_states_that_name_one_level_each_have_none_of_the_diversity_within(world) -> None:
    made = world(8)
    passages = said(made, n=np.full(len(made.names), 3))
    each = np.array(LEVELS)[made.names.get_indexer(pd.Index(passages["iso3"])) % 5]
    found = ON_STATEMENTS["X9"](spoken(made, passages.assign(referent=each)))
    assert (found.contrast, found.p) == (-0.5, 1.0)
    assert found.verdict(found.p, 0.1) == "reversed"
    with pytest.raises(EstimationError, match="the passages of 120 states all name the same; allowed: some"):
        ON_STATEMENTS["X9"](spoken(made, passages.assign(referent="state")))


def test_states_that_name_two_levels_or_more_are_those_in_which_passages_can_differ(world) -> None:
    made = world(8)
    n = 1 + np.arange(len(made.names)) % 3
    passages = said(made, n=n)
    each = passages.assign(referent=np.resize(LEVELS, len(passages)))
    assert ON_STATEMENTS["X9"](spoken(made, each)).n == (n >= 2).sum()
    # Of states with two passages each, which name two levels: all of what differs does so within states, and more.
    two = said(made, n=np.full(len(made.names), 2))
    two = two.sort_values("iso3", kind="stable").assign(referent=np.resize(LEVELS[:2], len(two)))
    assert ON_STATEMENTS["X9"](spoken(made, two)).beside == {"within": 1, "all": 0.5, "share": 2}


def test_association_is_that_of_the_tables_less_chance(world) -> None:
    made = world(9)
    passages = said(made)
    passages.loc[passages.index[::7], "measure"] = Measure.NONE
    found = ON_STATEMENTS["X52"](spoken(made, passages))
    asking = passages[passages["measure"] != Measure.NONE]
    quadrant = made.sample().quadrants[made.names.get_indexer(pd.Index(asking["iso3"]))]
    tables = np.zeros((4, 5, 4))
    measure, threat = (
        pd.Categorical(asking["measure"], ASKED).codes,
        pd.Categorical(asking["primary"]).codes,
    )
    np.add.at(tables, (quadrant, measure, threat), 1)
    root = np.sqrt(float(generalised_cmh(tables)) / (len(asking) * 3))
    assert found.beside["root"] == pytest.approx(root)
    assert found.contrast == pytest.approx(root - found.beside["chance"])
    assert found.n == asking["iso3"].nunique()
    made.placed["quadrant"] = np.array(["WW", "WS", "SW", "SS"])[made.sample().quadrants]
    shown = measures_by_threat(spoken(made, passages), ["pol", "gen"])
    assert shown.loc[("pol", "SW")].tolist() == tables[SW, :, 3].tolist()
    assert shown.to_numpy().sum() == asking["primary"].isin(["pol", "gen"]).sum()


def test_one_measure_is_too_few_to_go_together_with_anything(world) -> None:
    made = world(10)
    with pytest.raises(EstimationError, match="1 measures asked for in 4 quadrants; allowed: at least two"):
        ON_STATEMENTS["X52"](spoken(made, said(made).assign(measure=Measure.NORMS)))


def null_world(world, seed: int) -> World:  # type: ignore[no-untyped-def]
    """No quadrant differs; strong states say more, and whoever says more speaks of other things."""
    made = world(seed, size=100)
    n = made.rng.geometric(np.where(made.placed["p"] > 0, 0.2, 0.4))
    passages = said(made, {"pol": (0.3,) * 4, "inf": (0.3,) * 4}, spread=1.0, n=n)
    many = made.names[n >= 4]
    more = passages["iso3"].isin(many) & (made.rng.random(len(passages)) < 0.3)
    passages = rows(passages, more.to_numpy(), measure=["defend", "content"], agent=["state"])
    # States resemble themselves in measure and in what they see endangered.
    favourite = made.rng.integers(0, 5, (2, len(made.names)))[
        :, made.names.get_indexer(pd.Index(passages["iso3"]))
    ]
    loyal = made.rng.random(len(passages)) < 0.4
    passages.loc[loyal, "measure"] = np.array(ASKED)[favourite[0][loyal]]
    passages.loc[loyal, "referent"] = np.array(LEVELS)[favourite[1][loyal]]
    return spoken(made, passages, draws=99)


#: Half of the diversity lies within states whose shares are drawn from this Dirichlet distribution.
EVEN = 1 / 5


def half_within(world, seed: int) -> Finding:  # type: ignore[no-untyped-def]
    """X9 where the share is one half."""
    made = world(seed, size=100)
    passages = said(made, n=made.rng.geometric(0.3, 100) + 1)
    shares = made.rng.dirichlet([EVEN] * 5, len(made.names))
    own = shares[made.names.get_indexer(pd.Index(passages["iso3"]))].cumsum(axis=1)
    drawn = (made.rng.random(len(passages))[:, None] > own).sum(axis=1).clip(max=4)
    return ON_STATEMENTS["X9"](spoken(made, passages.assign(referent=np.array(LEVELS)[drawn]), draws=199))


@pytest.mark.soak
def test_no_test_exceeds_its_level(world) -> None:
    """One in twenty, but for three standard errors; parts of a claim of two are held to it alone."""
    worlds = 400
    p: dict[str, list[float]] = {}
    for seed in range(worlds):
        here = null_world(world, 1000 + seed)
        for name in ("X14", "X17", "X19", "X34", "X42", "X52"):
            found = ON_STATEMENTS[name](here)
            keys = [key for key in ("kinds.p", "passages.p", "p.exchanged", "p.signs") if key in found.beside]
            for key, value in ({"": found.p} | {key: found.beside[key] for key in keys}).items():
                p.setdefault(f"{name} {key}", []).append(float(value))
        p.setdefault("X9", []).append(half_within(world, 5000 + seed).p)
    size = {name: float(np.mean(np.array(values) <= 0.05)) for name, values in p.items()}
    most = 0.05 + 3 * (0.05 * 0.95 / worlds) ** 0.5
    assert max(size.values()) <= most, size


def test_worlds_without_a_difference_are_seldom_found(world) -> None:
    found = [ON_STATEMENTS["X52"](null_world(world, 2000 + seed)).p for seed in range(30)]
    assert sum(p <= 0.05 for p in found) <= 5


def test_counts_name_the_codes_that_they_combine() -> None:
    passages = pd.DataFrame(
        {
            "iso3": ["X", "X", "X"],
            **{threat.value: [1, 0, 1] for threat in Threat},
            "pol_kind": "none",
            "level": [0, 1, 2],
            "measure": [Measure.DEFEND, Measure.CONTENT, Measure.CONTENT],
            "referent": [ReferentObject.ECONOMY, ReferentObject.ECONOMY, ReferentObject.NONE],
            "agent": [ThreatAgent.STATE, ThreatAgent.STATE, ThreatAgent.OTHER],
        }
    )
    counts = state_counts(passages).loc["X"]
    names = [DEFEND_ECONOMY, CONTENT_OF_STATES, "several", "security", "emergency", "referent.economy"]
    assert counts[names].tolist() == [1, 1, 2, 2, 1, 2]
