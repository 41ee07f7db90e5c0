"""Varieties of Democracy: electoral democracy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import numbers, read_csv
from buzanlib.sources.source import Source, any_of, column

FILE = "vdem_indices.csv"

SOURCE = Source(
    key="vdem",
    title="Varieties of Democracy, country-year",
    forms=any_of(FILE, "V-Dem-CY-Core-v*.csv", "V-Dem-CY-Full*Others-v*.csv"),
    gives=column("polyarchy"),
    url="https://v-dem.net/data/the-v-dem-dataset/ (country-year, Core or Full+Others, CSV, unpacked)",
    cite="Coppedge et al., V-Dem Country-Year Dataset, and Pemstein et al., The V-Dem Measurement Model, in the "
    "version used",
)

EXCLUDED: Mapping[str, str] = MappingProxyType(
    {
        "HKG": "Hong Kong: part of a member",
        "PSG": "Gaza: scored apart from the West Bank",
        "SML": "Somaliland: part of a member",
        "TWN": "Taiwan: not a member or observer of the United Nations",
        "XKX": "Kosovo: not a member or observer of the United Nations",
        "ZZB": "Zanzibar: part of a member",
    }
)


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Electoral democracy.

    Parameters
    ----------
    path : pathlib.Path
        ``vdem_indices.csv``, or the publisher's ``V-Dem-CY-Core-v15.csv`` or ``V-Dem-CY-Full+Others-v15.csv``
        in any version: `country_text_id` (ISO 3166), `year`, `v2x_polyarchy`.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `polyarchy` (from 0 to 1).
    """
    table = since(read_csv(path, ["country_text_id", "year", "v2x_polyarchy"]), path)
    table["v2x_polyarchy"] = numbers(table["v2x_polyarchy"], path)
    table["iso3"] = crosswalk.from_iso3(table["country_text_id"], EXCLUDED, path.name)
    table["iso3"] = crosswalk.dated(table["iso3"], table["year"])
    table = table.rename(columns={"v2x_polyarchy": "polyarchy"})
    return table.dropna(subset=["iso3", "polyarchy"])[["iso3", "year", "polyarchy"]]
