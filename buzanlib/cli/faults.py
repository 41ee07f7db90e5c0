"""Faults of the data, as the command line prints them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from buzanlib.errors import Fault

SHOWN = 5
"""Faults that are printed of those that differ only in their row, or in what is missing; the others are counted."""


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
