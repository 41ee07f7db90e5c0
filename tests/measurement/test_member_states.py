from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from buzanlib.errors import UnknownNameError
from buzanlib.measurement.member_states import MemberStates
from buzanlib.measurement.placement import Placement
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Quadrant, Threat


@pytest.fixture(scope="module")
def states(data_dir: Path) -> MemberStates:
    return MemberStates(Data.open(data_dir), Placement(), "UNGDC", "adjudicated_2", ("UNGDC", "NCSS"))


def read(data_dir: Path, name: str) -> pd.DataFrame:
    """A table as its file has it."""
    return pd.read_csv(data_dir / f"{name}.csv", keep_default_na=False)


def test_every_member_of_today_has_a_profile(states: MemberStates, data_dir: Path) -> None:
    every = read(data_dir, "states")
    today = every[(every["kind"] == "member") & (every["member_to"] == "")]
    assert len(states.profiles) == 193
    assert set(states.profiles) == set(today["iso3"])
    names = [profile.name for profile in states.profiles.values()]
    assert names == sorted(today["name"])


def test_documents_passages_and_votes_add_up_to_the_tables(states: MemberStates, data_dir: Path) -> None:
    of = list(states.profiles.values())
    members = set(states.profiles)
    documents, passages, codes = (read(data_dir, name) for name in ("documents", "passages", "codes"))
    documents = documents[documents["iso3"].isin(members)]
    coded = codes[codes["annotator"] == "adjudicated_2"].merge(passages, on="passage_id")
    coded = coded.merge(documents, on="doc_id")
    for corpus, own in documents.groupby("corpus"):
        assert sum(profile.held[corpus].documents for profile in of) == len(own)
        rows = coded[coded["corpus"] == corpus]
        assert sum(profile.held[corpus].coded for profile in of) == len(rows)
        assert sum(profile.held[corpus].relevant for profile in of) == rows["relevant"].sum()
    shown = [passage["passage_id"] for profile in of for passage in profile.passages]
    assert sorted(shown) == sorted(coded["passage_id"])
    resolutions, votes = read(data_dir, "resolutions"), read(data_dir, "votes")
    chosen = resolutions[(resolutions["ict"] == 1) | (resolutions["contested"] == 1)]
    assert {row["rcid"] for row in states.resolutions} == set(chosen["rcid"])
    cast = votes[votes["rcid"].isin(chosen["rcid"]) & votes["iso3"].isin(members)]
    found = {(rcid, profile.iso3): vote for profile in of for rcid, vote in profile.votes.items()}
    assert found == {(row.rcid, row.iso3): row.vote for row in cast.itertuples()}


def test_brazil_is_as_the_tables_have_it(states: MemberStates, data_dir: Path) -> None:
    brazil = states.profiles["BRA"]
    assert (brazil.name, brazil.region, brazil.since) == ("Brazil", "Latin American and Caribbean", 1945)
    placed = Placement().of(states.data).loc["BRA"]
    assert brazil.standing is not None
    assert brazil.standing.at == (placed["power"], placed["cohesion"], Quadrant(placed["quadrant"]))
    lines = Placement().of(states.data)[["power", "cohesion"]].median()
    assert dict(brazil.standing.lines) == pytest.approx(dict(lines))
    assert sum(brazil.standing.chances.values()) == pytest.approx(1)
    assert brazil.standing.rules["world median"] == brazil.standing.at.quadrant
    documents = read(data_dir, "documents")
    codes = read(data_dir, "codes").merge(read(data_dir, "passages"), on="passage_id")
    own = codes[(codes["annotator"] == "adjudicated_2") & (codes["relevant"] == 1)].merge(
        documents[documents["iso3"] == "BRA"], on="doc_id"
    )
    inside = own[own["year"].between(2011, 2024) & (own["corpus"] == "UNGDC")]
    held = documents[(documents["iso3"] == "BRA") & documents["year"].between(2011, 2024)]
    assert brazil.speaking == (len(held), inside["doc_id"].nunique(), len(inside))
    assert brazil.stress is not None
    assert brazil.stress.named == {
        threat: inside[threat.value].sum() for threat in (Threat.POL, Threat.INF, Threat.CRI)
    }
    assert sorted(brazil.held["UNGDC"].years) == sorted(set(own["year"]))
    votes = read(data_dir, "votes")
    assert brazil.votes == {
        row["rcid"]: vote
        for row in states.resolutions
        for vote in votes.loc[(votes["iso3"] == "BRA") & (votes["rcid"] == row["rcid"]), "vote"]
    }
    assert list(brazil.organisations) == ["OAS"]
    assert brazil.paris_call is None
    years = [passage["year"] for passage in brazil.passages]
    assert years == sorted(years, reverse=True)
    gists = read(data_dir, "gists").set_index("passage_id")["gist"]
    assert all(passage["gist"] == gists.get(passage["passage_id"], "") for passage in brazil.passages)


def test_memberships_are_those_of_the_last_year_of_the_window(states: MemberStates) -> None:
    assert "EU" not in states.profiles["GBR"].organisations
    assert ("EU", "2020-01-31", "exit") in states.profiles["GBR"].moves
    early = MemberStates(states.data, Placement(last=2018), "UNGDC", "adjudicated_2", ("UNGDC",))
    assert "EU" in early.profiles["GBR"].organisations
    assert early.profiles["GBR"].moves == []


def test_a_year_counts_where_both_indices_have_values(states: MemberStates) -> None:
    for standing in states.standings.values():
        assert set(standing.years) <= set(range(2011, 2023))
    year = Placement(first=2015, last=2015).of(states.data)
    found = {
        iso3: standing.years[2015].quadrant
        for iso3, standing in states.standings.items()
        if 2015 in standing.years
    }
    assert found == year["quadrant"].to_dict()


def test_a_state_that_is_not_placed_has_no_cell(states: MemberStates) -> None:
    without = [profile for profile in states.profiles.values() if profile.standing is None]
    assert without
    assert all(profile.stress is None for profile in without)
    assert all(iso3 not in states.placed.index for iso3 in (profile.iso3 for profile in without))


def test_another_annotator_of_one_corpus(states: MemberStates) -> None:
    other = MemberStates(states.data, Placement(), "NCSS", "C", ("NCSS",))
    assert {passage["corpus"] for profile in other.profiles.values() for passage in profile.passages} == {
        "NCSS"
    }
    with pytest.raises(UnknownNameError):
        MemberStates(states.data, Placement(), "UNGDC", "nobody", ("UNGDC",)).passages  # noqa: B018
