"""World Bank series, in the Bank's own layout or in that of Gapminder's systema globalis."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from buzanlib.sources.crosswalk import Crosswalk, since
from buzanlib.sources.raw import numbers, opened, read_csv
from buzanlib.sources.source import Source, any_of
from buzanlib.sources.source import column as of_panel

#: Column of the panel to the publisher's series; a file is called ``wb_`` and the series.
SERIES: Mapping[str, str] = MappingProxyType(
    {
        "gdp": "total_gdp_us_inflation_adjusted",
        "gdp_per_head": "gdppercapita_us_inflation_adjusted",
        "internet_users": "internet_users",
    }
)

#: Column of the panel to the Bank's own indicator.
INDICATORS: Mapping[str, str] = MappingProxyType(
    {"gdp": "NY.GDP.MKTP.KD", "gdp_per_head": "NY.GDP.PCAP.KD", "internet_users": "IT.NET.USER.ZS"}
)

_TERRITORIES = (
    "ABW ASM BMU CHANISL CHI CUW CYM FRO GBM GIB GRL GUM HKG IMN MAC MAF MNP NCL NLD_CURACAO PRI PYF SXM TCA "
    "VGB VIR"
)
_SUMS = (
    "AFE AFW ARB CEB CSS EAP EAR EAS ECA ECS EMU EUU FCS HIC HPC IBD IBT IDA IDB IDX INX LAC LCN LDC LIC LMC LMY LTE "
    "MEA MIC MNA NAC OED OSS PRE PSS PST SAS SSA SSF SST TEA TEC TLA TMN TSA TSS UMC WLD"
)
EXCLUDED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(_TERRITORIES.split(), "part or dependency of a member")
    | dict.fromkeys(_SUMS.split(), "sum over states")
    | dict.fromkeys(["KOS", "XKX"], "Kosovo: not a member or observer of the United Nations")
)


def file_name(column: str) -> str:
    """Name of the publisher's file for a column of the panel."""
    return f"wb_{SERIES[column]}.csv"


def _source(column: str, title: str) -> Source:
    indicator = INDICATORS[column]
    return Source(
        key=f"wb_{column}",
        title=f"World Bank, {title}",
        forms=any_of(
            file_name(column),
            f"ddf--datapoints--{SERIES[column]}--by--geo--time.csv",
            f"API_{indicator}_DS2_*.csv",
        ),
        gives=of_panel(column),
        url=f"https://data.worldbank.org/indicator/{indicator} (CSV, unpacked), or Gapminder's systema globalis",
        cite=f"World Bank, World Development Indicators, {indicator}, with the date of access",
    )


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "gdp": _source("gdp", "gross domestic product"),
        "gdp_per_head": _source("gdp_per_head", "gross domestic product per head"),
        "internet_users": _source("internet_users", "Internet users"),
    }
)


def read(path: Path, crosswalk: Crosswalk, column: str) -> pd.DataFrame:
    """One series.

    A series under the code of Serbia is about Serbia of today, also for the years in which Serbia and
    Montenegro held the seat; so it is not dated back.

    Parameters
    ----------
    path : pathlib.Path
        ``wb_<series>.csv``, as Gapminder has it: `geo` (lower-case ISO 3166), `time` and the series. Or the Bank's
        own ``API_<indicator>_DS2_*.csv``: four lines of preamble, then `Country Code` and a column a year.
    crosswalk : Crosswalk
        Who is who.
    column : str
        Column of the panel, a key of `SERIES`.

    Returns
    -------
    pandas.DataFrame
        `iso3`, `year` and `column`: constant US dollars, or users in a hundred inhabitants.
    """
    if path.name.casefold().startswith("api_"):
        table = _from_the_bank(path, column)
    else:
        table = read_csv(path, ["geo", "time", SERIES[column]])
        table.columns = pd.Index(["geo", "year", column])
    table = since(table, path)
    table[column] = numbers(table[column], path)
    table["iso3"] = crosswalk.from_iso3(table["geo"].str.upper(), EXCLUDED, path.name)
    return table.dropna(subset=["iso3", column])[["iso3", "year", column]]


def _from_the_bank(path: Path, column: str) -> pd.DataFrame:
    """Code, year and value, a row each."""
    header = opened(lambda: pd.read_csv(path, skiprows=4, nrows=0), path)
    years = [name for name in header.columns if name.isdecimal()]
    wide = read_csv(path, ["Country Code", *years], skiprows=4)
    return wide.rename(columns={"Country Code": "geo"}).melt("geo", var_name="year", value_name=column)
