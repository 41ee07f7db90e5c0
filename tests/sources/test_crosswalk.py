"""Who is who, and when."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources import cow
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.crosswalk import Crosswalk, since


def one_year(crosswalk: Crosswalk, year: int) -> list[str]:
    members = crosswalk.members()
    return members.loc[members["year"] == year, "iso3"].tolist()


def test_members_are_judged_on_the_last_day(crosswalk: Crosswalk) -> None:
    assert one_year(crosswalk, 1999) == ["FSM", "TUR", "USA"]
    assert one_year(crosswalk, 2000) == ["FSM", "TUR", "USA", "YUG"]
    assert one_year(crosswalk, 2005) == ["FSM", "TUR", "USA", "YUG"]
    assert one_year(crosswalk, 2006) == ["FSM", "SRB", "TUR", "USA"]


def test_seat_changes_hands_on_a_day(crosswalk: Crosswalk) -> None:
    assert "YUG" in crosswalk.members_on(pd.Timestamp("2006-06-02"))
    assert "SRB" in crosswalk.members_on(pd.Timestamp("2006-06-03"))


def test_one_code_two_states(crosswalk: Crosswalk) -> None:
    codes = pd.Series([345, 345, 2, 713])
    iso3 = crosswalk.from_cow(codes, pd.Series([2005, 2006, 2005, 2005]), cow.EXCLUDED, "x.csv")
    assert iso3.iloc[:3].tolist() == ["YUG", "SRB", "USA"]
    assert pd.isna(iso3.iloc[3])


def test_unknown_code_names_the_file(crosswalk: Crosswalk) -> None:
    with pytest.raises(UnknownNameError, match=r"Correlates of War code in x\.csv 999"):
        crosswalk.from_cow(pd.Series([999]), pd.Series([2005]), {}, "x.csv")


def test_code_before_its_time(crosswalk: Crosswalk) -> None:
    with pytest.raises(BuzanError, match=r"code 987 .* belongs to no state on 1990-12-31"):
        crosswalk.from_cow(pd.Series([987]), pd.Series([1990]), {}, "x.csv")


def test_names_by_date_by_alias_and_by_accent(crosswalk: Crosswalk) -> None:
    names = pd.Series(["Serbia", "Serbia", "Turkey", "Tu\u0308rkiye", "World"])
    iso3 = crosswalk.from_names(names, pd.Series([2003, 2010, 2003, 2003, 2003]), {"World": "sum"}, "x.csv")
    assert iso3.iloc[:4].tolist() == ["YUG", "SRB", "TUR", "TUR"]
    assert pd.isna(iso3.iloc[4])


def test_unknown_name_is_not_dropped(crosswalk: Crosswalk) -> None:
    with pytest.raises(
        UnknownNameError, match=r"state in x\.csv 'Untied States'; nearest allowed: 'United States'"
    ):
        crosswalk.from_names(pd.Series(["Untied States"]), pd.Series([2003]), {}, "x.csv")


def test_unknown_iso3_is_not_dropped(crosswalk: Crosswalk) -> None:
    with pytest.raises(UnknownNameError, match=r"state in x\.csv 'UST'"):
        crosswalk.from_iso3(pd.Series(["UST"]), {"TWN": "no member"}, "x.csv")


def test_since_keeps_the_years_of_the_panel() -> None:
    table = pd.DataFrame({"year": [1994.0, 1995.0, 2024.0, 2025.0]})
    assert since(table, Path("x.csv"))["year"].tolist() == [1995, 2024]


def test_year_that_is_none_names_the_file() -> None:
    with pytest.raises(BuzanError, match=r"x\.csv, column year: a number is not one: .*Year"):
        since(pd.DataFrame({"year": ["1995", "Year"]}), Path("x.csv"))


def test_lists_of_the_correlates_of_war_agree(crosswalk: Crosswalk, small_raw: Path) -> None:
    cow.check(crosswalk, small_raw / cow.SYSTEM, small_raw / cow.VOTING_CODES)


def test_each_list_is_held_against_by_itself(crosswalk: Crosswalk, small_raw: Path) -> None:
    system, codes = small_raw / cow.SYSTEM, small_raw / cow.VOTING_CODES
    system.write_text(system.read_text().replace("640,1816", "640,1817"))
    codes.write_text(codes.read_text().replace("2,USA", "2,UST"))
    cow.check(crosswalk, None, None)
    with pytest.raises(BuzanError, match=r"code 640 starts on 1816-01-01.*1817-01-01 in cow_states\.csv$"):
        cow.check(crosswalk, system, None)
    with pytest.raises(BuzanError, match=r"Correlates of War:\n  code 2 is USA in states\.csv, UST in"):
        cow.check(crosswalk, None, codes)


def test_every_disagreement_is_told_at_once(crosswalk: Crosswalk, small_raw: Path) -> None:
    system = small_raw / cow.SYSTEM
    system.write_text(system.read_text().replace("640,1816", "640,1817").replace("987,", "988,"))
    codes = small_raw / cow.VOTING_CODES
    codes.write_text(codes.read_text().replace("2,USA", "2,UST"))
    with pytest.raises(BuzanError) as caught:
        cow.check(crosswalk, system, codes)
    assert str(caught.value).splitlines()[1:] == [
        "  cow_states.csv has code 988, states.csv has not",
        "  states.csv has code 987, cow_states.csv has not",
        "  code 640 starts on 1816-01-01 in states.csv, on 1817-01-01 in cow_states.csv",
        "  code 2 is USA in states.csv, UST in cow_codes_unga.csv",
    ]


@pytest.mark.raw
def test_states_agree_with_the_correlates_of_war(raw: Path, data_dir: Path) -> None:
    inventory = find_sources(raw)
    crosswalk = Crosswalk.read(data_dir / "states.csv")
    cow.check(crosswalk, inventory.path(cow.SYSTEM_SOURCE), inventory.path(cow.CODES_SOURCE))


def test_united_nations_have_the_members_they_have(data_dir: Path) -> None:
    crosswalk = Crosswalk.read(data_dir / "states.csv")
    assert {year: len(one_year(crosswalk, year)) for year in (1995, 2000, 2005, 2006, 2011, 2024)} == {
        1995: 184,
        2000: 189,
        2005: 191,
        2006: 192,
        2011: 193,
        2024: 193,
    }
    now = crosswalk.states[(crosswalk.states["kind"] == "member") & crosswalk.states["member_to"].isna()]
    assert now["region"].value_counts().to_dict() == {
        "African": 54,
        "Asia-Pacific": 54,
        "Eastern European": 23,
        "Latin American and Caribbean": 33,
        "Western European and Other": 29,
    }
