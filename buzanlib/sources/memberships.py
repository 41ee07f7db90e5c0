"""Memberships of international organisations: Correlates of War to 2014, later changes by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.cow import EXCLUDED, GONE
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.raw import dates, numbers, read_csv
from buzanlib.sources.source import Source, any_of

FILE = "igo_memberships.csv"

SOURCE = Source(
    key="igo",
    title="Correlates of War, Intergovernmental Organizations, version 3",
    forms=any_of(FILE, "state_year_format*.csv", "IGO_stateunit_v*.csv"),
    gives=(("memberships.csv", "all rows, so that a new row of accessions.csv has no effect"),),
    url="https://correlatesofwar.org/data-sets/IGOs/ (a row a state and year, unpacked)",
    cite="Pevehouse, Nordstrom, McManus & Jamison (2020), Journal of Peace Research 57(3), 492-503, "
    "doi:10.1177/0022343319881175",
)

#: First year taken of the publisher's list, which begins with 1815.
SINCE = 1990

#: Publisher's column to short name.
ORGANISATIONS: Mapping[str, str] = {
    "asean": "ASEAN", "au": "AU", "cis": "CIS", "coe": "CoE", "csto": "CSTO", "ecowas": "ECOWAS", "eu": "EU",
    "gcc": "GCC", "nato": "NATO", "oas": "OAS", "osce": "OSCE", "sco": "SCO",
}  # fmt: skip
STATUS: Mapping[int, str] = {1: "full", 2: "associate", 3: "observer"}
COLUMNS = ["organisation", "iso3", "from", "to", "status", "source"]


def read(path: Path, accessions: pd.DataFrame, crosswalk: Crosswalk) -> pd.DataFrame:
    """Read spans of membership.

    The publisher's file is yearly, from 1990 to 2014: a span that begins with 1990 began then or before,
    and one that reaches 2014 lasts, unless an exit in `accessions` ends it.

    Parameters
    ----------
    path : pathlib.Path
        ``igo_memberships.csv``, or the publisher's ``state_year_format3.csv``: `ccode`, `year` and a column an
        organisation (1 full, 2 associate, 3 observer).
    accessions : pandas.DataFrame
        `accessions.csv`: `organisation`, `iso3`, `date`, `event` (accession or exit), `source`.

    Returns
    -------
    pandas.DataFrame
        `organisation`, `iso3`, `from` and `to` (first and last year; `to` is missing where it lasts),
        `status`, `source`, sorted.

    Raises
    ------
    BuzanError
        If a state leaves that is not a member, or joins that is; if the file has no year since 1990.
    """
    table = read_csv(path, ["ccode", "year", *ORGANISATIONS], encoding_errors="replace")
    table = table.apply(numbers, path=path)
    yearly = table[table["year"] >= SINCE].copy()
    if yearly.empty:
        raise BuzanError(f"{path.name} has no year since {SINCE}")
    yearly["iso3"] = crosswalk.from_cow(yearly["ccode"], yearly["year"], EXCLUDED | GONE, path.name)
    known = yearly.dropna(subset=["iso3"])
    long = known.melt(["iso3", "year"], list(ORGANISATIONS), var_name="organisation", value_name="code")
    long = long[long["code"] > 0]
    long = long.assign(organisation=long["organisation"].map(ORGANISATIONS), status=long["code"].map(STATUS))
    last = int(yearly["year"].max())
    spans = [
        {"organisation": organisation, "iso3": iso3, "status": status, "source": SOURCE.title}
        | {"from": start, "to": None if end == last else end}
        for (organisation, iso3, status), group in long.groupby(["organisation", "iso3", "status"])
        for start, end in _runs(sorted(group["year"]))
    ]
    for change in accessions.sort_values(["date", "organisation", "iso3"]).to_dict("records"):
        _apply(spans, {str(key): value for key, value in change.items()})
    spells = pd.DataFrame(spans, columns=COLUMNS).astype({"to": "Int64"})
    return spells.sort_values(["organisation", "iso3", "from"], ignore_index=True)


def read_accessions(path: Path) -> pd.DataFrame:
    """`accessions.csv`, with dates."""
    table = read_csv(path, ["organisation", "iso3", "date", "event", "source"])
    return table.assign(date=dates(table["date"], path))


def _runs(years: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of every run of years without a gap."""
    start = years[0]
    for year, following in zip(years, [*years[1:], None], strict=True):
        if following != year + 1:
            yield start, year
            if following is not None:
                start = following


def _apply(spans: list[dict[str, Any]], change: dict[str, Any]) -> None:
    """Begin or end a span, in place."""
    who, what, year = change["iso3"], change["organisation"], change["date"].year
    here = (what, who, None)
    running = [span for span in spans if (span["organisation"], span["iso3"], span["to"]) == here]
    full = [span for span in running if span["status"] == "full"]
    if change["event"] == "accession" and not full:
        for span in running:
            span["to"] = year - 1
        entry = {"organisation": what, "iso3": who, "status": "full", "source": change["source"]}
        spans.append(entry | {"from": year, "to": None})
    elif change["event"] == "exit" and full:
        full[0] |= {"to": year, "source": f"{full[0]['source']}; {change['source']}"}
    else:
        standing = "is" if full else "is not"
        raise BuzanError(
            f"accessions.csv: {change['event']} of {who}, which {standing} a full member of {what} then"
        )
