"""The blind codings: the passages that were coded, and the codes of each annotator."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.raw import read_csv
from buzanlib.sources.source import Form, Inventory, Source
from buzanlib.theory.vocabulary import Annotator

PASSAGES, PASSAGES_2 = "passages.csv", "passages_2025_2026.csv"
CODES, CODES_2, RETEST = "codes.csv", "codes_2.csv", "codes_2_retest.csv"
SAMPLING = "strategy_sampling.csv"
DOCUMENTS_2026 = "documents_2026.csv"

FIRST = Source(
    key="coding",
    title="The first coding of the passages as it was made",
    forms=(Form((PASSAGES, CODES, SAMPLING)),),
    gives=(("codes.csv", "rows of A, B and adjudicated"),),
    url="no download: the tables that ship with this compendium hold all of it",
    cite="this compendium (CITATION.cff)",
)
SECOND = Source(
    key="coding_2",
    title="The second coding of the passages as it was made, and the speeches of 2026",
    forms=(Form((PASSAGES_2, CODES_2, RETEST, DOCUMENTS_2026)),),
    gives=(
        ("documents.csv", "rows of 2026"),
        ("passages.csv", "rows of 2026"),
        ("codes.csv", "rows of C, D, adjudicated_2 and the retest"),
    ),
    url=FIRST.url,
    cite=FIRST.cite,
)

LOCATOR = ["passage_id", "doc_id", "start", "end", "sha256"]
CODE = [
    "passage_id", "annotator", "relevant", "pol", "inf", "cri", "mil", "ter", "oth", "gen", "primary",
    "level", "referent", "agent", "measure", "pol_kind", "hostile",
]  # fmt: skip
GIST = ["passage_id", "gist"]

#: The table of annotators, made by hand, and its columns.
ANNOTATORS = "annotators.csv"
ANNOTATOR_COLUMNS = ["annotator", "codebook", "role", "coded", "note", "kind", "model", "version", "settings"]

#: Annotators of either coding.
OF_FIRST = (Annotator.A, Annotator.B, Annotator.ADJUDICATED)
OF_SECOND = (Annotator.C, Annotator.D, Annotator.ADJUDICATED_2, "C again", "D again")

#: The annotators that ship; none of them is a human being.
SHIPPED = tuple(map(str, (*OF_FIRST, *OF_SECOND)))

#: Why a coder may not have the name of one of these.
TAKEN = "this name is one of those that ship; another is needed"

#: Name of an annotator: a letter of any script, then at most 39 characters without marks that mean something to a
#: page, a file name or a heading, and without those that cannot be seen.
ANNOTATOR = r"[^\W\d_][^\x00-\x1f!-&(-,/:-@\[-^`{-\xa0\u2000-\u200b\u200e-\u206f\ufeff]{0,39}"
NAME_NEEDED = (
    "a name is needed: a letter, then at most 39 letters, digits, spaces and any of the marks - . ' _"
)


def tidy_name(name: str) -> str:
    """A name with its letters in composed form and single spaces, so that it is the same whoever typed it."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def coder_names(coders: Sequence[str]) -> list[str]:
    """Names of coders, tidy; `BuzanError` if one is none, or two are the same."""
    names = [tidy_name(name) for name in coders]
    for at, name in enumerate(names):
        if not re.fullmatch(ANNOTATOR, name):
            raise BuzanError(f"coder {name!r}: {NAME_NEEDED}")
        if name.casefold() in map(str.casefold, names[:at]):
            raise BuzanError(f"coder {name!r}: named twice")
        if name in SHIPPED:
            raise BuzanError(f"coder {name!r}: {TAKEN}")
    return names


def files(inventory: Inventory, source: Source = FIRST) -> dict[str, Path]:
    """Files of a coding by name; none where it is missing."""
    return dict(zip(source.forms[0].files, inventory.paths(source), strict=False))


def read_codes(*paths: Path) -> pd.DataFrame:
    """A row a passage and annotator, sorted. ``none`` is a code, not a gap."""
    codes = pd.concat([read_csv(path, CODE, keep_default_na=False) for path in paths])
    return codes.sort_values(["passage_id", "annotator"], ignore_index=True)


def read_annotators(path: Path) -> pd.DataFrame:
    """The table of annotators as text, sorted."""
    return read_csv(path, ANNOTATOR_COLUMNS, dtype="str", keep_default_na=False).sort_values("annotator")


def read_documents(path: Path) -> pd.DataFrame:
    """Speeches of which there is only a provisional text: `doc_id`, `iso3` and `year`."""
    return read_csv(path, ["doc_id", "iso3", "year"])


def read_seeds(path: Path) -> dict[str, str]:
    """Seed of the draw of each strategy, from ``strategy_sampling.csv``."""
    table = read_csv(path, ["doc_id", "seed"])
    return dict(zip(table["doc_id"].astype(str), table["seed"].astype(str), strict=True))


def read_locators(path: Path) -> pd.DataFrame:
    """Locators of the passages that were coded."""
    return read_csv(path, LOCATOR, dtype=dict.fromkeys(("passage_id", "doc_id", "sha256"), "str"))


def compare_passages(found: pd.DataFrame, coded: pd.DataFrame) -> None:
    """Check that the passages found in a reader's texts are those that were coded, by the columns of `LOCATOR`.

    Raises
    ------
    BuzanError
        If a coded passage was not found, or one was found that was not coded.
    """
    mine, theirs = (set(table[LOCATOR].itertuples(index=False, name=None)) for table in (found, coded))
    if lost := sorted(theirs - mine):
        raise BuzanError(
            f"{len(lost)} of {len(coded)} coded passages are not in these texts, the first {lost[0][0]} of"
            f" {lost[0][1]} at {lost[0][2]}: the texts are not the edition that was coded"
        )
    if more := sorted(mine - theirs):
        raise BuzanError(
            f"{len(more)} passages of these texts were never coded, the first {more[0][0]} of {more[0][1]} at"
            f" {more[0][2]}: the texts are not the edition that was coded"
        )
