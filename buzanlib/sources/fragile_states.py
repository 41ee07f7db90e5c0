"""Fragile States Index of the Fund for Peace: cohesion from four of its twelve indicators."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import numbers, read_csv, read_excel
from buzanlib.sources.source import Form, Source, column

FILE = "fsi_2006_2023.csv"

SOURCE = Source(
    key="fsi",
    title="Fund for Peace, Fragile States Index",
    forms=(Form((FILE,)), Form(("fsi*20[0-9][0-9]*.xlsx",), many=True), Form(("fsi*.csv",))),
    gives=column("fsi_cohesion_rank"),
    url="https://fragilestatesindex.org/excel/ (a workbook a year)",
    cite="Fund for Peace, Fragile States Index, with the years used",
)

#: Security apparatus, factionalized elites, group grievance, state legitimacy.
INDICATORS = [
    "C1: Security Apparatus",
    "C2: Factionalized Elites",
    "C3: Group Grievance",
    "P1: State Legitimacy",
]

#: Day zero of the serial numbers as which workbooks keep dates.
_DAY_ZERO = datetime.datetime(1899, 12, 30)


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Cohesion: minus the mean of C1, C2, C3 and P1, as the predictions define it; to pass on as a rank only.

    Read by name: the file gives no code for Micronesia. "Israel and West Bank", so called until the two were
    scored apart, counts as Israel.

    Parameters
    ----------
    path : pathlib.Path
        ``fsi_2006_2023.csv``, or one of the publisher's yearly workbooks, such as ``fsi-2006.xlsx`` and
        ``FSI-2023-DOWNLOAD.xlsx``: `Country`, `Year` (or `src_year`; in the workbooks a number or a date) and the
        indicators (0 best, 10 worst). A workbook without a year has that of its name.
    crosswalk : Crosswalk
        Who is who.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year`, `fsi_cohesion` (from -10, weak, to 0, strong).
    """
    columns, others = ["Country", "year", *INDICATORS], {"src_year": "year"}
    table = read_csv(path, columns, others) if path.suffix.casefold() == ".csv" else _from_workbook(path)
    table = since(table, path)
    names = table["Country"].str.strip()
    table["iso3"] = crosswalk.from_names(names, table["year"], {}, path.name)
    scores = table[INDICATORS].apply(numbers, path=path)
    # Indicators have one decimal place; rounding keeps equal means equal, and so their ranks tied.
    table["fsi_cohesion"] = -scores.mean(axis="columns", skipna=False).round(6)
    return table.dropna(subset=["iso3", "fsi_cohesion"])[["iso3", "year", "fsi_cohesion"]]


def _from_workbook(path: Path) -> pd.DataFrame:
    """The columns wanted, with a year that is a number."""
    table = read_excel(path, ["Country", *INDICATORS]).dropna(subset=["Country"])
    try:
        year = read_excel(path, ["Year"])["Year"][table.index]
    except BuzanError:
        (said,) = re.findall(r"20\d\d", path.name)[:1]
        year = pd.Series(int(said), index=table.index)
    return table.assign(year=year.map(_year))


def _year(value: Any) -> Any:
    """The year of a cell: a year, a date, or the serial number of a date."""
    if isinstance(value, datetime.date):
        return value.year
    if isinstance(value, int | float) and value > 9999:
        return (_DAY_ZERO + datetime.timedelta(days=value)).year
    return value
