"""A session of the General Debate in the publisher's layout, held against the tables: new, unchanged, moved or gone."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError, shown, some
from buzanlib.files import demand_absent
from buzanlib.sources import conventional, decisions, ungdc
from buzanlib.sources.annotation import CODE, GIST, LOCATOR
from buzanlib.sources.crosswalk import FIRST
from buzanlib.sources.documents import COLUMNS, check_speakers, document_row
from buzanlib.sources.passages import digital_passages, word_counts
from buzanlib.sources.sheet_files import render_sheet
from buzanlib.sources.sheets import to_fill_in
from buzanlib.sources.write import ExistingTables, as_text, write_table
from buzanlib.tables.descriptor import load_tables
from buzanlib.tables.schema import Descriptor
from buzanlib.theory.vocabulary import Corpus, Origin

UNCHANGED, MOVED, NEW, GONE = "unchanged", "moved", "to code", "gone"

#: Table that says what became of each passage of the speeches, and its columns.
ACCOUNT, ACCOUNT_COLUMNS = "passages_moved.csv", ["doc_id", "what", "passage_id", "before"]

SHEET = "sheet.csv"

SHOWN = 3
"""Files or documents that are named; of others there is the number."""


@dataclass(frozen=True)
class AddedSession:
    """What a session has that the tables have not, in numbers."""

    years: tuple[int, ...]  #: Years of the speeches.
    not_read: tuple[str, ...]  #: Files that are no speech.
    new: int  #: Speeches that the tables did not have.
    changed: int  #: Speeches that they have from another text.
    same: int  #: Speeches that they have as they are.
    kept: tuple[str, ...]  #: Documents of these years that only the tables have.
    account: pd.DataFrame  #: Columns `ACCOUNT_COLUMNS`: a row a passage of the speeches, now or before.
    codes_kept: int  #: Rows of codes of passages that moved or are unchanged.
    codes_gone: int  #: Rows of codes of passages that are gone.
    files: tuple[Path, ...]  #: What was written; nothing where nothing is new.

    def passages(self, what: str) -> int:
        """Number of passages that are `UNCHANGED`, `MOVED`, `NEW` or `GONE`."""
        return int((self.account["what"] == what).sum())

    def counts(self) -> list[str]:
        """What there is, was and will be of speeches, passages and codes, in lines that add up."""
        read, years = self.new + self.changed + self.same, " and ".join(map(str, self.years))
        same, moved, new, gone = (self.passages(what) for what in (UNCHANGED, MOVED, NEW, GONE))
        return [
            f"in {read + len(self.not_read)} files: {read} speeches + {_some(self.not_read, 'not read')}",
            f"speeches of {years}: {read} = {self.new} new + {self.changed} from another text than before + "
            f"{self.same} unchanged",
            f"speeches of {years} that only the tables have: {_some(self.kept, 'kept as they are')}",
            f"passages before: {same + moved + gone} = {same} unchanged + {moved} moved + {gone} gone",
            f"passages now: {same + moved + new} = {same} unchanged + {moved} moved + {new} to code",
            f"codes of these passages: {self.codes_kept + self.codes_gone} = {self.codes_kept} kept + "
            f"{self.codes_gone} gone with their passages",
            *([] if self.files else ["nothing is new, and nothing was written"]),
        ]


def add_session(pack: Path, data: Path, out: Path) -> AddedSession:
    """Find the passages of a new session, and what became of those that the tables have of it already.

    A passage keeps its codes and its gist where the same text stands in the same speech, wherever it stands there.
    Where the text differs, the old passage goes with its codes, and the new one is to be coded. Nothing in `data`
    changes.

    Parameters
    ----------
    pack : pathlib.Path
        A folder or archive as `ungdc.read` reads it, of one session or several.
    data : pathlib.Path
        Folder of the tables.
    out : pathlib.Path
        New folder for the tables of documents, passages, conventional dangers, codes, gists and decisions; for
        ``passages_moved.csv``, the account; and for ``sheet.csv``, with the text of what is to be coded and without its
        speaker, if there is any. It appears whole or not at all, and not where nothing is new.

    Raises
    ------
    BuzanError
        If `out` exists, there is no speech, one is there twice, or a file cannot be read.
    DataError
        With every fault of the tables that are read.
    UnknownNameError
        If a speaker is not in `states.csv`.
    """
    demand_absent(out)
    known = set(load_tables(data, ["states"])["states"]["iso3"])
    existing = ExistingTables(data)
    last = int(Descriptor.load(data).table("documents").field("year").maximum or 9999)
    documents, passages, windows = _read(pack, last)
    if documents.empty:
        raise BuzanError(
            f"no speech in {pack.name!r}: texts named ISO_NN_YYYY.txt from {FIRST} on are needed"
        )
    check_speakers(documents, known)
    read, years = set(documents["doc_id"]), sorted(set(documents["year"]))
    before = existing.table("documents.csv", COLUMNS)
    theirs = before[before["doc_id"].isin(read)]
    of_years = before[(before["corpus"] == Corpus.UNGDC) & before["year"].isin(years)]
    old = existing.table("passages.csv", LOCATOR)
    counted = existing.table(conventional.TABLE, conventional.COLUMNS)
    account = _account(old[old["doc_id"].isin(read)], passages)
    moved = set(account.loc[account["what"] != UNCHANGED, "doc_id"])
    same = len(set(theirs.merge(documents, on=COLUMNS)["doc_id"]) - moved)
    tables = {
        "documents.csv": _replaced(before, documents, read, "doc_id"),
        "passages.csv": _replaced(old, passages[LOCATOR], read, "doc_id", "passage_id"),
        conventional.TABLE: _replaced(counted, windows, read, "doc_id"),
    }
    now = account[account["before"] != ""].set_index("before")["passage_id"]
    codes = existing.table("codes.csv", CODE)
    of_session = codes["passage_id"].isin(now.index)
    gone = int((codes["passage_id"].map(now) == "").sum())
    tables["codes.csv"] = _renamed(codes, now).sort_values(["passage_id", "annotator"])
    tables["gists.csv"] = _renamed(existing.table("gists.csv", GIST), now).sort_values("passage_id")
    if existing.has(decisions.TABLE):
        decided = _renamed(existing.table(decisions.TABLE, decisions.COLUMNS), now)
        tables[decisions.TABLE] = decided.sort_values(decisions.COLUMNS[:2])
    to_code = passages[passages["passage_id"].isin(account.loc[account["what"] == NEW, "passage_id"])]
    return AddedSession(
        years=tuple(map(int, years)),
        not_read=tuple(ungdc.not_read(pack, last)),
        new=len(documents) - len(theirs),
        changed=len(theirs) - same,
        same=same,
        kept=tuple(sorted(set(of_years["doc_id"]) - read)),
        account=account,
        codes_kept=int(of_session.sum()) - gone,
        codes_gone=gone,
        files=() if same == len(documents) else _written(tables, account, to_code, out),
    )


def _some(names: Sequence[str], what: str) -> str:
    """How many there are, and the first of them by name."""
    return f"{len(names)} {what}" + (f": {some(list(map(shown, names)), SHOWN)}" if names else "")


def _read(pack: Path, last: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Documents, passages with their text, and windows around conventional dangers of every speech, as text."""
    if not pack.exists():
        raise BuzanError(f"there is no folder or file {str(pack)!r}")
    rows, found, windows = [], [], []
    for speech in ungdc.read(pack, last):
        cut = digital_passages(speech.text)
        row = document_row(speech, word_counts(speech.text), len(cut), len(cut))
        rows.append(row | ({"text": str(Origin.ADDED)} if speech.year > ungdc.LAST else {}))
        found += [
            [one.passage_id(speech.doc_id), speech.doc_id, one.start, one.end, one.sha256, one.text]
            for one in cut
        ]
        windows.append({"doc_id": speech.doc_id, **conventional.window_counts(speech.text)})
    return (
        as_text(pd.DataFrame(rows, columns=COLUMNS)),
        as_text(pd.DataFrame(found, columns=[*LOCATOR, "text"])),
        as_text(pd.DataFrame(windows, columns=conventional.COLUMNS)),
    )


def _account(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """What became of each passage, by `ACCOUNT_COLUMNS`: the n-th with a text is the n-th with that text before."""
    keys, place = ["doc_id", "sha256", "nth"], ["passage_id", "start", "end"]
    both = _counted(new).merge(
        _counted(old), on=keys, how="outer", suffixes=("", "_before"), indicator="there"
    )
    was = both[[f"{name}_before" for name in place]].to_numpy()
    stays = (both[place].to_numpy() == was).all(axis=1)
    what = both["there"].astype("str").map({"left_only": NEW, "right_only": GONE, "both": MOVED})
    account = both.assign(what=what.mask(stays, UNCHANGED), before=both["passage_id_before"])
    account = account[ACCOUNT_COLUMNS].fillna("")
    return account.sort_values(["doc_id", "what", "passage_id", "before"], ignore_index=True)


def _counted(passages: pd.DataFrame) -> pd.DataFrame:
    """Passages in the order of each document, with a count ``nth`` of those before that have the same text."""
    ordered = passages.assign(at=passages["start"].astype(int)).sort_values(["doc_id", "at"])
    return ordered[LOCATOR].assign(nth=ordered.groupby(["doc_id", "sha256"]).cumcount())


def _replaced(before: pd.DataFrame, now: pd.DataFrame, read: set[str], of: str, by: str = "") -> pd.DataFrame:
    """A table with the rows of what was read in the place of those that it had, sorted."""
    return pd.concat([before[~before[of].isin(read)], now]).sort_values(by or of)


def _renamed(table: pd.DataFrame, now: pd.Series[str]) -> pd.DataFrame:
    """A table with passages under the names that they have now, without those that are gone."""
    names = table["passage_id"].map(now).fillna(table["passage_id"])
    return table.assign(passage_id=names)[names != ""]


def _written(
    tables: dict[str, pd.DataFrame], account: pd.DataFrame, to_code: pd.DataFrame, out: Path
) -> tuple[Path, ...]:
    """Write all files aside, and move their folder into place."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as place:
        aside = Path(place) / out.name
        for name, table in (tables | {ACCOUNT: account}).items():
            write_table(table, aside / name)
        names: Sequence[str] = [*tables, ACCOUNT]
        if len(to_code):
            texts = to_code[["passage_id", "text"]].set_axis(["passage", "text"], axis="columns")
            (aside / SHEET).write_bytes(render_sheet(to_fill_in(texts.sort_values("passage"))))
            names = [*names, SHEET]
        demand_absent(out)
        aside.rename(out)
    return tuple(out / name for name in names)
