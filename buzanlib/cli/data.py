"""``buzan data``: build, check and lock tables, and bring in coders."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from functools import partial
from pathlib import Path

from buzanlib.cli import coding
from buzanlib.cli.common import DATA, add_command, summary
from buzanlib.cli.study import STUDY, of_workers
from buzanlib.errors import BuzanError, DataError, LockError


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its own commands to the parser."""
    data = commands.add_parser("data", help="build or check the tables")
    actions = data.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add = partial(add_command, actions)
    build = add(
        _build,
        "make the tables again from the publishers' files",
        "buzan data build --raw ~/downloads --list",
    )
    build.add_argument("--raw", type=Path, help="folder of the publishers' files (default: $BUZAN_RAW)")
    build.add_argument("--data", type=Path, default=DATA, help="where the tables go (default: data)")
    build.add_argument("--list", action="store_true", help="only say what is there and what is missing")
    check = add(_check, "check every row against datapackage.json, and the lock", "buzan data check mine")
    about = "folder of tables, or a study (default: data)"
    check.add_argument("data", type=Path, nargs="?", default=DATA, help=about)
    lock = add(
        _lock,
        "lock tables of your own to the predictions, once they have no faults",
        "buzan data lock my-data",
    )
    lock.add_argument("data", type=Path, nargs="?", default=DATA, help="folder (default: data)")
    coding.add_to(add)
    texts = add(
        _texts,
        "find the passages in texts of your own",
        "buzan data texts statements --corpus OEWG --out mine",
    )
    texts.add_argument("folder", type=Path, metavar="FOLDER", help="texts such as EST-2021.txt")
    texts.add_argument("--corpus", required=True, metavar="NAME", help="two to twelve capital letters")
    texts.add_argument("--data", type=Path, default=DATA, help="folder of the tables (default: data)")
    texts.add_argument("--out", type=Path, default=Path(), help="folder to write to (default: this one)")
    texts.add_argument("--sample", action="store_true", help="at most ten passages a text, drawn at random")
    texts.add_argument("--names", type=Path, metavar="TABLE", help="CSV or XLSX with file, state and year")
    texts.add_argument(
        "--duplicates",
        default="refuse",
        metavar="HOW",
        help="one text of one state under several names: refuse, merge or keep (default: refuse)",
    )
    texts.add_argument(
        "--any-language", action="store_true", help="take texts in other languages than English as well"
    )
    of_workers(texts, "processes that read (default: processors; not with --scheduler)")
    year = add(
        _year,
        "add a session of the General Debate, or put its publisher's text in the place of another",
        'buzan data year "Session 81 - 2026" --out added',
    )
    pack = "texts named ISO_NN_YYYY.txt, in a folder or packed (tar, zip) as the publisher has them"
    year.add_argument("pack", type=Path, metavar="SESSION", help=pack)
    year.add_argument("--data", type=Path, default=DATA, help="folder of the tables (default: data)")
    year.add_argument("--out", type=Path, required=True, metavar="DIR", help="new folder to write to")
    index = add(
        _index,
        "put an index of your own into a panel",
        "buzan data index reach.csv --axis power --name reach --out my-panel.csv",
    )
    index.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX; more means stronger")
    index.add_argument("--axis", required=True, metavar="AXIS", help="power or cohesion: what it measures")
    index.add_argument("--name", required=True, help="small letters, digits and underscores")
    index.add_argument(
        "--worksheet", default="", metavar="NAME", help="of a workbook (default: the one that fits)"
    )
    schemes = "how it gives states: iso3, iso2, numeric, cow, ioc, fifa or name (default: what fits)"
    index.add_argument("--states", default="", metavar="SCHEME", help=schemes)
    index.add_argument("--data", type=Path, default=DATA, help="folder of the tables (default: data)")
    index.add_argument("--panel", type=Path, help="what it is added to (default: panel.csv of that folder)")
    index.add_argument("--out", type=Path, default=Path("panel.csv"), help="new file (default: panel.csv)")


def _build(given: argparse.Namespace) -> None:
    """Make every table again whose publisher's files are there; keep what the others gave."""
    place = given.raw or os.environ.get("BUZAN_RAW")
    if not place:
        raise BuzanError("no raw files: say where they are with --raw DIR, or set BUZAN_RAW")
    raw = Path(place)
    if not raw.is_dir():
        raise BuzanError(f"no folder of raw files at {str(raw)!r}: correct --raw or BUZAN_RAW")
    from buzanlib.measurement.placement import locked_quadrants
    from buzanlib.sources.catalogue import account, find_sources
    from buzanlib.sources.data_build import build

    # The account is of the folder before the build.
    said = account(find_sources(raw), given.data)
    if not given.list:
        for path in build(raw, given.data, placing=locked_quadrants):
            print(path)
    print(said)


def _check(given: argparse.Namespace) -> None:
    """Report every fault of the tables at once, with file, row, column, value and what is allowed."""
    from buzanlib.tables.descriptor import examine
    from buzanlib.theory.predictions import load_predictions

    study = given.data if given.data.is_file() else given.data / STUDY.name
    if study.is_file():
        _check_of_study(study)
        return
    frames, faults = examine(given.data)
    said = [summary(faults)] if faults else []
    try:
        load_predictions(given.data)
    except LockError as error:
        # A table with faults is not what was locked either; to say so would bury the fault.
        faulty = {fault.file for fault in faults}
        differ = {name: how for name, how in error.files.items() if name not in faulty}
        if differ or not error.files:
            said.append(str(LockError(files=differ) if differ else error))
    if said:
        raise BuzanError("\n".join(said))
    for name, frame in frames.items():
        print(f"{name:<16}{len(frame):>8} rows")


def _check_of_study(file: Path) -> None:
    from buzanlib.study.data_staging import looked_at
    from buzanlib.study.study_file import load_study

    study = load_study(file)
    with looked_at(study) as folder:
        count = len(folder.hashes)
    print(*folder.said, sep="\n", end="\n" * bool(folder.said))
    own = [*study.tables, *(sheet.name for sheet in study.sheets)]
    print(f"{count} files without fault; of this study: {', '.join(own) or 'none'}")


def _lock(given: argparse.Namespace) -> None:
    """Write predictions.lock for changed tables; the predictions themselves never change."""
    from buzanlib.files import alone
    from buzanlib.tables.descriptor import check
    from buzanlib.theory.predictions import write_lock

    with alone(given.data):
        if faults := check(given.data):
            raise DataError(faults)
        print(write_lock(given.data))


def _texts(given: argparse.Namespace) -> None:
    """Write documents, passages and a sheet to code, from texts named after state and year."""
    from buzanlib.sources.own_texts import gather_texts
    from buzanlib.study.mapping import in_processes, on_cluster
    from buzanlib.study.runner import processors

    on_workers = partial(on_cluster, address=given.scheduler)
    made = gather_texts(
        given.folder,
        given.corpus,
        given.data,
        given.out,
        given.sample,
        names=given.names,
        duplicates=given.duplicates,
        any_language=given.any_language,
        mapper=on_workers if given.scheduler else partial(in_processes, jobs=given.jobs or processors()),
    )
    print(*made.counts(), *made.notes, sep="\n")
    documents, passages, sheet, files = made.files
    print(f"{files}: what became of every file")
    print(f"{documents} and {passages}: name them in a study under tables")
    print(
        f"{sheet}: fill it in, and name it in the study under sheets; its texts name the states that speak:"
    )
    print(f"  buzan data sheet --texts {shlex.quote(str(sheet))} makes a blind one")


def _year(given: argparse.Namespace) -> None:
    """Write the tables with a session of the General Debate added, what moved in it, and a sheet to code."""
    from buzanlib.sources.new_session import add_session

    added = add_session(given.pack, given.data, given.out)
    print(*added.counts(), sep="\n")
    if added.files:
        print(f"{given.out}: name its tables in a study under tables, and the sheet, filled in, under sheets")


def _index(given: argparse.Namespace) -> None:
    """Write a panel with an index of your own (columns iso3, year, value) behind its other columns."""
    from buzanlib.sources.own_index import merge_index

    merged = merge_index(
        given.file, given.axis, given.name, given.data, given.out, given.panel, given.worksheet, given.states
    )
    values, skipped = merged.values, merged.skipped
    print(f"{merged.column}: {values} values of {merged.states} states, {merged.first} to {merged.last}")
    whole = values + merged.missing + skipped
    of_none = f" + {skipped} of no member state" * bool(skipped)
    print(f"in the file: {whole} = {values} values + {merged.missing} missing{of_none}")
    if merged.left:
        print(f"columns that were not read: {', '.join(merged.left)}")
    if merged.added:
        print(f"rows of later years, one a member and year: {merged.added}")
    print(*merged.notes, sep="\n", end="\n" * bool(merged.notes))
    _compare(given.out, merged.column, given.axis)
    print(f"{given.out}: name it in a study under tables, panel, and let {given.axis} be {merged.column}")


def _compare(panel: Path, column: str, axis: str) -> None:
    """Print the rank correlation of a new index with the others of its axis, and warn of those that it runs against."""
    import pandas as pd

    from buzanlib.measurement.indices import rank_correlations

    print(f"rank correlation with the other indices of {axis}, mean of the years (Spearman):")
    found = rank_correlations(pd.read_csv(panel), column, axis)
    for name, rho, states, years in found.itertuples(name=None):
        said = (
            f"{rho:+.2f}  {states} states, {years} years"
            if years
            else "none: no year has three states of both whose values differ"
        )
        print(f"  {name:<20} {said}")
    against = found.index[found["rho"] < 0].tolist()
    if against:
        whom = ", ".join(against)
        print(
            f"warning: {column} runs against {whom}. More must mean stronger: if it means weaker, change the sign of"
            " every value and import it anew",
            file=sys.stderr,
        )
