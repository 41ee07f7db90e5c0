"""Fragile States Index of the Fund for Peace: cohesion from four of its twelve indicators."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import read_csv

FILE = "fsi_2006_2023.csv"

#: Security apparatus, factionalized elites, group grievance, state legitimacy.
INDICATORS = [
    "C1: Security Apparatus",
    "C2: Factionalized Elites",
    "C3: Group Grievance",
    "P1: State Legitimacy",
]


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Cohesion: minus the mean of C1, C2, C3 and P1, as the predictions define it; to pass on as a rank only.

    Read by name: the file gives no code for Micronesia. "Israel and West Bank", so called until the two were
    scored apart, counts as Israel.

    Parameters
    ----------
    path : pathlib.Path
        ``fsi_2006_2023.csv``: `Country`, `src_year` and the indicators (0 best, 10 worst).
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `fsi_cohesion` (from -10, weak, to 0, strong).
    """
    table = since(read_csv(path, ["Country", "src_year", *INDICATORS]).rename(columns={"src_year": "year"}))
    table["iso3"] = crosswalk.from_names(table["Country"], table["year"], {}, path.name)
    # Indicators have one decimal place; rounding keeps equal means equal, and so their ranks tied.
    table["fsi_cohesion"] = -table[INDICATORS].mean(axis="columns", skipna=False).round(6)
    return table.dropna(subset=["iso3", "fsi_cohesion"])[["iso3", "year", "fsi_cohesion"]]
