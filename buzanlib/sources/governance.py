"""Worldwide Governance Indicators: political stability and absence of violence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import read_excel

FILE = "wgidataset.xlsx"
INDICATOR = "pv"

_TERRITORIES = (
    "American Samoa", "Anguilla", "Aruba", "Bermuda", "Cayman Islands", "Cook Islands", "French Guiana",
    "Greenland", "Guam", "Hong Kong SAR, China", "Jersey, Channel Islands", "Macao SAR, China", "Martinique",
    "Netherlands Antilles (former)", "Niue", "Puerto Rico", "Réunion", "Virgin Islands (U.S.)",
)  # fmt: skip
EXCLUDED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(_TERRITORIES, "not a member or observer of the United Nations by itself")
    | {
        "Kosovo": "not a member or observer of the United Nations",
        "Taiwan, China": "not a member or observer of the United Nations",
    }
)


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Political stability, by name: the file has no codes.

    Parameters
    ----------
    path : pathlib.Path
        ``wgidataset.xlsx``: `countryname`, `year`, `indicator`, `estimate`; missing is ``..``.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `wgi_stability` (about -3, weak, to 2, strong).

    References
    ----------
    Kaufmann, D., Kraay, A., & Mastruzzi, M. (2011). The Worldwide Governance Indicators. Hague Journal on
    the Rule of Law, 3(2), 220-246. doi:10.1017/S1876404511200046
    """
    table = read_excel(path, ["countryname", "year", "indicator", "estimate"])
    table = since(table[table["indicator"] == INDICATOR])
    table["iso3"] = crosswalk.from_names(table["countryname"], table["year"], EXCLUDED, path.name)
    table["wgi_stability"] = pd.to_numeric(table["estimate"].replace("..", None))
    return table.dropna(subset=["iso3", "wgi_stability"])[["iso3", "year", "wgi_stability"]]
