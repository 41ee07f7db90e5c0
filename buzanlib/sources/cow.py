"""The state system of the Correlates of War, with which the crosswalk is compared."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.crosswalk import FIRST, Crosswalk
from buzanlib.sources.raw import numbers, read_csv
from buzanlib.sources.source import Source, any_of

SYSTEM = "cow_states.csv"
VOTING_CODES = "cow_codes_unga.csv"

SYSTEM_SOURCE = Source(
    key="cow_system",
    title="Correlates of War, State System Membership",
    forms=any_of(SYSTEM, "states20[0-9][0-9].csv", "statelist20[0-9][0-9].csv"),
    gives=(),
    checks="states.csv, its codes and first days",
    url="https://correlatesofwar.org/data-sets/state-system-membership/ (unpacked)",
    cite="Correlates of War Project, State System Membership List, in the version used",
)
CODES_SOURCE = Source(
    key="cow_codes",
    title="Correlates of War codes as the votes have them",
    forms=any_of(VOTING_CODES),
    gives=(),
    checks="states.csv, its codes of the voting records",
    url="https://doi.org/10.7910/DVN/LEJUQZ: the columns ccode and Country, each pair once",
    cite="Bailey, Strezhnev & Voeten (2017), Journal of Conflict Resolution 61(2), 430-456, doi:10.7910/DVN/LEJUQZ",
)

#: States of the Correlates of War that our tables leave out.
EXCLUDED: dict[int, str] = {
    347: "Kosovo: not a member or observer of the United Nations",
    713: "Taiwan: not a member or observer of the United Nations",
}

#: Codes of the voting records for states that ended before the first year of the panel.
GONE: dict[int, str] = {
    260: "German Federal Republic, until 1990",
    265: "German Democratic Republic, until 1990",
    315: "Czechoslovakia, until 1992",
    511: "Zanzibar, until 1964",
    678: "Yemen Arab Republic, until 1990",
    680: "Yemen People's Republic, until 1990",
}


def check(crosswalk: Crosswalk, system: Path | None, voting_codes: Path | None) -> None:
    """Compare `states.csv` with the lists of the Correlates of War that are there.

    Parameters
    ----------
    system : pathlib.Path, optional
        ``cow_states.csv``, or the publisher's ``states2016.csv`` or ``statelist2024.csv``: spells of states in the
        system, with dates; the last spells end with the last year of the list.
    voting_codes : pathlib.Path, optional
        ``cow_codes_unga.csv``: code and ISO 3166 code.

    Raises
    ------
    BuzanError
        With every difference: a code that only one side has, a start that differs, an ISO 3166 code that
        differs.
    """
    faults = _against_system(crosswalk, system) if system else []
    faults += _against_votes(crosswalk, voting_codes) if voting_codes else []
    if faults:
        raise BuzanError("states.csv disagrees with the Correlates of War:\n  " + "\n  ".join(faults))


def _against_system(crosswalk: Crosswalk, path: Path) -> list[str]:
    spells = read_csv(path, ["ccode", "styear", "stmonth", "stday", "endyear"]).apply(numbers, path=path)
    # Of a code, the last spell that reaches into the years of the panel counts.
    spells = spells[(spells["endyear"] >= FIRST) & ~spells["ccode"].isin(list(EXCLUDED))]
    starts = spells[["ccode", "styear", "stmonth", "stday"]].to_numpy().tolist()
    theirs = {code: pd.Timestamp(*day) for code, *day in starts}
    ours = crosswalk.states.dropna(subset=["cow"]).groupby("cow")["cow_from"].min()
    only_theirs, only_ours = sorted(theirs.keys() - set(ours.index)), sorted(set(ours.index) - theirs.keys())
    faults = [f"{path.name} has code {code}, states.csv has not" for code in only_theirs]
    faults += [f"states.csv has code {code}, {path.name} has not" for code in only_ours]
    faults += [
        f"code {code} starts on {ours[code].date()} in states.csv, on {start.date()} in {path.name}"
        for code, start in sorted(theirs.items())
        if code in ours.index and ours[code] != start
    ]
    return faults


def _against_votes(crosswalk: Crosswalk, path: Path) -> list[str]:
    table = read_csv(path, ["ccode", "Country"])
    table = table[~table["ccode"].isin([*EXCLUDED, *GONE])]
    now = crosswalk.states[crosswalk.states["cow_to"].isna()]
    ours = {int(code): iso3 for code, iso3 in zip(now["cow"], now["iso3"], strict=True) if not pd.isna(code)}
    return [
        f"code {code} is {ours.get(code)} in states.csv, {iso3} in {path.name}"
        for code, iso3 in zip(table["ccode"], table["Country"], strict=True)
        if ours.get(int(code)) != iso3
    ]
