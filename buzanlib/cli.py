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
    build = actions.add_parser("build", help="make every table again from the publishers' files")
    build.add_argument("--raw", type=Path, help="folder of the publishers' files (default: $BUZAN_RAW)")
    build.add_argument("--data", type=Path, default=Path("data"), help="where the tables go (default: data)")
    build.set_defaults(command=_data_build)
    check = actions.add_parser("check", help="hold every row against datapackage.json, and the lock")
    check.add_argument("data", type=Path, nargs="?", default=Path("data"), help="folder (default: data)")
    check.set_defaults(command=_data_check)

    lock = actions.add_parser("lock", help="lock tables of your own to the predictions, once they are sound")
    lock.add_argument("data", type=Path, nargs="?", default=Path("data"), help="folder (default: data)")
    lock.set_defaults(command=_data_lock)

    study = Path("notebooks/study.yml")
    run = commands.add_parser("run", help="run the notebooks of a study")
    run.add_argument("study", type=Path, nargs="?", default=study, help=f"study file (default: {study})")
    run.set_defaults(command=_run)
    book = commands.add_parser("book", help="run a study and build the book from it")
    book.add_argument("study", type=Path, nargs="?", default=study, help=f"study file (default: {study})")
    book.set_defaults(command=_book)

    version = commands.add_parser("version", help="print the version")
    version.set_defaults(command=_version)
    return parser


def _data_build(given: argparse.Namespace) -> int:
    raw: Path | None = given.raw
    if raw is None and os.environ.get("BUZAN_RAW"):
        raw = Path(os.environ["BUZAN_RAW"])
    if raw is None:
        raise BuzanError("no raw files: say where they are with --raw DIR, or set BUZAN_RAW")
    if not raw.is_dir():
        raise BuzanError(f"no folder of raw files at {str(raw)!r}: mend --raw or BUZAN_RAW")
    from buzanlib.sources.build import build
    from buzanlib.sources.progress import shown

    for path in build(raw, given.data, shown):
        print(path)
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

    run_study(given.study)
    return 0


def _book(given: argparse.Namespace) -> int:
    from buzanlib.site.build import build_book

    build_book(given.study)
    return 0


def _version(given: argparse.Namespace) -> int:
    print(f"buzan {__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
