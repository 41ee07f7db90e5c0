"""All sources, and an account of which of them a folder of publishers' files has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from buzanlib.errors import some
from buzanlib.sources import (
    alliances,
    annotation,
    contiguity,
    cow,
    decisions,
    great_powers,
    mask_leak,
    memberships,
    paris_call,
    recent_votes,
    strategies,
    ungdc,
    votes,
)
from buzanlib.sources.publishers import INDICES
from buzanlib.sources.source import FoundSource, Inventory, Source

#: In the order in which the tables need them.
SOURCES: tuple[Source, ...] = (
    cow.SYSTEM_SOURCE,
    cow.CODES_SOURCE,
    *(index.source for index in INDICES.values()),
    ungdc.SOURCE,
    strategies.SOURCE,
    annotation.FIRST,
    annotation.SECOND,
    decisions.SOURCE,
    votes.SOURCE,
    recent_votes.SOURCE,
    memberships.SOURCE,
    alliances.SOURCE,
    contiguity.SOURCE,
    great_powers.SOURCE,
    paris_call.SOURCE,
    mask_leak.SOURCE,
)

#: Files of one source that are listed by name.
NAMED = 3


def find_sources(folder: Path) -> Inventory:
    """Look for every source below a folder of publishers' files, in any arrangement; see `Inventory.take`."""
    return Inventory.take(folder, SOURCES)


def account(inventory: Inventory, data: Path) -> str:
    """Describe what was found, what is missing and what that costs, where to get it and how to cite it.

    Several lines, without a line feed at the end; `data` is the folder of the tables as it was before a build.
    """
    lines = [f"found {len(inventory.found)} of {len(inventory.sources)} sources below {inventory.folder}"]
    for one in inventory.found:
        lines.append(f"  {one.source.title}: {_names(one.paths, inventory.folder)}")
        if one.spare:
            lines.append(f"    also there, not used: {_names(one.spare, inventory.folder)}")
        lines.append(f"    cite: {one.source.cite}")
    if inventory.missing:
        lines.append(f"missing {len(inventory.missing)}")
    for one in inventory.missing:
        forms = ", or ".join(map(str, one.source.forms))
        ways = f"get it: {one.source.url}", f"looked for: {forms}", f"cite: {one.source.cite}"
        lines += [f"  {one.source.title}", *(f"    {line}" for line in (*_costs(one, data), *ways))]
    if inventory.missing and inventory.packed:
        lines.append(f"not looked into; unpack first: {_names(inventory.packed, inventory.folder)}")
    return "\n".join(lines)


def _costs(one: FoundSource, data: Path) -> list[str]:
    """What is not made because the source is missing."""
    lines = [f"there in part, and so not used: {', '.join(one.lacks)} is lacking"] if one.lacks else []
    for table, part in one.source.gives:
        fate = "kept as it is in" if (data / table).is_file() else "left empty, for nothing of it is in"
        lines.append(f"costs: {table}, {part}: {fate} {data}")
    if one.source.checks:
        lines.append(f"costs: not checked: {one.source.checks}")
    return lines


def _names(paths: Sequence[Path], folder: Path) -> str:
    """The first few files, by their place below the folder."""
    return some([str(path.relative_to(folder)) for path in paths], NAMED)
