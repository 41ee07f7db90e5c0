"""The words of a hand-coding sheet: headings and values, and synonyms of both.

Capitals, spaces, hyphens and underscores are ignored: ``Pol_kind``, ``pol kind`` and ``POL-KIND`` are one heading.
"""

from __future__ import annotations

from collections.abc import Mapping

from buzanlib.theory.securitization import Level
from buzanlib.theory.vocabulary import Measure, PoliticalKind, ReferentObject, Threat, ThreatAgent

THREATS = tuple(str(threat) for threat in Threat)
NONE = "none"

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


_YES_NO = dict.fromkeys(("yes", "1", "y", "true", "x"), "1") | dict.fromkeys(("no", "0", "n", "false"), "0")
_THREAT_WORDS = {word: str(one) for one in Threat for word in (str(one), one.label, *_KINDS[str(one)])}
_LEVEL_WORDS = {word: str(int(one)) for one in Level for word in (str(int(one)), one.name, one.label)}
_LISTS = {"referent": ReferentObject, "agent": ThreatAgent, "measure": Measure, "pol_kind": PoliticalKind}

#: Column to the words understood in its cells, folded, each with the code that it stands for.
VALUES: Mapping[str, Mapping[str, str]] = {
    "threats": _words(_THREAT_WORDS | {NONE: NONE}),
    **dict.fromkeys(("relevant", *THREATS, "hostile"), _words(_YES_NO)),
    "primary": _words(_THREAT_WORDS | {NONE: NONE}),
    "level": _words(_LEVEL_WORDS),
    **{name: _words({str(word): str(word) for word in words}) for name, words in _LISTS.items()},
}

#: Column to the words that a message offers for its cells.
OFFERED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("relevant", *THREATS, "hostile"), ("yes", "no")),
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
