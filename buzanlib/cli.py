"""The command ``buzan``: a thin skin over functions that anyone can import."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from buzanlib import __version__
from buzanlib.errors import BuzanError, Fault, LockError, RunError

# Rooms are imported inside the subcommands: `buzan version` need not wait for pandas.

SHOWN = 5
"""Of faults that differ only in their row so many are printed, with the number of the others."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``buzan``; those of the process by default.

    Returns
    -------
    int
        0 where all went well, 1 where a notebook failed, 2 where the input is at fault.
    """
    given = _parser().parse_args(arguments)
    try:
        status: int = given.command(given)
    except BuzanError as error:
        print(f"buzan: {error}", file=sys.stderr)
        return 2
    except RunError as error:
        print(f"buzan: {error}", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="buzan", description="Data, notebooks and book of a test of Hare (2010)."
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    data = commands.add_parser("data", help="build or check the tables")
    actions = data.add_subparsers(title="commands", required=True, metavar="COMMAND")
    build = actions.add_parser(
        "build",
        help="make the tables again from the publishers' files",
        description="Make every table again whose publisher's files are there; keep what the others gave.",
        epilog="example: buzan data build --raw ~/downloads --list",
    )
    build.add_argument("--raw", type=Path, help="folder of the publishers' files (default: $BUZAN_RAW)")
    build.add_argument("--data", type=Path, default=Path("data"), help="where the tables go (default: data)")
    build.add_argument("--list", action="store_true", help="only say what is there and what is missing")
    build.set_defaults(command=_data_build)
    check = actions.add_parser("check", help="hold every row against datapackage.json, and the lock")
    check.add_argument("data", type=Path, nargs="?", default=Path("data"), help="folder (default: data)")
    check.set_defaults(command=_data_check)

    lock = actions.add_parser("lock", help="lock tables of your own to the predictions, once they are sound")
    lock.add_argument("data", type=Path, nargs="?", default=Path("data"), help="folder (default: data)")
    lock.set_defaults(command=_data_lock)

    sheet = actions.add_parser(
        "sheet",
        help="write a sheet for coding passages by hand",
        description="Write a CSV sheet with a row a passage and blank cells for coder and codes.",
        epilog="example: buzan data sheet --passages 200 --out ana.csv",
    )
    sheet.add_argument("--data", type=Path, default=Path("data"), help="folder (default: data)")
    sheet.add_argument("--out", type=Path, default=Path("sheet.csv"), help="new file (default: sheet.csv)")
    sheet.add_argument("--passages", type=int, metavar="N", help="a random sample (default: every passage)")
    sheet.add_argument("--seed", type=int, default=20100615, metavar="S", help="of the sample")
    sheet.set_defaults(command=_data_sheet)

    codes = actions.add_parser(
        "codes",
        help="add the coders of a sheet to codes.csv",
        description="Add everyone who coded in a sheet (CSV or XLSX) as a further annotator, and lock the codes.",
        epilog="example: buzan data codes ana.xlsx",
    )
    codes.add_argument("sheet", type=Path, metavar="SHEET", help="the sheet, filled in")
    codes.add_argument("--data", type=Path, default=Path("data"), help="folder (default: data)")
    codes.add_argument(
        "--replace", action="store_true", help="put it in the place of what an annotator of that name has"
    )
    codes.set_defaults(command=_data_codes)

    run = commands.add_parser(
        "run",
        help="run what has changed of a study",
        description="Run the notebooks of a study that have to be, and publish the pages and numbers of all.",
        epilog="example: buzan run mine/study.yml -p power=gdp --jobs 4",
    )
    _of_study(run)
    _of_run(run)
    run.add_argument(
        "--only", action="append", default=[], metavar="PAGE", help="make this page alone (may be repeated)"
    )
    run.set_defaults(command=_run)

    book = commands.add_parser(
        "book",
        help="run a study and build the book from it",
        description="Run what has changed of a study, and build the book from it if anything has.",
        epilog="example: buzan book mine/study.yml --out mine/site",
    )
    _of_study(book)
    _of_run(book)
    book.add_argument("--out", type=Path, help="folder in which _build is made")
    book.set_defaults(command=_book)

    status = commands.add_parser(
        "status",
        help="say what would run, and why",
        description="Say of every page of a study whether it would run, and why; nothing runs.",
        epilog="example: buzan status -p power=gdp",
    )
    _of_study(status)
    status.set_defaults(command=_status)

    diff = commands.add_parser(
        "diff",
        help="say what moved between two runs",
        description="Compare the numbers, verdicts and figures of two runs.",
        epilog="example: buzan diff mine/out book/executed",
    )
    diff.add_argument("old", type=Path, help="results.json of a run, or its output folder")
    diff.add_argument("new", type=Path, help="the same of another")
    diff.set_defaults(command=_diff)

    version = commands.add_parser("version", help="print the version")
    version.set_defaults(command=_version)
    return parser


def _of_study(parser: argparse.ArgumentParser) -> None:
    """Arguments of every command that is about a study."""
    study = Path("notebooks/study.yml")
    parser.add_argument("study", type=Path, nargs="?", default=study, help=f"study file (default: {study})")
    parser.add_argument(
        "-p",
        dest="changes",
        type=_parameter,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter in place of what the study says (may be repeated)",
    )


def _of_run(parser: argparse.ArgumentParser) -> None:
    """Arguments of every command that runs notebooks."""
    parser.add_argument("--force", action="store_true", help="run also what has not changed")
    parser.add_argument(
        "--jobs", type=_count, metavar="N", help="notebooks at the same time (default: processors)"
    )


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form name=value")
    return name, value


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _data_build(given: argparse.Namespace) -> int:
    raw: Path | None = given.raw
    if raw is None and os.environ.get("BUZAN_RAW"):
        raw = Path(os.environ["BUZAN_RAW"])
    if raw is None:
        raise BuzanError("no raw files: say where they are with --raw DIR, or set BUZAN_RAW")
    if not raw.is_dir():
        raise BuzanError(f"no folder of raw files at {str(raw)!r}: mend --raw or BUZAN_RAW")
    from buzanlib.sources.build import build
    from buzanlib.sources.inventory import account, take_stock
    from buzanlib.sources.progress import shown

    # What is kept is said of the folder as it is now.
    said = account(take_stock(raw), given.data)
    if not given.list:
        for path in build(raw, given.data, shown):
            print(path)
    print(said)
    return 0


def _data_check(given: argparse.Namespace) -> int:
    from buzanlib.tables.descriptor import examine
    from buzanlib.theory.predictions import verify_lock

    frames, faults = examine(given.data)
    told = [_told(faults)] if faults else []
    try:
        verify_lock(given.data)
    except LockError as error:
        # A table with faults is not what was locked either; to say so would bury the fault.
        files = {fault.file for fault in faults}
        told += [line for line in str(error).splitlines() if line.partition(":")[0] not in files]
    if told:
        raise BuzanError("\n".join(told))
    for name, frame in frames.items():
        print(f"{name:<16}{len(frame):>8} rows")
    return 0


def _data_lock(given: argparse.Namespace) -> int:
    from buzanlib.tables.descriptor import check
    from buzanlib.theory.predictions import write_lock

    faults = check(given.data)
    if faults:
        raise BuzanError(_told(faults))
    print(write_lock(given.data))
    return 0


def _data_sheet(given: argparse.Namespace) -> int:
    from buzanlib.sources.coders import empty_sheet

    print(f"{given.out}: {empty_sheet(given.data, given.out, given.passages, given.seed)} passages")
    return 0


def _data_codes(given: argparse.Namespace) -> int:
    from buzanlib.errors import DataError
    from buzanlib.sources.coders import add_codes

    try:
        added = add_codes(given.sheet, given.data, given.replace)
    except DataError as error:
        raise BuzanError(_told(error.faults)) from None
    for name, passages in added.passages.items():
        print(f"{name:<20} {passages:>5} passages")
    if added.not_coded:
        print(f"passed over, for nothing is coded in them: {added.not_coded} rows")
    print(given.data / "codes.csv")
    return 0


def _told(faults: Sequence[Fault]) -> str:
    """Put all faults into words; those that differ only in their row are shortened to the first few."""
    lines = [f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the data"]
    kinds = sorted(faults, key=_kind)
    for _, group in groupby(kinds, key=_kind):
        same = list(group)
        lines += [f"  {fault}" for fault in same[:SHOWN]]
        if len(same) > SHOWN:
            lines.append(f"  ... and the same in {len(same) - SHOWN} more rows of {same[0].file}")
    return "\n".join(lines)


def _kind(fault: Fault) -> tuple[str, str, str, str]:
    return fault.file, fault.column, fault.value, fault.allowed


def _run(given: argparse.Namespace) -> int:
    from buzanlib.study.runner import run_study

    run_study(given.study, dict(given.changes), only=given.only, force=given.force, jobs=given.jobs)
    return 0


def _book(given: argparse.Namespace) -> int:
    from buzanlib.site.build import build_book

    front = build_book(given.study, given.out, dict(given.changes), force=given.force, jobs=given.jobs)
    print(os.path.relpath(front))
    return 0


def _status(given: argparse.Namespace) -> int:
    from buzanlib.study.plan import status

    for step in status(given.study, dict(given.changes)):
        print(f"{step.run.name:<28}{step.reason or 'has not changed'}")
    return 0


def _diff(given: argparse.Namespace) -> int:
    from buzanlib.study.changes import compare, told
    from buzanlib.study.results import Results
    from buzanlib.study.runner import RESULTS

    old, new = (Results.load(path / RESULTS if path.is_dir() else path) for path in (given.old, given.new))
    print(told(compare(old, new)))
    return 0


def _version(given: argparse.Namespace) -> int:
    print(f"buzan {__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
