"""Texts put to the vote, read as proposals: does the rule of acceptance foretell who votes for them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from buzanlib.errors import EstimationError
from buzanlib.inference.placed_sample import quadrant_codes
from buzanlib.inference.vote_forecasts import CHANCE, COHESION, POWER, QUADRANTS, REGION, SCORE, VoteForecasts
from buzanlib.inference.vote_tests import opposed_texts
from buzanlib.inference.world import World
from buzanlib.policy.acceptability import Rule, assess
from buzanlib.policy.proposals import Proposal, Route
from buzanlib.tables.descriptor import load
from buzanlib.theory.vocabulary import Quadrant, Threat

#: Gains smaller than this are those of rounding.
NOTHING = 1e-9

LEVEL = 0.05  #: at which an exploratory test is called found

#: Keys of the numbers of each comparison, and whether a region or a state is left out.
RIVALS = {
    "chance": (CHANCE, "region"),
    "power": (POWER, "region"),
    "cohesion": (COHESION, "region"),
    "quadrants": (QUADRANTS, "region"),
    "region": (REGION, "state"),
}


def load_vote_proposals(data_dir: Path) -> dict[str, Proposal]:
    """Texts read as proposals, by the number of the resolution; `DataError` with all faults of the table."""
    table = load(data_dir, "vote_proposals")
    return {
        row["resolution"]: Proposal(
            row["resolution"],
            tuple(map(Threat, row["threats"].split())),
            Route(row["route"]),
            row["intrusiveness"],
        )
        for row in table.to_dict("records")
    }


@dataclass(frozen=True, eq=False)
class VotesForetold:
    """The rule against the votes on the texts that one of Russia and the United States wanted and the other did not."""

    world: World
    proposals: Mapping[str, Proposal]  #: by the number of a resolution; those without a vote are left out
    priorities: Mapping[str, pd.DataFrame]  #: by name, of the four quadrants
    rule: Rule

    @cached_property
    def texts(self) -> pd.DataFrame:
        """Contested texts that have a reading: index ``resolution``, in the order of dates.

        Columns ``side``, ``year``; as read ``addresses``, ``route``, ``intrusiveness``; the placed ``states`` that
        voted, and their share of ``yes``. `EstimationError` if no contested text has a reading.
        """
        sides = opposed_texts(self.world.data.votes)
        sides = sides[sides.index.isin(list(self.proposals))]
        if sides.empty:
            raise EstimationError("no contested text is read as a proposal; allowed: at least one")
        read = [self.proposals[name] for name in sides.index]
        table = pd.DataFrame({"side": sides.map({"RUS": "Russian", "USA": "US"})})
        calls = self.world.data.votes.resolutions.drop_duplicates("resolution").set_index("resolution")
        table["year"] = calls["date"].dt.year.reindex(table.index)
        table["addresses"] = [", ".join(threat.label.lower() for threat in one.threats) for one in read]
        table["route"] = [one.route.label for one in read]
        table["intrusiveness"] = [one.intrusiveness for one in read]
        stood = self.world.positions(sides.index).reindex(self.world.placed.index)
        table["states"], table["yes"] = stood.notna().sum(), (stood == 1).sum() / stood.notna().sum()
        return table

    @cached_property
    def forecasts(self) -> dict[str, VoteForecasts]:
        """By the name of the priorities."""
        world = self.world
        stood = world.positions(self.texts.index).reindex(world.placed.index).dropna(how="all")
        placed, states = world.placed.loc[stood.index], list(map(str, stood.index))
        votes = np.where(stood.isna(), np.nan, stood == 1)
        shared = (
            quadrant_codes(placed["p"], placed["k"]),
            world.data.regions[states].to_numpy(dtype=str),
            world.permutations.among(states),
        )
        return {
            name: VoteForecasts(votes, self.nets(name), *shared, world.draws, world.seed)
            for name in self.priorities
        }

    def nets(self, priorities: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Net benefit of each text to each quadrant, shape (texts, 4)."""
        weights = self.priorities[priorities]
        rows = [
            assess(self.proposals[name], weights, self.rule)["net"][list(Quadrant)]
            for name in self.texts.index
        ]
        return np.array(rows, dtype=float)

    @cached_property
    def compared(self) -> dict[str, dict[str, pd.DataFrame]]:
        """`VoteForecasts.compared` by priorities and by what is left out."""
        return {
            name: {left_out: one.compared(left_out) for left_out in ("region", "state")}
            for name, one in self.forecasts.items()
        }

    @cached_property
    def gains(self) -> pd.DataFrame:
        """How much better the aid forecasts: index ``priorities`` and ``than``.

        ``gain`` (log score, nats a vote), ``low90``, ``high90``, ``least`` and ``most`` over regions, ``p``, ``brier``
        (less squared error), and the ``verdict``: better where the interval lies above zero and p, if there is one, is
        below `LEVEL`; worse where the interval lies below zero; else no better.
        """
        rows = []
        for priorities, found in self.compared.items():
            for name, left_out in RIVALS.values():
                table = found[left_out]
                row = table.loc[name, ["gain", "low90", "high90", "least", "most"]].to_dict()
                row["p"] = table["p"][name] if left_out == "region" else float("nan")
                row["brier"] = float(table["brier"][name] - table["brier"][SCORE])
                better = row["low90"] > NOTHING and not row["p"] >= LEVEL
                word = "better" if better else "worse" if row["high90"] < -NOTHING else "no better"
                rows.append({"priorities": priorities, "than": name, **row, "verdict": word})
        return pd.DataFrame(rows).set_index(["priorities", "than"])

    def values(self) -> dict[str, float | str]:
        """The numbers and words of the chapter, by key, that of three sets of priorities in their order."""
        first = next(iter(self.forecasts.values()))
        sides = self.texts["side"].value_counts()
        values: dict[str, float | str] = {
            "foretold.since": int(self.texts["year"].min()),
            "foretold.until": int(self.texts["year"].max()),
            "foretold.texts": len(self.texts),
            "foretold.russian": int(sides.get("Russian", 0)),
            "foretold.us": int(sides.get("US", 0)),
            "foretold.n": len(first.votes),
            "foretold.votes": int((~np.isnan(first.votes)).sum()),
            "foretold.regions": len(np.unique(first.regions)),
        }
        for key, priorities in zip(("literal", "graded", "observed"), self.priorities, strict=True):
            gains, slopes = self.gains.loc[priorities], self.forecasts[priorities].slopes
            values[f"foretold.{key}.slopes"] = int((slopes > 0).sum())
            for rival, (name, _) in RIVALS.items():
                row = gains.loc[name].dropna().to_dict()
                values |= {f"foretold.{key}.{rival}.{column}": value for column, value in row.items()}
                values[f"foretold.{key}.{rival}.word"] = f"{row['verdict']} than"
                values[f"foretold.{key}.{rival}.percent"] = float(np.expm1(row["gain"]))
            beaten = [name for name, verdict in gains["verdict"].items() if verdict == "better"]
            values[f"foretold.{key}.beaten"] = ", ".join(map(str, beaten)) or "none of them"
        return values
