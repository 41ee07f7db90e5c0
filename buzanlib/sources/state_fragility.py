"""State Fragility Index of the Center for Systemic Peace: legitimacy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import numbers, read_excel
from buzanlib.sources.source import Source, any_of, column

FILE = "SFIv2018.xls"

SOURCE = Source(
    key="sfi",
    title="Center for Systemic Peace, State Fragility Index",
    forms=any_of(FILE, "SFIv*.xls", "SFIv*.xlsx"),
    gives=column("sfi_legitimacy_rank"),
    url="https://www.systemicpeace.org/inscrdata.html",
    cite="Marshall & Elzinga-Marshall, State Fragility Index and Matrix, Center for Systemic Peace",
)

EXCLUDED: Mapping[str, str] = MappingProxyType(
    {
        "Kosovo": "not a member or observer of the United Nations",
        "Taiwan": "not a member or observer of the United Nations",
    }
)


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Legitimacy, turned so that more is stronger; only its rank may be passed on.

    Read by name, for the codes of this publisher are its own: ``SDN`` is Sudan without the south, ``SUD``
    Sudan with it, ``YGS`` Serbia and Montenegro.

    Parameters
    ----------
    path : pathlib.Path
        ``SFIv2018.xls``, or another version, old format or new: `country`, `year`, `legit` (0 no fragility,
        12 extreme).
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `sfi_legitimacy` (from -12, weak, to 0, strong).
    """
    table = since(read_excel(path, ["country", "year", "legit"]), path)
    table["iso3"] = crosswalk.from_names(table["country"], table["year"], EXCLUDED, path.name)
    table["sfi_legitimacy"] = -numbers(table["legit"], path)
    return table.dropna(subset=["iso3", "sfi_legitimacy"])[["iso3", "year", "sfi_legitimacy"]]
