"""Faults of the data, as the command line prints them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from buzanlib.errors import Fault

SHOWN = 5
"""How many of the faults that differ only in their row, or in what is missing, are printed; the others are counted."""


def describe(faults: Sequence[Fault]) -> str:
    """List faults, of which there must be one, in lines; many that differ only in their row are shortened."""
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
