"""How passages are found in texts: a sentence on danger in the digital, with its neighbours.

The white space of a text is collapsed. A sentence that matches the retrieval pattern is taken with one
sentence before and one after; windows that share a sentence merge; a merged window is split after seven
sentences; a passage ends after 2,500 characters. Places are character offsets in the collapsed text, so
that anybody with a copy of the text can show the passage.
"""

from __future__ import annotations

import hashlib
import random
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from re import Pattern

CONTEXT = 1
LONGEST_WINDOW = 7
LONGEST_PASSAGE = 2500
PER_STRATEGY = 10

_DANGER = (
    r"(?:threat\w*|attack\w*|secur\w*|crim\w*|terror\w*|misus\w*|abus\w*|extremis\w*|radicali\w*|hate\w*|hatred"
    r"|incit\w*|recruit\w*|propaganda|subver\w*|destabili\w*|interfer\w*|weapon\w*|war\w*|danger\w*|harm\w*"
    r"|exploit\w*|fraud\w*|espionage|surveillance|sovereign\w*|malicious|pornograph\w*|traffick\w*)"
)


def _near_danger(term: str, distance: int = 100) -> str:
    """Pattern of `term` within so many characters of a word of danger, in one sentence, in either order."""
    return rf"(?:{term})[^.!?]{{0,{distance}}}\b{_DANGER}|\b{_DANGER}[^.!?]{{0,{distance}}}(?:{term})"


#: What makes a sentence of a General Debate speech one about danger in or through the digital.
DIGITAL: Pattern[str] = re.compile(
    "|".join(
        [
            r"cyber\w*",
            r"\binformation (?:security|space|warfare|wars?|weapons?|aggression|terrorism)\b",
            r"\bcomputer (?:crime\w*|virus\w*|attack\w*|network\w*|hack\w*)",
            r"\bhack(?:er|ers|ing|ed)\b",
            r"\b(?:dis|mis)information\b",
            r"\bfake news\b",
            r"\bhybrid (?:attack|threat|war|operation|action)\w*",
            r"\bdigital (?:crime|attack|threat|warfare|weapon|sovereignty|security)\w*",
            r"\bransomware\b|\bmalware\b|\bspyware\b",
            _near_danger(r"\binternet\b"),
            _near_danger(r"\bsocial (?:media|network\w*)\b"),
            _near_danger(r"\bonline\b", 60),
            _near_danger(
                r"\b(?:information (?:and|&) communications? technolog\w*|information technolog\w*|ICTs?)\b"
            ),
            _near_danger(r"\bdigital (?:technolog\w*|space|domain|platform\w*|world|sphere|tools?)\b", 80),
        ]
    ),
    re.IGNORECASE,
)

#: What makes a sentence of a cyber security strategy one about danger; there the digital goes without saying.
THREAT: Pattern[str] = re.compile(
    r"threat|attack|crim(?:e|inal)|terror|espionage|warfare|malicious|hack|intrusion|fraud|theft|disrupt|sabotage"
    r"|propaganda|disinformation|extremis|harmful|illegal content|information war|danger|hostile|adversar",
    re.IGNORECASE,
)

#: Every alternative of `DIGITAL` contains one of these, or the word ICT. Looking for them first is cheap
#: and cannot lose a match.
DIGITAL_STEMS = (
    "cyber", "information", "computer", "hack", "fake news", "hybrid ", "digital ", "ransomware", "malware",
    "spyware", "internet", "social media", "social network", "online",
)  # fmt: skip
_LETTERS = {"\u017f": "s", "\u212a": "k", "\u0130": "i", "\u0131": "i"}
_ICT = re.compile(r"\bicts?\b")

#: The two names of the matter, as one word, two, or with a hyphen, in a text as `fold` gives it.
TERMS: dict[str, Pattern[str]] = {
    "cyber_security": re.compile(r"\bcyber[ -]?security\b"),
    "information_security": re.compile(r"\binformation[ -]security\b"),
}

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’]?\s+(?=[A-Z“\"‘])")


@dataclass(frozen=True)
class Text:
    """A document."""

    doc_id: str
    corpus: str
    iso3: str  #: The state that speaks.
    year: int
    text: str  #: Normalised.
    session: int | None = None  #: Of the General Assembly.
    seed: str = ""  #: Seed with which ten passages are drawn; empty where all are taken.


@dataclass(frozen=True)
class Passage:
    """A piece of one document."""

    start: int  #: Character offset in the collapsed text of the document.
    end: int  #: Character offset behind it.
    text: str

    @property
    def sha256(self) -> str:
        """First sixteen hexadecimal digits of the SHA-256 of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def passage_id(self, doc_id: str) -> str:
        """``P`` and eight hexadecimal digits of the SHA-256 of document and start, for the corpora that ship."""
        return "P" + hashlib.sha256(f"{doc_id}{self.start}".encode()).hexdigest()[:8]

    def own_id(self, doc_id: str) -> str:
        """``P`` and sixteen digits, for a corpus of the user's own, which may have any number of passages.

        A space separates document and start: without it, a start of 15 in a document 2 is one of 5 in a document 21.
        """
        return "P" + hashlib.sha256(f"{doc_id} {self.start}".encode()).hexdigest()[:16]


def normalise(text: str) -> str:
    """The text with every run of white space as one space, and none at the ends."""
    return " ".join(text.split())


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of every sentence of a normalised text, in order."""
    start, spans = 0, []
    for gap in _SENTENCE_END.finditer(text):
        spans.append((start, gap.start()))
        start = gap.end()
    spans.append((start, len(text)))
    return [(low, high) for low, high in spans if high > low]


def fold(text: str) -> str:
    """Lower case, character by character, as a pattern that ignores case sees it.

    Four letters beyond ASCII match an ASCII letter when case is ignored: long s, the Kelvin sign, and the
    dotted capital and the dotless small i.
    """
    for letter, plain in () if text.isascii() else _LETTERS.items():
        text = text.replace(letter, plain)
    return text.lower()


def word_counts(text: str) -> dict[str, int]:
    """Count the words of a text, and how often each of `TERMS` occurs in it, in whatever letter case."""
    folded = fold(text)
    return {"words": len(text.split()), **{name: len(term.findall(folded)) for name, term in TERMS.items()}}


def stem_places(folded: str) -> set[int]:
    """Where a stem of `DIGITAL` begins in a text as `fold` gives it: elsewhere `DIGITAL` cannot match."""
    places = {found.start() for found in _ICT.finditer(folded)} if "ict" in folded else set()
    for stem in DIGITAL_STEMS:
        place = folded.find(stem)
        while place >= 0:
            places.add(place)
            place = folded.find(stem, place + 1)
    return places


def cut(text: str, matches: Callable[[str], bool]) -> Iterator[Passage]:
    """Cut the passages of a normalised text around sentences that match, in its order and without overlap."""
    spans = sentences(text)
    return _around([k for k, (low, high) in enumerate(spans) if matches(text[low:high])], spans, text)


def _around(hits: list[int], spans: list[tuple[int, int]], text: str) -> Iterator[Passage]:
    for first, last in _windows(hits, len(spans)):
        for low in range(first, last + 1, LONGEST_WINDOW):
            high = min(last, low + LONGEST_WINDOW - 1)
            if bisect_left(hits, low) < bisect_right(hits, high):
                passage = text[spans[low][0] : spans[high][1]][:LONGEST_PASSAGE]
                yield Passage(spans[low][0], spans[low][0] + len(passage), passage)


def digital_passages(text: str) -> list[Passage]:
    """Every passage of a normalised speech around sentences that match `DIGITAL`."""
    places = stem_places(fold(text))
    if not places:
        return []
    spans = sentences(text)
    starts = [low for low, _ in spans]
    may_match = sorted({bisect_right(starts, place) - 1 for place in places} - {-1})
    hits = [k for k in may_match if DIGITAL.search(text[slice(*spans[k])])]
    return list(_around(hits, spans, text))


def threat_passages(text: str) -> list[Passage]:
    """Passages of a normalised strategy around sentences that match `THREAT`.

    Those of at most 120 characters, or with not more than seventy letters in a hundred characters, are
    headings, tables and lists of contents, and are left out.
    """
    found = cut(text, lambda sentence: THREAT.search(sentence) is not None)
    return [
        passage
        for passage in found
        if len(passage.text) > 120 and sum(map(str.isalpha, passage.text)) > 0.7 * len(passage.text)
    ]


def draw(passages: list[Passage], seed: str) -> list[Passage]:
    """At most ten of the passages, drawn at random: the first of a shuffle with that seed."""
    shuffled = list(passages)
    random.Random(seed).shuffle(shuffled)
    return shuffled[:PER_STRATEGY]


def _windows(hits: list[int], n_sentences: int) -> list[tuple[int, int]]:
    """First and last sentence of every window around the hits, merged where they share a sentence."""
    windows: list[tuple[int, int]] = []
    for k in hits:
        low, high = max(0, k - CONTEXT), min(n_sentences - 1, k + CONTEXT)
        if windows and low <= windows[-1][1]:
            windows[-1] = (windows[-1][0], high)
        else:
            windows.append((low, high))
    return windows
