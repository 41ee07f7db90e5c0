"""What the commands share: how one is added to the parser, and how faults of the data are printed."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from itertools import groupby

from buzanlib.errors import Fault

SHOWN = 5
"""Faults that are printed of those that differ only in their row, or in what is missing; the others are counted."""


def add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    run: Callable[[argparse.Namespace], None],
    brief: str,
    example: str,
) -> argparse.ArgumentParser:
    """Add a command with the name of a function, which it calls and whose docstring describes it in its help."""
    name = run.__name__.removeprefix("_")
    parser = commands.add_parser(name, help=brief, description=run.__doc__, epilog=f"example: {example}")
    parser.set_defaults(command=run)
    return parser


def summary(faults: Sequence[Fault]) -> str:
    """Lines that list all faults; of those that differ only in row, place or what is missing, the first few."""
    lines = [f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the data"]
    kinds = sorted(faults, key=_kind)
    for _, group in groupby(kinds, key=_kind):
        same = list(group)
        lines += [f"  {fault}" for fault in same[:SHOWN]]
        if len(same) > SHOWN:
            where = "places" if same[0].place else "rows"
            lines.append(f"  ... and the same in {len(same) - SHOWN} more {where} of {same[0].file}")
    return "\n".join(lines)


def _kind(fault: Fault) -> tuple[str, str, str, str]:
    return fault.file, fault.column, fault.value if fault.row else "", fault.allowed
