"""The words of a hand-coding sheet: headings and values, synonyms of both, and which column each heading means.

Capitals, spaces, hyphens and underscores are ignored: ``Pol_kind``, ``pol kind`` and ``POL-KIND`` are one heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from buzanlib.errors import DataError, Fault, closest, shown
from buzanlib.sources.annotation import ANNOTATOR, CODE, tidy_name
from buzanlib.sources.sheet_files import Grid, Wanted
from buzanlib.tables.checks import unknown_columns
from buzanlib.theory.securitization import Level
from buzanlib.theory.vocabulary import Measure, PoliticalKind, ReferentObject, Threat, ThreatAgent

THREATS = tuple(str(threat) for threat in Threat)
NONE = "none"

#: Codes that are yes or no.
YES_NO = ("relevant", *THREATS, "hostile")

CODES = tuple(CODE[2:])

#: Columns that must be there, beside the threats; the others can be derived.
NEEDED = ("relevant", "level", "referent", "agent", "measure")

_WITH_CODER = re.compile(rf"(.*?)\s*\(\s*({ANNOTATOR})\s*\)")
_HINT = re.compile(r"\s*\([^()]*\)$")

_MISSPELT = 0.8
"""Likeness, from 0 to 1, at which an unknown heading is taken for a misspelt one of those that may be left out."""

#: Column of ``codes.csv`` (or ``threats``, all of them in one cell) to the headings that mean it.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "passage_id": ("passage", "passage id", "id"),
    "annotator": ("coder", "annotator", "coder name", "coded by"),
    "relevant": ("relevant", "relevance"),
    "threats": ("threats", "threat", "dangers", "kinds of danger"),
    "pol": ("pol", "political"),
    "inf": ("inf", "infrastructure"),
    "cri": ("cri", "crime", "criminal"),
    "mil": ("mil", "military"),
    "ter": ("ter", "terrorism", "terrorist"),
    "oth": ("oth", "other"),
    "gen": ("gen", "general"),
    "primary": ("primary", "primary threat", "main threat"),
    "level": ("level", "strength", "securitizing level"),
    "referent": ("referent", "referent object"),
    "agent": ("agent", "threat agent"),
    "measure": ("measure", "remedy"),
    "pol_kind": ("pol kind", "political kind", "kind of political danger"),
    "hostile": ("hostile", "hostile intent"),
    "between": ("between", "decides between", "adjudicates"),
}

#: Headings that are for the coder's eye and are not read.
NOT_READ = (
    "corpus", "year", "document", "doc id", "start", "end", "sha256", "gist", "text", "passage text", "note", "notes",
    "comment", "comments",
)  # fmt: skip

_KINDS = {
    "pol": ("political", "political action", "destabilizing political action"),
    "inf": ("infrastructure",),
    "cri": ("crime", "criminal", "cybercrime"),
    "mil": ("military", "military force", "military or interstate force"),
    "ter": ("terrorism", "terrorist"),
    "oth": ("other",),
    "gen": ("general",),
}


def fold(text: str) -> str:
    """The letters and digits of a text, in small letters."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _words(words: Mapping[str, str]) -> Mapping[str, str]:
    return {fold(word): code for word, code in words.items()}


_YES_NO_WORDS = dict.fromkeys(("yes", "1", "y", "true", "x"), "1") | dict.fromkeys(
    ("no", "0", "n", "false"), "0"
)
_THREAT_WORDS = {word: str(one) for one in Threat for word in (str(one), one.label, *_KINDS[str(one)])}
_LEVEL_WORDS = {word: str(int(one)) for one in Level for word in (str(int(one)), one.name, one.label)}
_LISTS = {"referent": ReferentObject, "agent": ThreatAgent, "measure": Measure, "pol_kind": PoliticalKind}

#: Column to the words understood in its cells, folded, each with the code that it stands for.
VALUES: Mapping[str, Mapping[str, str]] = {
    "threats": _words(_THREAT_WORDS | {NONE: NONE}),
    **dict.fromkeys(YES_NO, _words(_YES_NO_WORDS)),
    "primary": _words(_THREAT_WORDS | {NONE: NONE}),
    "level": _words(_LEVEL_WORDS),
    **{name: _words({str(word): str(word) for word in words}) for name, words in _LISTS.items()},
}

#: Column to the words that a message offers for its cells.
OFFERED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(YES_NO, ("yes", "no")),
    **dict.fromkeys(("threats", "primary"), (*THREATS, NONE, *_THREAT_WORDS)),
    "level": ("0", "1", "2", *(level.name.lower() for level in Level)),
    **{name: tuple(VALUES[name].values()) for name in _LISTS},
}

_BY_HEADING = {fold(word): column for column, words in HEADINGS.items() for word in (column, *words)}
_IGNORED = {fold(word) for word in NOT_READ}


def column_of(heading: str) -> str | None:
    """The column that a heading means: one of `HEADINGS`, empty for one of `NOT_READ`, None for an unknown one."""
    folded = fold(heading)
    return "" if folded in _IGNORED else _BY_HEADING.get(folded)


def code_of(column: str, word: str) -> str | None:
    """The code that a word in a cell stands for; None where it is not understood."""
    # Of a number the sign and the point count; some programs write 1 as 1.0.
    key = fold(word) if any(map(str.isalpha, word)) else word.removesuffix(".0")
    return VALUES[column].get(key)


class Column(NamedTuple):
    """A column of the sheet."""

    heading: str
    #: A column of the codes or ``threats``, empty where it is not read, None where it is unknown, and not read either.
    name: str | None
    coder: str  #: Empty where another column has the coder.


def _lacks(headings: Sequence[str]) -> list[str]:
    """What every sheet must have and these headings do not, whoever the coders are."""
    there = {column_of(_HINT.sub("", heading)) for heading in headings}
    lacking = [name for name in ("passage_id", *NEEDED) if name not in there]
    return lacking if there.intersection(("threats", *THREATS)) else [*lacking, "threats"]


WANTED = Wanted(("passage", *NEEDED, "threats"), _lacks)
"""Columns by which the header of a sheet is known."""


def read_columns(grid: Grid) -> list[Column]:
    """Give the columns of a sheet in order; `DataError` with every heading that is misspelt, repeated or missing.

    An unknown heading is that of a further column, unless it can be meant for a column that is not there.
    """
    plain = [column_of(_HINT.sub("", heading)) for heading in grid.headings]
    wide = "annotator" not in plain
    columns = []
    for heading, name in zip(grid.headings, plain, strict=True):
        named = _WITH_CODER.fullmatch(heading) if wide and name in (*CODES, "threats") else None
        columns.append(Column(heading, name, tidy_name(named[2]) if named else ""))
    misplaced = _misplaced(columns, wide)
    faults = [Fault(grid.file, grid.header, heading, heading, need) for heading, need in misplaced]
    missing, free = _missing(columns, wide), _free(columns)
    unknown = [
        column.heading
        for column in columns
        if column.name is None
        and (closest(column.heading, missing) or get_close_matches(fold(column.heading), free, 1, _MISSPELT))
    ]
    faults += unknown_columns(grid.file, grid.header, unknown, missing, sorted(free.values()))
    if faults:
        raise DataError(faults)
    return columns


def left_out(grid: Grid, columns: Iterable[Column]) -> tuple[str, ...]:
    """Say which columns are further ones, and so not read; an empty one without a heading is none."""
    further = [
        shown(column.heading)
        for at, column in enumerate(columns)
        if column.name is None and (column.heading or any(cells[at] for _, cells in grid.rows))
    ]
    return (f"{grid.file}: not read: further columns {', '.join(further)}",) if further else ()


def _free(columns: list[Column]) -> dict[str, str]:
    """Headings that may be left out and are, with the coder where others have one, by their letters."""
    coders = sorted({column.coder for column in columns} - {""}) or [""]
    there = {column[1:] for column in columns}
    optional = set(CODES).difference(NEEDED, THREATS)
    headings = [
        f"{HEADINGS[name][0]} ({coder})" if coder else HEADINGS[name][0]
        for coder in coders
        for name in sorted(optional)
        if (name, coder) not in there
    ]
    return {fold(heading): heading for heading in headings}


def _misplaced(columns: list[Column], wide: bool) -> Iterator[tuple[str, str]]:
    """Headings that are understood but wrong here, each with what would be right."""
    seen: set[tuple[str, str]] = set()
    coder = next((column.coder for column in columns if column.coder), "")
    for heading, name, whose in columns:
        if name and (name, whose) in seen:
            yield heading, "a column may occur only once"
        elif name in THREATS and ("threats", whose) in {column[1:] for column in columns}:
            yield heading, "the threats stand in one column or in seven, not in both"
        elif wide and coder and name in (*CODES, "threats") and not whose:
            yield heading, f"the coder is needed, as in '{heading} ({coder})'"
        seen.add((name or "", whose))


def _missing(columns: list[Column], wide: bool) -> list[str]:
    """Columns that must be there and are not."""
    there = {column[1:] for column in columns}
    coders = sorted({column.coder for column in columns} - {""}) or [""]
    missing = [] if ("passage_id", "") in there else ["passage"]
    missing += ["coder"] if wide and coders == [""] else []
    for coder in coders:
        needed = NEEDED if ("threats", coder) in there else (*NEEDED, *THREATS)
        missing += [f"{name} ({coder})" if coder else name for name in needed if (name, coder) not in there]
    return missing
