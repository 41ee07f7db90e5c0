"""States that support the Paris Call for Trust and Security in Cyberspace."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.raw import dates, read_csv
from buzanlib.sources.source import Source, any_of

SOURCE = Source(
    key="paris_call",
    title="Paris Call for Trust and Security in Cyberspace, public list of supporters",
    forms=any_of("pariscall_states.csv"),
    gives=(("paris_call.csv", "all rows"),),
    url="https://pariscall.international/en/supporters (states; name_fr, iso3, date_signed)",
    cite="Paris Call for Trust and Security in Cyberspace, list of supporters, with the date of access",
)

COLUMNS = ["iso3", "date", "source"]

#: The list's codes that are not those of ISO 3166 today; the names beside them are Montenegro, Romania and Serbia.
CODES: Mapping[str, str] = {"MTG": "MNE", "ROM": "ROU", "SCG": "SRB"}


def read(path: Path, crosswalk: Crosswalk) -> pd.DataFrame:
    """Read the states that support the call.

    Parameters
    ----------
    path : pathlib.Path
        ``pariscall_states.csv``: `name_fr`, `iso3`, `date_signed` (ISO date, empty for most).

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, sorted; `date` is missing where the list has none.

    Raises
    ------
    UnknownNameError
        If a code is unknown.
    BuzanError
        If a date is none, or a state is there twice.
    """
    table = read_csv(path, ["name_fr", "iso3", "date_signed"], dtype="str")
    iso3 = crosswalk.from_iso3(table["iso3"].replace(CODES), {}, path.name)
    twice = sorted(iso3[iso3.duplicated()])
    if twice:
        raise BuzanError(f"{path.name}: {', '.join(twice)} is there twice; allowed: once")
    found = pd.DataFrame(
        {"iso3": iso3, "date": dates(table["date_signed"], path), "source": SOURCE.title}, columns=COLUMNS
    )
    return found.sort_values("iso3", ignore_index=True)
