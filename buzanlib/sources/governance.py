"""Worldwide Governance Indicators: political stability and absence of violence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import numbers, read_excel, sheet_names
from buzanlib.sources.source import Source, any_of, column

FILE = "wgidataset.xlsx"
INDICATOR = "pv"

SOURCE = Source(
    key="wgi",
    title="Worldwide Governance Indicators",
    forms=any_of(FILE, "wgidataset*.xlsx"),
    gives=column("wgi_stability"),
    url="https://www.worldbank.org/en/publication/worldwide-governance-indicators (full data set, workbook)",
    cite="Kaufmann, Kraay & Mastruzzi (2011), Hague Journal on the Rule of Law 3(2), 220-246, "
    "doi:10.1017/S1876404511200046",
)

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

_CODES = "ABW AIA ANT ASM BMU COK CYM GRL GUF GUM HKG JEY KSV MAC MTQ NIU PRI REU TWN VIR XKX"
EXCLUDED_CODES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(_CODES.split(), "not a member or observer of the United Nations")
)

#: Codes of the World Bank that are not those of ISO 3166.
BANK_CODES: Mapping[str, str] = MappingProxyType(
    {"ADO": "AND", "ROM": "ROU", "TMP": "TLS", "WBG": "PSE", "ZAR": "COD"}
)

_ESTIMATE = {"Governance estimate (approx. -2.5 to +2.5)": "estimate"}


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Political stability.

    Parameters
    ----------
    path : pathlib.Path
        ``wgidataset.xlsx`` in either of two layouts. Until 2024: `countryname`, `year`, `indicator`, `estimate` on
        the first sheet; states are read by name, for the older of these editions have no codes. Since 2025: a
        sheet ``pv`` with `Economy (code)`, `Year` and `Governance estimate (approx. -2.5 to +2.5)`. Missing is
        ``..``.
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
    if INDICATOR in sheet_names(path):
        table = since(read_excel(path, ["Economy (code)", "year", "estimate"], _ESTIMATE, INDICATOR), path)
        codes = table["Economy (code)"].replace(dict(BANK_CODES))
        table["iso3"] = crosswalk.dated(crosswalk.from_iso3(codes, EXCLUDED_CODES, path.name), table["year"])
    else:
        table = read_excel(path, ["countryname", "year", "indicator", "estimate"])
        table = since(table[table["indicator"] == INDICATOR], path)
        table["iso3"] = crosswalk.from_names(table["countryname"], table["year"], EXCLUDED, path.name)
    table["wgi_stability"] = numbers(table["estimate"].replace("..", None), path)
    return table.dropna(subset=["iso3", "wgi_stability"])[["iso3", "year", "wgi_stability"]]
