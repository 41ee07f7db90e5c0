"""State Fragility Index of the Center for Systemic Peace: legitimacy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import read_excel

FILE = "SFIv2018.xls"

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
        ``SFIv2018.xls``: `country`, `year`, `legit` (0 no fragility, 12 extreme).
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `sfi_legitimacy` (from -12, weak, to 0, strong).
    """
    table = since(read_excel(path, ["country", "year", "legit"]))
    table["iso3"] = crosswalk.from_names(table["country"], table["year"], EXCLUDED, path.name)
    table["sfi_legitimacy"] = -table["legit"]
    return table.dropna(subset=["iso3", "sfi_legitimacy"])[["iso3", "year", "sfi_legitimacy"]]
