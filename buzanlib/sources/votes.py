"""Recorded votes of the General Assembly."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources.cow import EXCLUDED, GONE
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.raw import dates, headings, numbers, read_csv, read_parquet
from buzanlib.sources.source import Form, Source, any_of
from buzanlib.tables.roll_calls import CAST as CAST

ICT = "cyber_votes_1998_2020.csv"
RESOLUTIONS = "unga_resolutions_2010_2020.csv"
VOTES = "unga_votes_2010_2020.parquet"

SOURCE = Source(
    key="votes",
    title="United Nations General Assembly Voting Data",
    forms=(Form((ICT, RESOLUTIONS, VOTES)), *any_of("UNVotes*.csv", "UNVotes*.tab")),
    gives=(("resolutions.csv", "rows up to 2020"), ("votes.csv", "rows up to 2020")),
    url="https://doi.org/10.7910/DVN/LEJUQZ (UNVotes.csv)",
    cite="Voeten (2013), in Routledge Handbook of International Organization; Bailey, Strezhnev & Voeten (2017), "
    "Journal of Conflict Resolution 61(2), 430-456, doi:10.7910/DVN/LEJUQZ",
)

RESOLUTION_COLUMNS = [
    "rcid", "resolution", "date", "session", "title", "ict", "contested", "yes", "no", "abstain",
]  # fmt: skip
VOTE_COLUMNS = ["rcid", "iso3", "vote"]

#: Sessions of which every roll call is taken, those of the contested resolutions.
SESSIONS = (73, 74, 75)

#: Resolutions on information and communication technologies that divided the Assembly from 2018 to 2020.
CONTESTED = ("73/27", "73/187", "73/266", "74/28", "74/29", "74/247", "75/32", "75/240")

#: Every resolution on these technologies that was put to a recorded vote, from 1998 to 2020.
ON_ICT = ("60/45", "61/54", "62/17", "63/37", "71/28", *CONTESTED)

LABELS: Mapping[int, str] = {1: "yes", 2: "abstain", 3: "no", 8: "absent", 9: "not_member"}

#: Resolution and state without a row that was not absent. On resolution 73/255 the publisher's tally has one
#: yes more than there are rows of yes, and Afghanistan alone has no row.
WITHOUT_ROW: Mapping[tuple[str, str], str] = {("73/255", "AFG"): "yes"}


def read(*paths: Path, crosswalk: Crosswalk) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read roll calls on ICTs since 1998, and all of the sessions of the contested resolutions.

    The files have no row for a few states that were absent; here every member of the day has one. Tallies are
    counted from the votes.

    Parameters
    ----------
    *paths : pathlib.Path
        Either `ICT` with `rcid`, `ccode`, `vote`, `date`, `unres`, `short`; `RESOLUTIONS` with `rcid`, `session`,
        `date`, `unres`, `short`; `VOTES` with `rcid`, `ccode`, `vote`. Or the publisher's one file ``UNVotes.csv`` (or
        ``.tab``), which has all of these columns and a row a roll call and state, and in which the numbers of roll
        calls change between releases; votes on a paragraph or an amendment (`para`, `amend`) are left out.

    Returns
    -------
    resolutions : pandas.DataFrame
        `RESOLUTION_COLUMNS`.
    votes : pandas.DataFrame
        `VOTE_COLUMNS`; a row a roll call and member of that day.

    Raises
    ------
    UnknownNameError
        If a vote has an unknown code or is cast by an unknown state.
    BuzanError
        If the files contradict each other, or a state votes that is not a member.
    """
    if len(paths) == 1:
        every, on_ict, cast = _from_release(*paths)
        return _tables(every, on_ict, cast, crosswalk, paths[0].name)
    ict, resolutions, votes = paths
    on_ict = read_csv(ict, ["rcid", "ccode", "vote", "date", "unres", "short"])
    every = read_csv(resolutions, ["rcid", "session", "date", "unres", "short"])
    on_ict["date"], every["date"] = dates(on_ict["date"], ict), dates(every["date"], resolutions)
    cast = pd.concat([on_ict[["rcid", "ccode", "vote"]], read_parquet(votes, ["rcid", "ccode", "vote"])])
    return _tables(every, on_ict, cast.apply(numbers, path=votes), crosswalk, f"{ict.name} and {votes.name}")


def _from_release(path: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Every roll call, the rows of those on ICTs, and the votes of both."""
    in_part = [name for name in ("para", "amend") if name in headings(path)]
    columns = ["rcid", "session", "ccode", "vote", "date", "unres", "short", *in_part]
    table = read_csv(path, columns, encoding_errors="replace").dropna(subset=["unres"])
    figures = ["rcid", "session", "ccode", "vote", *in_part]
    table[figures] = table[figures].apply(numbers, path=path)
    table = table[~(table[in_part] == 1).any(axis="columns")]
    # Emergency special sessions count their resolutions by themselves.
    table = table[table["unres"].map(resolution_number).str.match(r"\d+/")]
    table["date"] = dates(table["date"], path)
    on_ict = table[table["unres"].map(resolution_number).isin(ON_ICT)]
    cast = pd.concat([on_ict, table[table["session"].isin(SESSIONS)]])
    return table.drop_duplicates("rcid"), on_ict, cast[["rcid", "ccode", "vote"]]


def _tables(
    every: pd.DataFrame, on_ict: pd.DataFrame, cast: pd.DataFrame, crosswalk: Crosswalk, source: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Roll calls with their tallies, and votes."""
    calls = _roll_calls(every[every["session"].isin(SESSIONS)], on_ict)
    cast = cast[cast["rcid"].isin(calls["rcid"])]
    if cast.isna().to_numpy().any():
        broken = cast[cast.isna().any(axis=1)]["rcid"].iloc[0]
        raise BuzanError(f"{source}: a row of roll call {broken} is not whole")
    cast = cast.astype(int).drop_duplicates()
    twice = cast[cast.duplicated(["rcid", "ccode"])]
    if len(twice):
        first = twice.iloc[0]
        raise BuzanError(f"{source}: two votes in roll call {first['rcid']}, code {first['ccode']}")

    table = _by_member(cast, calls, crosswalk, source)
    tallies = pd.crosstab(table["rcid"], table["vote"]).reindex(columns=list(CAST), fill_value=0)
    calls = calls.merge(tallies, left_on="rcid", right_index=True, validate="one_to_one")
    return calls.sort_values("rcid", ignore_index=True)[RESOLUTION_COLUMNS], table


def _roll_calls(every: pd.DataFrame, on_ict: pd.DataFrame) -> pd.DataFrame:
    """One row a roll call, without tallies."""
    calls = pd.concat([every, on_ict])[["rcid", "date", "unres", "short"]].drop_duplicates("rcid")
    resolution = calls["unres"].map(resolution_number)
    return calls[["rcid", "date"]].assign(
        resolution=resolution,
        session=resolution.str.split("/").str[0].astype(int),
        title=calls["short"].str.split(" : ").str[0].str.strip(),
        ict=calls["rcid"].isin(on_ict["rcid"]),
        contested=resolution.isin(CONTESTED),
    )


def resolution_number(written: str) -> str:
    """Number of a resolution as the United Nations write it: ``75/254 A`` from ``A/RES/75/254[A]``."""
    number = written.removeprefix("A/").removeprefix("RES/").removeprefix("R/")
    digits = number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ-[]")
    part = number[len(digits) :].strip("[]")
    return f"{digits} {part}" if part else digits


def _by_member(cast: pd.DataFrame, calls: pd.DataFrame, crosswalk: Crosswalk, source: str) -> pd.DataFrame:
    """One row a roll call and member of the day."""
    unknown = sorted(set(cast["vote"]) - set(LABELS))
    if unknown:
        raise UnknownNameError(f"vote in {source}", unknown[0], LABELS)
    # A code that was not a member may not be one of a state.
    cast = cast[cast["vote"].map(LABELS) != "not_member"].merge(calls[["rcid", "date"]], on="rcid")
    cast["iso3"] = crosswalk.from_cow(cast["ccode"], cast["date"], EXCLUDED | GONE, source)
    days = zip(calls["rcid"], calls["date"], strict=True)
    pairs = [(rcid, iso3) for rcid, day in days for iso3 in crosswalk.members_on(day)]
    members = pd.DataFrame(pairs, columns=["rcid", "iso3"])
    joined = members.merge(cast, on=["rcid", "iso3"], how="outer", indicator=True, validate="one_to_one")
    outside = joined[joined["_merge"] == "right_only"]
    if len(outside):
        first = outside.iloc[0]
        raise BuzanError(f"{source}: {first['iso3']} votes in roll call {first['rcid']} but is not a member")
    number = joined["rcid"].map(calls.set_index("rcid")["resolution"])
    keys = zip(number, joined["iso3"], strict=True)
    without_row = pd.Series([WITHOUT_ROW.get(key, "absent") for key in keys], index=joined.index)
    joined["vote"] = joined["vote"].map(LABELS).fillna(without_row)
    return joined[VOTE_COLUMNS].sort_values(["rcid", "iso3"], ignore_index=True)
