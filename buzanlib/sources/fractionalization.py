"""Historical Index of Ethnic Fractionalization."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.sources.cow import EXCLUDED
from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import read_csv

FILE = "hief.csv"
NORTH_YEMEN, YEMEN = 678, 679


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Chance that two inhabitants drawn at random belong to different ethnic groups.

    A few rows stand in the file two or three times; they are the same and are taken once. Yemen stands
    under the code of its northern predecessor all along.

    Parameters
    ----------
    path : pathlib.Path
        ``hief.csv``: `ccode`, `year`, `efindex`.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `fractionalization` (from 0 to 1).

    References
    ----------
    Drazanova, L. (2020). Introducing the Historical Index of Ethnic Fractionalization (HIEF) dataset.
    Journal of Open Humanities Data, 6, 6. doi:10.5334/johd.16
    """
    table = since(read_csv(path, ["ccode", "year", "efindex"])).drop_duplicates()
    table["ccode"] = table["ccode"].replace(NORTH_YEMEN, YEMEN)
    table["iso3"] = crosswalk.from_cow(table["ccode"], table["year"], EXCLUDED, path.name)
    table = table.rename(columns={"efindex": "fractionalization"})
    return table.dropna(subset=["iso3", "fractionalization"])[["iso3", "year", "fractionalization"]]
