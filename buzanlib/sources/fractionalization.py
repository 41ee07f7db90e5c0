"""Historical Index of Ethnic Fractionalization."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.cow import EXCLUDED
from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import headings, numbers, read_csv
from buzanlib.sources.source import Source, any_of, column

FILE = "hief.csv"
NORTH_YEMEN, YEMEN = 678, 679

SOURCE = Source(
    key="hief",
    title="Historical Index of Ethnic Fractionalization",
    forms=any_of(FILE, "HIEF*.csv", "HIEF*.tab"),
    gives=column("fractionalization"),
    url="https://doi.org/10.7910/DVN/4JQRCL",
    cite="Drazanova (2020), Journal of Open Humanities Data 6, 6, doi:10.5334/johd.16",
)

EXCLUDED_NAMES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(["Kosovo", "Taiwan"], "not a member or observer of the United Nations")
)


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Chance that two inhabitants drawn at random belong to different ethnic groups.

    A few rows stand in the file two or three times; they are the same and are taken once. Yemen stands
    under the code of its northern predecessor all along.

    Parameters
    ----------
    path : pathlib.Path
        ``hief.csv``: `ccode`, `year`, `efindex`; or the publisher's ``HIEF_data.csv`` (or ``.tab``), which has
        `Country` in place of the code.
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
    who = "country" if "country" in headings(path) else "ccode"
    table = since(read_csv(path, [who, "year", "efindex"]), path).drop_duplicates()
    if who == "ccode":
        table["ccode"] = table["ccode"].replace(NORTH_YEMEN, YEMEN)
        table["iso3"] = crosswalk.from_cow(table["ccode"], table["year"], EXCLUDED, path.name)
    else:
        table["iso3"] = crosswalk.from_names(table["country"], table["year"], EXCLUDED_NAMES, path.name)
    table["fractionalization"] = numbers(table["efindex"], path)
    return table.dropna(subset=["iso3", "fractionalization"])[["iso3", "year", "fractionalization"]]
