"""Bertelsmann Transformation Index: stateness."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import read_csv

FILE = "bti.csv"

EXCLUDED: Mapping[str, str] = MappingProxyType(
    {
        "Kosovo": "not a member or observer of the United Nations",
        "Taiwan": "not a member or observer of the United Nations",
    }
)


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Stateness, every second year and without the old members of the OECD; only its rank may be passed on.

    Parameters
    ----------
    path : pathlib.Path
        ``bti.csv``: `bti_country`, `year` (the year looked at, two before the report), `Q1_Stateness`.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `bti_stateness` (from 1, weak, to 10, strong).
    """
    table = since(read_csv(path, ["bti_country", "year", "Q1_Stateness"]))
    table["iso3"] = crosswalk.from_names(table["bti_country"], table["year"], EXCLUDED, path.name)
    table = table.rename(columns={"Q1_Stateness": "bti_stateness"})
    return table.dropna(subset=["iso3", "bti_stateness"])[["iso3", "year", "bti_stateness"]]
