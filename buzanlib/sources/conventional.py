"""How often a speech speaks of war, nuclear arms and terrorism, counted as danger in the digital is counted.

The patterns of the rival words stand here and nowhere else. Windows around them are cut exactly as passages are
(`buzanlib.sources.passages.cut`): the sentence with one before and one after, merged where they share a sentence, split
after seven. Only counts enter the project.

A pattern is to find a present danger, and so leaves out what the word names besides. What is doubtful is left out,
which makes the rivals rarer, and so speaks against the claim that they are spoken of more often than the digital.

war
    *War*, *wars*, *warfare*, *warring*; *war crimes*, *civil war* and *war-torn* with them. *Warn*, *warm*, *warrant*
    and *warlord* are other words. Left out are eras (*Cold War*, *World War*, the *post-*, *pre-* and *inter-war*
    years), figures of speech (a *war on* or *against* poverty, drugs, terror and the like, a *trade* or *price war*, a
    *tug of war*), and war by digital means (*cyber*, *information*, *hybrid*, *electronic*, *digital war*).
nuclear
    *Nuclear*, alone or in a compound (*non-nuclear*, *denuclearization*, *thermonuclear*). Left out are peaceful uses
    and their risks: *nuclear energy*, *technology*, *science*, *fuel*, *safety*, *waste*, *accident*, *plants*,
    *power plants* and the like, and *nuclear family*. *Nuclear Power*, the state, stays.
terrorism
    *Terror*, *terrorism*, *terrorist*, *terrorize*, with prefixes such as *counter-* and *narco-*. Left out is what
    *cyber* or *information* stands before.

A sentence may match several patterns, and a window is then counted once for each. The digital pattern asks of some
words (*internet*, *online*) that a danger stands near; the rivals are dangers by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from re import Pattern

from buzanlib.sources.passages import cut

TABLE = "conventional.csv"

_FIGURES = (
    r"terror\w*|drugs?|narcotics?|poverty|hunger|want|disease\w*|malaria|aids|hiv|covid\w*|corruption|crime"
    r"|ignorance|illiteracy|climate|plastics?|waste"
)


def _not_after(*words: str) -> str:
    """Pattern of a place that none of these words stands before, apart by a space or a hyphen."""
    return "".join(rf"(?<!\b{word}[ -])" for word in words)


#: By name of the column, what makes a sentence one about that danger.
PATTERNS: Mapping[str, Pattern[str]] = {
    "war": re.compile(
        r"\b(?=war)"
        + _not_after("cold", "world", "post", "pre", "inter", "trade", "price", "tug of", "tug-of")
        + _not_after("cyber", "information", "hybrid", "electronic", "digital")
        + rf"war(?:s|fare|ring)?\b(?! (?:on|against) (?:the )?(?:{_FIGURES})\b)",
        re.IGNORECASE,
    ),
    "nuclear": re.compile(
        r"\b(?:de|thermo)?nuclear(?:i[sz]\w*)?\b"
        r"(?! (?:energy|technolog|scien|medicine|fuel|safety|waste|accident|plant|reactor|electricity|industr|famil"
        r"|power(?:ed)? (?:plant|station|reactor|generat|industr)))",
        re.IGNORECASE,
    ),
    "terrorism": re.compile(
        r"\b(?=\w*terror)"
        + _not_after("cyber", "information")
        + r"(?:counter|anti|bio|eco|narco)?terror(?:s|is[mt]\w*|i[sz](?:e[ds]?|ing|ation))?\b",
        re.IGNORECASE,
    ),
}

COLUMNS = ["doc_id", *PATTERNS]

#: What every match of a pattern contains; looking for it first is cheap.
_STEMS = {"war": "war", "nuclear": "nuclear", "terrorism": "terror"}


def window_counts(text: str) -> dict[str, int]:
    """Number of windows of a normalised speech around each danger, by the names of `PATTERNS`."""

    def windows(name: str) -> int:
        stem, pattern = _STEMS[name], PATTERNS[name]
        return sum(1 for _ in cut(text, lambda one: stem in one.lower() and pattern.search(one) is not None))

    return {name: windows(name) for name in PATTERNS}
