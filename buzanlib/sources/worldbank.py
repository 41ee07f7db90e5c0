"""World Bank series, in the layout of Gapminder's systema globalis."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import read_csv

#: Column of the panel to the publisher's series; a file is called ``wb_`` and the series.
SERIES: Mapping[str, str] = MappingProxyType(
    {
        "gdp": "total_gdp_us_inflation_adjusted",
        "gdp_per_head": "gdppercapita_us_inflation_adjusted",
        "internet_users": "internet_users",
    }
)

_TERRITORIES = "ABW ASM BMU CHANISL CYM FRO GBM GIB GRL GUM HKG MAC MNP NCL NLD_CURACAO PYF SXM TCA VGB"
EXCLUDED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(_TERRITORIES.split(), "part or dependency of a member")
    | {"KOS": "Kosovo: not a member or observer of the United Nations"}
)


def read(path: Path, column: str, crosswalk: Crosswalk) -> pd.DataFrame:
    """One series.

    A series under the code of Serbia is about Serbia of today, also for the years in which Serbia and
    Montenegro held the seat; so it is not dated back.

    Parameters
    ----------
    path : pathlib.Path
        ``wb_<series>.csv``: `geo` (lower-case ISO 3166), `time` and the series.
    column : str
        Column of the panel, a key of `SERIES`.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year` and `column`: constant US dollars, or users in a hundred inhabitants.
    """
    table = read_csv(path, ["geo", "time", SERIES[column]])
    table = since(table.rename(columns={"time": "year", SERIES[column]: column}))
    table["iso3"] = crosswalk.from_iso3(table["geo"].str.upper(), EXCLUDED, path.name)
    return table.dropna(subset=["iso3", column])[["iso3", "year", column]]


def file_name(column: str) -> str:
    """Name of the publisher's file for a column of the panel."""
    return f"wb_{SERIES[column]}.csv"
