"""Tables and recorded values of the chapter of verdicts, made from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from buzanlib.figures.front_page import front_words
from buzanlib.figures.labels import in_words
from buzanlib.figures.sentences import counted, verdicts_counted
from buzanlib.figures.tables import ONE_SIDED, Table, interval, table
from buzanlib.figures.typeset import NO_BREAK, in_groups, joined
from buzanlib.inference.verdicts import Finding, Value, Verdict
from buzanlib.theory.predictions import Predictions

RIVALS = ("R1", "R2", "R3")
#: Hypotheses of which the sign of the contrast does not say whether it speaks for the paper.
OTHER_SIGN = ("B4", *RIVALS)
#: The family of the claims that the locked file leaves out.
OPEN = "X"
#: The family of hypotheses that a study adds.
ADDED = "added"

_CAPTIONS = {
    OPEN: (
        "Claims of the paper that the locked file leaves out; exploratory, their measures fixed before they were"
        " computed"
    ),
    "second registration": (
        "Predictions of the second registration, fixed before their statements were placed and their votes compared"
    ),
    ADDED: "Hypotheses that this study adds; they were not fixed beforehand, and their p is not adjusted",
}
#: Families whose words are recorded by the chapters that test them.
_RECORDED_ELSEWHERE = ("F1", "second registration", ADDED)
_CONTRADICTED = "“contradicted” of a true effect"


def locked_table(found: pd.DataFrame, chapters: Mapping[str, str], note: str = "") -> Table:
    """The hypotheses of the locked file, of a `ledger`.

    Parameters
    ----------
    found : DataFrame
        Rows of the ledger.
    chapters : mapping of str to str
        The page that tests each; one that is not here has no link.
    note : str
        What to add to the note on how to read p and signs.
    """
    marked = {name: f"{name}{NO_BREAK}†" if name in OTHER_SIGN else name for name in found.index}
    scales = [
        in_words(scale, of="scale") + (f" ({sesoi:g})" if sesoi else "")
        for scale, sesoi in zip(found["scale"], found["sesoi"], strict=True)
    ]
    rows = _rows(found, where=True)
    rows["adjusted p"], rows["detectable"], rows["scale"] = found["p_adjusted"], found["detectable"], scales
    return table(
        rows.rename(index=marked),
        f"{verdicts_counted(found['verdict'])} "
        "The hypotheses of the locked file; each leads to the chapter that tests it",
        {"contrast": "+.2f", "adjusted p": "p", "detectable": ".2f"},
        links={marked[name]: f"{chapters[name]}.html" for name in found.index if name in chapters},
        note=f"{ONE_SIDED} In the rows marked † the sign of the contrast means something else: see above.{note}",
        stacked=True,
    )


def family_table(family: str, found: pd.DataFrame, chapters: Mapping[str, str], note: str = "") -> Table:
    """The hypotheses of one family that is not of the locked file; as `locked_table`.

    The note is added to that of the claims that the locked file leaves out (`OPEN`) only.
    """
    rows = _rows(found, where=family == OPEN).assign(p=found["p"])
    formats, said = {"contrast": "+.2f", "p": "p"}, ONE_SIDED
    if family == OPEN:
        said += (
            " Adjusted p is read at one in ten. A dash: the model has no estimate, and the contrast is one of "
            f"empirical logits, which lean. X52 has no direction, and X32 counts words.{note}"
        )
        scales = [in_words(scale, of="scale") for scale in found["scale"]]
        rows["adjusted p"], rows["scale"] = found["p_adjusted"], scales
        formats["adjusted p"] = "p"
    elif family != ADDED:
        said += f" Not large is read at {found['sesoi'].max():g} in log odds."
    links = {name: f"{chapters[name]}.html" for name in found.index if name in chapters}
    return table(rows, _CAPTIONS.get(family, family), formats, links, note=said, stacked=True)


def on_record_table(
    on_record: pd.DataFrame, now: pd.Series, locked: Mapping[str, Finding], values: Mapping[str, Any]
) -> Table:
    """Words by the locked rule beside the words now.

    Parameters
    ----------
    on_record : DataFrame
        What `judge` gives by the locked rule.
    now : Series
        The `Verdict` of each hypothesis.
    locked : mapping of str to Finding
        The locked test of each.
    values : mapping
        Recorded values, of which ``contradicted.sesoi.ID`` is how often a true effect would have been refused.
    """
    names = list(on_record.index)
    frame = pd.DataFrame(
        {
            "locked word": on_record["verdict"],
            "word now": now.reindex(names),
            "locked contrast": [locked[name].contrast for name in names],
            "locked adjusted p": on_record["p_adjusted"],
            _CONTRADICTED: [values.get(f"contradicted.sesoi.{name}", float("nan")) for name in names],
        },
        index=on_record.index,
    )
    formats = {"locked contrast": "+.2f", "locked adjusted p": "p", _CONTRADICTED: ".0%"}
    return table(frame, "Words by the locked rule, and words now", formats, stacked=True)


def verdict_results(
    ledger: pd.DataFrame, predictions: Predictions, values: Mapping[str, Any]
) -> dict[str, Value]:
    """Values that the chapter of verdicts records: words and adjusted p, how many of each, and sentences made of them.

    Parameters
    ----------
    ledger : DataFrame
        As `ledger` gives it.
    predictions : Predictions
        The locked file.
    values : mapping
        What chapters before recorded. A sentence that needs what is not there is left out.
    """
    found = ledger[ledger.index.isin(list(predictions.hypotheses))]
    opened = ledger[ledger["family"] == OPEN]
    singly = ledger[~ledger["family"].isin(_RECORDED_ELSEWHERE)]
    by_word = {word: list(found.index[found["verdict"] == word]) for word in Verdict}
    rivals = [name for name in RIVALS if found["verdict"].get(name) == Verdict.SUPPORTED]
    cells = found["verdict"].reindex([one.id for one in predictions.cells if one.id in found.index])
    said: dict[str, Value] = {
        **{f"{name}.{key}": row[key] for name, row in singly.iterrows() for key in ("p_adjusted", "verdict")},
        "verdicts.n": len(found),
        "verdicts.counted": _counted(found["verdict"]),
        "verdicts.in_words": counted(found["verdict"]),
        "verdicts.open.n": len(opened),
        "verdicts.open.in_words": counted(opened["verdict"]),
        "verdicts.open.counted": _counted(opened["verdict"]),
        "verdicts.cells": in_groups({str(name): word for name, word in cells.items()}),
        "verdicts.rivals": f"{joined(rivals)} add{'s' * (len(rivals) < 2)}",
        "verdicts.sesoi": predictions.sesoi,
        "verdicts.sesoi.odds": float(np.exp(predictions.sesoi)),
        **{f"verdicts.n_{word.replace(' ', '_')}": len(some) for word, some in by_word.items()},
        "verdicts.supported": joined(by_word[Verdict.SUPPORTED]),
    }
    if "n_placed" in values:
        said["verdicts.silent"] = 1 - values["n_states"] / values["n_placed"]
    if "B5.rank" in values:
        said["arrangements.better"] = values["B5.rank"] - 1
    if {"P1.verdict", "strict.two.low90", "B5.p"} <= values.keys():
        hint = values["strict.two.low90"], values["strict.two.high90"]
        said |= front_words(cells, values["B5.p"] < predictions.alpha, hint, values["P1.verdict"])
    return said


def _rows(found: pd.DataFrame, *, where: bool) -> pd.DataFrame:
    """The columns that every table of verdicts begins with; the claim with its place in the paper if asked for."""
    return pd.DataFrame(
        {
            "verdict": found["verdict"],
            "claim": found["claim"] + " (" + found["where"] + ")" if where else found["claim"],
            "contrast": found["contrast"],
            "90 % interval": interval(found["low90"], found["high90"]),
        }
    ).rename_axis("id")


def _counted(verdicts: pd.Series) -> str:
    """How many have each word, and which, ``"1 reversed (B15) and 2 undecided (B1, B2)"``."""
    by_word: Iterable[tuple[str, list[str]]] = (
        (word, list(verdicts.index[verdicts == word])) for word in Verdict
    )
    return joined(f"{len(some)} {word} ({', '.join(some)})" for word, some in by_word if some)
