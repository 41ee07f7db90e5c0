"""The hypotheses that a study knows, by id, and the page to which every id in the book leads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from buzanlib.site.claims import Evidence
from buzanlib.site.pages import bullets, page
from buzanlib.study.markup import escape
from buzanlib.study.results import Results
from buzanlib.study.runner import FINDINGS
from buzanlib.study.spec import Study, slug
from buzanlib.tables.declarations import load_open_claims
from buzanlib.theory.predictions import load_predictions
from buzanlib.theory.registration import load_registration

PAGE = "hypotheses"

ID = re.compile(r"[A-Z][A-Z0-9]*[0-9]", re.ASCII)
"""What is taken for an id wherever it stands in a text: a study may call a hypothesis by any word."""

_FAMILIES = {
    "F1": "the predictions of Table 2, one by one",
    "gate": "Table 2 as a whole",
    "F2": "the order of quadrants, and who disagrees most",
    "F3": "secondary hypotheses",
    "X": "open claims",
    "second registration": "the second registration",
    "added": "added by this study",
}
"""Families in words: as the files name them, some look like the ids of hypotheses."""

_QUADRANTS = "The first letter of a quadrant is its power and the second its cohesion, S strong and W weak."

_LETTERS = {
    "A": "the text around Table 1",
    "B": "Table 2 and the text around it",
    "C": "how far quadrants lie apart",
    "D": "who sides with whom",
    "E": "moves between quadrants",
    "F": "ways to answer a threat",
    "M": "military framing",
    "P": "the second registration",
    "R": "rival explanations",
    "X": "claims left open by the locked file; the number is that of the claim in {doc}`../_generated/claims`",
}


@dataclass(frozen=True)
class Known:
    """What is known of a hypothesis."""

    claim: str
    family: str = ""  #: as the files name it
    scale: str = ""  #: of its estimate; empty if none is told
    verdict: str = ""  #: empty if this study does not judge it
    tested_on: str = ""  #: the page that tests it; empty if it is not known

    @property
    def in_words(self) -> str:
        """What it says, and what became of it."""
        quadrants = f" {_QUADRANTS}" if re.search(r"\b[SW][SW]\b", self.claim) else ""
        return f"{self.claim.rstrip('.')}. {(self.verdict or 'not judged in this study').capitalize()}.{quadrants}"


def anchor(name: str) -> str:
    """Where a hypothesis stands on the page."""
    return f"hypothesis-{slug(name).lower()}"


def known_hypotheses(study: Study, results: Results) -> dict[str, Known]:
    """Gather the hypotheses of a study that has been run: those of its data, and those of its ledger.

    One of a sweep, which each page judges for itself, and one whose name is like a word are left out.
    """
    evidence = Evidence.of(study, results)
    ledger = study.output / FINDINGS
    rows = {row["id"]: row for row in json.loads(ledger.read_text("utf-8"))} if ledger.is_file() else {}
    found = {**load_predictions(study.reads).hypotheses, **load_open_claims(study.reads)}
    said = {name: (one.claim, one.family, one.scale) for name, one in found.items()}
    for name, registered in load_registration(study.reads).predictions.items():
        said[name] = (registered.claim, "second registration", "")
    for name, row in rows.items():
        said.setdefault(name, (row.get("claim"), row.get("family"), ""))
    return {
        name: Known(
            str(claim),
            str(family or ""),
            str(scale or rows.get(name, {}).get("scale") or ""),
            evidence.verdicts.get(name, ""),
            evidence.tested_on.get(name, ""),
        )
        for name, (claim, family, scale) in sorted(said.items(), key=lambda one: _in_order(one[0]))
        if claim and ID.fullmatch(name)
    }


def _in_order(name: str) -> list[tuple[int, str]]:
    """Sorts B2 before B12."""
    return [(int(part or 0), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


def hypotheses_page(known: Mapping[str, Known]) -> str:
    """List the hypotheses by id, and say what ids mean and why numbers are missing, in Markdown."""
    letters = dict.fromkeys(name[0] for name in known)
    meanings = [f"**{letter}**: {_LETTERS[letter]}" for letter in letters if letter in _LETTERS]
    groups: dict[str, list[str]] = {}
    for name, one in known.items():
        groups.setdefault(one.family, []).append(name)
    together = [
        f"{_group(family)}: {', '.join(map(escape, names))}" for family, names in groups.items() if family
    ]
    parts = [
        "# The hypotheses, by id",
        "Wherever an id such as B1 stands in this book, it leads here. The letter says what a hypothesis is about:",
        bullets(meanings),
        "**Why numbers are missing.** Ids were given in a longer list of what the paper might imply. Only a part of it"
        " was registered, and kept its ids, so that none ever means two things.",
        "**What is adjusted together.** P values are adjusted within a group. Some groups have names in the data files"
        " that look like ids, and their group F1 is not hypothesis F1. In words they are:",
        bullets(together),
        _QUADRANTS,
        "{.claims}\n" + "\n\n".join(_entry(name, one) for name, one in known.items()),
    ]
    return page(parts)


def _entry(name: str, one: Known) -> str:
    where = f", in {{doc}}`../executed/{one.tested_on}`" if one.verdict and one.tested_on else ""
    word = f"**{escape(one.verdict.capitalize())}**" if one.verdict else "Not judged in this study"
    group = f" Group: {_group(one.family)}." if one.family else ""
    return f"[**{escape(name)}**]{{#{anchor(name)}}} {escape(one.claim)}\n: {word}{where}.{group}"


def _group(family: str) -> str:
    return _FAMILIES.get(family) or escape(family)
