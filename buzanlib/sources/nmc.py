"""National Material Capabilities of the Correlates of War: the composite index of power."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.sources.cow import EXCLUDED
from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import numbers, read_csv
from buzanlib.sources.source import Source, any_of, column

FILE = "nmc_v7.csv"

SOURCE = Source(
    key="nmc",
    title="Correlates of War, National Material Capabilities",
    forms=any_of(FILE, "NMC*-abridged.csv", "NMC*-wsupplementary.csv", "NMC_v*.csv"),
    gives=column("cinc"),
    url="https://correlatesofwar.org/data-sets/national-material-capabilities/ (version 7, unpacked)",
    cite="Singer, Bremer & Stuckey (1972); Singer (1987), International Interactions 14(2), 115-132",
)


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Share of each state in the world's material capabilities.

    Parameters
    ----------
    path : pathlib.Path
        ``nmc_v7.csv``, or ``NMC-70-abridged.csv`` as the publisher packs it: `ccode`, `year`, `cinc`; -9 is
        missing.
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
    table = since(read_csv(path, ["ccode", "year", "cinc"]), path)
    cinc = numbers(table["cinc"], path)
    table["cinc"] = cinc.where(cinc >= 0)
    table["iso3"] = crosswalk.from_cow(table["ccode"], table["year"], EXCLUDED, path.name)
    return table.dropna(subset=["iso3", "cinc"])[["iso3", "year", "cinc"]]
