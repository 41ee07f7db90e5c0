"""Passages for a class to code: few, by how hard they are and what they name, under numbers that tell nothing.

By the identifier of a passage ``passages.csv`` gives its speech away. Those of a class are numbered; a key, for whoever
teaches, has the passage behind each number. The numbers of a sheet share a mark, so that the key of another fits none.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, check_name
from buzanlib.sources.annotation import CODE
from buzanlib.sources.raw import read_csv
from buzanlib.sources.sheet_words import CODES
from buzanlib.sources.write import ExistingTables
from buzanlib.theory.vocabulary import ADJUDICATES, Annotator

#: What is told of each item in a key.
KEY = ["item", "passage_id", "doc_id", "difficulty", "primary"]

SEVERAL = 3
"""Variables on which the annotators of a contested passage differ, where they agree on the primary threat."""

DECIDES = Annotator.ADJUDICATED_2


class Difficulty(StrEnum):
    """How far the two annotators of the second coding differ on a passage; a further run decided every difference."""

    EASY = "easy"  #: They agree on every variable.
    MEDIUM = "medium"  #: They differ on one or two variables, of which the primary threat is none.
    CONTESTED = "contested"  #: They differ on the primary threat, or on `SEVERAL` variables or more.


@dataclass(frozen=True)
class Items:
    """Which passages a class codes.

    A number of items is balanced over difficulty, and over the primary threat as it was decided, as far as there are
    such passages; each is of another document. Nothing is balanced over the kind of state that speaks: whoever notices
    such an order guesses the speaker.
    """

    number: int = 0  #: Of items; 0 for every passage that the rest allows.
    difficulties: Sequence[str] = tuple(map(str, Difficulty))  #: Of `Difficulty`.
    corpus: str = ""  #: Of the documents; empty for all.
    region: str = ""  #: Regional group of the United Nations whose members speak; empty for all.
    years: tuple[int, int] | None = None  #: First and last year of the documents; all by default.
    without: Collection[str] = ()  #: Passages that are left out, such as those of a round before.

    def key(self, data: Path, pool: Sequence[str], seed: int) -> pd.DataFrame:
        """Choose, and number in random order.

        Parameters
        ----------
        data : pathlib.Path
            Folder of the tables.
        pool : sequence of str
            Passages that can be read.
        seed : int
            Of the choice and the order.

        Returns
        -------
        pandas.DataFrame
            Columns `KEY`; a row an item. Difficulty and primary threat are empty where not both annotators coded.

        Raises
        ------
        UnknownNameError
            If there is no such difficulty, corpus or region.
        BuzanError
            If there are fewer passages.
        """
        for name in self.difficulties:
            check_name("difficulty", name, list(Difficulty))
        found = self._pool(data).set_index("passage_id")
        found = found.loc[found.index.intersection([*{*pool}.difference(self.without)])].sort_index()
        if found.empty:
            raise BuzanError("no passage of this corpus, region, these years and this difficulty is at hand")
        order = random.Random(f"{seed} items")
        places = list(range(len(found)))
        order.shuffle(places)
        found = found.iloc[places].reset_index()
        if self.number:
            taken = _balanced(found, self.difficulties, self.number)
            order.shuffle(taken)
            found = found.loc[taken]
        width = max(2, len(str(len(found))))
        # With a letter that is no digit of the hash: "dec-01" would be a date to a spreadsheet.
        mark = "k" + hashlib.sha256(" ".join(found["passage_id"]).encode()).hexdigest()[:4]
        numbered = [f"{mark}-{number:0{width}d}" for number in range(1, len(found) + 1)]
        return found.assign(item=numbered)[KEY].reset_index(drop=True)

    def _pool(self, data: Path) -> pd.DataFrame:
        """Passages of the corpus, region and years, with difficulty and primary threat."""
        tables = ExistingTables(data)
        passages = tables.table("passages.csv", ["passage_id", "doc_id"])
        documents = tables.table("documents.csv", ["doc_id", "corpus", "iso3", "year"])
        states = tables.table("states.csv", ["iso3", "region"])
        if self.corpus:
            check_name("corpus", self.corpus, sorted({*documents["corpus"]}))
            documents = documents[documents["corpus"] == self.corpus]
        if self.region:
            check_name("region", self.region, sorted({*states["region"]} - {""}))
            documents = documents[documents["iso3"].isin(states.loc[states["region"] == self.region, "iso3"])]
        if self.years:
            documents = documents[documents["year"].astype(int).between(*self.years)]
        codes = tables.table("codes.csv", CODE)
        hard = difficulties(codes)
        primary = codes[codes["annotator"] == DECIDES].set_index("passage_id")["primary"]
        found = passages.merge(documents[["doc_id"]], on="doc_id")
        found = found.assign(
            difficulty=found["passage_id"].map(hard), primary=found["passage_id"].map(primary)
        ).fillna("")
        everything = not self.number and {*self.difficulties} == {*Difficulty}
        return found if everything else found[found["difficulty"].isin([*self.difficulties])]


def difficulties(codes: pd.DataFrame) -> pd.Series[str]:
    """The `Difficulty` of each passage that both annotators of the second coding coded, by passage.

    Takes the columns of ``codes.csv``, as text.
    """
    theirs = codes[codes["annotator"].isin(ADJUDICATES[DECIDES])]
    theirs = theirs[theirs.duplicated("passage_id", keep=False)]
    differ = theirs.groupby("passage_id")[list(CODES)].nunique().gt(1)
    number = differ.sum(axis=1)
    hard = pd.Series(str(Difficulty.MEDIUM), differ.index, dtype="str")
    hard[number == 0] = str(Difficulty.EASY)
    hard[differ["primary"] | (number >= SEVERAL)] = str(Difficulty.CONTESTED)
    return hard


def _balanced(found: pd.DataFrame, wanted: Sequence[str], number: int) -> list[int]:
    """Rows of so many passages, of each difficulty in turn the first whose threat was taken least."""
    taken: list[int] = []
    threats: Counter[str] = Counter()
    left = found
    for place in range(number):
        own = left[left["difficulty"] == wanted[place % len(wanted)]]
        if own.empty:
            raise BuzanError(
                f"{number} items, each of another document; allowed: 1 to {place}, as then no passage is left that is"
                f" {wanted[place % len(wanted)]}"
            )
        often = [threats[threat] for threat in own["primary"]]
        row = int(own.index[often.index(min(often))])
        taken.append(row)
        threats[str(own.loc[row, "primary"])] += 1
        left = left[left["doc_id"] != own.loc[row, "doc_id"]]
    return taken


def read_key(path: Path, passages: Collection[str] | None = None) -> dict[str, str]:
    """Passage by item, of a key; `DataError` if either stands twice, or a passage is none of those that there are."""
    table = read_csv(path, KEY[:2], dtype="str", keep_default_na=False)
    faults = [
        Fault(path.name, row, column, value, "an item and its passage stand once")
        for column in KEY[:2]
        for row, value in enumerate(table[column], start=2)
        if not value or (table[column] == value).sum() > 1
    ]
    faults += [
        Fault(path.name, row, KEY[1], passage, "no such passage")
        for row, passage in enumerate(table[KEY[1]], start=2)
        if passages is not None and passage and passage not in passages
    ]
    if faults:
        raise DataError(faults)
    return dict(zip(table["item"], table["passage_id"], strict=True))
