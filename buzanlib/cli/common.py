"""What the commands share: how one is added to the parser, and how faults of the data are printed."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

from buzanlib.errors import Fault, shown

DATA = Path("data")
"""Folder of the tables, where no other is named."""

SHOWN = 5
"""Faults of one kind that are printed, each with another value if there are as many; the others are counted."""

OTHERS = 12
"""Further values of one kind that are named with their first row."""

_WIDEST = 40
"""Characters of such a value."""


def add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    run: Callable[[argparse.Namespace], None],
    brief: str,
    example: str,
) -> argparse.ArgumentParser:
    """Add a command with the name of a function, which it calls and whose docstring describes it in its help."""
    name = run.__name__.removeprefix("_")
    parser = commands.add_parser(name, help=brief, description=run.__doc__, epilog=f"example: {example}")
    parser.set_defaults(command=run, interrupted="nothing is half-written")
    return parser


def summary(faults: Sequence[Fault]) -> str:
    """Lines that list all faults; of those of one kind, the first few, a count, and which other values have it."""
    lines = [f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the data"]
    for _, group in groupby(sorted(faults, key=_kind), key=_kind):
        same = list(group)
        first = list({fault.value: fault for fault in reversed(same)}.values())[::-1]
        told = [*first, *(fault for fault in same if fault not in first)][:SHOWN]
        lines += [f"  {fault}" for fault in sorted(told)]
        if len(same) > SHOWN:
            more = [
                shown(one.value[:_WIDEST]) + (f" in row {one.row}" if one.row else "")
                for one in first[SHOWN:]
            ]
            values = f": {', '.join(more[:OTHERS])}" if more else ""
            count = f" and {len(more) - OTHERS} other values" if len(more) > OTHERS else ""
            lines.append(
                f"  ... and {len(same) - SHOWN} more like this in {shown(same[0].file)[1:-1]}{values}{count}"
            )
    return "\n".join(lines)


def _kind(fault: Fault) -> tuple[str, str, str]:
    """File, column, and what is needed but for values, hints and numbers in it."""
    return (
        fault.file,
        fault.column,
        re.sub(r"; (nearest allowed:|it stands for) .*|'[^']*'|[0-9]+", "", fault.allowed),
    )
