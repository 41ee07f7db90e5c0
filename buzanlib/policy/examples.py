"""The paper's own examples of securitization alliances, held against its cells and against data."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from buzanlib.inference.dyadic_matrices import agreement
from buzanlib.inference.dyadic_tests import support_test
from buzanlib.inference.permutation import Permutations
from buzanlib.policy.alliance import ties
from buzanlib.theory.vocabulary import Quadrant, Threat


@dataclass(frozen=True)
class Example:
    """An alliance that the paper thinks possible.

    Attributes
    ----------
    pair : tuple of Quadrant
        Whose states.
    threat : Threat
        On what.
    section : int
        Where.
    resolutions : tuple of str
        Roll calls that come nearest to the threat.
    """

    pair: tuple[Quadrant, Quadrant]
    threat: Threat
    section: int
    resolutions: tuple[str, ...]


#: The three examples of the paper. No contested roll call is on content alone or on infrastructure alone: the Russian
#: texts, which speak of information security, stand for political action, those on responsible behaviour for
#: infrastructure.
EXAMPLES: tuple[Example, ...] = (
    Example((Quadrant.WS, Quadrant.SS), Threat.CRI, 2, ("73/187", "74/247")),
    Example((Quadrant.WW, Quadrant.SW), Threat.POL, 1, ("73/27", "74/29", "75/240")),
    Example((Quadrant.WS, Quadrant.SS), Threat.INF, 1, ("73/266", "74/28", "75/32")),
)


def examples_in_cells(weights: pd.DataFrame) -> pd.DataFrame:
    """What a table says of the paper's own examples.

    Parameters
    ----------
    weights : DataFrame of float, shape (4, threats)
        Index `Quadrant`.

    Returns
    -------
    DataFrame
        A row an example, in the order of `EXAMPLES`: ``first`` and ``second`` (weights of the threat in the cells of
        the two quadrants) and ``stands`` (whether both name it).
    """
    cells = pd.DataFrame(
        [weights.loc[list(example.pair), example.threat].to_list() for example in EXAMPLES],
        columns=["first", "second"],
    )
    return cells.assign(stands=(cells > 0).all(axis=1))


def examples_in_data(
    profiles: pd.DataFrame,
    positions: pd.DataFrame,
    placed: pd.DataFrame,
    permutations: Permutations,
    least: float,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Whether the pairs of the paper's own examples have more in common than other pairs of quadrants.

    Parameters
    ----------
    profiles : DataFrame of float, shape (states, threats)
        As `smoothed` gives them.
    positions : DataFrame of float, shape (states, resolutions)
        On the contested roll calls, by number of the resolution.
    placed : DataFrame
        Index ``iso3``; columns ``p`` and ``k``.
    permutations : Permutations
        Of states within groups.
    least : float
        As in `ties`.
    draws, seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        A row an example: the mean of its pair less the mean of the other five, for ties on the threat
        (``statements``) and for agreement on the roll calls (``votes``), each with ``.low90``, ``.high90`` and
        one-sided ``.p``.
    """
    rows = []
    for example in EXAMPLES:
        sources = {
            "statements": ties(profiles, example.threat, least),
            "votes": agreement(positions[list(example.resolutions)]),
        }
        row: dict[str, float] = {}
        for name, matrix in sources.items():
            found = support_test(name, matrix, placed, permutations, draws, seed, example.pair)
            row |= {name: found.contrast, f"{name}.low90": found.low90, f"{name}.high90": found.high90}
            row[f"{name}.p"] = found.p
        rows.append(row)
    return pd.DataFrame(rows)
