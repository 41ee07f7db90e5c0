"""The security dilemma as a game: two states choose whether to arm, and neither can see what the other is.

The idea that a defensive act threatens is Herz's (1950); that trust is a matter of beliefs about the other's kind, and
may be an equilibrium beside distrust, is Kydd's (2005). The game is ours. Transparency and distance broadcast and are
from 0 to 1; else a `BuzanError` is raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from buzanlib.errors import BuzanError
from buzanlib.inference.divergence import distances, quadrant_divergences
from buzanlib.inference.permutation import Array
from buzanlib.inference.placed_sample import Sample
from buzanlib.policy.defence import check_within
from buzanlib.theory.distances import PAIRS, by_pair, pair_name

Flags = npt.NDArray[np.bool_]

# Payoffs nearer than this are equal: they differ by rounding only.
_TIE = 1e-12


#: What a state that seeks security may do upon a reading: for each of the readings "defensive" and "hostile" whether
#: it arms.
STRATEGIES: dict[str, tuple[bool, bool]] = {
    "trusts": (False, False),
    "trusts on condition": (False, True),
    "perverse": (True, False),
    "arms": (True, True),
}


@dataclass(frozen=True)
class Dilemma:
    r"""Two states that choose at once whether to arm, each seeking security or greedy, which the other cannot see.

    A greedy state arms whatever it reads. A state that seeks security and refrains loses `loss` if the other
    arms; arming costs `cost` and averts the loss. Each reads the other's measures. With probability
    `transparency` the reading shows the intent. Else a greedy state passes as defensive with probability `missed`, and
    one that seeks security is read as hostile with a probability that rises with the distance of the perspectives from
    `alarm` to that with which a greedy state is: at the greatest distance an unverified measure says nothing.

    A state that seeks security refrains upon reading :math:`s` if :math:`p(s)(1 - a) \ge \theta`, where
    :math:`p(s)` is its belief that the other seeks security too, :math:`a` the probability that such a one arms,
    and :math:`\theta = 1 - \text{cost}/\text{loss}`.
    """

    prior: float = 0.5  #: probability that the other seeks security; above 0, below 1
    cost: float = 0.4  #: above 0 and below the loss
    loss: float = 1.0
    alarm: float = 0.1  #: share of false alarms at no distance; 0 to 1, with `missed` no more than 1
    missed: float = 0.2  #: share of greedy states that pass as defensive if not verified; 0 or more, below 1

    def __post_init__(self) -> None:
        if not 0 < self.prior < 1:
            raise BuzanError(f"prior {self.prior} of a dilemma; allowed: above 0 and below 1")
        if not 0 < self.cost < self.loss:
            raise BuzanError(
                f"cost {self.cost} and loss {self.loss} of a dilemma; allowed: a cost above 0 and below the loss"
            )
        check_within("alarm", self.alarm, 0, 1, " of a dilemma")
        if not 0 <= self.missed < 1:
            raise BuzanError(f"missed {self.missed} of a dilemma; allowed: 0 or more and below 1")
        if self.alarm + self.missed > 1:
            raise BuzanError(
                f"alarm {self.alarm} and missed {self.missed} of a dilemma; allowed: together at most 1, or a "
                "hostile reading would speak for the other"
            )

    @property
    def needed(self) -> float:
        """The probability of being safe from which on it is better to refrain."""
        return 1 - self.cost / self.loss

    def errors(self, transparency: npt.ArrayLike, distance: npt.ArrayLike) -> tuple[Array, Array]:
        """Probabilities of a false alarm and of a missed one."""
        tau, delta = (np.asarray(values, dtype=float) for values in (transparency, distance))
        check_within("transparency", tau, 0, 1, " of a dilemma")
        check_within("perception distance", delta, 0, 1, " of a dilemma")
        tau, delta = np.broadcast_arrays(tau, delta)
        unseen = 1 - tau
        alarm = self.alarm + (1 - self.missed - self.alarm) * delta
        return np.asarray(unseen * alarm), np.asarray(unseen * self.missed)

    def conditional(self, transparency: npt.ArrayLike, distance: npt.ArrayLike) -> Flags:
        """Whether both can refrain upon a defensive reading, expecting no more than that of each other."""
        false, missed = self.errors(transparency, distance)
        t, safe = self.prior, 1 - false
        holds = t * safe**2 >= self.needed * (t * safe + (1 - t) * missed) - _TIE
        return np.asarray(holds & (safe > 0))

    def blind(self, transparency: npt.ArrayLike, distance: npt.ArrayLike) -> Flags:
        """Whether both can refrain whatever they read, expecting the same of each other."""
        false, missed = self.errors(transparency, distance)
        t = self.prior
        return np.asarray(t * false >= self.needed * (t * false + (1 - t) * (1 - missed)) - _TIE)

    def transparency_needed(self, distance: npt.ArrayLike) -> Array:
        r"""The least transparency at which conditional trust is an equilibrium.

        With :math:`m` the share not verified, :math:`h` the share of false alarms in it and :math:`k` that of missed
        ones, the condition is :math:`t(1 - mh)^2 \ge \theta(t(1 - mh) + (1 - t)mk)`, quadratic in :math:`m`; the
        limit is its smaller root.
        """
        h, k = (np.asarray(values, dtype=float) for values in self.errors(0.0, distance))
        t, theta = self.prior, self.needed
        a, b, c = t * h**2, -(t * h * (2 - theta) + theta * (1 - t) * k), t * (1 - theta)
        # Of two equal forms of the smaller root the one that holds where `a` is zero; a root above 1 is none.
        below = -b + np.sqrt(np.maximum(b**2 - 4 * a * c, 0))
        root = np.divide(2 * c, below, out=np.ones_like(below), where=below >= 2 * c)
        return np.asarray(1 - root, dtype=float)

    def equilibria(self, transparency: float, distance: float) -> list[tuple[str, str]]:
        """All pure Bayesian equilibria, found by trying all sixteen pairs of strategies.

        Pairs of keys of `STRATEGIES`, for two states that seek security; ``("arms", "arms")`` is always among them.
        """
        return [
            (first, second)
            for first, second in product(STRATEGIES, repeat=2)
            if self._is_best(first, second, transparency, distance)
            and self._is_best(second, first, transparency, distance)
        ]

    def payoffs(self, other: str, transparency: float, distance: float) -> Array:
        """Expected payoffs of refraining and of arming upon each reading, times the probability of the reading.

        `other` is a key of `STRATEGIES`: what the other state does when it seeks security. Shape (2, 2): by reading
        (defensive, hostile) and by act (refrain, arm).
        """
        false, missed = (float(value) for value in self.errors(transparency, distance))
        reads = np.array([[1 - false, false], [missed, 1 - missed]])  # kind of the other, reading
        kinds = np.array([self.prior, 1 - self.prior])
        # A greedy state arms; one that seeks security arms as its strategy says upon its own reading of this one.
        arms = np.array([reads[0] @ np.array(STRATEGIES[other], dtype=float), 1.0])
        weight = kinds[:, None] * reads
        refrain = -self.loss * (weight * arms[:, None]).sum(axis=0)
        return np.column_stack([refrain, -self.cost * weight.sum(axis=0)])

    def _is_best(self, strategy: str, other: str, transparency: float, distance: float) -> bool:
        """Whether a strategy is a best answer to another: upon no reading would the other act do better."""
        payoffs = self.payoffs(other, transparency, distance)
        chosen = payoffs[[0, 1], np.array(STRATEGIES[strategy], dtype=int)]
        return bool((chosen >= payoffs.max(axis=1) - _TIE).all())


def perception_distances(
    weights: pd.DataFrame, shares: pd.DataFrame, sample: Sample
) -> dict[str, pd.Series[float]]:
    """Jensen-Shannon distances of the six pairs of quadrants, ``"Table 2, graded"`` and ``"observed profiles"``.

    The table's `weights` are of shape (4, threats), index `Quadrant`; `shares` are the profiles of the states of the
    sample, shape (states, threats).
    """
    measure = "jensen_shannon"
    observed = distances(quadrant_divergences(shares.to_numpy(), sample.quadrants, measure))[0]
    return {
        "Table 2, graded": np.sqrt(by_pair(weights, measures=[measure])[measure]),
        "observed profiles": pd.Series(observed, index=[pair_name(pair) for pair in PAIRS]),
    }


_IN_WORDS = {
    "arms": "both arm",
    "trusts on condition": "both trust on condition",
    "trusts": "both trust blindly",
}


@dataclass(frozen=True, eq=False)
class TrustGames:
    """The dilemma at a low and a high level of trust (`prior`), for pairs of quadrants at some distance."""

    low: Dilemma
    high: Dilemma
    #: As `perception_distances`: the first are those of the paper's table, the last those observed.
    distances: Mapping[str, pd.Series[float]]
    transparency: float  #: at which `equilibria` are listed

    @property
    def games(self) -> dict[str, Dilemma]:
        """Both, under the titles of panels."""
        return {f"Trust to begin with: {game.prior:.0%}": game for game in (self.low, self.high)}

    def fields(self, steps: int = 401) -> dict[str, npt.NDArray[np.int_]]:
        """Where each kind of trust is an equilibrium, shape (distances, transparencies), on even grids from 0 to 1.

        0 for none, plus 1 for trust on condition, plus 2 for blind trust.
        """
        grid = np.linspace(0, 1, steps)
        at = (grid, grid[:, None])
        return {title: game.conditional(*at) + 2 * game.blind(*at) for title, game in self.games.items()}

    def needed(self) -> dict[str, dict[str, pd.DataFrame]]:
        """``distance`` of each pair, and the least ``transparency`` that trust on condition takes."""
        return {
            title: {
                name: pd.DataFrame({"distance": values, "transparency": game.transparency_needed(values)})
                for name, values in self.distances.items()
            }
            for title, game in self.games.items()
        }

    def equilibria(self, pair: str) -> str:
        """The equilibria of the low level of trust in words, for a pair at its distance by the first profiles."""
        apart = next(iter(self.distances.values()))[pair]
        return ", or ".join(
            _IN_WORDS[one] if one == other else f"one {one} and one {other}"
            for one, other in self.low.equilibria(self.transparency, apart)
        )

    def values(self) -> dict[str, float | str]:
        """The numbers of the chapter, by key: parameters, transparencies needed, and equilibria."""
        by_table, *_, observed = next(iter(self.needed().values())).values()
        _, high = self.fields().values()
        printed, *_, seen = self.distances.values()
        pairs = {pair: pair.replace("-", "_") for pair in ("SW-WS", "SS-WS")}
        return {
            "dilemma.cost": self.low.cost,
            "dilemma.loss": self.low.loss,
            "dilemma.alarm": self.low.alarm,
            "dilemma.most": 1 - self.low.missed,
            "dilemma.prior": self.low.prior,
            "dilemma.trusting": self.high.prior,
            "dilemma.transparency": self.transparency,
            "dilemma.needed": self.low.needed,
            "dilemma.needed.observed": observed["transparency"].max(),
            "dilemma.apart": f"lie {'closer together' if seen.mean() < printed.mean() else 'farther apart'}",
            "dilemma.blind": (high >= 2).mean(),
            **{f"dilemma.needed.{key}": by_table.loc[pair, "transparency"] for pair, key in pairs.items()},
            **{f"dilemma.equilibria.{key}": self.equilibria(pair) for pair, key in pairs.items()},
        }
