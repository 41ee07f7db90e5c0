"""Publishers' downloads as they are, beside the layout of the files from which the shipped tables were made."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import alliances, memberships, votes
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.publishers import FRAGILITY, INDICES, SERIES
from buzanlib.sources.write import render_table

Writer = Callable[[pd.DataFrame | dict[str, pd.DataFrame], Path], Path]
NO_CHANGES = pd.DataFrame(columns=["organisation", "iso3", "date", "event", "source"])


def rows(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    return sorted(table.itertuples(index=False, name=None))


def text(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_text(content, encoding=encoding)
    return path


def test_capabilities_with_a_code_for_missing(tmp_path: Path, crosswalk: Crosswalk) -> None:
    path = text(
        tmp_path / "NMC-70-abridged.csv",
        "stateabb,ccode,year,milex,cinc,version\nUSA,2,1816,1,0.04,2021\nUSA,2,2004,1,0.14,2021\nTUR,640,2004,-9,-9,2021\n",
    )
    assert rows(INDICES["cinc"].read(path, crosswalk)) == [("USA", 2004, 0.14)]


def test_democracy_among_thousands_of_columns(tmp_path: Path, crosswalk: Crosswalk) -> None:
    more, none = ",".join(f"v{number}" for number in range(3000)), "," * 2999
    path = text(
        tmp_path / "V-Dem-CY-Full+Others-v15.csv",
        f"country_name,country_text_id,year,v2x_polyarchy,{more}\n"
        f"États,USA,1789,0.1,{none}\nÉtats,USA,2004,0.9,{none}\n",
    )
    assert rows(INDICES["polyarchy"].read(path, crosswalk)) == [("USA", 2004, 0.9)]


def test_fractionalization_by_name(tmp_path: Path, crosswalk: Crosswalk) -> None:
    for name, comma in (("HIEF_data.csv", ","), ("HIEF_data.tab", "\t")):
        lines = [
            "Country,Year,EFindex",
            "Turkey,1945,0.2",
            "Turkey,2004,0.3",
            "Serbia,2004,0.4",
            "Taiwan,2004,0.1",
        ]
        path = text(tmp_path / name, "\n".join(lines).replace(",", comma) + "\n")
        assert rows(INDICES["fractionalization"].read(path, crosswalk)) == [
            ("TUR", 2004, 0.3),
            ("YUG", 2004, 0.4),
        ]


def test_expenditure_from_the_workbook(
    small_raw: Path, tmp_path: Path, crosswalk: Crosswalk, write_workbook: Writer
) -> None:
    sheet = pd.DataFrame(
        [
            [None, None, None, None, None],
            ["Country", "Notes", 1994, 2004, 2023],
            ["Africa", None, None, None, None],
            ["North America", None, None, None, None],
            ["United States", "a", 400, 500, "..."],
            ["Turkey ", None, "xxx", 20, None],
            ["Yugoslavia", None, 7, "xxx", "xxx"],
            ["Serbia", "b", None, 5, None],
        ],
        columns=["Military expenditure by country, in millions of US$", "", "", "", ""],
    )
    book = {"Front page": pd.DataFrame({"About": ["x"]}), "Constant (2023) US$": sheet}
    path = write_workbook(book, tmp_path / "SIPRI-Milex-data-1949-2024.xlsx")
    assert rows(INDICES["milex_rank"].read(path, crosswalk)) == rows(
        INDICES["milex_rank"].read(small_raw / "sipri_milex.csv", crosswalk)
    )
    with pytest.raises(BuzanError, match=r"x\.xlsx has no sheet whose name begins with 'Constant'"):
        INDICES["milex_rank"].read(write_workbook(sheet, tmp_path / "x.xlsx"), crosswalk)
    with pytest.raises(BuzanError, match=r"y\.xlsx has no row that begins with 'Country'"):
        INDICES["milex_rank"].read(
            write_workbook({"Constant": sheet.iloc[2:]}, tmp_path / "y.xlsx"), crosswalk
        )


@pytest.mark.parametrize("column", SERIES)
def test_series_of_the_bank_itself(column: str, tmp_path: Path, crosswalk: Crosswalk) -> None:
    path = text(
        tmp_path / f"API_{SERIES[column][1]}_DS2_en_csv_v2_1.csv",
        '"Data Source","World Development Indicators",\n\n"Last Updated Date","2025-01-28",\n\n'
        '"Country Name","Country Code","Indicator Name","Indicator Code","1994","2004","2005",\n'
        '"Aruba","ABW","x","X","1","1","1",\n"Africa, Eastern","AFE","x","X","1","1","1",\n'
        '"United States","USA","x","X","1","2.5","",\n"Serbia","SRB","x","X","","2","3",\n',
    )
    table = INDICES[column].read(path, crosswalk)
    assert rows(table) == [("SRB", 2004, 2.0), ("SRB", 2005, 3.0), ("USA", 2004, 2.5)]
    path.write_text(path.read_text().replace('"USA"', '"USS"'))
    with pytest.raises(UnknownNameError, match=r"state in API_.*'USS'"):
        INDICES[column].read(path, crosswalk)


@pytest.mark.parametrize(
    ("name", "year", "then"),
    [
        ("fsi-2006.xlsx", 2006, 2006),
        ("fsi-2006.xlsx", datetime.datetime(2006, 1, 1), 2006),
        ("FSI-2022-DOWNLOAD.xlsx", 44562, 2022),
        ("fsi-2010.xlsx", None, 2010),
        ("fsi-2011.xlsx", "2011", 2011),
    ],
)
def test_yearly_workbook_of_fragile_states(
    name: str, year: Any, then: int, tmp_path: Path, crosswalk: Crosswalk, write_workbook: Writer
) -> None:
    sheet = pd.DataFrame(
        {"Country": ["Turkey ", "United States"], "Year": year, "Rank": "1st"}
        | dict(zip(FRAGILITY, ([5, 2], [6, 3], [7, 4], [6, 3]), strict=True))
    )
    if year is None:
        sheet = sheet.drop(columns="Year")
    table = INDICES["fsi_cohesion_rank"].read(
        write_workbook(sheet.astype(object), tmp_path / name), crosswalk
    )
    assert rows(table) == [("TUR", then, -6.0), ("USA", then, -3.0)]


def test_governance_of_the_later_editions(
    tmp_path: Path, crosswalk: Crosswalk, write_workbook: Writer
) -> None:
    sheet = pd.DataFrame(
        {
            "Economy (name)": ["Aruba", "Somewhere", "Serbia", "Türkiye", "West Bank"],
            "Economy (code)": ["ABW", "USA", "SRB", "TUR", "KSV"],
            "Year": [2004, 2004, 2004, 2004, 2004],
            "Governance estimate (approx. -2.5 to +2.5)": [1.25, 0.5, -0.75, "..", 1],
        }
    )
    path = write_workbook({"va": sheet.iloc[:1], "pv": sheet}, tmp_path / "wgidataset.xlsx")
    assert rows(INDICES["wgi_stability"].read(path, crosswalk)) == [("USA", 2004, 0.5), ("YUG", 2004, -0.75)]


def test_stateness_from_the_workbook(tmp_path: Path, crosswalk: Crosswalk, write_workbook: Writer) -> None:
    def edition(score: float) -> pd.DataFrame:
        scores = [score, "-", "n/a"]
        return pd.DataFrame(
            {"Regions:": ["Serbia", "Turkey", "Latin America"], "  Q1 | Stateness": scores, "Q2 | P": 1}
        )

    sheets = {"BTI 2012": edition(6), "BTI 2006": edition(8.5), "BTI 2006_old": edition(1)}
    path = write_workbook(sheets, tmp_path / "BTI_2006-2012_Scores.xlsx")
    assert rows(INDICES["bti_stateness_rank"].read(path, crosswalk)) == [
        ("SRB", 2010, 6.0),
        ("YUG", 2004, 8.5),
    ]
    with pytest.raises(BuzanError, match=r"x\.xlsx, sheet BTI 2012: no column begins with 'Q1 \|'"):
        INDICES["bti_stateness_rank"].read(
            write_workbook({"BTI 2012": edition(1)[["Regions:"]]}, tmp_path / "x.xlsx"), crosswalk
        )
    with pytest.raises(BuzanError, match=r"y\.xlsx has no sheet named 'BTI'"):
        INDICES["bti_stateness_rank"].read(write_workbook(edition(1), tmp_path / "y.xlsx"), crosswalk)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("atop5_1dy.csv", "mem1,mem2,year,defense,notes"),
        ("atop5_1ddyr.csv", "stateA,stateB,year,defense,notes"),
    ],
)
def test_alliances_in_the_publishers_words(
    name: str, header: str, tmp_path: Path, crosswalk: Crosswalk
) -> None:
    path = text(tmp_path / name, f"{header}\n2,640,2018,1,caf\xe9\n2,345,2018,0,\n", "latin-1")
    assert rows(alliances.read(path, crosswalk)) == [("TUR", "USA", 2018)]


def test_memberships_since_the_beginning(small_raw: Path, tmp_path: Path, crosswalk: Crosswalk) -> None:
    ours = (small_raw / memberships.FILE).read_text().splitlines()
    older = ours[1].replace(",2003,", ",1950,").replace("-1", "-9")
    path = text(tmp_path / "state_year_format3.csv", "\n".join([ours[0].upper(), older, *ours[1:]]) + "\n")
    made, expected = (
        memberships.read(one, NO_CHANGES, crosswalk) for one in (path, small_raw / memberships.FILE)
    )
    pd.testing.assert_frame_equal(made, expected)
    with pytest.raises(BuzanError, match=r"state_year_format3\.csv has no year since 1990"):
        memberships.read(text(path, f"{ours[0]}\n{older}\n"), NO_CHANGES, crosswalk)


RELEASE = """\
rcid,ccode,member,vote,Countryname,session,date,unres,amend,para,short
11,2,1,3,U,60,2005-12-08,R/60/45,0,0,ICT
11,345,1,1,S,60,2005-12-08,R/60/45,0,0,ICT
11,315,0,9,C,60,2005-12-08,R/60/45,0,0,ICT
12,2,1,3,U,73,2018-12-05,A/RES/73/27,0,0,Developments : resolution
12,345,1,1,S,73,2018-12-05,A/RES/73/27,0,0,Developments : resolution
12,640,1,2,T,73,2018-12-05,A/RES/73/27,0,0,Developments : resolution
13,2,1,1,U,73,2018-12-05,A/RES/73/27,0,1,A paragraph of it
14,2,1,1,U,73,2018-12-05,A/RES/73/27,1,0,An amendment
15,2,1,1,U,72,2017-12-21,A/RES/ES-10/19,0,0,Emergency
16,2,1,1,U,70,2015-12-01,R/70/1,0,0,Other
17,2,1,1,U,73,2018-12-06,,0,0,No resolution
18,2,1,1,U,75,2020-12-31,A/RES/75/254[A],0,0,Budget
18,345,1,8,S,75,2020-12-31,A/RES/75/254[A],0,0,Budget
18,987,1,1,M,75,2020-12-31,A/RES/75/254[A],0,0,Budget
"""


def test_votes_from_one_release(small_raw: Path, tmp_path: Path, crosswalk: Crosswalk) -> None:
    files = (small_raw / votes.ICT, small_raw / votes.RESOLUTIONS, small_raw / votes.VOTES)
    calls, cast = votes.read(*files, crosswalk=crosswalk)
    numbers = {1: 11, 7: 12, 8: 18}
    for name, comma in (("UNVotes.csv", ","), ("UNVotes.tab", "\t")):
        path = text(tmp_path / name, RELEASE.replace(",", comma))
        theirs, by_member = votes.read(path, crosswalk=crosswalk)
        pd.testing.assert_frame_equal(theirs, calls.replace({"rcid": numbers}), check_dtype=False)
        pd.testing.assert_frame_equal(by_member, cast.replace({"rcid": numbers}), check_dtype=False)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("12,345,1,1", "12,2,1,1", r"UNVotes\.csv: two votes in roll call 12, code 2"),
        ("12,345,1,1", "12,,1,1", r"UNVotes\.csv: a row of roll call 12 is not whole"),
        ("12,345,1,1", "12,345,1,yes", r"UNVotes\.csv, column vote: a number is not one: .*yes"),
        (
            "12,345,1,1,S,73,2018-12-05",
            "12,345,1,1,S,73,5/12/2018",
            r"UNVotes\.csv, column date: a date is not one",
        ),
    ],
)
def test_release_that_is_damaged(
    old: str, new: str, message: str, tmp_path: Path, crosswalk: Crosswalk
) -> None:
    with pytest.raises(BuzanError, match=message):
        votes.read(text(tmp_path / "UNVotes.csv", RELEASE.replace(old, new)), crosswalk=crosswalk)


def test_resolutions_on_the_matter_are_those_of_the_table(data_dir: Path) -> None:
    calls = pd.read_csv(data_dir / "resolutions.csv")
    later = {"77/36", "77/37", "78/16", "78/237"}  # of another source
    assert set(calls.loc[calls["ict"] == 1, "resolution"]) == {*votes.ON_ICT, *later}


@pytest.mark.raw
def test_one_release_gives_the_tables_that_ship(raw: Path, data_dir: Path, tmp_path: Path) -> None:
    ict, calls, cast = find_sources(raw).paths(votes.SOURCE)
    every = pd.read_csv(calls)
    one = pd.read_parquet(cast).merge(every.drop(columns=["yes", "no", "abstain"]), on="rcid")
    older = pd.read_csv(ict)
    older = older[~older["rcid"].isin(every["rcid"])]
    older["session"] = older["unres"].map(votes.resolution_number).str.partition("/")[0].astype(int)
    path = tmp_path / "UNVotes.csv"
    pd.concat([one, older]).to_csv(path, index=False)
    made = votes.read(path, crosswalk=Crosswalk.read(data_dir / "states.csv"))
    for table, name in zip(made, ("resolutions.csv", "votes.csv"), strict=True):
        whole, own = (data_dir / name).read_bytes(), render_table(table).encode()
        assert whole.startswith(own)
        # What follows is of the later roll calls, which come from another source.
        assert {line[:2] for line in whole[len(own) :].splitlines()} == {b"77", b"78"}
