"""The experiment on the coder: does a false label of the speaker move what is read in a contested passage?

A student sees a label at half of the contested items, drawn by lot. What a label pushes toward is fixed in the key.
The outcome of a labelled item is whether its coded primary threat is that of its label; of an item without a label,
the mean of the same over the labels that it could have had. If labels do nothing the two have the same mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from buzanlib.errors import BuzanError
from buzanlib.measurement.reliability import Array
from buzanlib.seminar.class_agreement import COVERAGE
from buzanlib.seminar.coding_files import Coding

DRAWS, SEED = 2000, 20100615

#: What the debrief says first; the words of the lab have a text ``teacher.debrief.…`` of each.
Finding = Literal["toward", "away", "undecided", "undefined"]


@dataclass(frozen=True)
class Passage:
    """A contested item as one student coded it."""

    set: str
    kinds: tuple[str, ...]  #: of speakers whose label it could have had, sorted
    outcomes: tuple[
        float, ...
    ]  #: by kind 1 where the coded threat is that to which the label would push, else 0
    shown: int  #: which kind the label was of; -1 for none

    @property
    def plain(self) -> float:
        """Mean outcome over the labels, which is the outcome without a label."""
        return sum(self.outcomes) / len(self.outcomes)


@dataclass(frozen=True)
class Experiment:
    """What the labels did.

    Attributes
    ----------
    students, left_out : int
        People who coded contested items with and without a label; people whose files have labels who did not.
    labelled, unlabelled : float
        Mean outcome over students.
    shift, low, high : float
        Mean difference of the two within students, and its t interval over students.
    p : float
        Share of redrawn labels with a difference as large in either direction, the one that was drawn among them.
    finding : str
        Whether the interval lies above 0, below it or around it; ``undefined`` where there is none.
    """

    students: int
    left_out: int
    labelled: float
    unlabelled: float
    shift: float
    low: float
    high: float
    p: float
    finding: Finding


def students(codings: Sequence[Coding]) -> list[list[Passage]]:
    """Collect the contested items of each person whose file has labels, over both sets where there are two.

    An item counts where its primary threat was coded. A label that the key has no reading for is no label of the
    experiment; its item is left out.
    """
    toward = {item: pushed for key in codings if key.kind == "key" for item, pushed in key.toward.items()}
    found: dict[tuple[str, str], list[Passage]] = {}
    for one in codings:
        if one.kind != "person" or one.labels is None:
            continue
        mine = found.setdefault((one.session, one.coder), [])
        for item in sorted(toward.keys() & one.codes.keys()):
            primary, kinds = one.value(item, "primary"), tuple(sorted(toward[item]))
            label = one.labels.get(item)
            if primary is not None and kinds and (label is None or label in kinds):
                outcomes = tuple(float(primary == toward[item][kind]) for kind in kinds)
                mine.append(Passage(one.set, kinds, outcomes, -1 if label is None else kinds.index(label)))
    return list(found.values())


def experiment(codings: Sequence[Coding], draws: int = DRAWS, seed: int = SEED) -> Experiment:
    """Estimate the shift toward the reading of a label.

    Parameters
    ----------
    codings : sequence of Coding
        Of a class, with the key of each set.
    draws, seed : int
        Of the randomisation test, which redraws which items of a student had a label and of which kind, as the lab drew
        them: as many of a set as had one, a kind that was shown less often first. The page draws the same numbers.

    Returns
    -------
    Experiment
        NaN where fewer than two students can be compared.
    """
    everybody = students(codings)
    compared = [one for one in everybody if len({item.shown < 0 for item in one}) == 2]
    left_out = len(everybody) - len(compared)
    if not compared:
        return Experiment(0, left_out, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, "undefined")
    labelled = np.array(
        [np.mean([item.outcomes[item.shown] for item in one if item.shown >= 0]) for one in compared]
    )
    unlabelled = np.array([np.mean([item.plain for item in one if item.shown < 0]) for one in compared])
    shift = labelled - unlabelled
    low, high = _t_interval(shift)
    finding: Finding = (
        "undefined" if np.isnan(low) else "toward" if low > 0 else "away" if high < 0 else "undecided"
    )
    p = _randomisation_p(compared, float(shift.mean()), draws, seed)
    means = (float(labelled.mean()), float(unlabelled.mean()), float(shift.mean()))
    return Experiment(len(compared), left_out, *means, low, high, p, finding)


def _t_interval(values: Array) -> tuple[float, float]:
    """Interval of a mean; NaN where values are fewer than two or do not differ."""
    n = len(values)
    error = float(values.std(ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    if error < 1e-9:
        return np.nan, np.nan
    half = float(stats.t.ppf((1 + COVERAGE) / 2, n - 1)) * error
    return float(values.mean()) - half, float(values.mean()) + half


def _randomisation_p(compared: Sequence[Sequence[Passage]], observed: float, draws: int, seed: int) -> float:
    """Two-sided p of the observed mean difference among redrawn labels."""
    total, numbers = np.zeros(draws), _uniform_blocks(draws, seed)
    for one in compared:
        pushed, covered = np.zeros(draws), np.zeros(draws)
        for name in sorted({item.set for item in one}):
            block = [item for item in one if item.set == name]
            for added, drawn in zip((pushed, covered), _redraw(block, draws, numbers), strict=True):
                added += drawn
        many = sum(item.shown >= 0 for item in one)
        total += pushed / many - (sum(item.plain for item in one) - covered) / (len(one) - many)
    # A redraw of the labels that were shown may differ from them by rounding.
    as_large = np.abs(total / len(compared)) >= abs(observed) - 1e-9
    return float((1 + as_large.sum()) / (1 + draws))


def _redraw(block: Sequence[Passage], draws: int, numbers: Iterator[Array]) -> tuple[Array, Array]:
    """Sums of the outcomes of redrawn labels, and of what the same items have without one; shape (draws,) each."""
    order = np.argsort(np.column_stack([next(numbers) for _ in block]), axis=1, kind="stable")
    lots = [np.column_stack([next(numbers) for _ in item.kinds]) for item in block]
    names = sorted({kind for item in block for kind in item.kinds})
    often = np.zeros((draws, len(names)))
    pushed, covered = np.zeros(draws), np.zeros(draws)
    for turn in range(sum(item.shown >= 0 for item in block)):
        for place, item in enumerate(block):
            here = np.flatnonzero(order[:, turn] == place)
            kinds = np.array([names.index(kind) for kind in item.kinds])
            chosen = (often[np.ix_(here, kinds)] + lots[place][here]).argmin(axis=1)
            often[here, kinds[chosen]] += 1
            pushed[here] += np.array(item.outcomes)[chosen]
            covered[here] += item.plain
    return pushed, covered


def _uniform_blocks(draws: int, seed: int) -> Iterator[Array]:
    """Numbers between 0 and 1, `draws` at a time, of the generator mulberry32, which the page has as well."""
    start = 0
    while True:
        counter = (seed + 0x6D2B79F5 * np.arange(start + 1, start + draws + 1, dtype=np.uint64)).astype(
            np.uint32
        )
        start += draws
        yield _mulberry32(counter)


def _mulberry32(state: npt.NDArray[np.uint32]) -> Array:
    mixed = (state ^ (state >> np.uint32(15))) * (state | np.uint32(1))
    mixed ^= mixed + (mixed ^ (mixed >> np.uint32(7))) * (mixed | np.uint32(61))
    return np.asarray((mixed ^ (mixed >> np.uint32(14))) / 2**32, dtype=float)


def power(
    people: int, items: int, shift: float = 0.2, base: float = 0.4, draws: int = 4000, seed: int = SEED
) -> float:
    """Chance that the t interval over students leaves out 0 on the right side, by simulation.

    Parameters
    ----------
    people, items : int
        Students, and contested items a student, half of them labelled.
    shift, base : float
        Chance of the reading of the label, with it less without it, and without it.
    draws, seed : int
        Simulated classes.

    Returns
    -------
    float
        Share of the classes.

    Raises
    ------
    BuzanError
        If there are fewer than two students or items, or a chance is outside 0 and 1.
    """
    if people < 2 or items < 2 or not (0 <= base <= 1 and 0 <= base + shift <= 1):
        raise BuzanError(f"{people} students, {items} items, chances {base:g} and {base + shift:g};"
                         " allowed: two or more of each, chances from 0 to 1")  # fmt: skip
    rng = np.random.default_rng(seed)
    half = items // 2
    labelled = rng.binomial(half, base + shift, size=(draws, people)) / half
    difference = labelled - rng.binomial(items - half, base, size=(draws, people)) / (items - half)
    error = difference.std(axis=1, ddof=1) / np.sqrt(people)
    distance = (
        difference.mean(axis=1) * np.sign(shift or 1) - stats.t.ppf((1 + COVERAGE) / 2, people - 1) * error
    )
    return float((distance > 0).mean())
