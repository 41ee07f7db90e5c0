"""Rules of placement side by side: whether the paper's own examples stand where its text puts them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.measurement.indices import index_of, scores_of_column
from buzanlib.measurement.placement import AXES, Placement, pairs_alike
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Quadrant

#: Names of the examples taken together, in the wide and in the narrow sense of the groups.
ALL, NARROW = "all", "all, narrow sense"

#: Name of the locked rule.
LOCKED = "world median"

#: Means that a strong power is expected to have some of, columns of the panel.
MEANS = ("milex_rank", "gdp", "gdp_per_head")


def rules_beside(place: Placement) -> dict[str, Placement]:
    """The locked rule and its alternatives by name, with the indices and the window of a placement.

    The last two change the index of power, too. A placement that is none of them comes first, as ``"this study"``.
    """
    locked = replace(place, power_rule="median", cohesion_rule="median")
    tercile = {"power_rule": "quantile", "cohesion_rule": "quantile"}
    changed: dict[str, dict[str, object]] = {
        LOCKED: {},
        "upper tercile": {**tercile, "power_quantile": 2 / 3, "cohesion_quantile": 2 / 3},
        "strongest fifth": {"power_rule": "quantile", "power_quantile": 0.8},
        "own region": {"power_rule": "regional", "cohesion_rule": "regional"},
        "neighbours alone": {"power_rule": "neighbour", "cohesion_rule": "neighbour"},
        "neighbours and great powers": {"power_rule": "great_powers"},
        "sophisticated GDP": {"power": "sophisticated_gdp"},
        "sophisticated military": {"power": "sophisticated_milex"},
    }
    rules = {name: replace(locked, **fields) for name, fields in changed.items()}  # type: ignore[arg-type]
    return rules if place in rules.values() else {"this study": place, **rules}


def placements_by_rule(place: Placement, data: Data) -> dict[str, pd.DataFrame]:
    """States placed by each of `rules_beside`, by name, without rules for which the data lack an index or neighbours.

    `EstimationError` if the locked rule cannot place them.
    """
    found = {}
    for name, rule in rules_beside(place).items():
        with suppress(*(() if name == LOCKED else (EstimationError,))):
            found[name] = rule.of(data)
    return found


def named_examples(placements: Mapping[str, pd.DataFrame], examples: pd.DataFrame) -> pd.DataFrame:
    """How many of the states that the paper names stand where it puts them, by rule (definition X21).

    Parameters
    ----------
    placements : mapping of str to DataFrame
        Results of `Placement`, by name of the rule: index ``iso3``, column ``quadrant``.
    examples : DataFrame
        ``named_examples.csv``: columns ``example``, ``iso3``, ``quadrant``, ``narrow``.

    Returns
    -------
    DataFrame
        Index ``rule`` and ``example``, in their order, then `ALL` and `NARROW`, in which a state that is of two
        examples of one quadrant counts once. Columns ``hits``; ``placed``, states that the rule places; ``expected``,
        hits by chance: the sum over these of the share of all placed states in the quadrant where the text puts them.
    """
    named = {str(name): rows for name, rows in examples.groupby("example", sort=False)}
    named |= {ALL: examples, NARROW: examples[examples["narrow"] == 1]}
    found = {}
    for rule, placed in placements.items():
        shares = placed["quadrant"].value_counts(normalize=True)
        for name, rows in named.items():
            own = rows.drop_duplicates(["iso3", "quadrant"]).set_index("iso3")["quadrant"]
            own = own[own.index.isin(placed.index)]
            hits = int((placed["quadrant"].reindex(own.index) == own).sum())
            found[rule, name] = (hits, len(own), float(own.map(shares).fillna(0).sum()))
    names = pd.MultiIndex.from_tuples(found, names=["rule", "example"])
    return pd.DataFrame(found.values(), names, ["hits", "placed", "expected"])


def missed_examples(found: pd.DataFrame) -> pd.Series[str]:
    """Examples of which a rule does not put more than half of the states where the text does, by rule.

    Takes the result of `named_examples`; empty text where the rule misses none.
    """
    single = found[~found.index.isin([ALL, NARROW], level="example")]
    missed = single[2 * single["hits"] <= single["placed"]].reset_index("example")["example"]
    rules = found.index.unique("rule")
    return missed.groupby(level="rule", sort=False).agg(", ".join).reindex(rules).fillna("").rename("misses")


def examples_by_rule(found: pd.DataFrame) -> pd.DataFrame:
    """The result of `named_examples` to be read: a row a rule, ``"12 of 34"`` a cell, and for which it fails."""
    cells = found["hits"].astype(str) + " of " + found["placed"].astype(str)
    rules, examples = (found.index.unique(level) for level in ("rule", "example"))
    wide = cells.unstack("example").loc[rules, examples]  # noqa: PD010 (a pivot must not aggregate)
    chance = found["expected"].xs(ALL, level="example")
    missed = missed_examples(found)
    return wide.assign(**{"by chance": chance, "fails for": missed.where(missed != "", "nothing")})


def implausible_powers(placed: pd.DataFrame, panel: pd.DataFrame, first: int, last: int) -> list[str]:
    """States that are strong in power although they are below the median in all `MEANS` that a panel has of them.

    Scores are means over the years of a window, and medians those of the placed states that have the column. A state of
    which the panel has none of the columns is not judged. Gives ``iso3``, sorted.
    """
    window = panel["year"].between(first, last)
    held = [name for name in MEANS if panel.loc[window, name].notna().any()]
    scores = pd.DataFrame({name: scores_of_column(panel, name, first, last).mean(axis=1) for name in held})
    scores = scores.reindex(placed.index)
    below = (scores < scores.median()) | scores.isna()
    poor = np.asarray(below.all(axis=1) & scores.notna().any(axis=1))
    return sorted(placed.index[poor & (placed["p"] > 0)])


def implausible_by_rule(
    placements: Mapping[str, pd.DataFrame], panel: pd.DataFrame, first: int, last: int, names: pd.Series[str]
) -> pd.DataFrame:
    """The `implausible_powers` of each rule, to be read; `names` of states by ``iso3``.

    Returns a DataFrame: index ``rule``; ``strong powers``, ``without means`` (how many of them are implausible), and
    their names in ``which``.
    """
    rows = {}
    for rule, placed in placements.items():
        found = implausible_powers(placed, panel, first, last)
        which = ", ".join(sorted(names[found])) or "none"
        rows[rule] = (int((placed["p"] > 0).sum()), len(found), which)
    columns = ["strong powers", "without means", "which"]
    return pd.DataFrame.from_dict(rows, "index", columns=columns).rename_axis("rule")


def examples_values(found: pd.DataFrame) -> dict[str, float | str]:
    """The numbers of the chapter, by key, from the result of `named_examples`."""
    whole, missed = found.xs(ALL, level="example"), missed_examples(found)
    narrow = found.xs(NARROW, level="example")
    most, passing = whole["hits"].max(), list(missed.index[missed == ""])
    beyond = whole["hits"] - whole["expected"]
    worse = list(whole.index[beyond < 1])
    return {
        "examples.placed": int(whole["placed"].max()),
        "examples.locked": int(whole["hits"][LOCKED]),
        "examples.locked.expected": float(whole["expected"][LOCKED]),
        "examples.locked.fails": missed[LOCKED] or "nothing",
        "examples.most": int(most),
        "examples.best": "; ".join(whole.index[whole["hits"] == most]),
        "examples.best.narrow": "; ".join(narrow.index[narrow["hits"] == narrow["hits"].max()]),
        "examples.beyond": "; ".join(whole.index[beyond.round(9) == beyond.round(9).max()]),
        "examples.beyond.most": float(beyond.max()),
        "examples.chance": "; ".join(worse) or "none",
        "examples.reading": f"{', '.join(passing)} puts more than half of every example where the text does"
        if passing
        else "no rule puts more than half of every example where the text does",
    }


def placement_values(
    place: Placement, placed: pd.DataFrame, regions: pd.Series[str], poor: pd.DataFrame, moved: pd.DataFrame
) -> dict[str, float | str]:
    """The numbers of the chapter on one placement, and on its alternatives, by key.

    Takes the placed states, and the results of `implausible_by_rule` and of `changes` for `rules_beside`.
    """
    within, across = pairs_alike(placed["quadrant"], regions)
    counts, fewest = placed["quadrant"].value_counts(), poor["without means"].min()
    correlation = float(placed["power"].corr(placed["cohesion"], method="spearman"))
    close = abs(correlation)
    said: dict[str, float | str] = {
        "placement.n_states": len(placed),
        "placement.correlation": correlation,
        "placement.correlation.reading": "far from that"
        if close < 0.5
        else "related, but not that"
        if close < 0.9
        else "close to that",
        "placement.alike.within": within,
        "placement.alike.across": across,
        "placement.poor.locked": int(poor["without means"][LOCKED]),
        "placement.poor.fewest": int(fewest),
        "placement.poor.best": "; ".join(poor.index[poor["without means"] == fewest]),
    }
    short = {"own region": "region", "neighbours alone": "neighbours", "neighbours and great powers": "great"}
    for rule in moved.index.intersection(list(short)):
        said[f"placement.changed.{short[rule]}"] = float(moved[LOCKED][rule])
    for axis in AXES:
        said[f"placement.{axis}"] = index_of(getattr(place, axis), axis).label
        said[f"placement.rule.{axis}"] = place.in_words(axis)
    return said | {f"placement.n.{quadrant}": int(counts.get(quadrant, 0)) for quadrant in Quadrant}
