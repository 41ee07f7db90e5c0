"""How far a class agrees: coefficients with jackknife intervals over items, confusion, and hardest items.

A class codes a dozen items. There a percentile bootstrap is too narrow (see `class_size`), so that an interval is that
of the delete-one-item jackknife with t, items less one being its degrees of freedom. It is undefined (NaN) where fewer
than two items were coded by two, where all depends on one item (without it the coefficient is undefined), and where
every item says the same: an interval without width would look like certainty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from buzanlib.measurement.reliability import (
    Array,
    ac1_of,
    agreement_of_units,
    alpha_of,
    coincidences,
    unit_counts,
)
from buzanlib.seminar.coding_files import THREATS, VALUES, Coding

#: Variables of a class with the variable coded and its level of measurement.
VARIABLES: dict[str, tuple[str, str]] = {
    **{name: (name, "nominal") for name in (*THREATS, "primary", "level")},
    "level (ordinal)": ("level", "ordinal"),
    **{name: (name, "nominal") for name in ("referent", "agent", "measure")},
}

#: Whom `group_table` compares: two kinds of coders each.
GROUPS = (("person", "person"), ("person", "model"), ("person", "key"))

COEFFICIENTS = ("agreement", "alpha", "ac1")

COVERAGE = 0.95  #: of the intervals

_NO_WIDTH = 1e-9
"""Standard error up to which the replicates differ by rounding only."""


def coders_of(codings: Sequence[Coding]) -> list[Coding]:
    """Give all but keys."""
    return [one for one in codings if one.kind != "key"]


def ratings(codings: Sequence[Coding], variable: str, items: Sequence[str]) -> Array:
    """Give codes as numbers in the order of the codebook, shape (coders, items), NaN where there is none."""
    values = VALUES.get(variable, (0, 1))
    found = [[one.value(item, variable) for item in items] for one in codings]
    return np.array(
        [[np.nan if value is None else values.index(value) for value in row] for row in found], dtype=float
    ).reshape(len(codings), len(items))


def jackknife_interval(estimate: float, replicates: npt.ArrayLike) -> tuple[float, float]:
    """Interval of the delete-one jackknife with t, of coverage `COVERAGE`; within -1 and 1.

    Parameters
    ----------
    estimate : float
        From all units.
    replicates : array_like of float, shape (units,)
        The estimate without each unit.

    Returns
    -------
    tuple of float
        Lower and upper end; NaN where it is undefined (see above).

    References
    ----------
    Efron, B. and Tibshirani, R. (1993). An Introduction to the Bootstrap. Chapter 11.
    """
    values = np.asarray(replicates, dtype=float)
    n = values.size
    if n < 2 or np.isnan(values).any() or np.isnan(estimate):
        return np.nan, np.nan
    error = float(np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum()))
    if error < _NO_WIDTH:
        return np.nan, np.nan
    half = float(stats.t.ppf((1 + COVERAGE) / 2, n - 1)) * error
    return max(estimate - half, -1.0), min(estimate + half, 1.0)


def estimates(
    first: npt.ArrayLike, second: npt.ArrayLike | None = None, level: str = "nominal"
) -> dict[str, float]:
    """Percent agreement, alpha and AC1 with their intervals.

    Parameters
    ----------
    first : array_like of float, shape (coders, units)
        NaN where a coder did not rate a unit.
    second : array_like of float, shape (coders, units), optional
        Of other coders: then only pairs of one of each kind are compared.
    level : str
        Of measurement, for alpha.

    Returns
    -------
    dict of str to float
        ``items`` (units with a pair of ratings) and, for each of `COEFFICIENTS`, itself, its ``_low`` and ``_high``.
        The categories of AC1 are those that occur, in every replicate too.
    """
    one = np.asarray(first, dtype=float)
    other = one[:0] if second is None else np.asarray(second, dtype=float)
    _, categories = unit_counts(np.vstack([one, other]))
    counts = _counts(one, categories)
    if second is None:
        matrices, shares = coincidences(counts), agreement_of_units(counts)
    else:
        matrices, shares = _across(counts, _counts(other, categories))
    paired = np.flatnonzero(shares[:, 1])
    # All units, then all but one. Sums of what is left, since a difference would leave rounding where there is nothing.
    kept = np.vstack([np.ones(len(shares)), 1 - np.eye(len(shares))[paired]])
    width = len(categories)
    sums = (kept @ matrices.reshape(len(shares), width * width)).reshape(-1, width, width)
    ac1, agreement = ac1_of(kept @ shares)
    found: dict[str, float] = {"items": len(paired)}
    drawn = (agreement, alpha_of(sums, categories, level), ac1)
    for name, values in zip(COEFFICIENTS, drawn, strict=True):
        low, high = jackknife_interval(float(values[0]), values[1:])
        found |= {name: float(values[0]), f"{name}_low": low, f"{name}_high": high}
    return found


def _counts(values: Array, categories: Array) -> Array:
    """Ratings of each unit in each of these categories."""
    return np.asarray((values[:, :, None] == categories).sum(axis=0), dtype=float)


def _across(one: Array, other: Array) -> tuple[Array, Array]:
    """As `coincidences` and `agreement_of_units`, for pairs of a rating of one kind and one of the other."""
    products = one[:, :, None] * other[:, None, :]
    pairs = products.sum(axis=(1, 2))
    matched = pairs > 0
    agree = np.divide(np.trace(products, axis1=1, axis2=2), pairs, out=np.zeros_like(pairs), where=matched)
    shares = [counts / np.maximum(counts.sum(axis=1), 1)[:, None] for counts in (one, other)]
    both = (shares[0] + shares[1]) / 2 * matched[:, None]
    return products + products.transpose(0, 2, 1), np.column_stack([agree, matched, matched, both])


def agreement_table(codings: Sequence[Coding]) -> pd.DataFrame:
    """Agreement of all coders of one set, people and models alike, the key apart.

    Parameters
    ----------
    codings : sequence of Coding
        Of one set.

    Returns
    -------
    DataFrame
        A row a variable that anybody coded, columns as `estimates` gives them.
    """
    coders, items = coders_of(codings), _items(codings)
    return _table(VARIABLES, lambda name, level: estimates(ratings(coders, name, items), level=level), coders)


def group_table(codings: Sequence[Coding]) -> pd.DataFrame:
    """Agreement within and between kinds of coders: people with people, with models, and with the key.

    Returns
    -------
    DataFrame
        Index ``group`` (such as ``"person-model"``) and ``variable``; columns as `estimates` gives them. Between kinds
        only pairs of one of each are compared. A group that is not there is left out.
    """
    items, tables = _items(codings), {}
    one_value = {name: of for name, of in VARIABLES.items() if of[0] in VALUES}
    for kinds in GROUPS:
        first, second = ([one for one in codings if one.kind == kind] for kind in kinds)
        if len(first) < 1 + (kinds[0] == kinds[1]) or not second:
            continue

        def of(
            name: str, level: str, one: list[Coding] = first, other: list[Coding] = second
        ) -> dict[str, float]:
            against = None if one == other else ratings(other, name, items)
            return estimates(ratings(one, name, items), against, level)

        tables["-".join(kinds)] = _table(one_value, of, first)
    return pd.concat(tables, names=["group"]) if tables else pd.DataFrame()


def _table(
    variables: dict[str, tuple[str, str]],
    of: Callable[[str, str], dict[str, float]],
    coders: Sequence[Coding],
) -> pd.DataFrame:
    """A row for each of the variables that a coder has coded."""
    rows = {
        shown: of(name, level)
        for shown, (name, level) in variables.items()
        if any(one.value(item, name) is not None for one in coders for item in one.codes)
    }
    return (
        pd.DataFrame.from_dict(rows, orient="index")
        .rename_axis("variable")
        .astype({"items": int} if rows else {})
    )


def confusion(codings: Sequence[Coding], variable: str = "primary") -> pd.DataFrame:
    """Coincidences of values among all coders, those from which alpha is computed.

    Returns
    -------
    DataFrame of float
        Symmetric, with the values that occur; an entry counts the ratings of a value that were met by another coder's
        rating of the other value, so that all of them sum to the ratings of items that two or more coded.
    """
    coders, items = coders_of(codings), _items(codings)
    counts, categories = unit_counts(ratings(coders, variable, items))
    names = [VALUES[variable][int(place)] for place in categories]
    return pd.DataFrame(coincidences(counts).sum(axis=0), index=names, columns=names)


def hardest_items(codings: Sequence[Coding]) -> pd.DataFrame:
    """Items by how far coders agree, the hardest first.

    Returns
    -------
    DataFrame
        Index ``item``; ``coders``; for each of `VALUES` that was coded the share of pairs of coders that agree; their
        ``mean``; ``primary values`` such as ``"pol 6, inf 2"``. NaN where fewer than two coded a variable.
    """
    coders = coders_of(codings)
    names = [
        name
        for name in VALUES
        if any(one.value(item, name) is not None for one in coders for item in one.codes)
    ]
    rows = {}
    for item in _items(coders):
        given = {name: [one.value(item, name) for one in coders] for name in names}
        agree = {
            name: _pairs_that_agree([value for value in given[name] if value is not None]) for name in names
        }
        defined = [value for value in agree.values() if not np.isnan(value)]
        primaries = Counter(value for value in given.get("primary", []) if value is not None)
        ranked = sorted(primaries.items(), key=lambda pair: (-pair[1], VALUES["primary"].index(pair[0])))
        rows[item] = {
            "coders": sum(bool(one.codes.get(item)) for one in coders),
            **agree,
            "mean": float(np.mean(defined)) if defined else np.nan,
            "primary values": ", ".join(f"{value} {count}" for value, count in ranked),
        }
    found = pd.DataFrame.from_dict(rows, orient="index").rename_axis("item")
    return found.sort_values("mean", kind="stable") if rows else found


def _pairs_that_agree(values: Sequence[str | int]) -> float:
    """Share of pairs with the same value; NaN without a pair."""
    pairs = [one == other for one, other in combinations(values, 2)]
    return float(np.mean(pairs)) if pairs else np.nan


def _items(codings: Iterable[Coding]) -> list[str]:
    """Items that anybody coded, sorted."""
    return sorted({item for one in codings for item, coded in one.codes.items() if coded})
