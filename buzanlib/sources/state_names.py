"""Names and codes of states, and what they stand for: by scheme, and by year where they passed to another state.

English and French names and the codes of ISO 3166 are those of the Unicode CLDR (through `babel`). What it does not
have lies beside this module, in ``state_names.csv``: `scheme`, `name`, `iso3` (empty for a group that is no state),
`first` and `last` year and `source`, which is one of

- ``cow``: Correlates of War, State System Membership, letters and numbers;
- ``ioc``, ``fifa``: codes of the International Olympic Committee and of FIFA;
- ``iso3166-3``: withdrawn codes of ISO 3166;
- ``unterm``, ``un``: official names, and other forms in documents of the United Nations;
- ``worldbank``: forms, codes and groups of the World Bank; ``states.csv``: the rule of the tables for Serbia;
- ``forms``: what other publishers write.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

from babel import Locale
from babel.core import get_global

from buzanlib.errors import check_name

#: Schemes of codes; the first of those that agree is told.
CODES = ("iso3", "iso2", "numeric", "cow", "ioc", "fifa")

#: What the states of a column may be said to be given by.
SCHEMES = (*CODES, "name")

#: Scheme of what is no state but a group of them.
GROUP = "group"

#: Words of each scheme.
TITLES: Mapping[str, str] = {
    "iso3": "ISO 3166 (three letters)",
    "iso2": "ISO 3166 (two letters)",
    "numeric": "ISO 3166 (numbers)",
    "cow": "the Correlates of War",
    "ioc": "the Olympic Committee",
    "fifa": "FIFA",
    "name": "name",
    GROUP: "name",
}

#: What is wrong with a name that nobody knows.
UNKNOWN = "no name or code of a state that is known"

#: What the CLDR does not have.
TABLE = Path(__file__).with_name("state_names.csv")

_ORDER = {scheme: place for place, scheme in enumerate((*SCHEMES, GROUP))}
_SHORT = {"st": "saint", "ste": "sainte", "rep": "republic", "dem": "democratic", "is": "islands"}
_SMALL = frozenset(["the", "of", "and", "de", "la", "le", "les", "du", "des", "et"])
FIRST, LAST = -9999, 9999
"""Years of what holds always."""

# What the CLDR has beside territories: groups, and codes for what has none of ISO 3166.
_GROUPS = frozenset(["EZ", "UN"])
_NO_ISO = frozenset(["EU", "XA", "XB", "XK", "ZZ"])

_Span = tuple[str, int, int]
_Cell = tuple[str, int | None]


@lru_cache(10_000)
def key(text: str) -> str:
    """Give what spellings of one name have in common.

    Accents, capitals, punctuation, small words and the order of words do not count: "Korea, Republic of" is "Republic
    of Korea". Leading noughts of a number do not count either.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    if number := re.fullmatch(r"\s*0*([0-9]+)(?:\.0+)?\s*", plain):
        return number[1]
    plain = re.sub(r"\b[dl]['’`]|['’`]s\b|[\W_]", " ", plain)
    plain = re.sub(r"\b(\w) +(?=\w\b)", r"\1", plain)  # U.S.A.
    words = [_SHORT.get(word, word) for word in plain.split()] if " " in plain.strip() else [plain.strip()]
    if words[0].isdecimal():
        return text  # a number with a sign is no code
    return " ".join(sorted({word for word in words if word not in _SMALL} or words))


@cache
def _own() -> list[tuple[str, str, _Span]]:
    """Scheme, name and what it means of each row of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            (row["scheme"], row["name"], (row["iso3"], int(row["first"] or FIRST), int(row["last"] or LAST)))
            for row in csv.DictReader(file)
        ]


@cache
def _cldr() -> list[tuple[str, str, str]]:
    """Scheme, name and state, or "" for a group, of every territory of the CLDR."""
    english, french = (cast("Mapping[str, str]", Locale(one).territories) for one in ("en", "fr"))
    aliases = cast("Mapping[str, list[str]]", get_global("territory_aliases"))
    codes = [(alias, of[0]) for alias, of in aliases.items() if len(of) == 1]
    codes = [(alias, of) for alias, of in codes if of in english and of not in _NO_ISO]
    withdrawn = {name for scheme, name, _ in _own() if scheme == "iso3"}
    three = {of: code for code, of in codes if len(code) == 3 and code.isalpha() and code not in withdrawn}
    three |= {"EU": "EU", "XK": "XKX"}
    groups = sorted(_GROUPS.union(filter(str.isdecimal, english)))
    rows = [("iso3", code, code) for code in three.values()]
    rows += [("iso2", of, code) for of, code in three.items()]
    rows += [("numeric", code, three[of]) for code, of in codes if code.isdecimal() and of in three]
    rows += [("numeric", code, "") for code in groups if code.isdecimal()]
    for of, code in (three | dict.fromkeys(groups, "")).items():
        rows += [("name", names[of], code) for names in (english, french) if of in names]
    return rows


@cache
def _meanings() -> Mapping[str, Mapping[str, list[_Span]]]:
    """What each key means: by scheme the states, each with its first and last year."""
    table: dict[str, dict[str, list[_Span]]] = {}
    for scheme, name, span in _own():
        table.setdefault(key(name), {}).setdefault(scheme, []).append(span)
    # What the table has as well it knows better than the CLDR, for it has the dates.
    known = {(name, scheme) for name, schemes in table.items() for scheme in schemes}
    for scheme, name, iso3 in _cldr():
        if (key(name), scheme) not in known:
            table.setdefault(key(name), {}).setdefault(scheme, []).append((iso3, FIRST, LAST))
    return table


@cache
def _titles() -> Mapping[str, str]:
    """The first name of each state, that of the CLDR before all others."""
    cldr = [(iso3, name) for scheme, name, iso3 in _cldr() if scheme == "name"]
    own = [(span[0], name) for scheme, name, span in _own() if scheme == "name"]
    return dict(reversed([*cldr, *own]))


def title(iso3: str) -> str:
    """Give the English name of a state, or its code where none is known."""
    return _titles().get(iso3, iso3)


def names_of(iso3: str) -> list[str]:
    """Give every English and French name of a state and its abbreviations, those of earlier years too."""
    own = [name for scheme, name, span in _own() if scheme == "name" and span[0] == iso3]
    return list(
        dict.fromkeys([*(name for scheme, name, code in _cldr() if scheme == "name" and code == iso3), *own])
    )


def meanings(text: str, year: int | None = None) -> dict[str, frozenset[str]]:
    """Give what a name or code stands for in a year, by scheme.

    Parameters
    ----------
    text : str
        Name or code in any spelling; see `key`.
    year : int, optional
        By default now, or else the last in which it stood for any.

    Returns
    -------
    dict of str to frozenset of str
        By scheme of `SCHEMES` the ISO 3166 codes, "" for a group of states; several where the name alone does not tell
        ("Korea"). Empty where nothing of the name is known for that year. Whether a state is a member of the United
        Nations is for `states.csv` to say.
    """
    found = {}
    for scheme, spans in sorted(_meanings().get(key(text), {}).items(), key=lambda item: _ORDER[item[0]]):
        at = date.today().year if year is None else year
        there = [iso3 for iso3, first, last in spans if first <= at <= last]
        if not there and year is None:
            there = [iso3 for iso3, _, last in spans if last == max(span[2] for span in spans)]
        if there:
            found[scheme] = frozenset(there)
    return found


def explained(text: str, year: int | None = None) -> str:
    """Say what a name or code stands for in a year, by every scheme, or else when it did, or that it is unknown."""
    by_state: dict[str, list[str]] = {}
    for scheme, states in meanings(text, year).items():
        for iso3 in sorted(states):
            by_state.setdefault(iso3, []).append(TITLES[scheme])
    if by_state:
        said = ", or ".join(f"{_called(iso3)} by {', '.join(schemes)}" for iso3, schemes in by_state.items())
        return f"it stands for {said}"
    spans = {span for spans in _meanings().get(key(text), {}).values() for span in spans}
    said = ", ".join(f"{_called(iso3)} {_from_to(first, last)}" for iso3, first, last in sorted(spans))
    return f"it stood for {said}" if said else UNKNOWN


def _called(iso3: str) -> str:
    return f"{title(iso3)} ({iso3})" if iso3 else "a group of states"


def _from_to(first: int, last: int) -> str:
    return " ".join([f"from {first}"] * (first > FIRST) + [f"until {last}"] * (last < LAST))


@dataclass(frozen=True)
class ReadStates:
    """The states of a column."""

    iso3: list[str | None]  #: Of each cell; "" for a group of states, None where it cannot be told.
    needs: dict[int, str]  #: What is wrong, by the place of the cell.
    read: Mapping[str, int]  #: Number of cells with a state by the scheme that they were read by.

    def note(self) -> str:
        """How many cells were read by which scheme, unless all have the codes of ISO 3166 that the tables have."""
        counts = [f"{count} by {TITLES[scheme]}" for scheme, count in self.read.items() if count]
        plain = self.read.get("iso3") == sum(self.read.values())
        return "" if plain or not counts else f"states read: {', '.join(counts)}"


def read_states(
    cells: Sequence[str],
    years: Sequence[int | None] | None = None,
    scheme: str = "",
    settle: str = "write the name of the state",
) -> ReadStates:
    """Read the states of a column, which is judged as a whole.

    All codes of a column must be of one scheme; names may stand among them. Where several schemes read every code and
    do not agree on one, that one is refused, since it may be another state: a column of "SWZ", "AUS" and "MNG" is
    Eswatini, Australia and Mongolia, or else Switzerland, Austria and Montenegro.

    Parameters
    ----------
    cells : sequence of str
        Names or codes, each in any spelling; an empty one is left empty.
    years : sequence of int or None, optional
        Year of each; by default now.
    scheme : str
        One of `SCHEMES`, where the user says so; then no other counts for codes, and for "name" no codes count.
    settle : str
        How the user can say which of several states is meant, for the message.

    Returns
    -------
    ReadStates
        State or fault of each cell.
    """
    if scheme:
        check_name("scheme of states", scheme, SCHEMES)
    pairs = list(zip(cells, years or [None] * len(cells), strict=True))
    counts = Counter(pair for pair in pairs if pair[0].strip())
    found = {pair: meanings(*pair) for pair in counts}
    # An abbreviation such as UK is a name as well, and no sign of a scheme.
    coded = {pair: by for pair, by in found.items() if by.keys() & set(CODES) and "name" not in by}
    fits = {one: sum(counts[pair] for pair, by in coded.items() if one in by) for one in CODES}
    total, best = sum(counts[pair] for pair in coded), max(fits.values())
    fitting = [scheme] if scheme else [one for one in CODES if fits[one] == best > 0]
    alike = " and ".join(TITLES[one] for one in fitting) + " alike" * (len(fitting) > 1)
    column = f"the column fits {alike} ({best} of {total} codes)" * (not scheme) or f"read by {alike}"
    states: dict[_Cell, str] = {}
    needs: dict[_Cell, str] = {}
    read: Counter[str] = Counter()
    for pair, by in found.items():
        usable = [one for one in fitting if one in by] or ["name"] * (pair not in coded)
        meant = frozenset().union(*(by[one] for one in (usable if pair in coded else by)))
        if len(meant) == 1:
            (states[pair],) = meant
            read[usable[0]] += counts[pair] * bool(states[pair])
        elif pair in coded:
            needs[pair] = f"{column}: {settle}; {explained(*pair)}"
        else:
            needs[pair] = "a name of one state is needed; " * bool(by) + explained(*pair)
    return ReadStates(
        [states.get(pair, "" if not pair[0].strip() else None) for pair in pairs],
        {place: needs[pair] for place, pair in enumerate(pairs) if pair in needs},
        read,
    )
