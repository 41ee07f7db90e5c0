"""The blind coding: which passages were coded, what each annotator said, and a gist in our own words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.sources.raw import read_csv

PASSAGES = "passages.csv"
CODES = "codes.csv"
GISTS = "gists.csv"

LOCATOR = ["passage_id", "doc_id", "start", "end", "sha256"]
CODE = [
    "passage_id", "annotator", "relevant", "pol", "inf", "cri", "mil", "ter", "oth", "gen", "primary",
    "level", "referent", "agent", "measure", "pol_kind", "hostile",
]  # fmt: skip


def read_codes(path: Path) -> pd.DataFrame:
    """Three rows a passage, sorted: annotator A, annotator B, adjudicated. ``none`` is a code, not a gap."""
    codes = read_csv(path, CODE, keep_default_na=False)
    return codes.sort_values(["passage_id", "annotator"], ignore_index=True)


def read_gists(path: Path) -> pd.DataFrame:
    """One sentence a General Debate passage, sorted by passage."""
    return read_csv(path, ["passage_id", "gist"]).sort_values("passage_id", ignore_index=True)


def coded_passages(cut: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Hold the passages cut from the texts against those that were coded.

    Parameters
    ----------
    cut : pandas.DataFrame
        Locators of the passages as cut from a reader's texts: `passage_id`, `doc_id`, `start`, `end`,
        `sha256`.
    path : pathlib.Path
        ``passages.csv`` of the coding.

    Returns
    -------
    pandas.DataFrame
        `cut`, sorted by passage.

    Raises
    ------
    BuzanError
        If a coded passage was not found in the texts, or one was found that nobody coded.
    """
    coded = read_csv(path, LOCATOR)
    mine, theirs = (set(table[LOCATOR].itertuples(index=False, name=None)) for table in (cut, coded))
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
    return cut[LOCATOR].sort_values("passage_id", ignore_index=True)
