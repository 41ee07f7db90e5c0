"""``buzan seminar``: what a class needs, and how far it agrees."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from buzanlib.cli.common import add_command, summary
from buzanlib.cli.study import STUDY, of_workers
from buzanlib.errors import BuzanError, DataError

if TYPE_CHECKING:
    import pandas as pd

    from buzanlib.seminar.coding_files import Coding


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its own commands to the parser."""
    seminar = commands.add_parser("seminar", help="what a class needs")
    actions = seminar.add_subparsers(title="commands", required=True, metavar="COMMAND")
    agreement = partial(add_command, actions)(
        _agreement,
        "say how far a class agrees, from the files that the coding lab saved",
        "buzan seminar agreement coding-*.json --key key-A.json",
    )
    agreement.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="of a coder; a model is one more"
    )
    about = "key of a set, for what agrees with it and for the experiment (may be given for each set)"
    agreement.add_argument("--key", type=Path, action="append", default=[], metavar="FILE", help=about)
    agreement.add_argument(
        "--csv", type=Path, metavar="FILE", help="write the coefficients to a new table, too"
    )
    agreement.add_argument(
        "--skip-faulty", action="store_true", help="name files that are at fault, and go on without them"
    )
    build = partial(add_command, actions)(
        _build,
        "build the book for students and for instructors, handouts, slides and questions",
        "buzan seminar build",
    )
    build.add_argument("--force", action="store_true", help="run and build also what has not changed")
    of_workers(build, "notebooks at the same time (default: processors; with --scheduler, workers)")


def _build(given: argparse.Namespace) -> None:
    """Build both editions of the book of the study that ships, and what a teacher prints, shows and imports."""
    from buzanlib.site.seminar_build import build_seminar

    for made in build_seminar(STUDY, force=given.force, jobs=given.jobs, scheduler=given.scheduler):
        print(os.path.relpath(made))


def _agreement(given: argparse.Namespace) -> None:
    """Print agreement by variable with 95 % intervals, confusion and the hardest items, and what false labels did.

    If any file is at fault, all of them are named and nothing is computed, unless --skip-faulty.
    """
    from buzanlib.files import demand_absent
    from buzanlib.seminar.coding_files import read_codings

    if given.csv:
        demand_absent(given.csv)
    codings, faults = read_codings(given.files, given.key)
    if faults and not given.skip_faulty:
        raise DataError(faults)
    if faults:
        print(f"buzan: {summary(faults)}", file=sys.stderr)
    coders = [one for one in codings if one.kind != "key"]
    if not coders:
        raise BuzanError("no file of a coder is left; give the files that the coding lab saved")
    if not any(coded for one in coders for coded in one.codes.values()):
        raise BuzanError("nothing is coded in these files")
    sets = sorted({one.set for one in coders})
    if given.csv:  # before all that is printed, for it may fail
        _write_csv(given.csv, codings, sets)
    for name in sets:
        _print_set(name, [one for one in codings if one.set == name])
    _print_experiment(codings)
    if given.csv:
        print(given.csv)


def _print_set(name: str, codings: Sequence[Coding]) -> None:
    """Print all that can be said of a set."""
    from buzanlib.seminar import class_agreement as of
    from buzanlib.seminar.class_beside_key import against_key, confusion_with_key

    people, models = (sum(one.kind == kind for one in codings) for kind in ("person", "model"))
    has_key = any(one.kind == "key" for one in codings)
    counted = [
        f"{count} {word}" for count, word in ((people, "coded by people"), (models, "by models")) if count
    ]
    print(f"Set {name}: {', '.join(counted)}{', with its key' * has_key}\n")
    if people + models < 2:
        print("Agreement needs two coders.\n")
        return
    print("Agreement of all coders")
    _print_coefficients(of.agreement_table(codings))
    tables = of.group_table(codings)
    for group in dict.fromkeys(tables.index.get_level_values("group") if len(tables) else ()):
        print(_GROUPS[group])
        _print_coefficients(tables.loc[group])
    print("Primary threats most often taken for each other (coincidences, of which alpha is made)")
    _print_pairs(of.confusion(codings), ordered=False)
    if has_key:
        print("Primary threats most often given for that of the key")
        _print_pairs(confusion_with_key(codings), ordered=True)
        print("Against the key, in per cent; accepted alternates apart")
        _print_shares(against_key(codings))
    print(
        "Items, the hardest first: share of pairs of coders who agree, and the primary threats that they gave"
    )
    _print_items(of.hardest_items(codings))


_PAIRS = 6
"""Pairs of values that are printed."""

_GROUPS = {
    "person-person": "People with people",
    "person-model": "People with models (pairs of one of each)",
    "person-key": "People with the key (pairs of one of each)",
}


def _word(variable: str) -> str:
    """The variable in words."""
    from buzanlib.figures.labels import LABELS

    return LABELS.get(f"variable.{variable}", LABELS.get(variable, variable))


def _value(value: object) -> str:
    """A value of the primary threat in words."""
    return "No digital threat" if value == "none" else _word(str(value))


def _print_pairs(table: pd.DataFrame, ordered: bool) -> None:
    """Print the most frequent pairs of different values; of a symmetric table each pair once."""
    found = [
        (float(table.to_numpy()[row, column]), f"{_value(one)} – {_value(other)}")
        for row, one in enumerate(table.index)
        for column, other in enumerate(table.columns)
        if (row != column if ordered else row < column)
    ]
    largest = sorted((pair for pair in found if pair[0]), key=lambda pair: -pair[0])[:_PAIRS]
    print(*(f"  {round(count, 1):>6g}  {pair}" for count, pair in largest), sep="\n", end="\n\n")


def _print_items(table: pd.DataFrame) -> None:
    """Print a line an item: its coders, agreement by variable, their mean, and what was given."""
    names = [name for name in table.columns if name not in ("coders", "primary values")]
    heads = [_word(name).split()[0] for name in names]
    print(f"  {'':<5}{'coders':>6}{''.join(f'{head:>11}' for head in heads)}")
    for item, row in table.iterrows():
        cells = "".join(
            f"{'undefined' if row[name] != row[name] else format(row[name], '.2f'):>11}" for name in names
        )
        parts = [part.split() for part in str(row["primary values"]).split(", ") if part]
        given = ", ".join(f"{_value(name)} {count}" for name, count in parts)
        print(f"  {item:<5}{row['coders']:>6}{cells}   {given}".rstrip())
    print()


def _print_coefficients(table: pd.DataFrame) -> None:
    """Print a line a variable: agreement, alpha and AC1, each with its interval."""
    print(f"  {'':<32}{'items':>5}  {'agreement':<21}{'alpha':<21}{'AC1':<21}".rstrip())
    for variable, row in table.iterrows():
        cells = []
        for name in ("agreement", "alpha", "ac1"):
            value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
            ends = "[undefined]" if low != low else f"[{low:.2f}, {high:.2f}]"
            cells.append("undefined" if value != value else f"{value:.2f} {ends}")
        print(
            f"  {_word(str(variable)):<32}{row['items']:>5.0f}  {''.join(f'{cell:<21}' for cell in cells)}".rstrip()
        )
    print()


def _print_shares(table: pd.DataFrame) -> None:
    """Print a line a variable: shares of codes equal to the key, accepted, or other."""
    print(f"  {'':<32}{'codes':>5}  {'equal':>6}{'accepted':>10}{'other':>7}")
    for variable, codes, *shares in table.itertuples(name=None):
        equal, accepted, other = (f"{100 * share:.0f}" for share in shares)
        print(f"  {_word(variable):<32}{codes:>5.0f}  {equal:>6}{accepted:>10}{other:>7}")
    print()


def _print_experiment(codings: Sequence[Coding]) -> None:
    """Print what false labels did, if any file has labels and a key says what they push toward."""
    from buzanlib.seminar.speaker_labels import experiment

    found = experiment(codings)
    if not found.students + found.left_out:
        return
    print("The experiment: is the threat coded to which the false label of a speaker pushes?")
    print(
        f"  {found.students} students compared, {found.left_out} left out (all or none of their items had a label)"
    )
    if found.finding == "undefined":
        print("  undefined: too few students, or no difference between them")
        return
    print(
        f"  with a label {100 * found.labelled:.0f} %, without {100 * found.unlabelled:.0f} %: a shift of"
        f" {100 * found.shift:+.0f} points [{100 * found.low:+.0f}, {100 * found.high:+.0f}],"
        f" p = {found.p:.3f} by drawing the labels again"
    )


def _write_csv(path: Path, codings: Sequence[Coding], sets: Sequence[str]) -> None:
    """Write the coefficients of every set and group; undefined ones are blank."""
    import pandas as pd

    from buzanlib.files import create_whole
    from buzanlib.seminar.class_agreement import agreement_table, group_table

    tables = []
    for name in sets:
        inside = [one for one in codings if one.set == name]
        whole = agreement_table(inside).assign(group="all").reset_index()
        tables += [one.assign(set=name) for one in (whole, group_table(inside).reset_index()) if len(one)]
    found = pd.concat(tables).set_index(["set", "group", "variable"])
    create_whole(path, found.to_csv(lineterminator="\n"))
