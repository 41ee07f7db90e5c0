"""Codings of the same passages held against each other: of two annotators, two codebooks, or one annotator twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from buzanlib.measurement.reliability import COEFFICIENTS, SECOND_PASS, VARIABLES, reliability_table
from buzanlib.tables.statements import Statements
from buzanlib.theory.vocabulary import Annotator

#: What is held against what, by name: the annotators of codebook 2; the codes that each codebook ends in; and each
#: annotator of codebook 2 with itself on the passages that it coded twice.
COMPARISONS: dict[str, tuple[str, str]] = {
    "C and D": (Annotator.C, Annotator.D),
    "two codebooks": (Annotator.ADJUDICATED, Annotator.ADJUDICATED_2),
    "C again": (Annotator.C, "C again"),
    "D again": (Annotator.D, "D again"),
}


def shared_passages(
    statements: Statements, annotators: tuple[str, str], variables: Sequence[str] = tuple(VARIABLES)
) -> tuple[int, int]:
    """Passages that two annotators both coded, and those of them on which they differ in any of some `VARIABLES`.

    Both are zero where one of the two has coded nothing.
    """
    columns = sorted({VARIABLES[name][0] for name in variables})
    codes = statements.codes.set_index("passage_id")
    one, other = (codes.loc[codes["annotator"] == name, columns] for name in annotators)
    both = one.index.intersection(other.index)
    one, other = one.loc[both], other.loc[both]
    differ = (one != other) & ~(one.isna() & other.isna())
    return len(both), int(differ.any(axis=1).sum())


def shared_results(statements: Statements) -> dict[str, int]:
    """`shared_passages` of `COMPARISONS` and of A and B, by keys such as ``coding.C_and_D.passages`` and ``.differ``.

    A and B coded the variables of `SECOND_PASS` when their differences on the others had been settled; of these the
    numbers are.
    """
    early = [name for name in VARIABLES if name not in SECOND_PASS]
    counts = {name: shared_passages(statements, pair) for name, pair in COMPARISONS.items()}
    counts["A and B"] = shared_passages(statements, (Annotator.A, Annotator.B), early)
    return {
        f"coding.{name.replace(' ', '_')}.{key}": number
        for name, both in counts.items()
        for key, number in zip(("passages", "differ"), both, strict=True)
    }


def further_annotators(statements: Statements) -> list[str]:
    """Annotators of codes that do not ship, sorted."""
    ship = {*map(str, Annotator), *(name for pair in COMPARISONS.values() for name in pair)}
    return sorted(set(statements.codes["annotator"]) - ship)


def every_pair(
    statements: Statements,
    annotators: Sequence[str],
    draws: int = 2000,
    seed: int = 20100615,
    variables: Sequence[str] = tuple(VARIABLES),
) -> pd.DataFrame:
    """Agreement of each two of several annotators over the passages that both coded, and of all of them together.

    Parameters
    ----------
    statements : Statements
        The coded statements.
    annotators : sequence of str
        Any number, each of whom may have coded a part of the passages. One that is named again counts once.
    draws, seed : int
        Of the bootstrap over documents.
    variables : sequence of str
        Of `VARIABLES`.

    Returns
    -------
    DataFrame
        As `comparisons`, with columns ``passages`` and ``differ``: how many passages two or more coded, and on how many
        they differ in any of the variables. Where no passage was coded twice coefficients are NaN and ``n`` is 0.
        Three annotators or more are compared jointly in the rows ``all together``.
    """
    names = list(dict.fromkeys(map(str, annotators)))
    groups: dict[str, tuple[str, ...]] = {
        f"{one} and {other}": (one, other) for one, other in combinations(names, 2)
    }
    groups |= {"all together": tuple(names)} if len(names) > 2 else {}
    return agreement_of(statements, groups, draws, seed, variables)


def agreement_of(
    statements: Statements,
    groups: Mapping[str, Sequence[str]],
    draws: int = 2000,
    seed: int = 20100615,
    variables: Sequence[str] = tuple(VARIABLES),
) -> pd.DataFrame:
    """Agreement of groups of annotators, each of two or more, over the passages that two of the group coded.

    Parameters and columns are those of `every_pair`; the index has the names of the groups.
    """
    columns = sorted({VARIABLES[name][0] for name in variables})
    tables = {}
    for title, group in groups.items():
        theirs = statements.codes[statements.codes["annotator"].isin(group)]
        shared = theirs[theirs.duplicated("passage_id", keep=False)]
        if shared.empty:
            table = pd.DataFrame(np.nan, pd.Index(variables, name="variable"), COEFFICIENTS).assign(n=0)
        else:
            table = reliability_table(statements, draws, seed, group, variables)
        alike = shared.groupby("passage_id")[columns].nunique(dropna=False).eq(1).all(axis=1)
        tables[title] = table.assign(passages=len(alike), differ=int((~alike).sum()))
    if not tables:
        nobody = pd.MultiIndex.from_product([[], list(variables)], names=["comparison", "variable"])
        return pd.DataFrame(index=nobody, columns=[*COEFFICIENTS, "n", "passages", "differ"], dtype="float64")
    found: pd.DataFrame = pd.concat(tables, names=["comparison"])
    return found


def coded_alike(
    statements: Statements, annotators: Sequence[str], others: Sequence[str], variable: str
) -> pd.DataFrame:
    """Share of passages that one annotator codes as another does, of those that both coded.

    Parameters
    ----------
    statements : Statements
        The coded statements.
    annotators, others : sequence of str
        Each of the first is held against each of the second, but for itself.
    variable : str
        Column of the codes.

    Returns
    -------
    DataFrame
        Annotators down, the others across, shares from 0 to 1; NaN where they share no passage, or are the same.
    """
    codes = statements.codes.pivot_table(
        index="passage_id", columns="annotator", values=variable, aggfunc="first"
    )
    shares = {}
    for other in others:
        both = codes[list(annotators)].notna().mul(codes[other].notna(), axis=0)
        same = codes[list(annotators)].eq(codes[other], axis=0) & both
        shares[other] = (same.sum() / both.sum()).drop(other, errors="ignore")
    return pd.DataFrame(shares, index=list(annotators))


def comparisons(
    statements: Statements,
    draws: int = 2000,
    seed: int = 20100615,
    pairs: Mapping[str, tuple[str, str]] = COMPARISONS,
    variables: Sequence[str] = tuple(VARIABLES),
) -> pd.DataFrame:
    """Agreement of several pairs of codings, each as `reliability_table` has it.

    Parameters
    ----------
    statements : Statements
        The coded statements.
    draws, seed : int
        Of the bootstrap over documents.
    pairs : mapping of str to tuple of str
        Two annotators by the name of the comparison. One whose annotators have no passage in common is left out.
    variables : sequence of str
        Of `VARIABLES`.

    Returns
    -------
    DataFrame
        Index ``comparison`` and ``variable``.
    """
    shared = {name: pair for name, pair in pairs.items() if shared_passages(statements, pair)[0]}
    tables = {
        name: reliability_table(statements, draws, seed, pair, variables) for name, pair in shared.items()
    }
    found: pd.DataFrame = pd.concat(tables, names=["comparison"])
    return found
