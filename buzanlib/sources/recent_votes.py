"""Roll calls on information and communication technologies after those of the publisher of the voting data."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.raw import dates, read_csv
from buzanlib.sources.source import Source, any_of
from buzanlib.sources.votes import CAST, RESOLUTION_COLUMNS, VOTE_COLUMNS, resolution_number
from buzanlib.sources.write import ExistingTables, as_text

SOURCE = Source(
    key="recent_votes",
    title="United Nations Digital Library, voting records of 2022 and 2023",
    forms=any_of("cyber_votes_2022_2023.csv"),
    gives=(("resolutions.csv", "rows of 2022 and 2023"), ("votes.csv", "rows of 2022 and 2023")),
    url="https://digitallibrary.un.org: a row a state with resolution, date, iso3 and vote, for A/RES/77/36, 77/37, "
    "78/16 and 78/237",
    cite="United Nations Digital Library, voting records",
)

LABELS = {"YES": "yes", "NO": "no", "ABSTAIN": "abstain", "NOVOTE": "absent"}

#: A roll call is numbered this times its session, plus the number of its resolution: 77/36 is 7700036. The publisher of
#: the voting data counts roll calls from 1 and has fewer than ten thousand.
PER_SESSION = 100_000

_TABLES = {"resolutions.csv": RESOLUTION_COLUMNS, "votes.csv": VOTE_COLUMNS}


def read(path: Path, crosswalk: Crosswalk) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read roll calls and votes, with the columns of `votes.read`; a state that did not vote is absent.

    Raises
    ------
    UnknownNameError
        If a vote is cast by an unknown state or is none of `LABELS`.
    BuzanError
        If the states of a roll call are not the members of its day, each once.
    """
    table = read_csv(path, ["resolution", "date", "iso3", "vote"], keep_default_na=False)
    table["date"], table["resolution"] = (
        dates(table["date"], path),
        table["resolution"].map(resolution_number),
    )
    table["iso3"] = crosswalk.from_iso3(table["iso3"], {}, path.name)
    if unknown := sorted(set(table["vote"]) - set(LABELS)):
        raise UnknownNameError(f"vote in {path.name}", unknown[0], LABELS)
    table["vote"] = table["vote"].map(LABELS)
    parts = table["resolution"].str.split("/", expand=True).astype(int)
    table["session"], table["rcid"] = parts[0], parts[0] * PER_SESSION + parts[1]
    for resolution, group in table.groupby("resolution"):
        members, there = crosswalk.members_on(group["date"].iloc[0]), sorted(group["iso3"])
        if there != members:
            odd = ", ".join(sorted({*members} ^ {*there})) or "one is there twice"
            raise BuzanError(f"{path.name}: {resolution} must have every member of its day once: {odd}")
    tallies = pd.crosstab(table["rcid"], table["vote"]).reindex(columns=list(CAST), fill_value=0)
    calls = table[["rcid", "resolution", "date", "session"]].drop_duplicates()
    calls = calls.assign(title=None, ict=1, contested=0).merge(tallies, left_on="rcid", right_index=True)
    cast = table.sort_values(["rcid", "iso3"], ignore_index=True)[VOTE_COLUMNS]
    return calls.sort_values("rcid", ignore_index=True)[RESOLUTION_COLUMNS], cast


def combined(
    made: tuple[pd.DataFrame, pd.DataFrame] | None,
    recent: tuple[pd.DataFrame, pd.DataFrame] | None,
    existing: ExistingTables,
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Put roll calls and votes of the publisher before the recent ones; what is missing is kept as it was."""
    if made is None and recent is None:
        return None, None
    tables = []
    for place, (name, columns) in enumerate(_TABLES.items()):
        halves = [as_text(half[place]) for half in (made, recent) if half is not None]
        if made is None or recent is None:
            kept = existing.table(name, columns)
            late = pd.to_numeric(kept["rcid"]) >= PER_SESSION
            halves = [kept[~late], *halves] if made is None else [*halves, kept[late]]
        tables.append(pd.concat(halves))
    return tables[0], tables[1]
