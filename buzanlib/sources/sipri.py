"""Military expenditure after the Stockholm International Peace Research Institute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import read_csv

FILE = "sipri_milex.csv"

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
        ``sipri_milex.csv``: `Entity`, `Year`, `military_expenditure`.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `milex` (constant US dollars of 2019).
    """
    table = read_csv(path, ["Entity", "Year", "military_expenditure"])
    table = since(table.rename(columns={"Year": "year", "military_expenditure": "milex"}))
    table["iso3"] = crosswalk.from_names(table["Entity"], table["year"], EXCLUDED, path.name)
    return table.dropna(subset=["iso3", "milex"])[["iso3", "year", "milex"]]
