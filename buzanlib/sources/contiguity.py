"""Neighbours by land and across water: the Direct Contiguity data of the Correlates of War."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.sources.cow import EXCLUDED, GONE
from buzanlib.sources.crosswalk import FIRST, Crosswalk
from buzanlib.sources.raw import numbers, read_csv
from buzanlib.sources.source import Source, any_of

SOURCE = Source(
    key="contiguity",
    title="Correlates of War, Direct Contiguity, version 3.2",
    forms=any_of("cow_contiguity.csv", "contdir.csv"),
    gives=(("contiguity.csv", "all rows"),),
    url="https://correlatesofwar.org/data-sets/direct-contiguity/ (contdir.csv, unpacked)",
    cite="Stinnett, Tir, Schafer, Diehl & Gochman (2002), Conflict Management and Peace Science 19(2); Correlates of "
    "War Project, Direct Contiguity Data, version 3.2",
)

COLUMNS = ["iso3", "neighbour", "kind", "first", "last"]

#: What the publisher calls the two states and the ends of a spell.
_OTHERS = {"statelno": "ccode1", "statehno": "ccode2", "begin": "stdate", "end": "enddate"}

#: Kinds of contiguity: by land or river, and across up to 12, 24, 150 and 400 miles of water.
KINDS = (1, 2, 3, 4, 5)


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Read spells of contiguity between members of the United Nations.

    Parameters
    ----------
    path : pathlib.Path
        ``cow_contiguity.csv``: `ccode1`, `ccode2`, `conttype`, `stdate`, `enddate`; or the publisher's ``contdir.csv``
        (`statelno`, `statehno`, `conttype`, `begin`, `end`). Of a date only the year is read.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`: a row a pair, its codes in order, and unbroken run of years from 1995 on at whose end both are
        members; of two kinds in a year the closer. Sorted.

    Raises
    ------
    UnknownNameError
        If a code is unknown.
    """
    columns = ["ccode1", "ccode2", "conttype", "stdate", "enddate"]
    table = read_csv(path, columns, _OTHERS, dtype="str")
    table["first"], table["last"] = (numbers(table[name].str[:4], path) for name in columns[3:])
    table[columns[:3]] = table[columns[:3]].apply(numbers, path=path)
    table = table[table["conttype"].isin(KINDS) & (table["last"] >= FIRST)]
    table["year"] = [range(max(a, FIRST), b + 1) for a, b in zip(table["first"], table["last"], strict=True)]
    yearly = table.explode("year").astype({"year": int})
    sides = [
        crosswalk.from_cow(yearly[side], yearly["year"], EXCLUDED | GONE, path.name) for side in columns[:2]
    ]
    ends = pd.concat(sides, axis=1)
    yearly = yearly.assign(iso3=ends.min(axis=1), neighbour=ends.max(axis=1))[ends.notna().all(axis=1)]
    members = set(crosswalk.members().itertuples(index=False, name=None))
    inside = [
        (a, year) in members and (b, year) in members
        for a, b, year in zip(yearly["iso3"], yearly["neighbour"], yearly["year"], strict=True)
    ]
    spells = yearly[inside].rename(columns={"conttype": "kind"}).astype({"kind": int})
    spells = spells.sort_values(["iso3", "neighbour", "year", "kind"])
    spells = spells.drop_duplicates(["iso3", "neighbour", "year"])
    # Years of a run differ from their rank within pair and kind by the same number.
    spells["run"] = spells["year"] - spells.groupby(["iso3", "neighbour", "kind"]).cumcount()
    runs = spells.groupby(["iso3", "neighbour", "kind", "run"], as_index=False)
    found = runs.agg(first=("year", "min"), last=("year", "max"))
    return found[COLUMNS].sort_values(["iso3", "neighbour", "first"], ignore_index=True)
