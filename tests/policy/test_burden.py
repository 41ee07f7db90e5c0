from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.errors import EstimationError, UnknownNameError
from buzanlib.policy.burden import (
    Burden,
    exact_kendall,
    excess,
    members,
    share_bound,
    sizes_and_spending,
)
from buzanlib.tables.descriptor import load

MEMBERSHIPS = pd.DataFrame(
    {
        "organisation": ["X", "X", "X", "Y"],
        "iso3": ["BBB", "AAA", "CCC", "DDD"],
        "from": [1990, 2004, 1990, 1990],
        "to": pd.array([None, None, 2010, None], dtype="Int64"),
        "status": ["full", "full", "full", "full"],
    }
)


@pytest.fixture(scope="module")
def memberships(data_dir: Path) -> pd.DataFrame:
    return load(data_dir, "memberships")


@pytest.mark.parametrize(
    ("year", "who"), [(2003, ["BBB", "CCC"]), (2004, ["AAA", "BBB", "CCC"]), (2011, ["AAA", "BBB"])]
)
def test_members_by_year(year, who):
    assert members(MEMBERSHIPS, "X", year) == who


def test_an_unknown_organisation_is_refused():
    with pytest.raises(UnknownNameError, match=r"unknown organisation 'Z'; allowed: 'X', 'Y'"):
        members(MEMBERSHIPS, "Z", 2000)


@given(st.permutations(range(6)), st.permutations(range(6)))
def test_the_exact_test_counts_every_permutation(x, y):
    found = exact_kendall(pd.Series(x), pd.Series(y))

    def concordance(order):
        return sum(np.sign(x[i] - x[j]) * np.sign(order[i] - order[j]) for i in range(6) for j in range(i))

    own = concordance(y)
    counted = [concordance(order) >= own for order in permutations(y)]
    assert found.tau == pytest.approx(own / 15)
    assert found.p == pytest.approx(np.mean(counted))


def test_ties_and_too_few_are_refused():
    with pytest.raises(EstimationError, match=r"tied values"):
        exact_kendall(pd.Series([1, 1, 2]), pd.Series([1, 2, 3]))
    with pytest.raises(EstimationError, match=r"2 values; a rank correlation needs at least 3"):
        exact_kendall(pd.Series([1, 2]), pd.Series([1, 2]))


@given(st.permutations(range(7)), st.lists(st.floats(0.1, 3), min_size=7, max_size=7, unique=True))
def test_the_bound_holds_for_whatever_expenditure_the_ranks_hide(order, steps):
    # Any money that keeps the ranks: the correlation of size with the share of income stays below the bound.
    size = pd.Series(np.cumsum(np.linspace(1, 2, 7)))
    money = pd.Series(np.cumsum(steps)[list(order)])
    share = money / size
    if share.round(12).duplicated().any():
        return
    scores = pd.DataFrame({"size": size, "spending": money.rank()})
    assert exact_kendall(size, share).tau <= share_bound(scores) + 1e-12


def test_excess_is_the_distance_from_the_line_of_the_states_outside():
    rng = np.random.default_rng(5)
    size = pd.Series(rng.normal(size=30), index=[f"S{i:02d}" for i in range(30)])
    scores = pd.DataFrame({"size": size, "spending": 0.3 + 0.9 * size})
    inside = list(size.index[:8])
    scores.loc[inside, "spending"] += np.linspace(-1, 1, 8)
    assert excess(scores, inside)["excess"].to_numpy() == pytest.approx(np.linspace(-1, 1, 8))
    plain = excess(scores, inside, "none")
    assert plain["excess"].to_numpy() == pytest.approx((plain["spending"] - plain["size"]).to_numpy())


def test_excess_says_what_it_cannot_do():
    scores = pd.DataFrame({"size": range(5), "spending": range(5)}, index=list("abcde"), dtype=float)
    with pytest.raises(UnknownNameError, match=r"unknown benchmark 'outside'; nearest allowed: 'outsiders'"):
        excess(scores, ["a", "b", "c"], "outside")
    with pytest.raises(EstimationError, match=r"3 members and 2 others have income and expenditure"):
        excess(scores, ["a", "b", "c"])


def test_year_by_year_agrees_with_one_year_by_hand(panel, memberships):
    found = Burden(panel, memberships).by_year
    assert list(found.index) == list(range(1995, 2021))  # the publisher's ranks end there
    scores = sizes_and_spending(panel, 2010)
    inside = [state for state in members(memberships, "NATO", 2010) if state in scores.index]
    outside = scores.drop(index=inside)
    slope, level = np.polyfit(outside["size"], outside["spending"], 1)
    beyond = scores.loc[inside, "spending"] - level - slope * scores.loc[inside, "size"]
    test = exact_kendall(scores.loc[inside, "size"], beyond)
    assert found.loc[2010, ["tau", "p", "n"]].tolist() == pytest.approx([test.tau, test.p, test.n])
    assert (found["tau"] <= found["bound"]).all()


def test_change_is_of_states_that_were_members_throughout(panel, memberships):
    found = Burden(panel, memberships).change((2009, 2013), (2015, 2020))
    assert {"USA", "ALB"} <= set(found.index)
    assert not {"MNE", "MKD", "FIN"} & set(found.index)
    assert found["change"].to_numpy() == pytest.approx((found["after"] - found["before"]).to_numpy())


def test_years_without_expenditure_are_named(panel, memberships):
    with pytest.raises(EstimationError, match=r"no year of 2021-2024 has military expenditure"):
        _ = Burden(panel[panel["year"].between(2021, 2024)], memberships).by_year
    with pytest.raises(EstimationError, match=r"no year of 2022-2024 has military expenditure"):
        Burden(panel, memberships).change((2009, 2013), (2022, 2024))


def test_values_are_those_of_the_series_and_of_the_change(panel, memberships, regions):
    burden = Burden(panel, memberships)
    values, years = burden.values(2014, 5, regions), burden.by_year
    assert (values["burden.first_year"], values["burden.last_year"]) == (1995, 2020)
    assert values["burden.before.tau"] == years.loc[2013, "tau"]
    assert values["burden.bound.low"] == years["bound"].min()
    plain = sizes_and_spending(panel, 1995).loc[
        lambda rows: rows.index.isin(members(memberships, "NATO", 1995))
    ]
    difference = exact_kendall(plain["size"], plain["spending"] - plain["size"])
    assert values["burden.plain.first"] == pytest.approx(difference.tau)
    change = burden.change((2009, 2013), (2015, 2019))
    east = change[regions.reindex(change.index) == "Eastern European"]
    assert (values["change.n"], values["change.east.n"]) == (len(change), len(east))
    assert values["change.tau"] == pytest.approx(-exact_kendall(change["size"], change["change"]).tau)
    assert values["change.east.mean"] == east["change"].mean()
    who = {True: "larger", False: "smaller"}
    assert values["burden.first.who"] == who[values["burden.first.tau"] > 0] == "larger"
    assert values["burden.last.who"] == who[values["burden.last.tau"] > 0] == "smaller"
    assert values["change.who"] == who[values["change.tau"] < 0] == "smaller"
    last = burden.excess(2020)
    reverse = exact_kendall(-last["size"], last["excess"])
    assert (values["burden.last.tau"], values["burden.last.p_reverse"]) == (-reverse.tau, reverse.p)
