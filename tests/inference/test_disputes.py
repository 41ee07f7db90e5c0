"""Measures beside threats, alliances, and quadrants at one table: found where they are, against plain loops."""

from __future__ import annotations

from itertools import combinations, permutations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from buzanlib.errors import EstimationError
from buzanlib.inference.disputes import (
    ALLIANCES,
    ASKED,
    AT_TABLE,
    MEASURES,
    MILITARY,
    OF_DISPUTES,
    POLICE,
    AllianceSplit,
    differing,
    pair_mean,
)
from buzanlib.inference.permutation import PermutationBank
from buzanlib.inference.world import World
from buzanlib.measurement.placement import Placement
from buzanlib.measurement.profiles import NAMED
from buzanlib.theory.vocabulary import Quadrant

THREATS = [threat.value for threat in NAMED]


def played(made, counts: pd.DataFrame, draws: int = 99, **data: object) -> World:  # type: ignore[no-untyped-def]
    """A world in which this is counted."""
    names = np.array(list(map(str, Quadrant)))[made.sample().quadrants]
    tables = SimpleNamespace(regions=made.regions, **data)
    bank = PermutationBank(len(made.permutations.moves), 1)
    world = World(tables, Placement(), made.permutations, draws, bank=bank)  # type: ignore[arg-type]
    vars(world).update(placed=made.placed.assign(quadrant=names), counts=counts)
    return world


def speech(made, link: float) -> pd.DataFrame:  # type: ignore[no-untyped-def]
    """Passages of states, each of a leading threat; with chance `link` a state asks for the measure that fits it."""
    size = len(made.names)
    leading = made.rng.integers(0, 5, size)
    wanted = np.where(made.rng.random(size) < link, leading, made.rng.integers(0, 5, size))
    n = made.rng.integers(1, 9, size)
    profiles = 0.1 + 0.5 * np.eye(6)[leading], 0.1 + 0.5 * np.eye(5)[wanted]
    threats, asked = (
        np.array([made.rng.multinomial(k, p / p.sum()) for k, p in zip(n, each, strict=True)])
        for each in profiles
    )
    counts = pd.DataFrame(np.column_stack([threats, asked]), index=made.names, columns=[*THREATS, *ASKED])
    return counts.assign(relevant=n)


def test_measures_that_follow_threats_are_found(world) -> None:
    made = world(1)
    counts = speech(made, 1.0)
    found = MEASURES(played(made, counts))
    assert found.p == pytest.approx(1 / 200)
    assert 0 < found.low90 < found.contrast < found.high90
    assert found.n == (counts[ASKED].sum(axis=1) >= 2).sum()
    assert found.p == max(found.beside["p.plain"], found.beside["p.volume"])
    assert found.beside["passages"] == counts.loc[counts[ASKED].sum(axis=1) >= 2, ASKED].to_numpy().sum()
    with pytest.raises(EstimationError, match="no state has 2 passages that ask for a measure"):
        MEASURES(played(made, counts.assign(**dict.fromkeys(ASKED, 0))))


@pytest.mark.soak
def test_size_where_measures_do_not_follow_threats(world) -> None:
    p = []
    for seed in range(200):
        made = world(seed)
        p.append(MEASURES(played(made, speech(made, 0.0), draws=9)).p)
    assert np.mean(np.array(p) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


MEMBERSHIPS = pd.DataFrame(
    {
        "organisation": ["NATO"] * 3 + ["EU"] * 4 + ["AU"] * 2 + ["SCO"],
        "iso3": ["S000", "S001", "S002", "S001", "S002", "S003", "S004", "S004", "S005", "S000"],
        "from": [2000] * 7 + [2010] * 2 + [2000],
        "to": [None] * 6 + [2009] + [None] * 3,
        "status": ["full"] * 9 + ["observer"],
    }
).astype({"to": "Int64"})


def tiny(world) -> tuple[World, pd.DataFrame]:  # type: ignore[no-untyped-def]
    """Six states that answer, and two alliances that count; a member of one left, two others are too few."""
    made = world(2, size=40, draws=2000)
    counts = pd.DataFrame(0, index=made.names, columns=[POLICE, MILITARY, "relevant"])
    counts["relevant"] = 1
    counts.iloc[:6, 0] = [3, 0, 1, 2, 0, 1]
    counts.iloc[:6, 1] = [0, 2, 1, 0, 1, 0]
    return played(made, counts, memberships=MEMBERSHIPS), counts


def test_alliances_equal_all_arrangements_by_brute_force(world) -> None:
    small, counts = tiny(world)
    passages = {
        state: [0] * counts.loc[state, POLICE] + [1] * counts.loc[state, MILITARY]
        for state in counts.index[:6]
    }

    def chance(states: list[str]) -> float:
        pairs = [[a != b for a in passages[x] for b in passages[y]] for x, y in combinations(states, 2)]
        return float(np.mean([np.mean(pair) for pair in pairs]))

    states = list(passages)
    sets = [[0, 1, 2], [1, 2, 3]]
    means = [
        np.mean([chance([order[place] for place in some]) for some in sets]) for order in permutations(states)
    ]
    found = ALLIANCES(small)
    assert found.contrast == pytest.approx(means[0] - np.mean(means))
    assert found.beside["chance"] == pytest.approx(np.mean(means))
    # Of 720 arrangements each is taken once.
    assert found.p == pytest.approx(np.mean(np.array(means) >= means[0] - 1e-12))
    assert found.n == 6
    assert (found.beside["police"], found.beside["military"], found.beside["alliances"]) == (7, 4, 2)
    table = ALLIANCES.by_alliance(small)
    assert table["states"].to_dict() == {"NATO": 3, "CSTO": 0, "SCO": 0, "EU": 3, "AU": 2}
    assert table.loc["EU", "differ"] == pytest.approx(chance(["S001", "S002", "S003"]))
    assert np.isnan(table.loc["CSTO", "differ"])


def test_members_are_of_the_last_year_that_is_known(world) -> None:
    small, _ = tiny(world)
    # No year of the memberships lies after 2010.
    assert ALLIANCES.year(small) == 2010
    assert ALLIANCES.year(small.within(2001, 2005)) == 2005
    with pytest.raises(EstimationError, match="no alliance has 4 members that ask for police or military"):
        AllianceSplit("X59", fewest=4)(small)


def test_pairs_of_a_state_with_itself_are_left_out() -> None:
    square = differing([1, 0, 1], [0, 1, 1])
    np.testing.assert_allclose(square, [[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0.5]])
    drawn = pair_mean(square, np.array([[1.0, 1, 1], [2, 1, 0], [3, 0, 0]]))
    np.testing.assert_allclose(drawn, [2 / 3, 1.0, np.nan])


def roll_calls(made, lean: np.ndarray, seed: int = 0) -> dict[str, object]:  # type: ignore[no-untyped-def]
    """Twelve roll calls on the matter in which quadrants lean so, and thirty on others, in which none does."""
    rng = np.random.default_rng(seed)
    calls = pd.DataFrame({"rcid": range(43), "ict": [1] * 12 + [0] * 30 + [1], "session": [73] * 42 + [79]})
    own = lean[made.sample().quadrants][:, None] * (calls["ict"].to_numpy() == 1)
    drawn = own + rng.normal(0, 0.7, size=(len(made.names), len(calls)))
    words = np.select([drawn > 0.4, drawn < -0.4], ["yes", "no"], "abstain")
    words[rng.random(words.shape) < 0.05] = "absent"
    votes = pd.DataFrame(words, index=made.names, columns=calls["rcid"]).reset_index()
    votes = votes.melt("iso3", var_name="rcid", value_name="vote").astype({"rcid": int})
    return {"votes": SimpleNamespace(resolutions=calls, votes=votes)}


def test_quadrants_that_differ_agree_less(world) -> None:
    made = world(3, size=60)
    small = played(made, pd.DataFrame(), **roll_calls(made, np.array([0.0, 0.6, -0.6, 0.0])))
    found = AT_TABLE(small)
    assert found.p == pytest.approx(1 / 200)
    assert 0 < found.low90 < found.contrast < found.high90
    assert found.beside["others.p"] > 0.01
    # Pair by pair.
    place = {"yes": 1.0, "abstain": 0.5, "no": 0.0}
    votes = small.data.votes.votes
    cast = votes[votes["rcid"].isin(range(12)) & (votes["vote"] != "absent")]
    stood = {
        state: dict(zip(some["rcid"], some["vote"].map(place), strict=True))
        for state, some in cast.groupby("iso3")
    }
    kinds: dict[bool, list[float]] = {True: [], False: []}
    pairs: dict[frozenset[str], list[float]] = {}
    for one, other in combinations(made.names, 2):
        shared = stood[one].keys() & stood[other].keys()
        if len(shared) >= 4:
            same = small.placed["quadrant"][one] == small.placed["quadrant"][other]
            kinds[same].append(1 - np.mean([abs(stood[one][call] - stood[other][call]) for call in shared]))
            pair = frozenset((small.placed["quadrant"][one], small.placed["quadrant"][other]))
            pairs.setdefault(pair, []).append(kinds[same][-1])
    assert found.contrast == pytest.approx(np.mean(kinds[True]) - np.mean(kinds[False]))
    sets = AT_TABLE.by_quadrants(small)
    for k in range(1, 5):
        own = [
            np.mean([np.mean(pairs[frozenset((one, other))]) for one in some for other in some])
            for some in combinations(Quadrant, k)
        ]
        assert sets.loc[k, ["ict", "least", "most"]].to_list() == pytest.approx(
            [np.mean(own), min(own), max(own)]
        )
    assert sets["ict"].is_monotonic_decreasing


def test_quadrants_that_took_part_are_counted(world) -> None:
    made = world(4, size=40)
    tables = roll_calls(made, np.zeros(4))
    small = played(made, pd.DataFrame(), **tables)
    votes = small.data.votes.votes
    quadrant = votes["iso3"].map(small.placed["quadrant"])
    votes.loc[(votes["rcid"] == 3) & quadrant.isin(["SS", "WS"]), "vote"] = "absent"
    taking_part = AT_TABLE.quadrants_voting(small)
    assert taking_part.to_dict() == {call: 2 if call == 3 else 4 for call in range(12)}
    none = SimpleNamespace(resolutions=small.data.votes.resolutions.assign(session=80), votes=votes)
    with pytest.raises(EstimationError, match="no such roll call in sessions 80 to 80"):
        AT_TABLE(played(made, pd.DataFrame(), votes=none))


@pytest.mark.soak
def test_size_where_quadrants_do_not_matter(world) -> None:
    p = []
    for seed in range(150):
        made = world(seed, size=40, draws=99)
        p.append(AT_TABLE(played(made, pd.DataFrame(), draws=1, **roll_calls(made, np.zeros(4), seed))).p)
    assert np.mean(np.array(p) <= 0.1) < 0.1 + 3 * np.sqrt(0.1 * 0.9 / 150)


def test_the_shipped_study_has_findings(data_dir: Path) -> None:
    world = World.open(data_dir, Placement(), 99, 1, 49)
    found = {name: test(world) for name, test in OF_DISPUTES.items()}
    assert {name: one.hypothesis for name, one in found.items()} == {name: name for name in OF_DISPUTES}
    assert all(0 < one.p <= 1 for one in found.values())
