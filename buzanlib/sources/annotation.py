"""The blind coding: the passages that were coded, the codes of each annotator, and gists in our own words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.raw import read_csv
from buzanlib.sources.source import Form, Inventory, Source

PASSAGES = "passages.csv"
CODES = "codes.csv"
GISTS = "gists.csv"
SAMPLING = "strategy_sampling.csv"

SOURCE = Source(
    key="coding",
    title="The coding of the passages as it was made",
    forms=(Form((PASSAGES, CODES, GISTS, SAMPLING)),),
    gives=(("codes.csv", "all rows"), ("gists.csv", "all rows")),
    url="no download: the tables that ship with this compendium hold all of it",
    cite="this compendium (CITATION.cff)",
)

LOCATOR = ["passage_id", "doc_id", "start", "end", "sha256"]
CODE = [
    "passage_id", "annotator", "relevant", "pol", "inf", "cri", "mil", "ter", "oth", "gen", "primary",
    "level", "referent", "agent", "measure", "pol_kind", "hostile",
]  # fmt: skip
GIST = ["passage_id", "gist"]

#: The annotators that ship; none of them is a human being.
SHIPPED = ("A", "B", "adjudicated")

#: Name of an annotator.
ANNOTATOR = "[A-Za-z][A-Za-z0-9_-]{0,19}"


def files(inventory: Inventory) -> dict[str, Path]:
    """Files of the coding by name; none where it is missing."""
    return dict(zip(SOURCE.forms[0].files, inventory.paths(SOURCE), strict=False))


def read_codes(path: Path) -> pd.DataFrame:
    """Three rows a passage, sorted: annotator A, annotator B, adjudicated. ``none`` is a code, not a gap."""
    codes = read_csv(path, CODE, keep_default_na=False)
    return codes.sort_values(["passage_id", "annotator"], ignore_index=True)


def read_gists(path: Path) -> pd.DataFrame:
    """One sentence a General Debate passage, sorted by passage."""
    return read_csv(path, GIST).sort_values("passage_id", ignore_index=True)


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
