"""A small data folder made from the one that ships: a few states with all that belongs to them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from corruptions import parsed, rendered

from buzanlib.theory.predictions import write_lock

STATES = ("EST", "EU", "LVA", "MAR", "NLD", "RUS", "YUG")
ROLL_CALLS = 3


@pytest.fixture(scope="session")
def small(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound and locked data folder of seven states; to be copied before it is broken."""
    folder = tmp_path_factory.mktemp("small") / "data"
    shutil.copytree(data_dir, folder)
    tables = {path.stem: parsed(path.read_bytes()) for path in folder.glob("*.csv")}

    def keep(table: str, column: str, values: set[str]) -> set[str]:
        """Keep the rows with one of these values; gives the keys, which stand first."""
        header, *rows = tables[table]
        at = header.index(column)
        tables[table] = [header, *(row for row in rows if row[at] in values)]
        return {row[0] for row in tables[table][1:]}

    for name in (
        "states",
        "panel",
        "tiles",
        "votes",
        "memberships",
        "accessions",
        "alliances",
        "contiguity",
        "great_powers",
        "paris_call",
        "illustrations",
        "named_examples",
    ):
        keep(name, "iso3", set(STATES))
    keep("alliances", "ally", set(STATES))
    keep("contiguity", "neighbour", set(STATES))
    documents = keep("documents", "iso3", set(STATES))
    keep("conventional", "doc_id", documents)
    passages = keep("passages", "doc_id", documents)
    for name in ("gists", "codes", "decisions"):
        keep(name, "passage_id", passages)
    calls = {row[0] for row in tables["resolutions"][1 : 1 + ROLL_CALLS]}
    for name in ("resolutions", "votes"):
        keep(name, "rcid", calls)
    header, *resolutions = tables["resolutions"]
    for row in resolutions:
        for vote in ("yes", "no", "abstain"):
            row[header.index(vote)] = str(
                sum(call == row[0] and cast == vote for call, _, cast in tables["votes"][1:])
            )
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_bytes(rendered(rows))
    write_lock(folder)
    return folder
