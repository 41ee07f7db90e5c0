"""Whom a state is measured against where a rule of placement asks for its neighbours or for the great powers.

Buzan's power is relative to "neighbors and great powers" (Hare 2010, section 1).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from buzanlib.errors import BuzanError, EstimationError

#: The widest kind of contiguity that makes neighbours of two states at once: across up to 24 miles of water.
BORDER = 3


def in_year(spells: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows of a table with columns ``first`` and ``last`` that hold in a year, or in the nearest it reaches.

    `EstimationError` if the table has no rows.
    """
    if spells.empty:
        raise EstimationError("a table of neighbours or great powers has no rows, and a rule needs it")
    nearest = min(max(year, int(spells["first"].min())), int(spells["last"].max()))
    return spells[(spells["first"] <= nearest) & (nearest <= spells["last"])]


def neighbours_by_contiguity(
    contiguity: pd.DataFrame, states: Iterable[str], regions: pd.Series[str], year: int | None = None
) -> pd.DataFrame:
    """The neighbours of states, as rules of a `buzanlib.measurement.placement.Placement` take them.

    These are the states that it borders by land or across up to 24 miles of water; of a state that has none, those
    across the next wider class of water in which it has any, up to 400 miles; of one that has none there either, all
    other states of its regional group.

    Parameters
    ----------
    contiguity : DataFrame
        Columns ``iso3``, ``neighbour``, ``kind`` (1 to 5), ``first``, ``last``, a row a pair and run of years: the
        Direct Contiguity data (Stinnett et al. 2002).
    states : iterable of str
        Those that are placed: nobody else has a neighbour or is one.
    regions : Series of str
        Regional group by ``iso3``.
    year : int, optional
        In which they are neighbours, or the nearest year that the table reaches; by default its last.

    Returns
    -------
    DataFrame
        Columns ``iso3`` and ``neighbour``, each pair in both directions, sorted. A state without any and alone in its
        group, or without group, is not in it.

    Raises
    ------
    EstimationError
        If the table has no rows.
    """
    placed = pd.Index(sorted(set(states)))
    pairs = in_year(contiguity, 9999 if year is None else year)[["iso3", "neighbour", "kind"]]
    pairs = pd.concat([pairs, pairs.rename(columns={"iso3": "neighbour", "neighbour": "iso3"})])
    pairs = pairs[pairs["iso3"].isin(placed) & pairs["neighbour"].isin(placed)]
    near = pairs[pairs["kind"] <= pairs.groupby("iso3")["kind"].transform("min").clip(lower=BORDER)]
    group = regions.reindex(placed).dropna().rename_axis("iso3").rename("group").reset_index()
    alone = group[~group["iso3"].isin(near["iso3"])]
    others = alone.merge(group.rename(columns={"iso3": "neighbour"}), on="group")
    found = pd.concat([near, others[others["iso3"] != others["neighbour"]]])[["iso3", "neighbour"]]
    return found.sort_values(["iso3", "neighbour"], ignore_index=True)


def neighbours_from_tiles(tiles: pd.DataFrame, count: int = 5) -> pd.DataFrame:
    """The nearest states on the tile map, which stand in for neighbours by land: `neighbours` of a `Placement`.

    The map has columns ``iso3``, ``row`` and ``col``. Ties beyond the count of neighbours are resolved by ``iso3``.
    `BuzanError` if the count is below 1, or there are not so many others.
    """
    if not 1 <= count < len(tiles):
        raise BuzanError(f"{count} neighbours among {len(tiles)} tiles; allowed: 1 to {len(tiles) - 1}")
    tiles = tiles.sort_values("iso3")
    place = tiles[["row", "col"]].to_numpy(dtype=float)
    distance = ((place[:, None] - place[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distance, np.inf)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, :count]
    names = tiles["iso3"].to_numpy()
    return pd.DataFrame({"iso3": np.repeat(names, nearest.shape[1]), "neighbour": names[nearest].ravel()})
