"""Memberships of international organisations."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import BuzanError
from buzanlib.sources import memberships
from buzanlib.sources.crosswalk import Crosswalk

NONE = pd.DataFrame(columns=["organisation", "iso3", "date", "event", "source"])


def change(organisation: str, iso3: str, day: str, event: str) -> pd.DataFrame:
    return pd.DataFrame(
        [(organisation, iso3, pd.Timestamp(day), event, "a treaty")],
        columns=["organisation", "iso3", "date", "event", "source"],
    )


def spans(table: pd.DataFrame, organisation: str, iso3: str) -> list[tuple[int, int | None, str]]:
    here = table[(table["organisation"] == organisation) & (table["iso3"] == iso3)]
    return [
        (start, None if pd.isna(end) else int(end), status)
        for start, end, status in zip(here["from"], here["to"], here["status"], strict=True)
    ]


@pytest.fixture
def yearly(small_raw: Path) -> Path:
    return small_raw / memberships.FILE


def test_years_become_spans(yearly: Path, crosswalk: Crosswalk) -> None:
    table = memberships.read(yearly, NONE, crosswalk)
    assert spans(table, "CoE", "USA") == [
        (2003, 2003, "full"),
        (2013, 2013, "full"),
        (2014, None, "observer"),
    ]
    assert spans(table, "OSCE", "YUG") == [(2003, 2004, "full")]
    assert spans(table, "OSCE", "SRB") == [(2013, None, "full")]
    assert spans(table, "NATO", "YUG") == []


def test_accession_ends_what_was_less(yearly: Path, crosswalk: Crosswalk) -> None:
    table = memberships.read(yearly, change("CoE", "TUR", "2017-06-05", "accession"), crosswalk)
    assert spans(table, "CoE", "TUR")[-2:] == [(2014, 2016, "observer"), (2017, None, "full")]
    assert table.set_index(["organisation", "iso3", "from"]).loc[("CoE", "TUR", 2017), "source"] == "a treaty"


def test_exit_ends_a_span_and_adds_its_source(yearly: Path, crosswalk: Crosswalk) -> None:
    table = memberships.read(yearly, change("NATO", "USA", "2020-01-31", "exit"), crosswalk)
    assert spans(table, "NATO", "USA")[-1] == (2013, 2020, "full")
    assert table.loc[table["to"] == 2020, "source"].tolist() == [f"{memberships.SOURCE.title}; a treaty"]


@pytest.mark.parametrize(
    ("iso3", "event", "standing"), [("USA", "accession", "is"), ("SRB", "exit", "is not")]
)
def test_change_that_cannot_be(
    iso3: str, event: str, standing: str, yearly: Path, crosswalk: Crosswalk
) -> None:
    with pytest.raises(BuzanError, match=f"{event} of {iso3}, which {standing} a full member of NATO"):
        memberships.read(yearly, change("NATO", iso3, "2020-01-31", event), crosswalk)


def test_later_changes_are_in_the_table(data_dir: Path) -> None:
    table = pd.read_csv(data_dir / "memberships.csv")
    assert spans(table, "NATO", "FIN") == [(2023, None, "full")]
    assert spans(table, "EU", "GBR")[-1][1] == 2020
    assert spans(table, "CoE", "RUS")[-1][1] == 2022
    lasting = table[(table["status"] == "full") & table["to"].isna()]
    assert lasting["organisation"].value_counts()[["NATO", "EU", "CoE", "SCO", "GCC", "ASEAN"]].tolist() == [
        32, 27, 46, 10, 6, 10,
    ]  # fmt: skip
