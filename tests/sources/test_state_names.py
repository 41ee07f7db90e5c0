from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from buzanlib.sources.state_names import (
    CODES,
    SCHEMES,
    explained,
    key,
    meanings,
    names_of,
    read_states,
)

DATA = Path(__file__).resolve().parents[2] / "data"
TABLE = Path(__file__).resolve().parents[2] / "buzanlib" / "sources" / "state_names.csv"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


STATES = rows_of(DATA / "states.csv")
MEMBERS = frozenset(row["iso3"] for row in STATES if row["kind"] == "member" and not row["member_to"])
YEAR = 2020


def iso3_of(text: str, year: int | None, scheme: str = "") -> str | None:
    """The one state that a name or code stands for, by one scheme or by all; None where there are several, or none."""
    found = meanings(text, year)
    states = found.get(scheme, frozenset()) if scheme else frozenset().union(*found.values())
    return next(iter(states)) if len(states) == 1 else None


SAME = [
    ("Bolivia (Plurinational State of)", "BOL"),
    ("BOLIVIA, PLURINATIONAL STATE OF", "BOL"),
    ("Korea, Dem. People's Rep.", "PRK"),
    ("Rep. of Korea", "KOR"),
    ("Côte d'Ivoire", "CIV"),
    ("Cote d’Ivoire", "CIV"),
    ("Ivory Coast", "CIV"),
    ("U.S.A.", "USA"),
    ("U.S. Virgin Islands", "VIR"),
    ("Viet Nam", "VNM"),
    ("la République démocratique du Congo", "COD"),
    ("Corée du Nord", "PRK"),
    ("St. Vincent & the Grenadines", "VCT"),
    ("Iran (Islamic Republic of)", "IRN"),
    ("Türkiye", "TUR"),
    ("turkey", "TUR"),
    ("Swaziland", "SWZ"),
    ("eSwatini", "SWZ"),
    ("Burma", "MMR"),
    ("Niger", "NER"),
    ("Nigeria", "NGA"),
    ("South Africa", "ZAF"),
    ("Southern Africa", ""),
    ("World", ""),
    ("High income", ""),
    ("WLD", ""),
    ("EUU", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "iso3"), SAME)
def test_a_name_is_read_in_every_form(name: str, iso3: str) -> None:
    assert iso3_of(name, YEAR) == iso3


DATED = [
    ("YUG", 2003, "YUG"),
    ("ZAR", 1996, "COD"),
    ("ZAR", 2011, None),
    ("SUN", 1990, "RUS"),
    ("SUN", 1992, None),
    ("CSK", 1991, "CSK"),
    ("CSK", 1995, None),
    ("DDR", 1989, "DDR"),
    ("DDR", 1995, None),
    ("SCG", 2004, "YUG"),
    ("SCG", 2007, None),
    ("Yugoslavia", 2004, "YUG"),
    ("Yugoslavia", 2007, None),
    ("Serbia", 2005, "YUG"),
    ("Serbia", 2006, "SRB"),
    ("345", 2005, "YUG"),
    ("345", 2006, "SRB"),
    ("Swaziland", 1995, "SWZ"),
    ("West Germany", 1989, "DEU"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "year", "iso3"), DATED)
def test_a_name_stands_for_the_state_of_its_year(name: str, year: int, iso3: str | None) -> None:
    assert iso3_of(name, year) == iso3


def test_what_ended_is_told_with_its_end() -> None:
    assert explained("CSK", 2011) == "it stood for Czechoslovakia (CSK) until 1992"


UNCLEAR = ["AUS", "SWZ", "SLV", "MNG", "BRN", "NIG", "MAD", "SLO", "BAH", "40", "Korea", "Virgin Islands"]


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_stands_for_several_states_is_read_as_none(name: str) -> None:
    assert iso3_of(name, YEAR) is None
    assert explained(name, YEAR).count("(") >= 2


def test_a_scheme_settles_it() -> None:
    assert iso3_of("AUS", YEAR, "cow") == "AUT"
    assert iso3_of("AUS", YEAR, "iso3") == "AUS"


def test_a_column_that_fits_two_schemes_is_refused_with_both_readings() -> None:
    read = read_states(["SWZ", "AUS", "SLV", "MNG"], [2011] * 4)
    assert read.iso3 == [None] * 4
    assert read.needs[1] == (
        "the column fits ISO 3166 (three letters) and the Correlates of War and FIFA alike (4 of 4 codes): write the"
        " name of the state; it stands for Australia (AUS) by ISO 3166 (three letters), the Olympic Committee, FIFA, or"
        " Austria (AUT) by the Correlates of War"
    )
    assert read_states(["SWZ", "AUS", "SLV", "MNG"], scheme="iso3").iso3 == ["SWZ", "AUS", "SLV", "MNG"]
    assert read_states(["SWZ", "AUS", "SLV", "MNG"], scheme="cow").iso3 == ["CHE", "AUT", "SVN", "MNE"]


def test_a_column_is_read_by_the_scheme_that_reads_all_its_codes() -> None:
    assert read_states(["SWZ", "AUS", "FRA"]).iso3 == ["SWZ", "AUS", "FRA"]
    assert read_states(["SWZ", "AUS", "FRN"]).iso3 == ["CHE", "AUT", "FRA"]
    assert read_states(["2", "20", "41"]).iso3 == ["USA", "CAN", "HTI"]
    assert read_states(["002", "020", "004"]).iso3 == ["", "AND", "AFG"]
    assert read_states(["NIG", "GER"]).iso3 == ["NER", "DEU"]


def test_hints_are_other_readings_and_never_letters_that_look_alike() -> None:
    read = read_states(["SWI", "SPN", "UKG", "GER"], [2011] * 4)
    assert read.iso3 == [None, "ESP", "GBR", None]
    assert read.needs[0] == "no name or code of a state that is known"
    assert read.needs[3] == (
        "the column fits the Correlates of War (2 of 3 codes): write the name of the state; it stands for Germany (DEU)"
        " by the Olympic Committee, FIFA"
    )


def test_names_stand_among_codes_and_all_are_counted() -> None:
    read = read_states(["FRN", "Estonie", "", "UK", "WLD", "South Korea", "GMY"])
    assert read.iso3 == ["FRA", "EST", "", "GBR", "", "KOR", "DEU"]
    assert read.note() == "states read: 2 by the Correlates of War, 3 by name"
    assert read_states(["EST", "FRA"]).note() == ""


def test_whoever_says_the_scheme_has_no_other_code_read() -> None:
    read = read_states(["FRN", "FRA", "France"], scheme="iso3")
    assert read.iso3 == [None, "FRA", "FRA"]
    assert read_states(["FRA", "France"], scheme="name").iso3 == [None, "FRA"]


@pytest.mark.parametrize("scheme", ["cow", "iso3", "ioc", "fifa", "iso2", "numeric"])
def test_every_member_is_read_from_a_column_of_one_scheme(scheme: str) -> None:
    codes = {
        next(iter(states)): name
        for name in {row["name"] for row in rows_of(TABLE)} | {code for code, _ in ISO if code}
        for states in [meanings(name, YEAR).get(scheme, ())]
        if len(states) == 1
    }
    there = sorted(MEMBERS & codes.keys())
    # FIFA has no team of the United Kingdom, and none of five small states.
    assert len(there) == {"fifa": 193 - 6}.get(scheme, 193)
    assert read_states([codes[iso3] for iso3 in there], [YEAR] * len(there)).iso3 == there


# Lists of others. A row that they have wrong, or that means something else to us, is named here with the reason.

EXCEPTIONS = {
    ("IOC", "EDQ"), ("FIFA", "EDQ"),  # a slip for EQG
    *(("FIFA", code) for code in ("MON", "MHL", "NRU", "PLW", "TUV")),  # no members of FIFA
    ("FIFA", "ENG"),  # a team of a part of the United Kingdom
    *(("alpha_2", code) for code in ("AI", "GE", "SK")),  # withdrawn before 1980, other states since
    ("numeric", "296"),  # of the Gilbert and Ellice Islands, and of Kiribati since
}  # fmt: skip

CONTINUES = {
    "AFI": "DJI", "BUR": "MMR", "BYS": "BLR", "DHY": "BEN", "FXX": "FRA", "HVO": "BFA", "NHB": "VUT", "RHO": "ZWE",
    "SUN": "RUS", "TMP": "TLS", "VDR": "VNM", "ZAR": "COD",
}  # fmt: skip
"""Withdrawn codes of ISO 3166 whose state goes on under another name; the Russian Federation as in states.csv."""


def of_country_converter() -> Iterator[tuple[str, str, str, str, int]]:
    text = files("country_converter").joinpath("country_data.tsv").read_text(encoding="utf-8")
    columns = {
        "name_short": "name",
        "name_official": "name",
        "ISO2": "iso2",
        "ISO3": "iso3",
        "ISOnumeric": "numeric",
        "UNcode": "numeric",
        "IOC": "ioc",
        "FIFA": "fifa",
    }
    for row in csv.DictReader(text.splitlines(), delimiter="\t"):
        year = int(row["obsolete"]) - 1 if row["obsolete"] else YEAR
        for column, scheme in columns.items():
            for name in (
                (row[column] or "").replace("^", "").replace("$", "").replace(" (former)", "").split("|")
            ):
                if name and (column, name) not in EXCEPTIONS:
                    yield column, name, scheme, row["ISO3"], year


def of_pycountry() -> Iterator[tuple[str, str, str, str, int]]:
    for file, place in (("iso3166-1", YEAR), ("iso3166-3", 0)):
        path = files("pycountry").joinpath("databases", f"{file}.json")
        for row in json.loads(path.read_text(encoding="utf-8"))[file[3:]]:
            year = place or int(row["withdrawal_date"][:4]) - 1
            schemes = {"alpha_2": "iso2", "alpha_3": "iso3", "numeric": "numeric"}
            names = dict.fromkeys(("name", "official_name", "common_name"), "name")
            for column, scheme in (schemes | names).items():
                if row.get(column) and not (place == 0 and (column, row[column]) in EXCEPTIONS):
                    yield column, row[column], scheme, row["alpha_3"], year


LISTS = [*of_country_converter(), *of_pycountry()]
ISO = [(name, iso3) for column, name, scheme, iso3, year in LISTS if column.startswith(("alpha", "num"))]


def test_every_row_of_other_lists_is_read_as_its_state_or_as_no_member() -> None:
    wrong = []
    for column, name, scheme, iso3, year in LISTS:
        read = meanings(name, year).get(scheme, frozenset())
        iso3 = CONTINUES.get(iso3, iso3)
        if read != {iso3} if iso3 in MEMBERS else read & MEMBERS:
            wrong.append((column, name, iso3, year, sorted(read)))
    assert wrong == []
    assert {iso3 for *_, iso3, _ in LISTS} >= MEMBERS


def test_codes_and_dates_of_the_correlates_of_war_are_those_of_the_tables() -> None:
    for row in STATES:
        if row["cow"]:
            year = int((row["cow_to"] or "2021")[:4]) - 1
            assert iso3_of(row["cow"], year, "cow") == row["iso3"]
            assert meanings(row["name"], year)["name"] == {row["iso3"]}


@pytest.mark.raw
def test_the_table_has_the_state_system_of_the_correlates_of_war() -> None:
    path = next(Path(os.environ["BUZAN_RAW"]).rglob("cow_states.csv"))
    for row in rows_of(path):
        year = int(row["endyear"])
        if year > 1945:
            found = meanings(row["stateabb"], year)["cow"]
            assert found == meanings(row["ccode"], year)["cow"] != frozenset()


def test_no_name_of_the_table_stands_for_two_states_but_those_that_do() -> None:
    table: dict[str, set[Any]] = {}
    for row in rows_of(TABLE):
        if row["scheme"] == "name":
            table.setdefault(key(row["name"]), set()).update(meanings(row["name"], YEAR).get("name", ()))
    assert {name for name, states in table.items() if len(states) > 1} == {"korea", "coree", "islands virgin"}
    assert {row["source"] for row in rows_of(TABLE)} <= {
        "cow", "ioc", "fifa", "iso3166-3", "unterm", "un", "worldbank", "states.csv", "forms",
    }  # fmt: skip


def test_every_english_and_french_name_stands_for_one_state() -> None:
    of_two = dict(row for row in ((iso3, name) for column, name, _, iso3, _ in LISTS if column == "alpha_2"))
    for language in ("en", "fr"):
        territories = Locale(language).territories
        for iso3 in MEMBERS - {"SRB"}:
            assert meanings(territories[of_two[iso3]], 1996)["name"] == {iso3}


def test_every_name_of_a_state_is_given_and_means_it() -> None:
    assert {"Myanmar", "Burma", "Birmanie", "Republic of the Union of Myanmar"} <= set(names_of("MMR"))
    for iso3 in MEMBERS:
        assert all(iso3 in meanings(name, None).get("name", ()) for name in names_of(iso3))


def test_a_number_is_a_code_however_it_is_written_but_with_a_sign() -> None:
    assert iso3_of("2.0", YEAR, "cow") == iso3_of("002", YEAR, "cow") == iso3_of("２", YEAR, "cow") == "USA"
    assert meanings("-2", YEAR) == meanings("2.5", YEAR) == meanings("0", YEAR) == meanings("", YEAR) == {}


NAMES = sorted({name for _, name, _, _, year in LISTS if year == YEAR and not name.isdecimal()})


@given(st.sampled_from(NAMES), st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_capitals_accents_and_punctuation_do_not_count(name: str, change: Any) -> None:
    read = meanings(name, YEAR)
    assert meanings(change(name), YEAR) == read
    assert meanings(f"  {name.replace(', ', ' ; ')}*", YEAR) == read


@given(st.sampled_from(NAMES), st.data())
def test_no_misspelling_is_read_as_another_state(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name)))
    letter = data.draw(st.sampled_from(["", *"abcdefghijklmnopqrstuvwxyzéç"]))
    wrong = name[:at] + letter + name[at + 1 :]
    theirs = {key(other) for _, other, _, _, year in LISTS if year == YEAR}
    read = meanings(wrong, YEAR).get("name")
    own = meanings(name, YEAR).get("name")
    assert read is None or read == own or key(wrong) in theirs | KNOWN


@given(st.text(max_size=12))
def test_no_string_is_read_as_a_state_unless_it_is_a_name(text: str) -> None:
    assert not any(filter(None, frozenset().union(*meanings(text, YEAR).values()))) or key(text) in KNOWN


ANY = st.one_of(
    st.text(max_size=6), st.sampled_from([name for _, name, *_ in LISTS]), st.sampled_from(UNCLEAR)
)


@given(
    st.lists(st.tuples(ANY, st.one_of(st.none(), st.integers(1800, 2100))), max_size=9),
    st.sampled_from(["", *SCHEMES]),
)
def test_every_cell_is_read_or_has_a_fault(column: list[tuple[str, int | None]], scheme: str) -> None:
    cells, years = [cell for cell, _ in column], [year for _, year in column]
    read = read_states(cells, years, scheme)
    assert read.needs.keys() == {place for place, iso3 in enumerate(read.iso3) if iso3 is None}
    assert all(read.needs.values())
    states = [iso3 for iso3 in read.iso3 if iso3]
    assert sum(read.read.values()) == len(states)


KNOWN = {key(row["name"]) for row in rows_of(TABLE)} | {key(name) for _, name, *_ in LISTS}


@given(st.lists(st.sampled_from(sorted(MEMBERS)), min_size=1, max_size=12), st.sampled_from(CODES))
def test_no_column_of_one_scheme_is_read_as_other_states(members: list[str], scheme: str) -> None:
    codes = [CODE[scheme].get(iso3, "") for iso3 in members]
    read = read_states(codes, [YEAR] * len(codes))
    for code, iso3, found in zip(codes, members, read.iso3, strict=True):
        assert found in (None, iso3 if code else "")


CODE = {
    scheme: {
        iso3: name
        for name in sorted({row["name"] for row in rows_of(TABLE)} | {name for name, _ in ISO})
        for iso3 in meanings(name, YEAR).get(scheme, ())
        if iso3
    }
    for scheme in SCHEMES
}
