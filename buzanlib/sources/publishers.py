"""Indices of power and cohesion: for each, the publisher's file, its columns, and how its states are named."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.cow import EXCLUDED
from buzanlib.sources.crosswalk import FIRST, LAST, Crosswalk, since
from buzanlib.sources.raw import headings, numbers, opened, read_csv, read_excel, read_sheets, sheet_names
from buzanlib.sources.source import Form, Source

Opener = Callable[[Path], pd.DataFrame]
"""Reads `year`, `value` and one of `name`, `cow` and `iso3` from a publisher's file."""

_KOSOVO_AND_TAIWAN = ("Kosovo", "Taiwan", "Taiwan, China", "KOS", "KSV", "TWN", "XKX")
NOT_MEMBERS: Mapping[Any, str] = {
    **EXCLUDED,
    **dict.fromkeys(_KOSOVO_AND_TAIWAN, "not a member or observer of the United Nations"),
}


@dataclass(frozen=True)
class PublishedIndex:
    """A column of the panel and where it comes from."""

    source: Source  #: The publisher's data set.
    open: Opener  #: Reads the file.
    #: Names and codes that are left out on purpose, beside `NOT_MEMBERS`, each with the reason.
    excluded: Mapping[Any, str] = field(default_factory=dict)
    #: The publisher's codes that differ from those of ISO 3166 or the Correlates of War.
    codes: Mapping[Any, Any] = field(default_factory=dict)
    sign: int = 1  #: -1 where more means weaker.
    dated: bool = (
        True  #: Whether an ISO 3166 code means the holder of the seat in that year; else the state of today.
    )

    def read(self, path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
        """Read a publisher's file: `iso3`, `year` and `value`, without missing values.

        More means stronger, but for fractionalization.

        Raises
        ------
        BuzanError
            If the file is damaged, lacks a column, or has a state that is neither known nor excluded.
        """
        table = since(self.open(path), path).drop_duplicates()
        excluded = {**NOT_MEMBERS, **self.excluded}
        if "name" in table:
            iso3 = crosswalk.from_names(table["name"].str.strip(), table["year"], excluded, path.name)
        elif "cow" in table:
            iso3 = crosswalk.from_cow(table["cow"].replace(self.codes), table["year"], excluded, path.name)
        else:
            iso3 = crosswalk.from_iso3(table["iso3"].replace(self.codes), excluded, path.name)
            iso3 = crosswalk.dated(iso3, table["year"]) if self.dated else iso3
        table = table.assign(iso3=iso3, value=self.sign * table["value"])
        return table.dropna(subset=["iso3", "value"])[["iso3", "year", "value"]]


def _columns(value: str, missing: object = None, year: str = "year", **who: str) -> Opener:
    """Open a table that has a column of states, one of years and one of values."""
    ((kind, states),) = who.items()

    def read(path: Path) -> pd.DataFrame:
        table = (read_excel if _is_workbook(path) else read_csv)(path, [states, year, value])
        found = table[value].mask(table[value] == missing)
        return pd.DataFrame({kind: table[states], "year": table[year], "value": numbers(found, path)})

    return read


def _either(workbook: Opener, table: Opener) -> Opener:
    """Open a workbook in one way, and a CSV file in another."""
    return lambda path: (workbook if _is_workbook(path) else table)(path)


def _is_workbook(path: Path) -> bool:
    return path.suffix.casefold().startswith(".xls")


def _expenditure(path: Path) -> pd.DataFrame:
    """A sheet ``Constant (YYYY) US$`` with a row that begins with `Country` and has the years."""
    sheets = [sheet for name, sheet in read_sheets(path).items() if name.startswith("Constant")]
    if not sheets:
        raise BuzanError(f"{path.name} has no sheet whose name begins with 'Constant'")
    names = sheets[0].iloc[:, 0].astype(str).str.strip()
    header = names.index[names == "Country"]
    if not len(header):
        raise BuzanError(
            f"{path.name} has no row that begins with 'Country' in its sheet of constant dollars"
        )
    years = pd.to_numeric(sheets[0].loc[header[0]], errors="coerce")
    years = years[years.between(FIRST, LAST)].astype(int)
    wide = sheets[0][years.index].set_axis(years, axis="columns").apply(pd.to_numeric, errors="coerce")
    # Headings of regions have no number, but the header itself has.
    long: pd.DataFrame = wide.assign(name=names).drop(header).melt("name", var_name="year").dropna()
    return long


def _series(column: str) -> Opener:
    """Open a series of the World Bank, in its own layout (``API_*``, a column a year) or in that of Gapminder."""
    gapminder = _columns(SERIES[column][0], year="time", iso3="geo")

    def read(path: Path) -> pd.DataFrame:
        if path.name.casefold().startswith("api_"):
            header = opened(lambda: pd.read_csv(path, skiprows=4, nrows=0), path)
            years = [name for name in header.columns if name.isdecimal()]
            wide = read_csv(path, ["Country Code", *years], skiprows=4)
            table = wide.rename(columns={"Country Code": "iso3"}).melt("iso3", var_name="year")
            table["value"] = numbers(table["value"], path)
        else:
            table = gapminder(path)
        return table.assign(iso3=table["iso3"].str.upper())

    return read


def _fragility(path: Path) -> pd.DataFrame:
    """Mean of four indicators: security apparatus, factionalized elites, group grievance, state legitimacy."""
    if _is_workbook(path):
        table = read_excel(path, ["Country", *FRAGILITY]).dropna(subset=["Country"])
        try:
            year = read_excel(path, ["Year"])["Year"][table.index].map(_year)
        except BuzanError:  # no such column: the name has the year
            year = pd.Series(int(re.findall(r"20\d\d", path.name)[0]), index=table.index)
    else:
        table = read_csv(path, ["Country", "year", *FRAGILITY], {"src_year": "year"})
        year = table["year"]
    scores = table[FRAGILITY].apply(numbers, path=path)
    # Indicators have one decimal place; rounding keeps equal means equal, and so their ranks tied.
    mean = scores.mean(axis="columns", skipna=False).round(6)
    return pd.DataFrame({"name": table["Country"], "year": year, "value": mean})


def _year(value: Any) -> Any:
    """The year of a cell: a year, a date, or the serial number of a date."""
    if isinstance(value, int | float) and value > 9999:
        value = datetime.datetime(1899, 12, 30) + datetime.timedelta(days=value)
    return value.year if isinstance(value, datetime.date) else value


def _governance(path: Path) -> pd.DataFrame:
    """Political stability: a sheet ``pv`` with codes since 2025, before that rows with names on the first sheet."""
    columns, others = ["year", "estimate"], {"Governance estimate (approx. -2.5 to +2.5)": "estimate"}
    if "pv" in sheet_names(path):
        table = read_excel(path, ["Economy (code)", *columns], others, "pv")
        table = table.rename(columns={"Economy (code)": "iso3"})
    else:  # the older of these editions have no codes
        table = read_excel(path, ["countryname", "indicator", *columns])
        table = table[table["indicator"] == "pv"].rename(columns={"countryname": "name"})
        table = table.drop(columns="indicator")
    estimate = table["estimate"].mask(table["estimate"] == "..")
    return table.assign(value=numbers(estimate, path)).drop(columns="estimate")


def _stateness(path: Path) -> pd.DataFrame:
    """A sheet ``BTI YYYY`` an edition, about the year two before it."""
    editions = []
    for name, sheet in read_sheets(path).items():
        # One edition is there a second time, in an older way of counting, as "BTI 2006_old".
        if not (edition := re.fullmatch(r"BTI (\d{4})", name)):
            continue
        heads = sheet.iloc[0].astype(str).str.strip()
        place = heads.index[heads.str.startswith("Q1 |")]
        if not len(place):
            raise BuzanError(f"{path.name}, sheet {name}: no column begins with 'Q1 |'")
        names, values = sheet.iloc[1:, 0].astype(str), sheet[place[0]].iloc[1:]
        rows = {"name": names, "year": int(edition[1]) - 2, "value": pd.to_numeric(values, errors="coerce")}
        editions.append(pd.DataFrame(rows).dropna())  # regions and notes have no score
    if not editions:
        raise BuzanError(f"{path.name} has no sheet named 'BTI' and the year of an edition")
    return pd.concat(editions, ignore_index=True)


def _fractionalization(path: Path) -> pd.DataFrame:
    who = {"name": "country"} if "country" in headings(path) else {"cow": "ccode"}
    return _columns("efindex", **who)(path)


#: Column of the panel to Gapminder's name of the series and the World Bank's own, and the title.
SERIES: Mapping[str, tuple[str, str, str]] = {
    "gdp": ("total_gdp_us_inflation_adjusted", "NY.GDP.MKTP.KD", "gross domestic product"),
    "gdp_per_head": (
        "gdppercapita_us_inflation_adjusted",
        "NY.GDP.PCAP.KD",
        "gross domestic product per head",
    ),
    "internet_users": ("internet_users", "IT.NET.USER.ZS", "Internet users"),
}

FRAGILITY = [
    "C1: Security Apparatus",
    "C2: Factionalized Elites",
    "C3: Group Grievance",
    "P1: State Legitimacy",
]


def _index(
    column: str,
    key: str,
    title: str,
    files: Sequence[str | Form],
    url: str,
    cite: str,
    open: Opener,
    **more: Any,
) -> tuple[str, PublishedIndex]:
    forms = tuple(file if isinstance(file, Form) else Form((file,)) for file in files)
    source = Source(key, title, forms, (("panel.csv", f"column {column}"),), url, cite)
    return column, PublishedIndex(source, open, **more)


def _of_the_bank(column: str) -> tuple[str, PublishedIndex]:
    series, indicator, title = SERIES[column]
    territories = (
        "ABW ASM BMU CHANISL CHI CUW CYM FRO GBM GIB GRL GUM HKG IMN MAC MAF MNP NCL NLD_CURACAO PRI PYF SXM TCA "
        "VGB VIR"
    )
    sums = (
        "AFE AFW ARB CEB CSS EAP EAR EAS ECA ECS EMU EUU FCS HIC HPC IBD IBT IDA IDB IDX INX LAC LCN LDC LIC LMC "
        "LMY LTE MEA MIC MNA NAC OED OSS PRE PSS PST SAS SSA SSF SST TEA TEC TLA TMN TSA TSS UMC WLD"
    )
    return _index(
        column,
        f"wb_{column}",
        f"World Bank, {title}",
        (f"wb_{series}.csv", f"ddf--datapoints--{series}--by--geo--time.csv", f"API_{indicator}_DS2_*.csv"),
        f"https://data.worldbank.org/indicator/{indicator} (CSV, unpacked), or Gapminder's systema globalis",
        f"World Bank, World Development Indicators, {indicator}, with the date of access",
        _series(column),
        excluded=dict.fromkeys(territories.split(), "part or dependency of a member")
        | dict.fromkeys(sums.split(), "sum over states"),
        dated=False,  # the series of Serbia is about Serbia of today, also for the years of Serbia and Montenegro
    )


#: By column of the panel, in the order of the file. Of one that ends in ``_rank`` only the rank within the year may be
#: passed on.
INDICES: Mapping[str, PublishedIndex] = dict(
    (
        _index(
            "cinc", "nmc", "Correlates of War, National Material Capabilities",
            ("nmc_v7.csv", "NMC*-abridged.csv", "NMC*-wsupplementary.csv", "NMC_v*.csv"),
            "https://correlatesofwar.org/data-sets/national-material-capabilities/ (version 7, unpacked)",
            "Singer, Bremer & Stuckey (1972); Singer (1987), International Interactions 14(2), 115-132",
            _columns("cinc", missing=-9, cow="ccode"),  # share of the world's capabilities, 0 to 1
        ),
        _index(
            "milex_rank", "sipri", "SIPRI Military Expenditure Database",
            ("sipri_milex.csv", "SIPRI-Milex-data-*.xlsx"),
            "https://www.sipri.org/databases/milex (all countries, workbook)",
            "SIPRI Military Expenditure Database, Stockholm International Peace Research Institute, with date of "
            "access",
            # Constant US dollars.
            _either(_expenditure, _columns("military_expenditure", year="Year", name="Entity")),
            excluded=dict.fromkeys(
                ("Africa", "Asia", "Europe", "NATO members", "North America", "Oceania", "South America", "World"),
                "sum over states",
            ) | {"Czechoslovakia": "until 1992"},
        ),
        # Constant US dollars, and users in a hundred inhabitants.
        *map(_of_the_bank, SERIES),
        _index(
            "fsi_cohesion_rank", "fsi", "Fund for Peace, Fragile States Index",
            ("fsi_2006_2023.csv", Form(("fsi*20[0-9][0-9]*.xlsx",), many=True), "fsi*.csv"),
            "https://fragilestatesindex.org/excel/ (a workbook a year)",
            "Fund for Peace, Fragile States Index, with the years used",
            # By name, since Micronesia has no code; "Israel and West Bank" counts as Israel. 0 best, 10 worst.
            _fragility,
            sign=-1,
        ),
        _index(
            "wgi_stability", "wgi", "Worldwide Governance Indicators", ("wgidataset.xlsx", "wgidataset*.xlsx"),
            "https://www.worldbank.org/en/publication/worldwide-governance-indicators (full data set, workbook)",
            "Kaufmann, Kraay & Mastruzzi (2011), Hague Journal on the Rule of Law 3(2), 220-246, "
            "doi:10.1017/S1876404511200046",
            _governance,  # about -3, weak, to 2, strong
            excluded=dict.fromkeys(
                (
                    "American Samoa", "Anguilla", "Aruba", "Bermuda", "Cayman Islands", "Cook Islands", "French Guiana",
                    "Greenland", "Guam", "Hong Kong SAR, China", "Jersey, Channel Islands", "Macao SAR, China",
                    "Martinique", "Netherlands Antilles (former)", "Niue", "Puerto Rico", "Réunion",
                    "Virgin Islands (U.S.)",
                    "ABW", "AIA", "ANT", "ASM", "BMU", "COK", "CYM", "GRL", "GUF", "GUM", "HKG", "JEY", "MAC", "MTQ",
                    "NIU", "PRI", "REU", "VIR",
                ),
                "not a member or observer of the United Nations by itself",
            ),
            codes={"ADO": "AND", "ROM": "ROU", "TMP": "TLS", "WBG": "PSE", "ZAR": "COD"},
        ),
        _index(
            "sfi_legitimacy_rank", "sfi", "Center for Systemic Peace, State Fragility Index",
            ("SFIv2018.xls", "SFIv*.xls", "SFIv*.xlsx"),
            "https://www.systemicpeace.org/inscrdata.html",
            "Marshall & Elzinga-Marshall, State Fragility Index and Matrix, Center for Systemic Peace",
            # By name, since the codes are the publisher's own: SDN is Sudan without the south, SUD with it. 0 no
            # fragility, 12 extreme.
            _columns("legit", name="country"),
            sign=-1,
        ),
        _index(
            "bti_stateness_rank", "bti", "Bertelsmann Stiftung, Transformation Index", ("bti.csv", "BTI_*_Scores.xlsx"),
            "https://bti-project.org/en/downloads (scores of all editions, workbook)",
            "Bertelsmann Stiftung, Bertelsmann Transformation Index, Gütersloh, with the editions used",
            # Every second year, without the old members of the OECD; 1, weak, to 10, strong.
            _either(_stateness, _columns("Q1_Stateness", name="bti_country")),
        ),
        _index(
            "fractionalization", "hief", "Historical Index of Ethnic Fractionalization",
            ("hief.csv", "HIEF*.csv", "HIEF*.tab"),
            "https://doi.org/10.7910/DVN/4JQRCL",
            "Drazanova (2020), Journal of Open Humanities Data 6, 6, doi:10.5334/johd.16",
            # Chance that two inhabitants are of different ethnic groups. A few rows are there several times.
            _fractionalization,
            codes={678: 679},  # Yemen is under the code of its northern predecessor all along
        ),
        _index(
            "polyarchy", "vdem", "Varieties of Democracy, country-year",
            ("vdem_indices.csv", "V-Dem-CY-Core-v*.csv", "V-Dem-CY-Full*Others-v*.csv"),
            "https://v-dem.net/data/the-v-dem-dataset/ (country-year, Core or Full+Others, CSV, unpacked)",
            "Coppedge et al., V-Dem Country-Year Dataset, and Pemstein et al., The V-Dem Measurement Model, in the "
            "version used",
            _columns("v2x_polyarchy", iso3="country_text_id"),  # 0 to 1
            excluded=dict.fromkeys(("HKG", "SML", "ZZB"), "part of a member")
            | {"PSG": "Gaza: scored apart from the West Bank"},
        ),
    )
)  # fmt: skip
