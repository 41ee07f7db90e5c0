"""Faults of the data, as the command line tells them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from buzanlib.errors import Fault

SHOWN = 5
"""So many of the faults that differ only in their row, or in what is missing, are printed; the others are counted."""


def told(faults: Sequence[Fault]) -> str:
    """Put all faults into words; those that differ only in their row, or in what is missing, are shortened.

    Parameters
    ----------
    faults : sequence of Fault
        At least one.

    Returns
    -------
    str
        Several lines.
    """
    lines = [f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the data"]
    kinds = sorted(faults, key=_kind)
    for _, group in groupby(kinds, key=_kind):
        same = list(group)
        lines += [f"  {fault}" for fault in same[:SHOWN]]
        if len(same) > SHOWN:
            lines.append(f"  ... and the same in {len(same) - SHOWN} more rows of {same[0].file}")
    return "\n".join(lines)


def _kind(fault: Fault) -> tuple[str, str, str, str]:
    return fault.file, fault.column, fault.value if fault.row else "", fault.allowed
