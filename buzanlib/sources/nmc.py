"""National Material Capabilities of the Correlates of War: the composite index of power."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.sources.cow import EXCLUDED
from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import read_csv

FILE = "nmc_v7.csv"


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Share of each state in the world's material capabilities.

    Parameters
    ----------
    path : pathlib.Path
        ``nmc_v7.csv``: `ccode`, `year`, `cinc`.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `cinc` (from 0 to 1).

    References
    ----------
    Singer, J. D. (1987). Reconstructing the Correlates of War dataset on material capabilities of states,
    1816-1985. International Interactions, 14(2), 115-132.
    """
    table = since(read_csv(path, ["ccode", "year", "cinc"]))
    table["iso3"] = crosswalk.from_cow(table["ccode"], table["year"], EXCLUDED, path.name)
    return table.dropna(subset=["iso3", "cinc"])[["iso3", "year", "cinc"]]
