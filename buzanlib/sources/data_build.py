"""Make the tables of `data/` from the publishers' files, all or those whose sources are there."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.files import alone
from buzanlib.sources import (
    alliances,
    annotation,
    contiguity,
    conventional,
    cow,
    decisions,
    documents,
    great_powers,
    mask_leak,
    memberships,
    panel,
    paris_call,
    recent_votes,
    votes,
)
from buzanlib.sources.catalogue import find_sources
from buzanlib.sources.crosswalk import Crosswalk
from buzanlib.sources.source import Inventory
from buzanlib.sources.write import ExistingTables, joined, render_table, staging_folder, write_table
from buzanlib.theory.predictions import FIXED, LOCK, LOCKED, write_lock
from buzanlib.theory.vocabulary import Origin

#: Tables made by hand; they are read, and written again in canonical form.
BY_HAND = ("states.csv", "accessions.csv", annotation.ANNOTATORS)

#: Files made by hand that are only locked, together with the tables.
LOCKED_WITH = (*FIXED, "codebook.md", "codebook_1.md")

#: Columns of the tables that have no rows where their source is missing.
_COLUMNS = {
    "codes.csv": annotation.CODE,
    decisions.TABLE: decisions.COLUMNS,
    "resolutions.csv": votes.RESOLUTION_COLUMNS,
    "votes.csv": votes.VOTE_COLUMNS,
    "memberships.csv": memberships.COLUMNS,
    "alliances.csv": alliances.COLUMNS,
    "contiguity.csv": contiguity.COLUMNS,
    "great_powers.csv": great_powers.COLUMNS,
    "paris_call.csv": paris_call.COLUMNS,
    "mask_leak.csv": mask_leak.COLUMNS,
}

#: From the panel and the regions by ``iso3`` to the quadrants by ``iso3``.
Placing = Callable[[pd.DataFrame, "pd.Series[str]"], "pd.Series[str]"]

Made = Iterator[tuple[str, pd.DataFrame | None]]


def build(raw: Path, data: Path, progress: bool = True, placing: Placing | None = None) -> list[Path]:
    """Make every table again whose publisher's files are there, and lock the result.

    What comes from a source that is missing stays as `data` has it; where `data` has nothing, the table has a header
    and no rows, or the column no values (`catalogue.account` says which). The tables are moved into place together at
    the end, so that an error on the way leaves `data` as it was.

    Parameters
    ----------
    raw : pathlib.Path
        Folder with the publishers' files and the coding, in any arrangement.
    data : pathlib.Path
        Folder of the tables, with the files of `BY_HAND` and `LOCKED_WITH`.
    progress : bool
        Show on standard error how far it is.
    placing : callable, optional
        Places states; without it nobody guesses quadrants in ``mask_leak.csv``.

    Returns
    -------
    list of pathlib.Path
        The tables that were made, in order, without those that were only kept.

    Raises
    ------
    BuzanError
        If there is no source at all, a file is there twice or damaged, or another command is at work in `data`.
    LockError
        If the predictions are not those that were locked.
    """
    inventory = find_sources(raw)
    if not inventory.found:
        hint = "buzan data build --list says what is"
        raise BuzanError(f"nothing below {raw} is a file that a table is made from; {hint}")
    for name in (*BY_HAND, *LOCKED_WITH):
        if not (data / name).is_file():
            raise BuzanError(f"{name} is made by hand and must lie in {data}")
    existing, names = ExistingTables(data), []
    with alone(data), staging_folder(data, {*LOCKED_WITH, *LOCKED, LOCK}) as aside:
        for name, table in _tables(inventory, existing, progress, placing):
            if table is not None or not existing.has(name):
                write_table(pd.DataFrame(columns=_COLUMNS[name]) if table is None else table, aside / name)
                names.append(name)
        # Locked before anything is moved: predictions that were changed stop the build here.
        write_lock(aside)
        for name in (*names, LOCK):
            (aside / name).replace(data / name)
    return [data / name for name in names]


def _tables(inventory: Inventory, existing: ExistingTables, progress: bool, placing: Placing | None) -> Made:
    """Name and content of every table, in order; None where its source is missing."""
    states_csv, accessions_csv, annotators_csv = (existing.folder / name for name in BY_HAND)
    crosswalk = Crosswalk.read(states_csv)
    cow.check(crosswalk, inventory.path(cow.SYSTEM_SOURCE), inventory.path(cow.CODES_SOURCE))
    yield "states.csv", crosswalk.states.sort_values("iso3")

    indices = panel.build(inventory, crosswalk, existing)
    yield "panel.csv", indices

    texts, passages, windows = documents.build(inventory, crosswalk.known(), existing, progress)
    yield "documents.csv", texts
    yield "passages.csv", passages
    yield conventional.TABLE, windows
    yield annotation.ANNOTATORS, annotation.read_annotators(annotators_csv)
    added = passages["doc_id"].isin(texts.loc[texts["text"] == Origin.ADDED, "doc_id"])
    yield from _coding(
        inventory, existing, *(set(passages.loc[some, "passage_id"]) for some in (~added, added))
    )

    files, later = inventory.paths(votes.SOURCE), inventory.path(recent_votes.SOURCE)
    made = votes.read(*files, crosswalk=crosswalk) if files else None
    recent = recent_votes.read(later, crosswalk) if later else None
    calls, cast = recent_votes.combined(made, recent, existing)
    yield "resolutions.csv", calls
    yield "votes.csv", cast

    accessions = memberships.read_accessions(accessions_csv)
    yield "accessions.csv", accessions.sort_values(["organisation", "iso3", "date"])
    sources = memberships.SOURCE, alliances.SOURCE, contiguity.SOURCE, great_powers.SOURCE, paris_call.SOURCE
    yearly, pairs, spells, great, supporters = map(inventory.path, sources)
    yield "memberships.csv", memberships.read(yearly, accessions, crosswalk) if yearly else None
    yield "alliances.csv", alliances.read(pairs, crosswalk) if pairs else None
    yield "contiguity.csv", contiguity.read(spells, crosswalk) if spells else None
    yield "great_powers.csv", great_powers.read(great, crosswalk) if great else None
    yield "paris_call.csv", paris_call.read(supporters, crosswalk) if supporters else None
    if masked := inventory.paths(mask_leak.SOURCE):
        members = crosswalk.states[crosswalk.states["kind"] == "member"]
        regions = members.set_index("iso3")["region"].astype("str")
        targets = {"region": regions}
        if placing:
            # As it will be read: numbers are numbers, wherever the columns come from.
            targets["quadrant"] = placing(pd.read_csv(io.StringIO(render_table(indices))), regions)
        yield "mask_leak.csv", mask_leak.leak(mask_leak.read(masked), passages, texts, targets)
    else:
        yield "mask_leak.csv", None


def _coding(inventory: Inventory, existing: ExistingTables, passages: set[str], added: set[str]) -> Made:
    """Codes and what decided them, without those for passages of which neither texts nor locators are here.

    Those of passages that were added to the data folder are kept.
    """
    first, second = (annotation.files(inventory, one) for one in (annotation.FIRST, annotation.SECOND))
    names = annotation.CODES, annotation.CODES_2, annotation.RETEST
    if paths := [one[name] for name in names for one in (first, second) if name in one]:
        codes = annotation.read_codes(*paths)
        # Further annotators are in the data folder only.
        kept = existing.table("codes.csv", annotation.CODE)
        kept = kept[~kept["annotator"].isin(codes["annotator"]) | kept["passage_id"].isin(added)]
        codes = joined(codes[codes["passage_id"].isin(passages)], kept, "passage_id", "annotator")
        yield "codes.csv", codes
    else:
        codes = existing.table("codes.csv", annotation.CODE)
        yield "codes.csv", None
    if reasons := inventory.paths(decisions.SOURCE):
        made = decisions.read(reasons[0], reasons[1], codes)
        yield decisions.TABLE, _with_added(made, passages, existing, decisions.TABLE, added)
    else:
        yield decisions.TABLE, None


def _with_added(
    made: pd.DataFrame, passages: set[str], existing: ExistingTables, name: str, added: set[str]
) -> pd.DataFrame:
    """What was made for passages that are here, with what the table had for those that were added."""
    kept = existing.table(name, list(made.columns)) if added else made.iloc[:0]
    kept = kept[kept["passage_id"].isin(added)]
    return joined(made[made["passage_id"].isin(passages)], kept, "passage_id")
