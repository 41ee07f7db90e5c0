"""Agreement of a class: published coefficients, and intervals against a computation by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from coder_files import class_of_coders, coding
from scipy import stats

from buzanlib.measurement.reliability import gwet_ac1, krippendorff_alpha
from buzanlib.seminar.class_agreement import (
    VARIABLES,
    agreement_table,
    confusion,
    estimates,
    group_table,
    hardest_items,
    jackknife_interval,
    ratings,
)
from buzanlib.seminar.coding_files import ITEMS, Coding, read_coding

N = np.nan
# The canonical example of Krippendorff (2011), as in the tests of `measurement.reliability`.
CANONICAL = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]


def codings(*contents: dict[str, Any]) -> list[Coding]:
    return [read_coding(f"{number}.json", json.dumps(one)) for number, one in enumerate(contents)]


def primaries(coder: str, values: str, **changed: Any) -> dict[str, Any]:
    """A file in which only primary threats were coded."""
    given = zip(ITEMS["A"], values.split(), strict=False)
    return coding(coder, {item: {"primary": value} for item, value in given if value != "-"}, **changed)


def test_coefficients_of_a_published_example() -> None:
    found = estimates(CANONICAL)
    assert found["alpha"] == pytest.approx(0.743, abs=5e-4)
    assert found["ac1"] == pytest.approx(0.77544, abs=5e-6)
    assert estimates(CANONICAL, level="ordinal")["alpha"] == pytest.approx(0.815, abs=5e-4)
    assert found["items"] == 11


def test_the_interval_is_that_of_leaving_out_one_item_at_a_time() -> None:
    one, two = [0, 1, 0, 0, 1, 1, 0, 1], [0, 1, 0, 1, 1, 0, 0, 1]
    found = estimates([one, two])
    for name, of in (("alpha", krippendorff_alpha), ("ac1", gwet_ac1)):
        without = [of(np.delete([one, two], item, axis=1)) for item in range(8)]
        pseudo = 8 * of([one, two]) - 7 * np.array(without)
        half = stats.t.ppf(0.975, 7) * pseudo.std(ddof=1) / np.sqrt(8)
        assert found[f"{name}_low"] == pytest.approx(of([one, two]) - half)
        assert found[f"{name}_high"] == pytest.approx(min(of([one, two]) + half, 1))
    # Of a share the jackknife is the textbook's interval of a mean: 6 of 8, standard error sqrt(.1875 / 7).
    assert found["agreement_low"] == pytest.approx(0.75 - 2.364624 * np.sqrt(0.75 * 0.25 / 7), abs=1e-6)
    assert found["agreement_high"] == 1


def test_an_interval_by_hand() -> None:
    # Mean of replicates 2, squares .01 + 0 + .01, times 2/3: standard error .1155; t of two degrees 4.3027.
    low, high = jackknife_interval(0.0, [-0.1, 0.0, 0.1])
    assert (low, high) == pytest.approx((-0.496828, 0.496828), abs=1e-6)


@pytest.mark.parametrize(
    "replicates", [[], [0.5], [0.5, 0.5, 0.5], [0.5, N, 0.6]], ids=["none", "one", "no width", "undefined"]
)
def test_where_an_interval_is_undefined(replicates: list[float]) -> None:
    assert np.isnan(jackknife_interval(0.5, replicates)).all()


def test_an_interval_that_hangs_on_one_item_is_undefined_and_its_coefficient_is_not() -> None:
    found = estimates([[0, 0, 0, 1], [0, 0, 0, 1]])
    assert found["alpha"] == 1
    assert np.isnan([found["alpha_low"], found["alpha_high"]]).all()
    constant = estimates([[0, 0, 0], [0, 0, 0]])
    assert np.isnan(constant["alpha"])
    assert constant["ac1"] == constant["agreement"] == 1
    assert np.isnan([constant["ac1_low"], constant["agreement_high"]]).all()


def test_items_that_one_coder_alone_has_do_not_widen_an_interval() -> None:
    with_single = estimates([[0, 1, 0, 1, 1], [0, 1, 1, 1, N]])
    without = estimates([[0, 1, 0, 1], [0, 1, 1, 1]])
    assert with_single["items"] == 4
    assert with_single["alpha_low"] == without["alpha_low"]


def test_between_two_coders_the_pairs_across_are_all_pairs() -> None:
    across, within = estimates([CANONICAL[0]], [CANONICAL[3]]), estimates([CANONICAL[0], CANONICAL[3]])
    assert across["alpha"] == pytest.approx(within["alpha"])
    assert across["agreement"] == pytest.approx(within["agreement"])


def test_pairs_across_leave_out_those_within() -> None:
    people, model = [[0, 1, 0, 1], [1, 0, 1, 0]], [[0, 1, 0, 1]]
    assert estimates(people, model)["agreement"] == 0.5
    assert estimates(people)["agreement"] == 0


def test_the_table_has_what_was_coded_and_leaves_out_the_key() -> None:
    many = codings(*class_of_coders(1))
    people = [one for one in many if one.kind != "key"]
    table = agreement_table(many)
    assert list(table.index) == list(VARIABLES)
    assert table.equals(agreement_table(people))
    for name, (variable, level) in VARIABLES.items():
        expected = krippendorff_alpha(ratings(people, variable, ITEMS["A"]), level)
        assert table.loc[name, "alpha"] == pytest.approx(expected, nan_ok=True)
    short = agreement_table([one for one in codings(*class_of_coders(3)) if one.form == "short"])
    assert "agent" not in short.index
    assert agreement_table([]).empty


def test_groups_compare_people_models_and_the_key() -> None:
    people = [primaries("a", "pol inf cri mil"), primaries("b", "pol inf cri ter")]
    model, key = (
        primaries("m", "pol inf inf inf", kind="model"),
        primaries("key", "pol inf cri mil", kind="key"),
    )
    found = group_table(codings(*people, model, key))["agreement"].xs("primary", level="variable")
    assert found.to_dict() == {"person-person": 0.75, "person-model": 0.5, "person-key": 0.875}
    assert group_table(codings(people[0])).empty
    assert list(group_table(codings(people[0], key)).index.get_level_values("group")) == ["person-key"]


def test_confusion_is_what_alpha_is_made_of() -> None:
    found = codings(primaries("a", "pol pol inf -"), primaries("b", "pol inf inf inf"))
    table = confusion(found)
    assert table.to_numpy().tolist() == [[2, 1], [1, 2]]
    assert list(table.index) == ["pol", "inf"]


def test_the_hardest_items_come_first() -> None:
    found = hardest_items(
        codings(
            *[
                primaries(name, f"pol {two} inf")
                for name, two in zip("abc", ("pol", "inf", "cri"), strict=True)
            ]
        )
    )
    assert list(found.index) == ["A02", "A01", "A03"]
    assert found["primary"].tolist() == [0, 1, 1]
    assert found.loc["A02", "primary values"] == "pol 1, inf 1, cri 1"
    assert found["coders"].tolist() == [3, 3, 3]
