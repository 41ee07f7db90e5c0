"""Accession by vote: which quadrants said yes to successive resolutions, who joined and who left.

Votes are a DataFrame of float, shape (states, resolutions): 1 yes, 1/2 abstention, 0 no, NaN absent; resolutions in the
order of their dates. Quadrants are by state; states without one are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.dyadic_matrices import positions
from buzanlib.inference.permutation import Permutations, p_value
from buzanlib.policy.agenda import satisfaction
from buzanlib.tables.roll_calls import Votes
from buzanlib.theory.matrices import TABLE2_GRADED
from buzanlib.theory.vocabulary import Quadrant, Threat


def accession(stood: pd.DataFrame, quadrants: pd.Series[str]) -> pd.DataFrame:
    """Share of each quadrant that said yes, resolution by resolution, and who changed.

    Returns a row a resolution and quadrant: ``resolution``, ``quadrant``, ``voted`` (states that took a position),
    ``yes`` (share of these), ``joined`` and ``left`` (states that said yes and had not, or the reverse, when they last
    took a position; 0 at the first resolution). `EstimationError` if there is no resolution, or no state with a
    quadrant.
    """
    placed = stood.loc[stood.index.isin(quadrants.dropna().index)]
    if placed.empty:
        raise EstimationError(
            f"positions of shape {placed.shape}; allowed: some placed states and resolutions"
        )
    said_yes = (placed == 1).astype(float).where(placed.notna())
    # What a state said when it last took a position: an absence is no answer.
    before = said_yes.ffill(axis=1).shift(axis=1)
    rows = []
    for resolution in placed.columns:
        for quadrant in Quadrant:
            own = quadrants.loc[placed.index] == quadrant.value
            now, last = said_yes.loc[own, resolution], before.loc[own, resolution]
            joined, left = (int(((now == new) & (last == 1 - new)).sum()) for new in (1, 0))
            rows.append((resolution, quadrant.value, int(now.count()), float(now.mean()), joined, left))
    return pd.DataFrame(rows, columns=["resolution", "quadrant", "voted", "yes", "joined", "left"])


def accession_test(
    stood: pd.DataFrame,
    quadrants: pd.Series[str],
    weights: pd.DataFrame,
    agenda: pd.Series[float],
    permutations: Permutations,
) -> dict[str, float]:
    """Whether states vote for a text the more, the more its agenda should satisfy their quadrant.

    Null: the placements of states of one group can be exchanged (`permutations`). States that took no position are left
    out. The agenda is what the text is taken to be about, by threat; `weights` are of shape (4, threats), index
    `Quadrant`.

    Returns
    -------
    dict of str to float
        ``correlation`` of mean position and predicted satisfaction over states, its one-sided ``p`` (small where
        votes follow the prediction), and ``states``.

    Raises
    ------
    EstimationError
        If the agenda should satisfy all quadrants alike, or all states voted alike.
    """
    mean = stood.mean(axis=1)
    states = [state for state in mean.dropna().index if state in quadrants.dropna().index]
    y = mean.loc[states].to_numpy()
    offered = satisfaction(weights, agenda)
    x = np.array([offered[Quadrant.parse(name)] for name in quadrants.loc[states]])
    for what, values in (("all quadrants should be satisfied", x), ("all states voted", y)):
        if np.ptp(values) == 0:
            raise EstimationError(f"{what} alike; allowed: some difference, or there is no correlation")
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt((x @ x) * (y @ y))
    observed = float(x @ y / size)
    drawn = x[permutations.among(states)] @ y / size
    return {"correlation": observed, "p": float(p_value(observed, drawn)), "states": len(states)}


#: Quadrants of the sponsors of the contested texts.
SPONSORS = {"Russian text": Quadrant.SW, "US text": Quadrant.SS, "crime text": Quadrant.SW}
# Contested votes on the Russian text, the last ones.
_CONTESTED = 3

# What became of a coalition, by whether more or fewer quadrants have a majority for the text.
_COURSES = {
    -1: "it came apart, the opposite of the paper's path",
    0: "it neither grew nor came apart",
    1: "it grew",
}


@dataclass(frozen=True, eq=False)
class Accessions:
    """Votes on resolutions on information and communication technologies up to the last contested ones, by text."""

    votes: Votes
    quadrants: pd.Series[str]
    permutations: Permutations  #: of states within groups
    name: Callable[[str], str]  #: from the number of a resolution to the name of its text

    @cached_property
    def about(self) -> pd.DataFrame:
        """``text`` and ``year`` of each resolution, in the order of their dates."""
        calls = self._calls
        texts, dates = map(self.name, calls["resolution"]), calls["date"].astype(str)
        return pd.DataFrame({"text": list(texts), "year": dates.str[:4].to_list()}, index=calls["resolution"])

    @cached_property
    def changes(self) -> pd.DataFrame:
        """`accession` to each text in turn."""
        return pd.concat(accession(self._on(text), self.quadrants) for text in self.about["text"].unique())

    @property
    def shares(self) -> pd.DataFrame:
        """Share of each quadrant that said yes: index the resolution, columns the quadrants."""
        return self.changes.pivot_table(index="resolution", columns="quadrant", values="yes", sort=False)

    @cached_property
    def tests(self) -> pd.DataFrame:
        """`accession_test` of each text, taken to have the agenda of its sponsor's cell; and of one by its title.

        Index ``text``; ``taken to be about``, ``correlation``, ``p``, ``states``. Only contested votes.
        """
        weights = TABLE2_GRADED.weights()
        agendas: dict[str, tuple[str, str, pd.Series[float]]] = {
            text: (f"cell of its sponsor, {sponsor}", text, weights.T[sponsor])
            for text, sponsor in SPONSORS.items()
        }
        crime = pd.Series(0.0, weights.columns).where(weights.columns != Threat.CRI, 1.0)
        agendas["crime text, by its title"] = ("crime", "crime text", crime)
        rows = {}
        for name, (what, text, agenda) in agendas.items():
            last = self._on(text).iloc[:, -_CONTESTED:]
            found = accession_test(last, self.quadrants, weights, agenda, self.permutations)
            rows[name] = {"taken to be about": what, **found}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("text")

    def values(self) -> dict[str, float | str]:
        """The numbers and words of the chapter, by key: yes to the texts, who joined and left, and the tests."""
        russian = self._on("Russian text").columns
        yes, years = self.shares.loc[russian], self.about["year"].astype(int)
        later = self.changes[self.changes["resolution"].isin(russian[1 - _CONTESTED :])]
        majorities = (yes >= 1 / 2).sum(axis=1)
        first, last = int(majorities.iloc[0]), int(majorities.iloc[-1])
        values: dict[str, float | str] = {
            "adhesion.first": yes.iloc[0].min(),
            "adhesion.year": int(years[russian[-_CONTESTED]]),
            "adhesion.joined": later["joined"].sum(),
            "adhesion.left": later["left"].sum(),
            "adhesion.majorities.first": first,
            "adhesion.majorities.last": last,
            "adhesion.reading": _COURSES[int(np.sign(last - first))],
        }
        for quadrant in Quadrant:
            for when, place in {"before": -_CONTESTED - 1, "after": -_CONTESTED}.items():
                values[f"adhesion.{quadrant.lower()}.{when}"] = yes.iloc[place][quadrant.value]
        correlations = self.tests["correlation"].tolist()
        for key, found in zip(("russian", "us", "crime", "title"), correlations, strict=True):
            values[f"entry.{key}.correlation"] = found
        for key, text in zip(("russian", "us", "crime"), SPONSORS, strict=True):
            values[f"adhesion.since.{key}"] = int(years[self.about["text"] == text].min())
        *sponsors, title = correlations
        by_sponsor = "as foretold" if min(sponsors) > 0 else "not as foretold for every text"
        values["entry.reading"] = (
            f"{by_sponsor} by sponsor, and {'as foretold' if title > 0 else 'turned round'} by title"
        )
        return values

    @property
    def _calls(self) -> pd.DataFrame:
        calls = self.votes.resolutions
        last = calls.loc[calls["contested"] == 1, "session"].max()
        on_ict: pd.DataFrame = calls[(calls["ict"] == 1) & (calls["session"] <= last)]
        return on_ict.sort_values(["date", "rcid"])

    def _on(self, text: str) -> pd.DataFrame:
        """Positions on the roll calls of a text, by resolution."""
        calls = self._calls[(self.about["text"] == text).to_numpy()]
        return positions(self.votes.votes, calls["rcid"]).set_axis(calls["resolution"].to_list(), axis=1)
