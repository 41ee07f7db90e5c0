"""Military expenditure after the Stockholm International Peace Research Institute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.crosswalk import FIRST, LAST, Crosswalk, since
from buzanlib.sources.raw import numbers, read_csv, read_sheets
from buzanlib.sources.source import Source, any_of, column

FILE = "sipri_milex.csv"

SOURCE = Source(
    key="sipri",
    title="SIPRI Military Expenditure Database",
    forms=any_of(FILE, "SIPRI-Milex-data-*.xlsx"),
    gives=column("milex_rank"),
    url="https://www.sipri.org/databases/milex (all countries, workbook)",
    cite="SIPRI Military Expenditure Database, Stockholm International Peace Research Institute, with date of access",
)

EXCLUDED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        ["Africa", "Asia", "Europe", "NATO members", "North America", "Oceania", "South America", "World"],
        "sum over states",
    )
    | {
        "Czechoslovakia": "until 1992",
        "Kosovo": "not a member or observer of the United Nations",
        "Taiwan": "not a member or observer of the United Nations",
    }
)


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Military expenditure; only its rank may be passed on.

    Parameters
    ----------
    path : pathlib.Path
        ``sipri_milex.csv``: `Entity`, `Year`, `military_expenditure`; or the publisher's workbook
        ``SIPRI-Milex-data-*.xlsx`` with a sheet ``Constant (YYYY) US$``, in it a row that begins with `Country` and
        has the years, and below it a row a country. What is no number there is missing.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `milex` (constant US dollars, of the year that the publisher chose).
    """
    if path.suffix.casefold() == ".csv":
        table = read_csv(path, ["Entity", "Year", "military_expenditure"])
        table.columns = pd.Index(["name", "year", "milex"])
    else:
        table = _from_workbook(path)
    table = since(table, path)
    table["milex"] = numbers(table["milex"], path)
    table["iso3"] = crosswalk.from_names(table["name"], table["year"], EXCLUDED, path.name)
    return table.dropna(subset=["iso3", "milex"])[["iso3", "year", "milex"]]


def _from_workbook(path: Path) -> pd.DataFrame:
    """Country, year and expenditure, a row each; headings of regions have no number and so no row."""
    sheets = [sheet for name, sheet in read_sheets(path).items() if name.startswith("Constant")]
    if not sheets:
        raise BuzanError(f"{path.name} has no sheet whose name begins with 'Constant'")
    grid = sheets[0]
    first = grid.iloc[:, 0].astype(str).str.strip()
    header = grid.index[first == "Country"]
    if not len(header):
        raise BuzanError(
            f"{path.name} has no row that begins with 'Country' in its sheet of constant dollars"
        )
    years = pd.to_numeric(grid.loc[header[0]], errors="coerce")
    long = pd.concat(
        pd.DataFrame({"name": first, "year": int(year), "milex": pd.to_numeric(grid[place], errors="coerce")})
        for place, year in years[years.between(FIRST, LAST)].items()
    )
    # The header itself has a number in the column of a year.
    return long[long["name"] != "Country"].dropna(subset=["milex"])
