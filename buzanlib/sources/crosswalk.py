"""From the names and codes of publishers to ISO 3166 codes, by date where a code passed to another state."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from buzanlib.errors import BuzanError, UnknownNameError
from buzanlib.sources.raw import dates, numbers, read_csv
from buzanlib.sources.state_names import meanings

#: First and last year of the panel.
FIRST, LAST = 1995, 2024

COLUMNS = [
    "iso3", "cow", "name", "region", "kind", "member_from", "member_to", "cow_from", "cow_to", "note",
]  # fmt: skip


@dataclass(frozen=True)
class Crosswalk:
    """The states of `states.csv` under their names and codes.

    A year is judged by its last day: the Yugoslav seat of 2005 is ``YUG``, that of 2006 ``SRB``, though both have code
    345 of the Correlates of War.
    """

    states: pd.DataFrame

    @classmethod
    def read(cls, path: Path) -> Crosswalk:
        """Read `states.csv`."""
        states = read_csv(path, COLUMNS, dtype={"cow": "Int64"}).copy()
        for column in ("member_from", "member_to", "cow_from", "cow_to"):
            states[column] = dates(states[column], path)
        return cls(states)

    def known(self) -> frozenset[str]:
        """Every ISO 3166 code of the table."""
        return frozenset(self.states["iso3"])

    def members_on(self, day: pd.Timestamp) -> list[str]:
        """Codes of the members of the United Nations on one day, sorted."""
        member = self.states["kind"] == "member"
        joined = self.states["member_from"] <= day
        stays = self.states["member_to"].isna() | (self.states["member_to"] >= day)
        return sorted(self.states.loc[member & joined & stays, "iso3"])

    def members(self) -> pd.DataFrame:
        """Members of the United Nations on the last day of each year of the panel: `iso3` and `year`, sorted."""
        rows = [(iso3, year) for year in range(FIRST, LAST + 1) for iso3 in self.members_on(_last_day(year))]
        return pd.DataFrame(sorted(rows), columns=["iso3", "year"])

    def from_cow(
        self, codes: pd.Series[Any], when: pd.Series[Any], excluded: Mapping[int, str], source: str
    ) -> pd.Series[Any]:
        """Turn Correlates of War codes into ISO 3166 codes, missing where the code is excluded.

        Parameters
        ----------
        codes, when : pandas.Series
            Codes, and the year (judged by its last day) or date of each.
        excluded : mapping of int to str
            Codes that are left out on purpose, each with the reason.
        source : str
            Publisher's file, for the message.

        Raises
        ------
        UnknownNameError
            If a code is neither known nor excluded.
        BuzanError
            If a code is known, but not at that time.
        """
        with_code = self.states.dropna(subset=["cow"])
        spans = {
            code: list(zip(group["iso3"], group["cow_from"], group["cow_to"], strict=True))
            for code, group in with_code.astype({"cow": int}).groupby("cow")
        }

        def one(code: int, year_or_date: Any) -> str | None:
            if code in excluded:
                return None
            if code not in spans:
                raise UnknownNameError(f"Correlates of War code in {source}", code, list(spans))
            day = year_or_date if isinstance(year_or_date, pd.Timestamp) else _last_day(int(year_or_date))
            for iso3, start, end in spans[code]:
                if start <= day and (pd.isna(end) or day <= end):
                    return str(iso3)
            raise BuzanError(
                f"{source}: code {code} of the Correlates of War belongs to no state on {day.date()}"
            )

        pairs = list(zip(codes, when, strict=True))
        known = {pair: one(*pair) for pair in set(pairs)}
        return pd.Series([known[pair] for pair in pairs], index=codes.index, dtype="str")

    def from_names(
        self, names: pd.Series[Any], when: pd.Series[Any], excluded: Mapping[str, str], source: str
    ) -> pd.Series[Any]:
        """Turn names of states into ISO 3166 codes; see `from_cow`.

        A name that a successor shares with its predecessor means the one that held the seat in that year:
        "Serbia" of 2003 is Serbia and Montenegro.
        """
        # Some files write an accented letter as a letter and an accent.
        names, known = names.map(lambda name: unicodedata.normalize("NFC", name)), self.known()
        iso3_of: dict[str, str | None] = dict.fromkeys(excluded)
        for name in set(names.unique()) - excluded.keys():
            states = meanings(name).get("name", frozenset()) & known
            if len(states) != 1:
                raise UnknownNameError(f"state in {source}", name, [*self.states["name"], *excluded])
            (iso3_of[name],) = states
        iso3 = names.map(iso3_of.__getitem__)
        return self.dated(iso3, when)

    def from_iso3(self, codes: pd.Series[Any], excluded: Mapping[str, str], source: str) -> pd.Series[Any]:
        """Check ISO 3166 codes as a publisher gives them; see `from_cow`."""
        known: Container[str] = self.known()
        for code in codes.unique():
            if code not in known and code not in excluded:
                raise UnknownNameError(f"state in {source}", code, [*sorted(self.known()), *excluded])
        return codes.where(~codes.isin(list(excluded)), None)

    def dated(self, iso3: pd.Series[Any], when: pd.Series[Any]) -> pd.Series[Any]:
        """Put the holder of a seat in each year in place of another holder of the same COW code."""
        cow = dict(zip(self.states["iso3"], self.states["cow"], strict=True))
        shared = self.states["cow"].dropna()
        shared_codes = set(shared[shared.duplicated()])
        moved = iso3.map(lambda code: cow.get(code) in shared_codes if isinstance(code, str) else False)
        result = iso3.copy()
        if bool(moved.any()):
            codes = iso3[moved].map(cow).astype(int)
            result[moved] = self.from_cow(codes, when[moved], {}, "states.csv")
        return result


def since(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Take the rows of the years of the panel from a table of the file at `path`; `year` becomes a whole number."""
    year = numbers(table["year"], path)
    return table.assign(year=year)[year.between(FIRST, LAST)].astype({"year": int})


def _last_day(year: int) -> pd.Timestamp:
    return pd.Timestamp(year, 12, 31)
