"""Bertelsmann Transformation Index: stateness."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import numbers, read_csv, read_sheets
from buzanlib.sources.source import Source, any_of, column

FILE = "bti.csv"

SOURCE = Source(
    key="bti",
    title="Bertelsmann Stiftung, Transformation Index",
    forms=any_of(FILE, "BTI_*_Scores.xlsx"),
    gives=column("bti_stateness_rank"),
    url="https://bti-project.org/en/downloads (scores of all editions, workbook)",
    cite="Bertelsmann Stiftung, Bertelsmann Transformation Index, Gütersloh, with the editions used",
)

EXCLUDED: Mapping[str, str] = MappingProxyType(
    {
        "Kosovo": "not a member or observer of the United Nations",
        "Taiwan": "not a member or observer of the United Nations",
    }
)

#: An edition reports on the year two before it.
LAG = 2


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Stateness, every second year and without the old members of the OECD; only its rank may be passed on.

    Parameters
    ----------
    path : pathlib.Path
        ``bti.csv``: `bti_country`, `year` (the year looked at, two before the report), `Q1_Stateness`. Or the
        publisher's workbook ``BTI_2006-2024_Scores.xlsx`` of any span: a sheet ``BTI YYYY`` an edition, with the
        country in the first column and stateness in the one that begins with `Q1 |`.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `bti_stateness` (from 1, weak, to 10, strong).
    """
    if path.suffix.casefold() == ".csv":
        table = read_csv(path, ["bti_country", "year", "Q1_Stateness"])
        table.columns = pd.Index(["name", "year", "bti_stateness"])
    else:
        table = _from_workbook(path)
    table = since(table, path)
    table["iso3"] = crosswalk.from_names(table["name"], table["year"], EXCLUDED, path.name)
    table["bti_stateness"] = numbers(table["bti_stateness"], path)
    return table.dropna(subset=["iso3", "bti_stateness"])[["iso3", "year", "bti_stateness"]]


def _from_workbook(path: Path) -> pd.DataFrame:
    """Country, year and stateness, a row each; rows without a score are regions and notes."""
    editions = []
    for name, sheet in read_sheets(path).items():
        # One edition stands there a second time, in an older way of counting, as "BTI 2006_old".
        if not (edition := re.fullmatch(r"BTI (\d{4})", name)):
            continue
        heads = sheet.iloc[0].astype(str).str.strip()
        place = heads.index[heads.str.startswith("Q1 |")]
        if not len(place):
            raise BuzanError(f"{path.name}, sheet {name}: no column begins with 'Q1 |'")
        rows = sheet.iloc[1:]
        scores = pd.to_numeric(rows[place[0]], errors="coerce")
        year = int(edition[1]) - LAG
        names = rows.iloc[:, 0].astype(str).str.strip()
        editions.append(pd.DataFrame({"name": names, "year": year, "bti_stateness": scores}).dropna())
    if not editions:
        raise BuzanError(f"{path.name} has no sheet named 'BTI' and the year of an edition")
    return pd.concat(editions, ignore_index=True)
