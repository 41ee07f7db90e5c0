"""Every source by name, and the account of what a reader's folder has of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from buzanlib.sources import (
    alliances,
    annotation,
    bti,
    cow,
    fractionalization,
    fragile_states,
    governance,
    memberships,
    nmc,
    sipri,
    state_fragility,
    strategies,
    ungdc,
    vdem,
    votes,
    worldbank,
)
from buzanlib.sources.discovery import Find, Stock
from buzanlib.sources.source import Source

#: In the order in which the tables need them.
SOURCES: tuple[Source, ...] = (
    cow.SYSTEM_SOURCE,
    cow.CODES_SOURCE,
    nmc.SOURCE,
    sipri.SOURCE,
    *worldbank.SOURCES.values(),
    fragile_states.SOURCE,
    governance.SOURCE,
    state_fragility.SOURCE,
    bti.SOURCE,
    fractionalization.SOURCE,
    vdem.SOURCE,
    ungdc.SOURCE,
    strategies.SOURCE,
    annotation.SOURCE,
    votes.SOURCE,
    memberships.SOURCE,
    alliances.SOURCE,
)

#: Of files that make up a source together so many are named.
NAMED = 3


def take_stock(folder: Path) -> Stock:
    """Look for every source below a folder; nothing is opened.

    Parameters
    ----------
    folder : pathlib.Path
        Folder with the publishers' files, in whatever arrangement.

    Returns
    -------
    Stock
        What is there.

    Raises
    ------
    BuzanError
        If there is no such folder, or a file of which one is needed lies there twice.
    """
    return Stock.take(folder, SOURCES)


def account(stock: Stock, data: Path) -> str:
    """Put into words what was found, what is missing and what that costs, where to get it and how to cite it.

    Parameters
    ----------
    stock : Stock
        What is there.
    data : pathlib.Path
        Folder of the tables, which says what is kept. It must be as it was before a build.

    Returns
    -------
    str
        Several lines, without a line feed at the end.
    """
    lines = [f"found {len(stock.found)} of {len(stock.finds)} sources below {stock.folder}"]
    for find in stock.found:
        lines.append(f"  {find.source.title}: {_names(find.paths, stock.folder)}")
        if find.spare:
            lines.append(f"    also there, not used: {_names(find.spare, stock.folder)}")
        lines.append(f"    cite: {find.source.cite}")
    if stock.missing:
        lines.append(f"missing {len(stock.missing)}")
    for find in stock.missing:
        lines.append(f"  {find.source.title}")
        lines += [f"    {line}" for line in _costs(find, data)]
        lines.append(f"    get it: {find.source.url}")
        lines.append(f"    looked for: {', or '.join(map(str, find.source.forms))}")
        lines.append(f"    cite: {find.source.cite}")
    if stock.missing and stock.packed:
        lines.append(f"not looked into; unpack first: {_names(stock.packed, stock.folder)}")
    return "\n".join(lines)


def _costs(find: Find, data: Path) -> list[str]:
    """What is not made because the source is missing."""
    lines = [f"there in part, and so not used: {', '.join(find.lacks)} is lacking"] if find.lacks else []
    for table, part in find.source.gives:
        fate = "kept as it is in" if (data / table).is_file() else "left empty, for nothing of it is in"
        lines.append(f"costs: {table}, {part}: {fate} {data}")
    if find.source.checks:
        lines.append(f"costs: not checked: {find.source.checks}")
    return lines


def _names(paths: Sequence[Path], folder: Path) -> str:
    """Where files lie below the folder, the first few."""
    shown = ", ".join(str(path.relative_to(folder)) for path in paths[:NAMED])
    return shown + (f" and {len(paths) - NAMED} more" if len(paths) > NAMED else "")
