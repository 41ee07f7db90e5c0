"""What a class has coded, for its own page: its agreement, its passages, and the predictions with its codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from buzanlib.figures.labels import in_words
from buzanlib.figures.tables import interval
from buzanlib.inference.table2 import QuadrantResult
from buzanlib.measurement.codings import coded_alike
from buzanlib.tables.statements import Statements

#: On what each coder is held against the others.
HELD = ("primary", "level", "referent")


def by_coder(statements: Statements, coders: Sequence[str], shipped: str) -> pd.DataFrame:
    """How often each coder of a class codes as the others do, and as the codes that ship.

    Parameters
    ----------
    statements : Statements
        The coded statements.
    coders : sequence of str
        The class, two or more.
    shipped : str
        The annotator whose codes ship.

    Returns
    -------
    DataFrame
        A row a coder; ``passages``, and of each variable of `HELD` the mean share over the others, and that with the
        codes that ship; NaN where no passage is shared.
    """
    counts = statements.codes["annotator"].value_counts()
    found = pd.DataFrame({"passages": counts.reindex(list(coders))})
    for variable in HELD:
        name = in_words(variable, of="variable").lower()
        found[f"{name}: as the others"] = coded_alike(statements, coders, coders, variable).mean(axis=1)
        found[f"{name}: as shipped"] = coded_alike(statements, coders, [shipped], variable)[shipped]
    return found.rename_axis("coder")


def pairs_of_coders(statements: Statements, coders: Sequence[str]) -> pd.DataFrame:
    """Share of passages of which two coders name one primary threat, coders down and across."""
    return coded_alike(statements, coders, coders, "primary").rename_axis("coder")


def passages_of_class(
    codes: pd.DataFrame, coders: Sequence[str], of_class: str, shipped: str, gists: Mapping[str, str]
) -> pd.DataFrame:
    """The passages that a class coded, those first on which fewest name the primary threat that ships.

    Parameters
    ----------
    codes : DataFrame
        ``passage_id``, ``annotator`` and ``primary`` of ``codes.csv``.
    coders : sequence of str
        The class.
    of_class, shipped : str
        The annotators that have the codes of the class as a whole, and those that ship.
    gists : mapping of str to str
        By passage.

    Returns
    -------
    DataFrame
        Index, what the passage says; the primary threat of most of the class in words, a dash where it is tied; that
        which ships; and how many of how many name the same as ships.
    """
    named = codes.pivot_table(index="passage_id", columns="annotator", values="primary", aggfunc="first")
    named = named[named[list(coders)].notna().any(axis=1)].reindex(columns=[*coders, of_class, shipped])
    theirs = named[list(coders)]
    alike, number = theirs.eq(named[shipped], axis=0).sum(axis=1), theirs.notna().sum(axis=1)
    words = (
        named[[of_class, shipped]]
        .map(lambda one: in_words(one, of="primary"), na_action="ignore")
        .fillna("–")
    )
    said = pd.DataFrame(
        {
            "most of the class": words[of_class],
            "as shipped": words[shipped],
            "name what ships": [f"{one} of {of}" for one, of in zip(alike, number, strict=True)],
        },
        named.index,
    )
    said = said.loc[(alike / number).sort_values(kind="stable").index]
    return said.rename(index=dict(gists)).rename_axis("passage")


def predictions_beside(
    shipped: QuadrantResult, with_class: QuadrantResult, claims: Mapping[str, str]
) -> pd.DataFrame:
    """The predictions of Table 2 by the codes that ship, and with those of a class in the place of some of them.

    Returns
    -------
    DataFrame
        A row a prediction: its claim, and of either coding verdict, contrast and interval.
    """
    found = pd.DataFrame({"claim": {name: claims[str(name)] for name in shipped.table.index}})
    for words, result in (("as shipped", shipped), ("with the class", with_class)):
        found[f"verdict, {words}"] = result.table["verdict"].astype("str")
        found[f"contrast, {words}"] = result.table["contrast"]
        found[f"90 % interval, {words}"] = interval(result.table["low90"], result.table["high90"])
    return found.rename_axis("hypothesis")
