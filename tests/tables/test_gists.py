"""The gists that ship say what a passage says, and neither who speaks nor how it was coded."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from buzanlib.sources.state_names import names_of, title
from buzanlib.tables.descriptor import load

#: Words in the names of many states, by which no speaker is known.
COMMON = frozenset(["Central", "Democratic", "Islamic", "Kingdom", "Republic", "States", "Union", "United"])
LETTERS = 5  #: By which the adjective begins as the name does: Estonia, Estonian.

#: What a gist would begin with, or say, that were a verdict on the passage and not what it says.
VERDICT = re.compile(
    r"^(?:No|Not|None|Nothing|Only|Merely|Irrelevant|Unrelated|Relevant|Threat|Level)\b"
    r"|\b(?:digital threat|not a threat|coded|codebook|annotator|adjudicat\w+|off-topic|figurative)\b"
    r"|\blevel [012]\b|\binfrastructure attack\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def gists(data_dir: Path) -> pd.DataFrame:
    """Every passage with its gist and the state that speaks."""
    passages, documents, states = (load(data_dir, name) for name in ("passages", "documents", "states"))
    table = passages.merge(load(data_dir, "gists"), on="passage_id", how="outer", validate="one_to_one")
    speaker = documents.merge(states[["iso3", "name"]], on="iso3")[["doc_id", "iso3", "name"]]
    return table.merge(speaker, on="doc_id", how="left")


def named(gist: str, iso3: str, name: str) -> list[str]:
    """By what of a gist its speaker would be known: a name, an abbreviation, or an adjective like the name."""
    names = {name, *names_of(iso3)}
    stems = {
        word[:LETTERS] for one in names for word in re.findall(r"[^\W\d_]{4,}", one) if word not in COMMON
    }
    marks = {rf"\b{re.escape(one)}\b" for one in names} | {
        rf"\b{re.escape(one)}" for one in stems if one[0].isupper()
    }
    return sorted(mark for mark in marks if re.search(mark, gist))


def test_every_passage_has_a_gist_of_its_own(gists: pd.DataFrame) -> None:
    assert not gists[["gist", "doc_id", "iso3"]].isna().any(axis=None)
    assert gists["gist"].str.casefold().is_unique


def test_none_names_its_speaker(gists: pd.DataFrame) -> None:
    rows = zip(gists["passage_id"], gists["gist"], gists["iso3"], gists["name"], strict=True)
    assert {passage: by for passage, *row in rows if (by := named(*row))} == {}


@pytest.mark.parametrize(
    ("gist", "iso3"),
    [
        ("Says that Estonia was attacked.", "EST"),
        ("Recalls attacks on Estonian banks.", "EST"),
        ("Says the US was attacked.", "USA"),
        ("Asks for norms, as L’Allemagne does.", "DEU"),
    ],
)
def test_a_name_would_be_found(gist: str, iso3: str) -> None:
    assert named(gist, iso3, title(iso3))
    assert not named("Says that Latvia was attacked, and us.", iso3, title(iso3))


def test_none_gives_its_codes_away(gists: pd.DataFrame) -> None:
    assert VERDICT.search("No digital threat: praises a treaty.")
    assert gists.loc[gists["gist"].str.contains(VERDICT), "gist"].tolist() == []


def test_a_gist_is_one_plain_sentence(gists: pd.DataFrame) -> None:
    assert gists["gist"].map(lambda gist: len(gist.split())).between(10, 25).all()
    assert gists["gist"].str.fullmatch(r"[A-Z][^\n\"“”]*[^.\s]\.").all()
