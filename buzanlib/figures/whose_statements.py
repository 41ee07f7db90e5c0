"""Whose statements a chapter is about, in words: the corpus, its years and its coders, from a study and its data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from buzanlib.errors import EstimationError
from buzanlib.figures.labels import in_words
from buzanlib.inference.hypothesis_tests import FOLLOWING, MOVES
from buzanlib.inference.world import World
from buzanlib.tables.data_folder import Data
from buzanlib.theory.vocabulary import Annotator, Corpus


def corpus_in_words(data: Data, corpus: str) -> str:
    """A corpus by the name in full that its study gives, or else as `in_words` has it."""
    return data.label(corpus) or in_words(corpus)


def years_in_words(first: int, last: int) -> str:
    """A span of years, or the year if it is one."""
    return f"{first}–{last}" if first < last else f"{first}"


def whose(world: World) -> str:
    """A sentence: ``"Statements: General Debate, 2011–2024; codes: adjudicated, codebook 2."``."""
    codes = in_words(world.annotator, of="annotator")
    named = corpus_in_words(world.data, world.corpus)
    return f"Statements: {named}, {years_in_words(*world.window)}; codes: {codes}."


def only_of_what_ships(world: World, sayings: Mapping[str, str]) -> dict[str, str]:
    """Those of some sentences, by key, that hold for the statements of a study.

    A key that begins with ``codes`` holds where the codes are those of an annotator that ships, all others where the
    corpus is the one that was tested when the hypotheses were locked.
    """
    holds = {"codes": world.annotator in set(Annotator), "corpus": world.corpus == Corpus.UNGDC}
    return {
        key: said for key, said in sayings.items() if holds["codes" if key.startswith("codes") else "corpus"]
    }


def definitions_of(world: World, definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The definitions as a study uses them: with its corpus, years, coders and windows in place of those that ship.

    Parameters
    ----------
    definitions : mapping
        What ``definitions.json`` has: ``general``, rules by name, and ``definitions``, a list of entries.
    """
    first, last = world.window
    named = corpus_in_words(world.data, world.corpus)
    said = {
        rf"{in_words(Corpus.UNGDC)} \d+-\d+": f"{named} {first}-{last}",
        r"membership in \d+": f"membership in {first}",
    }
    if world.annotator != Annotator.ADJUDICATED_2:
        by = f"codes of {in_words(world.annotator, of='annotator')}"
        said |= {"adjudicated codes": by, "codes of codebook 2": by}
    if world.corpus != Corpus.UNGDC:
        said |= {"speeches": "statements", r" \(amendment \d+\)": ""}
    locked = {
        MOVES.waves: ("2006-2010", "2012-2016", "2018-2022"),
        FOLLOWING.halves: ("2011-2017", "2018-2024"),
    }
    for find, old in locked.items():
        with suppress(EstimationError):
            said |= {was: f"{one}-{other}" for was, (one, other) in zip(old, find(world), strict=True)}
    words = re.compile("|".join(f"({was})" for was in said))
    new = list(said.values())

    def fitted(text: str) -> str:
        return words.sub(lambda found: new[(found.lastindex or 1) - 1], text)

    return {
        "general": {name: fitted(rule) for name, rule in definitions["general"].items()},
        "definitions": [
            {key: fitted(value) if isinstance(value, str) else value for key, value in entry.items()}
            for entry in definitions["definitions"]
        ],
    }
