"""First sentences of captions: what a figure of the placements, the statements or the tests shows, from its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from buzanlib.figures.labels import in_words
from buzanlib.figures.typeset import joined, typeset
from buzanlib.theory.distances import farthest
from buzanlib.theory.vocabulary import Quadrant, Threat

#: Correlations nearer to zero than this are hardly any.
FAINT = 0.2


def states_of(quadrants: Iterable[str]) -> str:
    """Quadrants in a sentence: ``"states of weak power and weak cohesion"``."""
    return f"states of {joined(Quadrant(name).label.replace(', ', ' and ') for name in quadrants)}"


def pair_of(kind: str) -> str:
    """A kind of pairs in a sentence, as ``"SW-WS"`` or ``"WW-WW"`` names it."""
    one, other = kind.split("-")
    if one == other:
        return f"{states_of([one])} among themselves"
    return f"{states_of([one])} with those of {Quadrant(other).label.replace(', ', ' and ')}"


def together(one: pd.Series, other: pd.Series) -> str:
    """Whether two variables go together, ``"hardly go together (r = 0.05)"``."""
    r = float(one.corr(other))
    if np.isnan(r):
        return "cannot be compared"
    word = "hardly go" if abs(r) < FAINT else "go" if r > 0 else "do not go"
    return f"{word} together (r = {typeset(r, '.2f')})"


def most_and_least(
    table: pd.DataFrame, value: str, what: str, ends: tuple[str, str] = ("low90", "high90")
) -> str:
    """Which quadrants have most and least of a share, and whether the intervals of these two overlap.

    The table has a row a quadrant; its columns `value` and `ends` are shares.
    """
    known = table.dropna(subset=[value])
    if len(known) <= 1:
        return f"{what} is not known of several quadrants."
    most, least = str(known[value].idxmax()), str(known[value].idxmin())
    low, high = ends
    apart = known[low][most] > known[high][least]
    unsure = "do not overlap" if apart else "are not apart, so that the order is not sure"
    return (
        f"{what} is largest among {states_of([most])} ({known[value][most]:.0%}) and smallest among "
        f"{states_of([least])} ({known[value][least]:.0%}); the 90 % intervals of these two {unsure}."
    )


def beside_zero(table: pd.DataFrame, what: str = "contrasts") -> str:
    """How many intervals lie wholly on one side of zero, of a table with the columns ``low90`` and ``high90``."""
    known = table.dropna(subset=["low90", "high90"])
    above, below = int((known["low90"] > 0).sum()), int((known["high90"] < 0).sum())
    rest = len(known) - above - below
    if not len(known):
        return f"There is no interval of these {what}."
    last = f"{none_or(rest)} cannot be told apart from it"
    return (
        f"Of {typeset(len(known), 'word')} {what}, {none_or(above)} {verb(above, 'lie')} above zero with the whole "
        f"interval, {none_or(below)} below, and {last}."
    )


def named_most(weights: pd.DataFrame) -> str:
    """Which quadrants a table, shape (4, threats), gives most threats, and which fewest."""
    counts = (weights > 0).sum(axis=1)
    most, least = int(counts.max()), int(counts.min())
    if most == least:
        return f"Every kind of state is given {typeset(most, 'word')} of the {weights.shape[1]} threats."
    few = counts.index[counts == least]
    last = (
        "all others" if len(few) > 1 and len(few) + (counts == most).sum() == len(counts) else states_of(few)
    )
    return (
        f"Of {typeset(weights.shape[1], 'word')} threats, {states_of(counts.index[counts == most])} are given the "
        f"most, {typeset(most, 'word')}, and {last} the fewest, {none_or(least)}."
    )


def largest_effects(form: pd.DataFrame) -> str:
    """With which effect each threat goes most, of the factorial form of a table, shape (threats, 3)."""
    said = []
    for threat, row in form.iterrows():
        top = row.index[(row.abs() > 0) & np.isclose(row.abs(), row.abs().max())]
        effects = joined(f"{in_words(str(name))} ({typeset(float(row[name]), '+.2g')})" for name in top)
        said.append(f"{Threat(str(threat)).label.lower()} with {effects if len(top) else 'nothing'}")
    first, *others = said
    return f"{first[0].upper()}{first[1:].replace(' with', ' goes most with', 1)}{_rest(others)}."


def farthest_pairs(tables: Mapping[str, pd.DataFrame]) -> str:
    """Which pairs of quadrants are farthest apart by every measure, table by table."""
    said = []
    for name, frame in tables.items():
        ends = [set(farthest(frame[measure])) for measure in frame]
        always = [str(pair) for pair in frame.index if all(pair in some for some in ends)]
        said.append(f"{joined(always) if always else 'no pair'} in {name}")
    return f"Farthest apart by every measure: {'; '.join(said)}."


def where_states_stand(placed: pd.DataFrame) -> str:
    """How many states stand in the fullest and the emptiest quadrant, and whether both axes go together."""
    counts = placed["quadrant"].value_counts().reindex(list(map(str, Quadrant)), fill_value=0)
    return (
        f"Power and cohesion {together(placed['power'], placed['cohesion'])} among {len(placed)} states: "
        f"{states_of(counts.index[counts == counts.max()])} are the most ({counts.max()}), and "
        f"{states_of(counts.index[counts == counts.min()])} the fewest ({counts.min()})."
    )


def by_region(quadrants: pd.Series[str], regions: pd.Series[str]) -> str:
    """In how many regional groups a quadrant holds more than half of the states that are placed."""
    shares = pd.crosstab(regions.reindex(quadrants.index), quadrants, normalize="index")
    full = int((shares.max(axis=1) > 0.5).sum())
    held = f"{none_or(full)} of {typeset(len(shares), 'word')} regional groups"
    return f"Most of the placed states stand in the same quadrant in {held}."


def moved_by_rules(changes: pd.DataFrame) -> str:
    """How many states another rule moves, least and most; `changes` are shares, rules by rules."""
    values = changes.to_numpy(dtype=float)[np.tril_indices(len(changes), -1)]
    return f"Another rule moves {values.min():.0%} to {values.max():.0%} of the states into another quadrant."


def said_when(table: pd.DataFrame) -> str:
    """From when on half of the passages come, and which threat most carry, of what `statements.by_year` gives."""
    total = int(table["relevant"].sum())
    if not total:
        return "No passage is relevant."
    half = table.index[table["relevant"].cumsum() * 2 >= total][0]
    later = float(table["relevant"][table.index >= half].sum() / total)
    threats = table[list(Threat)].sum()
    return (
        f"Of {total} relevant passages since {table.index.min()} {later:.0%} come from {half} or later; "
        f"{in_words(str(threats.idxmax())).lower()} is named most ({threats.max()})."
    )


def shares_apart(table: pd.DataFrame) -> str:
    """Who names each threat most, and for which of them the intervals of first and last quadrant keep apart."""
    said, apart = [], []
    for threat, some in table.groupby("threat", sort=False):
        rows = some.set_index("quadrant").dropna(subset=["share"])
        most, least = str(rows["share"].idxmax()), str(rows["share"].idxmin())
        label = in_words(str(threat)).lower()
        said.append(f"{label} by {states_of([most])} ({rows['share'][most]:.0%})")
        if rows["low90"][most] > rows["high90"][least]:
            apart.append(label)
    sure = f"do not overlap for {joined(apart)}" if apart else "are not apart for any threat"
    return f"Most often named are {'; '.join(said)}; the intervals of the highest and the lowest quadrant {sure}."


def fit_of_table(p: float, alpha: float, rank: int, ways: int) -> str:
    """Whether the whole of Table 2 fits better than chance, and the rank of its own assignment among all ways."""
    fits = "fits better than chance" if p < alpha else "cannot be told apart from chance"
    return (
        f"Table 2 as a whole {fits}: placements exchanged at random fit at least as well {p:.1%} of the time, and "
        f"among {ways} ways to give its cells to the quadrants the paper's own is {typeset(rank, 'nth')}."
    )


def predicted_effects(bodies: Mapping[str, pd.DataFrame], sesoi: float) -> str:
    """How many effects lie where Table 2 puts them with their whole interval, by body of statements."""
    said = []
    for name, table in bodies.items():
        signed, empty = table[table["predicted"] != 0], table[table["predicted"] == 0]
        right = np.where(signed["predicted"] > 0, signed["low90"] > 0, signed["high90"] < 0)
        null = (empty["low90"] > -sesoi) & (empty["high90"] < sesoi)
        said.append(
            f"{name}: {none_or(int(right.sum()))} of {typeset(len(signed), 'word')} effects that Table 2 names "
            f"{verb(int(right.sum()), 'lie')} on its side of zero with the whole interval, and "
            f"{none_or(int(null.sum()))} of {typeset(len(empty), 'word')} that it leaves empty within ±{sesoi:g}"
        )
    return f"{'; '.join(said)}."


def some_of(names: list[str], total: int, what: str) -> str:
    """How many of all, and which: ``"two of six threats (crime and terrorist use)"``."""
    which = f" ({joined(names)})" if names else ""
    return f"{none_or(len(names))} of {typeset(total, 'word')} {what}{which}"


def none_or(count: int) -> str:
    """A whole number as a word, and none for zero."""
    return typeset(count, "word") if count else "none"


def verb(count: int, many: str, one: str = "") -> str:
    """A verb as so many take it; that of one, and of none, has an s or is given."""
    return many if count > 1 else one or f"{many}s"


def _rest(parts: list[str]) -> str:
    return f", {joined(parts)}" if parts else ""
