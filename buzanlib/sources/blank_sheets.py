"""Sheets to fill in, blind: text or gist of each passage, and nothing of who speaks or when.

Each coder has a file with the passages in another order. What two coders differ in can be put on a sheet for a third
to decide, and all of it as prompts for a model.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, DataError, Fault, check_name, nearest
from buzanlib.files import create_all, demand_absent
from buzanlib.sources.annotation import CODE, LOCATOR, coder_names
from buzanlib.sources.answers import SUFFIX, answer_schema, meanings
from buzanlib.sources.class_items import Items
from buzanlib.sources.passages import Passage
from buzanlib.sources.raw import opened
from buzanlib.sources.sheet_files import Wanted, read_grid, render_sheet
from buzanlib.sources.sheet_words import CODES, NONE, OFFERED, THREATS, YES_NO, column_of, fold
from buzanlib.sources.sheet_workbook import render_workbook
from buzanlib.sources.sheets import agreement, to_fill_in
from buzanlib.sources.state_names import names_of
from buzanlib.sources.write import ExistingTables
from buzanlib.tables.codebook import CODEBOOK
from buzanlib.tables.descriptor import load_tables
from buzanlib.tables.formulas import with_formulas
from buzanlib.tables.schema import Descriptor

SEED = 20100615

FORMS = (".csv", ".xlsx", SUFFIX)

ABBREVIATED = 3
"""Letters of the longest name that is left where it stands."""

#: What a cell may hold, as its drop-down list has it.
_LISTS = {**OFFERED, "primary": (*THREATS, NONE), "level": OFFERED["level"][:3]}

_INSTRUCTION = """\
You code one passage of an official statement by the codebook below. Answer with one JSON object and nothing else: all
names and values of the JSON Schema behind the codebook, as the codebook defines them. You do not know who speaks.
"""


@dataclass(frozen=True)
class Written:
    """Sheets that were written."""

    files: tuple[Path, ...]
    passages: int  #: In each of them.
    without: int  #: Passages that were left out, as neither text nor gist is at hand.


def write_sheets(
    data: Path,
    out: Path,
    passages: int | None = None,
    seed: int = SEED,
    coders: Sequence[str] = (),
    texts: Path | None = None,
    between: Sequence[str] = (),
    items: Items | None = None,
) -> Written:
    """Write sheets to be filled in, with a row a passage and blank cells for the codes.

    Parameters
    ----------
    data : pathlib.Path
        Folder of the tables.
    out : pathlib.Path
        New file: ``.csv``; ``.xlsx``, with drop-down lists and the codebook; or ``.jsonl``, a prompt a line, with the
        JSON Schema of the answer in a second file, ``.schema.json``.
    passages : int, optional
        Size of a random sample; all passages by default. A sample is part of every larger one with the same seed.
    seed : int
        Of the sample, and of the order of the passages.
    coders : sequence of str
        Names of coders, each of whom gets a file of that name with the same passages in an order of its own.
    texts : pathlib.Path, optional
        A table with the columns passage and text, such as ``sheet.csv`` of `own_texts.gather_texts`; the sheet then has
        its passages. The name of the speaker's state is masked, where the table of passages, in `data` or beside the
        texts, has the passage.
    between : sequence of str
        Annotators: the sheet then has the passages on which they differ, and beside each blank cell their codes, in
        random order and without names.
    items : Items, optional
        Passages for a class, in place of a sample and of those on which annotators differ. They are numbered; the key
        that has the passage behind each number is a further file, whose name ends in ``-key.csv``.

    Raises
    ------
    BuzanError
        If there are fewer passages, a name is wrong, or a file exists already.
    DataError
        With every fault of the tables, or of the texts.
    """
    form = out.suffix.casefold()
    if form not in FORMS:
        raise BuzanError(f"{out.name}: a sheet must be a file of another kind; {nearest(form, FORMS)}")
    if items and (passages is not None or between):
        raise BuzanError("items for a class are neither a sample nor decided between coders")
    names = coder_names(coders)
    if form == SUFFIX and (names or between):
        raise BuzanError(f"{out.name}: prompts are for no coder, and decide between none: write CSV or XLSX")
    files = [out.with_name(f"{out.stem}-{name}{out.suffix}") for name in names] or [out]
    beside = [out.with_suffix(".schema.json")] if form == SUFFIX else []
    beside += [out.with_name(f"{out.stem}-key.csv")] if items else []
    if taken := {*files}.intersection(beside):
        raise BuzanError(f"{taken.pop().name} is the key of the sheet: a coder needs another name")
    for file in (*files, *beside):
        demand_absent(file)
    readings = _disagreements(data, between, seed) if between else None
    pool, without = _pool(data, texts, readings)
    if pool.empty:
        raise BuzanError("there is no passage to code, whose text or gist is at hand")
    key = items.key(data, pool["passage"].tolist(), seed) if items else None
    chosen = _sample(pool, passages, seed) if key is None else _numbered(pool, key)
    path = data / CODEBOOK
    codebook = opened(lambda: path.read_text(encoding="utf-8"), path)
    if form == SUFFIX:
        answer = answer_schema(Descriptor.load(data).table("codes"), meanings(data))
        prompts = _prompts(_ordered(chosen, seed, ""), codebook, answer)
        contents: list[str | bytes] = [prompts, json.dumps(answer, ensure_ascii=False, indent=2) + "\n"]
    else:
        sheets = [_sheet(_ordered(chosen, seed, name), name, between, readings) for name in names or [""]]
        contents = [
            render_sheet(sheet) if form == ".csv" else render_workbook(sheet, _LISTS, codebook)
            for sheet in sheets
        ]
    contents += [key.to_csv(index=False, lineterminator="\n")] if key is not None else []
    create_all(zip((*files, *beside), contents, strict=True))
    return Written((*files, *beside), len(chosen), without)


def _pool(data: Path, texts: Path | None, readings: pd.DataFrame | None) -> tuple[pd.DataFrame, int]:
    """Passages that can be coded, with text or gist, and the number of those that have neither."""
    pool = _texts(texts, data) if texts else _gists(data)
    if readings is not None:
        pool = pool[pool["passage"].isin(readings.index)]
    empty = pool.iloc[:, 1] == ""
    return pool[~empty], int(empty.sum())


def _gists(data: Path) -> pd.DataFrame:
    """Every passage with its gist, masked, empty where there is none."""
    tables = load_tables(data, ["passages", "gists"])
    both = tables["passages"][["passage_id"]].merge(tables["gists"], on="passage_id", how="left").fillna("")
    # None that ships names its speaker; those of a session that a reader added may.
    known, states = _whose(data, data)
    both["gist"] = [
        _masked(text, states.get(known[passage][0]))
        for passage, text in both.itertuples(index=False, name=None)
    ]
    return both.rename(columns={"passage_id": "passage"}).sort_values("passage", ignore_index=True)


def _texts(path: Path, data: Path) -> pd.DataFrame:
    """Every passage of a table of texts, masked; `DataError` where a text is not the one that was cut."""

    def key(heading: str) -> str:
        return "passage" if column_of(heading) == "passage_id" else fold(heading)

    grid = read_grid(
        path, Wanted(("passage", "text"), lambda row: {"passage", "text"}.difference(map(key, row)))
    )
    keys = [key(heading) for heading in grid.headings]
    faults = list(grid.faults)
    if lacking := [name for name in ("passage", "text") if name not in keys]:
        faults += [Fault(grid.file, grid.header, name, "", "missing column") for name in lacking]
        raise DataError(faults)
    own = with_formulas if path.suffix.casefold() != ".xlsx" else str
    known, states = _whose(path.parent, data)
    rows: dict[str, str] = {}
    for row, cells in grid.rows:
        passage, text = cells[keys.index("passage")], own(cells[keys.index("text")])
        if not passage or passage in rows:
            need = "a passage may occur only once" if passage else "a passage is needed"
            faults.append(Fault(grid.file, row, "passage", passage, need))
        state, digits = known.get(passage, ("", ""))
        if text and digits and Passage(0, 0, text).sha256 != digits:
            need = f"the text of {passage} is another: its SHA-256 begins with {digits}"
            faults.append(Fault(grid.file, row, "text", text, need))
        rows[passage] = _masked(text, states.get(state))
    if faults:
        raise DataError(faults)
    return pd.DataFrame(sorted(rows.items()), columns=["passage", "text"], dtype="str")


def _masked(text: str, name: re.Pattern[str] | None) -> str:
    """A text with `[STATE]` in the place of its speaker's name, if that is known."""
    return name.sub("[STATE]", text) if name else text


def _whose(beside: Path, data: Path) -> tuple[dict[str, tuple[str, str]], dict[str, re.Pattern[str]]]:
    """State and hash of the text by passage, from both folders; and by state what of a text is its name."""
    found: dict[str, tuple[str, str]] = {}
    for folder in (data, beside):
        tables = ExistingTables(folder)
        documents = tables.table("documents.csv", ["doc_id", "iso3"])
        both = tables.table("passages.csv", LOCATOR).merge(documents, on="doc_id")
        whose = zip(both["iso3"], both["sha256"], strict=True)
        found |= dict(zip(both["passage_id"], whose, strict=True))
    names = dict(
        ExistingTables(data).table("states.csv", ["iso3", "name"]).itertuples(index=False, name=None)
    )
    words = {
        # "US" would hide every "us".
        state: [name, *(other for other in names_of(state) if len(other) > ABBREVIATED)]
        for state, name in names.items()
    }
    masks = {
        state: re.compile(
            rf"\b(?:{'|'.join(map(re.escape, sorted(own, key=len, reverse=True)))})\b", re.IGNORECASE
        )
        for state, own in words.items()
    }
    return found, masks


def _sample(pool: pd.DataFrame, size: int | None, seed: int) -> pd.DataFrame:
    """A random sample; all where no size is given."""
    if size is None:
        return pool
    if not 1 <= size <= len(pool):
        raise BuzanError(f"a sample of {size} passages; allowed: 1 to {len(pool)}")
    order = pool["passage"].tolist()
    random.Random(seed).shuffle(order)
    return pool[pool["passage"].isin(order[:size])]


def _numbered(pool: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """The passages of a key under their numbers, and in their order."""
    said = pool.set_index("passage").loc[key["passage_id"]].reset_index(names="passage")
    return said.assign(passage=key["item"])


def _ordered(chosen: pd.DataFrame, seed: int, coder: str) -> pd.DataFrame:
    """Passages in the random order of one coder."""
    order = list(range(len(chosen)))
    random.Random(f"{seed} {coder}").shuffle(order)
    return chosen.iloc[order].reset_index(drop=True)


def _disagreements(data: Path, between: Sequence[str], seed: int) -> pd.DataFrame:
    """Codes of each passage on which annotators differ, in an order that nobody knows.

    Index passage, columns a pair of code and number of the reading; empty where fewer coded the passage.
    """
    codes = ExistingTables(data).table("codes.csv", CODE)
    if len(set(between)) < 2:
        raise BuzanError(f"annotators {', '.join(between)}; allowed: two or more, each named once")
    for name in between:
        check_name("annotator", name, sorted(set(codes["annotator"])))
    theirs = codes[codes["annotator"].isin(between)]
    alike = agreement(theirs)
    rows = {}
    for passage, group in theirs[theirs["passage_id"].isin(alike.index[~alike])].groupby("passage_id"):
        order = list(range(len(group)))
        random.Random(f"{seed} {passage}").shuffle(order)
        shuffled = group.iloc[order]
        rows[passage] = {
            (name, at): _word(name, code) for name in CODES for at, code in enumerate(shuffled[name], start=1)
        }
    columns = pd.MultiIndex.from_product([CODES, range(1, len(between) + 1)])
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns).fillna("")


def _sheet(
    chosen: pd.DataFrame, coder: str, between: Sequence[str], readings: pd.DataFrame | None
) -> pd.DataFrame:
    """The sheet of one coder."""
    if readings is None:
        return to_fill_in(chosen, coder)
    sheet = chosen.assign(between=", ".join(sorted(between)), coder=coder)
    for name in CODES:
        for at in range(1, len(between) + 1):
            sheet[f"{name}, reading {at}"] = readings.loc[chosen["passage"], (name, at)].to_numpy()
        sheet[name] = ""
    return sheet


def _word(column: str, code: str) -> str:
    """A code as a sheet has it."""
    return {"0": "no", "1": "yes"}[code] if column in YES_NO else code


def _prompts(chosen: pd.DataFrame, codebook: str, answer: dict[str, object]) -> str:
    """A prompt a line: the passage, what is said to the model before any, and the passage itself."""
    system = f"{_INSTRUCTION}\n{codebook}\n## JSON Schema of the answer\n\n{json.dumps(answer, ensure_ascii=False)}\n"
    what = {"text": "The passage", "gist": "The gist of the passage"}[chosen.columns[1]]
    lines = (
        {"passage_id": passage, "system": system, "prompt": f"{what}:\n\n{text}"}
        for passage, text in chosen.itertuples(index=False, name=None)
    )
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
