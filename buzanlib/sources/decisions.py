"""Which rules of the codebook decided a passage on which two annotators differ, by the reasons of the adjudication."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from buzanlib.sources.annotation import CODE, FIRST
from buzanlib.sources.raw import read_csv
from buzanlib.sources.source import Form, Source
from buzanlib.theory.vocabulary import ADJUDICATES

REASONS = ("adjudication_reasons.csv", "adjudication_2_reasons.csv")

SOURCE = Source(
    key="coding_reasons",
    title="The reasons of both adjudications",
    forms=(Form(REASONS),),
    gives=(("decisions.csv", "all rows"),),
    url=FIRST.url,
    cite=FIRST.cite,
)

TABLE = "decisions.csv"
COLUMNS = ["passage_id", "annotator", "rules", "definitions"]

_NUMBERS = re.compile(r"(?:\brules? |^|\()(\d+(?:(?:,| and|, and)? \d+)*)(?=[\s:;,)]|$)")
"""Numbers of rules: behind that word, or alone at the beginning of a reason or between brackets."""

_NAMES = re.compile(r"((?:\w+(?:, | and ))*\w+) rules?\b(?! \d)")
"""Names of variables whose definition is called their rule."""


def rules_named(reason: str) -> list[int]:
    """Numbers of the rules that a reason names, sorted.

    Examples
    --------
    >>> rules_named("level: in a list (rules 2 and 17); measure: rule 13"), rules_named("level 1 is said")
    ([2, 13, 17], [])
    """
    return sorted({int(number) for found in _NUMBERS.findall(reason) for number in re.findall(r"\d+", found)})


def definitions_named(reason: str) -> list[str]:
    """Variables on whose definition a reason rests, in the order of the codebook.

    Examples
    --------
    >>> definitions_named("no author (agent and pol_kind rules); rule 3"), definitions_named("no rules are named")
    (['agent', 'pol_kind'], [])
    """
    named = {name for found in _NAMES.findall(reason) for name in re.split(r", | and ", found)}
    return [name for name in CODE[2:] if name in named]


def read(first: Path, second: Path, codes: pd.DataFrame) -> pd.DataFrame:
    """Read what decided each passage on which the two annotators of a coding differ.

    Parameters
    ----------
    first, second : pathlib.Path
        `REASONS`: `passage_id` and `reason`, in words. A passage that was coded a second time has its later reason
        behind the first, or alone where only then there was something to decide; such a reason is about no code that
        is kept, and left out.
    codes : pandas.DataFrame
        Columns `annotation.CODE`, with those of the annotators between whom it was decided.

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, sorted: the passage, the annotator that decided, and joined by semicolons the numbers of the rules
        and the variables whose definition the reason names. Both are missing where it names none.
    """
    found = []
    for path, (decides, between) in zip((first, second), ADJUDICATES.items(), strict=True):
        table = read_csv(path, ["passage_id", "reason"], dtype="str", keep_default_na=False)
        theirs = codes[codes["annotator"].isin(between)].astype(str)
        codings = theirs.drop(columns="annotator").drop_duplicates()["passage_id"]
        table = table[table["passage_id"].isin(codings[codings.duplicated()])].drop_duplicates("passage_id")
        rules = [";".join(map(str, rules_named(reason))) for reason in table["reason"]]
        definitions = [";".join(definitions_named(reason)) for reason in table["reason"]]
        found.append(
            pd.DataFrame(
                {"passage_id": table["passage_id"], "annotator": str(decides), "rules": rules}
            ).assign(definitions=definitions)
        )
    return pd.concat(found).replace("", pd.NA).sort_values(COLUMNS[:2], ignore_index=True)
