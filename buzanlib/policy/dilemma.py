"""The security dilemma as a game: two states choose whether to arm, and neither can see what the other is.

The idea that a defensive act threatens is Herz's (1950); that trust is a matter of beliefs about the other's kind, and
may be an equilibrium beside distrust, is Kydd's (2005). The game is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from buzanlib.errors import BuzanError

Array = npt.NDArray[np.float64]
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

    Attributes
    ----------
    prior : float
        Probability that the other seeks security; above 0, below 1.
    cost, loss : float
        Payoffs lost; the cost above 0 and below the loss.
    alarm : float
        Share of false alarms at no distance; 0 to 1, with `missed` no more than 1.
    missed : float
        Share of greedy states that pass as defensive if not verified; 0 or more and below 1.

    Notes
    -----
    A state that seeks security refrains upon reading :math:`s` if :math:`p(s)(1 - a) \ge \theta`, where
    :math:`p(s)` is its belief that the other seeks security too, :math:`a` the probability that such a one arms,
    and :math:`\theta = 1 - \text{cost}/\text{loss}`.
    """

    prior: float = 0.5
    cost: float = 0.4
    loss: float = 1.0
    alarm: float = 0.1
    missed: float = 0.2

    def __post_init__(self) -> None:
        if not 0 < self.prior < 1:
            raise BuzanError(f"prior {self.prior} of a dilemma; allowed: above 0 and below 1")
        if not 0 < self.cost < self.loss:
            raise BuzanError(
                f"cost {self.cost} and loss {self.loss} of a dilemma; allowed: a cost above 0 and below the loss"
            )
        if not 0 <= self.alarm <= 1:
            raise BuzanError(f"alarm {self.alarm} of a dilemma; allowed: 0 to 1")
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
        """Probabilities of a false alarm and of a missed one.

        Parameters
        ----------
        transparency, distance : array_like of float
            From 0 to 1; they broadcast.

        Raises
        ------
        BuzanError
            If either is outside 0 to 1.
        """
        tau, delta = (np.asarray(values, dtype=float) for values in (transparency, distance))
        for name, values in (("transparency", tau), ("perception distance", delta)):
            outside = values[~((values >= 0) & (values <= 1))]
            if outside.size:
                raise BuzanError(f"{name} {outside.flat[0]:g} of a dilemma; allowed: 0 to 1")
        tau, delta = np.broadcast_arrays(tau, delta)
        unseen = 1 - tau
        false = unseen * (self.alarm + (1 - self.missed - self.alarm) * delta)
        return np.asarray(false), np.asarray(unseen * self.missed)

    def conditional(self, transparency: npt.ArrayLike, distance: npt.ArrayLike) -> Flags:
        """Whether both can refrain upon a defensive reading, expecting no more than that of each other."""
        false, missed = self.errors(transparency, distance)
        t, safe = self.prior, 1 - false
        held = t * safe**2 >= self.needed * (t * safe + (1 - t) * missed) - _TIE
        return np.asarray(held & (safe > 0))

    def blind(self, transparency: npt.ArrayLike, distance: npt.ArrayLike) -> Flags:
        """Whether both can refrain whatever they read, expecting the same of each other."""
        false, missed = self.errors(transparency, distance)
        t = self.prior
        return np.asarray(t * false >= self.needed * (t * false + (1 - t) * (1 - missed)) - _TIE)

    def threshold(self, transparency: float, distance: float) -> dict[str, float]:
        r"""The least prior with which each kind of trust is an equilibrium; 1, which no prior reaches, where none is.

        With false alarms :math:`\varepsilon` and missed ones :math:`\eta`: for conditional trust
        :math:`\theta\eta / ((1-\varepsilon)(1-\varepsilon-\theta) + \theta\eta)`, if
        :math:`1 - \varepsilon > \theta`; for blind trust
        :math:`\theta(1-\eta) / (\varepsilon(1-\theta) + \theta(1-\eta))`.

        Returns
        -------
        dict of str to float
            By two of the keys of `STRATEGIES`.
        """
        false, missed = (float(value) for value in self.errors(transparency, distance))
        theta, room = self.needed, 1 - false - self.needed
        missed_all, true = theta * missed, theta * (1 - missed)
        return {
            "trusts on condition": missed_all / ((1 - false) * room + missed_all) if room > 0 else 1.0,
            "trusts": true / (false * (1 - theta) + true),
        }

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

        Returns
        -------
        list of (str, str)
            Keys of `STRATEGIES`, for the two states when they seek security. ``("arms", "arms")`` is always among
            them.
        """
        return [
            (first, second)
            for first, second in product(STRATEGIES, repeat=2)
            if self._is_best(first, second, transparency, distance)
            and self._is_best(second, first, transparency, distance)
        ]

    def payoffs(self, other: str, transparency: float, distance: float) -> Array:
        """Expected payoffs of refraining and of arming upon each reading, times the probability of the reading.

        Parameters
        ----------
        other : str
            Key of `STRATEGIES`: what the other does when it seeks security.
        transparency, distance : float
            From 0 to 1.

        Returns
        -------
        ndarray of float, shape (2 readings, 2 acts)
            Readings: defensive, hostile. Acts: refrain, arm.
        """
        false, missed = (float(value) for value in self.errors(transparency, distance))
        reads = np.array([[1 - false, false], [missed, 1 - missed]])  # kind of the other, reading
        kinds = np.array([self.prior, 1 - self.prior])
        # A greedy state arms; one that seeks security arms as its strategy says upon its own reading of this one.
        arms = np.array([reads[0] @ np.array(STRATEGIES[other], dtype=float), 1.0])
        weight = kinds[:, None] * reads
        refrain = -self.loss * (weight * arms[:, None]).sum(axis=0)
        return np.column_stack([refrain, -self.cost * weight.sum(axis=0)])

    def mixed(self, transparency: float, distance: float) -> list[tuple[float, float]]:
        """Symmetric equilibria in which states arm at random upon one of the readings.

        Returns
        -------
        list of (float, float)
            Probabilities of arming upon a defensive and upon a hostile reading. Each lies between two pure equilibria
            and is unstable: a little more trust, and all trust more.
        """
        false, missed = (float(value) for value in self.errors(transparency, distance))
        t, safe, found = self.prior, 1 - false, []
        if safe > 0:
            trusted = t * safe / (t * safe + (1 - t) * missed)
            upon_defensive = (1 - self.needed / trusted - false) / safe
            if 0 < upon_defensive < 1:
                found.append((upon_defensive, 1.0))
        if false > 0:
            suspected = t * false / (t * false + (1 - t) * (1 - missed))
            upon_hostile = (1 - self.needed / suspected) / false
            if 0 < upon_hostile < 1:
                found.append((0.0, upon_hostile))
        return found

    def _is_best(self, strategy: str, other: str, transparency: float, distance: float) -> bool:
        """Whether a strategy is a best answer to another: upon no reading would the other act do better."""
        payoffs = self.payoffs(other, transparency, distance)
        chosen = payoffs[[0, 1], np.array(STRATEGIES[strategy], dtype=int)]
        return bool((chosen >= payoffs.max(axis=1) - _TIE).all())
